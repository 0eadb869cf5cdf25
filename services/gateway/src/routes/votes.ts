// votes.ts — the answer of a person: written under the approval's lock, settled by the escalation stage, shown as it then is

import { ballotsFrom } from "@holdpoint/core/escalation/counting.ts";
import { settledWords, VETO_ONLY_WORDS } from "@holdpoint/core/escalation/settled-words.ts";
import { standingObjection } from "@holdpoint/core/escalation/standing.ts";
import { tally } from "@holdpoint/core/escalation/tally.ts";
import { resumeOf } from "@holdpoint/engine/dispatch.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import { carrierOf, inSpan, linkTo, SPANS } from "@holdpoint/runtime/trace.ts";
import type { ActionRow, NewVote, PossibleVote, Voted } from "@holdpoint/store/types.ts";
import { type Approval, VoteRequest } from "@holdpoint/wire/approval.ts";
import { Fault, type FaultCode } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { traceOf } from "../headers.ts";
import type { Gateway } from "../parts.ts";
import { notFound } from "../query.ts";
import { actorOf } from "../refusals.ts";
import { refuse } from "../refused.ts";
import { type Answer, type Call, ok, route } from "../route.ts";
import { succeed } from "../successor.ts";
import { barredFrom, type Voter, voterOf } from "../voters.ts";
import { approvalOf } from "./approvals.ts";

type Voting = Call<Record<string, never>, VoteRequest>;
type Refusal = Exclude<Voted["status"], "counted" | "unknown">;

const WHY: Readonly<Record<Refusal, string>> = {
  already_settled: "it was answered before",
  already_voted: "you have answered this one",
  card_changed: "this is not the card that now stands; read it again",
  approval_expired: "its time is over",
  not_an_approver: "none of your roles is asked",
  own_request: "whoever asks cannot answer",
  veto_only: VETO_ONLY_WORDS,
  too_many: "you have approved more within an hour than anybody reads: somebody else should look at this",
};

/** Who answered, when, and what: enough to understand why this answer comes too late. */
const settledAs = ({ state, settledAt, votes }: Approval) => ({
  approval: {
    state,
    ...(settledAt !== undefined && { settledAt }),
    votes: votes.map(({ voter, vote, at, reason }) => ({ voter, vote, at, ...(reason !== undefined && { reason }) })),
  },
});

async function refused(
  gateway: Gateway,
  call: Voting,
  approval: Approval,
  status: Refusal,
  why?: string,
): Promise<never> {
  const told = status === "already_settled" || status === "already_voted" ? settledAs(approval) : {};
  const ended = status === "already_settled" ? settledWords(approval) : undefined;
  const code: FaultCode = status === "veto_only" ? "not_an_approver" : status;
  return refuse(
    gateway,
    call.credential,
    { actionId: approval.actionId, type: "vote.refused", detail: { code: status, approvalId: approval.id } },
    new Fault(code, why ?? ended ?? WHY[status], { ...told, approvalId: approval.id }),
  );
}

/** What an answer must bring with it: a yes the card that was read, a no its reason. */
function complete({ body }: Voting): void {
  const missing = (at: string, why: string) => new Fault("invalid", `\`${at}\`: ${why}`, { at });
  if (body.vote === "approve" && body.cardSha256 === undefined)
    throw missing("/cardSha256", "an approval names the card that was shown");
  if (body.vote === "deny" && (body.reason ?? "").trim() === "") throw missing("/reason", "a denial says why");
  if (body.vote === "deny" && body.editedArgs) throw missing("/editedArgs", "a denial edits nothing");
  const { scope, times, until } = body.standing ?? {};
  if (scope !== undefined && scope !== "once" && body.vote === "deny")
    throw missing("/standing", "a denial grants nothing");
  if (scope !== undefined && scope !== "once" && body.editedArgs)
    throw missing("/standing", "an edit is judged anew, and grants nothing by itself");
  if (scope === "times" && (times === undefined || times > limits.standingTimesMax))
    throw missing("/standing/times", `expected 1 to ${limits.standingTimesMax}`);
  if (scope === "until" && until === undefined) throw missing("/standing/until", "expected a time");
}

/** The next ones that this yes is for; undefined where it is for this one only. Throws `invalid` where there may be none. */
function wishOf({ clock }: Gateway, { body }: Voting, row: ActionRow): NewVote["wish"] {
  const { scope, times, until } = body.standing ?? {};
  if (scope === undefined || scope === "once") return undefined;
  const refuse = (at: string, why: string) => new Fault("invalid", `\`${at}\`: ${why}`, { at });
  const objection =
    row.facts && row.verdict ? standingObjection(row.action, row.facts, row.verdict) : "it is not judged yet";
  if (objection !== undefined) throw refuse("/standing", `cannot be approved in advance: ${objection}`);
  const latestMs = clock.now() + limits.standingMsMax;
  const untilMs = until === undefined ? latestMs : Date.parse(until);
  if (untilMs <= clock.now() || untilMs > latestMs)
    throw refuse("/standing/until", `expected a time within the next ${limits.standingMsMax / 86_400_000} days`);
  return { scope, until: new Date(untilMs), ...(scope === "times" && times !== undefined && { times }) };
}

/** Waits, but not for long, until the vote has taken effect; then the approval as it is. */
async function settled(gateway: Gateway, call: Voting, approval: Approval): Promise<Approval> {
  if (tally(approval.requirements, ballotsFrom(approval.votes), approval.chain).state === "pending") return approval;
  const { tenant } = call.credential;
  const watch = gateway.waiters.watch(tenant, approval.actionId);
  try {
    await watch.until("settled", limits.voteAnswerWaitMs, call.gone);
  } finally {
    watch.close();
  }
  return (await gateway.store.approvals.get(tenant, approval.id)) ?? approval;
}

const voteOf = (
  gateway: Gateway,
  { credential, body }: Voting,
  approval: Approval,
  row: ActionRow,
  voter: Voter,
): PossibleVote => ({
  tenant: credential.tenant,
  approvalId: approval.id,
  voter: voter.id,
  credential: credential.id,
  vote: body.vote,
  roles: voter.roles,
  assurance: voter.assurance,
  ...(body.reason !== undefined && { reason: body.reason }),
  ...(body.cardSha256 !== undefined && { cardSha256: body.cardSha256 }),
  barred: barredFrom(gateway, row.action),
});

async function count(
  gateway: Gateway,
  call: Voting,
  approval: Approval,
  row: ActionRow,
  voter: Voter,
): Promise<Answer> {
  const { body } = call;
  const wish = wishOf(gateway, call, row);
  const attributes = {
    "holdpoint.action.id": row.action.id,
    "holdpoint.approval.id": approval.id,
    "holdpoint.stage": "escalation",
    "holdpoint.vote": body.vote,
    "holdpoint.voter": voter.id,
  };
  const under = traceOf(call);
  // A human wait ends a segment of the trace: the answer is a tree of its own, linked to the action's.
  const options = { ...(under ? { under } : { root: true }), links: linkTo(row.trace), attributes };
  const voted = await inSpan(SPANS.vote, options, async (span) => {
    const answer = await gateway.store.approvals.vote({
      ...voteOf(gateway, call, approval, row, voter),
      voteId: newId("vote"),
      channel: "api",
      ...(wish && { wish }),
    });
    if (answer.status === "counted")
      gateway.intake.resume(resumeOf(row, approval.id, carrierOf(span), gateway.clock.now()));
    return answer;
  });
  if (voted.status === "unknown") throw notFound();
  if (voted.status !== "counted") return refused(gateway, call, voted.approval, voted.status);
  return ok({ approval: await settled(gateway, call, voted.approval) });
}

/** "Yes, but like this": the original ends, and the edited call is a new action that policy judges from the start. */
async function edit(gateway: Gateway, call: Voting, approval: Approval, row: ActionRow, voter: Voter): Promise<Answer> {
  const { credential, body } = call;
  const { tenant, id: actionId } = row.action;
  const refuseAs = (status: Refusal) => refused(gateway, call, approval, status);
  // Whoever could not say yes here and now cannot say "yes, but" either.
  const counts = await gateway.store.approvals.wouldCount(voteOf(gateway, call, approval, row, voter));
  if (counts === "unknown") throw notFound();
  if (counts !== "counted") return refuseAs(counts);
  const change = { why: "edit", args: body.editedArgs ?? {}, by: voter.id } as const;
  // Kept off the queue until the original has ended: of two edits only one is judged.
  const taken = await succeed(gateway, row.action, change, { waits: false, under: traceOf(call), parked: true });
  taken.watch.close();
  const editedActionId = taken.row.action.id;
  const ended = await gateway.store.actions.transition({
    tenant,
    actionId,
    from: ["held"],
    to: "cancelled",
    version: row.version,
    actor: actorOf(credential),
    reason: body.reason ?? "edited",
    replacedBy: editedActionId,
    detail: { editedBy: voter.id, cardSha256: approval.card.sha256 },
  });
  const now = (await gateway.store.approvals.get(tenant, approval.id)) ?? approval;
  if (ended.status !== "done") {
    const { row: edited } = taken;
    if (ended.status === "illegal" && ended.row.replacedBy !== editedActionId)
      await gateway.store.actions.transition({
        tenant,
        actionId: edited.action.id,
        from: ["received"],
        to: "cancelled",
        actor: { system: "gateway" },
        reason: "the original was answered first",
      });
    return refused(gateway, call, now, "already_settled");
  }
  gateway.intake.send(taken.row);
  return ok({ approval: now, editedActionId });
}

export const voteRoute = route({
  method: "POST",
  path: "/v1/approvals/:id/votes",
  operationId: "vote",
  summary: "Answer: approve the card that was shown, or deny with a reason",
  who: ["approver"],
  otherwise: "not_an_approver",
  refused: "vote.refused",
  body: VoteRequest,
  answers: {
    200: "counted; the approval as it then is",
    403: "not yours to answer",
    409: "answered before, or another card stands by now",
    410: "its time is over",
  },
  async run(call, gateway) {
    complete(call);
    const approval = await approvalOf(gateway, call);
    const row = await gateway.store.actions.get(call.credential.tenant, approval.actionId);
    if (!row) throw notFound();
    const voter = await voterOf(gateway, call.credential, approval);
    if (call.body.vote === "approve" && approval.card.truncated)
      return refused(
        gateway,
        call,
        approval,
        "card_changed",
        "the card could not be shown whole, so it cannot be approved",
      );
    return call.body.editedArgs
      ? edit(gateway, call, approval, row, voter)
      : count(gateway, call, approval, row, voter);
  },
});
