// voting.ts — votes through the pure machine: cast, taken back, and applied to the action as what they amount to

import { ballotsOf, count } from "@holdpoint/core/escalation/counting.ts";
import { type Answer, type Step, step } from "@holdpoint/core/escalation/machine.ts";
import type { CastVote, Request } from "@holdpoint/core/escalation/request.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { type RawApproval, reasonOf, toApproval, type Voice } from "./approval-rows.ts";
import { withoutSecrets, writeEvent } from "./evidence.ts";
import { ANY, APPROVER, type HeldRequest, underLock } from "./held-request.ts";
import { noteOn } from "./note.ts";
import type { Database } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { Covers } from "./standing.ts";
import type { Approvals } from "./store.ts";
import { shown, transitionWithin } from "./transition.ts";
import type { Answered, NewVote, PossibleVote, Transition, Voted } from "./types.ts";

/** Who speaks for which role; with the role of the chain by which, where it is not the holder's own. */
const voicesOf = (request: Request, cast: CastVote): Voice[] =>
  ballotsOf(request, cast).flatMap(({ voter, roles, as }) =>
    roles.map((role): Voice => ({ role, holder: voter, ...(as !== undefined && { via: as }) })),
  );

type Refusal = Exclude<Voted["status"], "counted" | "unknown">;

/** Words of the machine for a vote that has no word of its own on the wire. */
function refusalOf(answer: Exclude<Answer, "done">): Refusal {
  switch (answer) {
    case "already_settled":
    case "already_voted":
    case "approval_expired":
    case "own_request":
    case "not_an_approver":
    case "veto_only":
    case "card_changed":
      return answer;
    case "card_truncated":
      return "card_changed";
    case "reason_required":
      throw new Fault("invalid", "`/reason`: a denial says why", { at: "/reason" });
    default:
      throw new Error(`a vote cannot be answered with \`${answer}\``);
  }
}

/** What the machine makes of a vote under the lock; nothing is written. */
function wouldBe(held: HeldRequest, vote: PossibleVote): Pick<Step, "answer" | "request"> {
  const { atMs, request } = held;
  const open = request.state === "pending" && atMs < request.expiresAtMs;
  if (open && [vote.credential, vote.voter].some((each) => vote.barred.includes(each)))
    return { answer: "own_request", request };
  return step(request, {
    type: "vote",
    vote: vote.vote,
    ...(vote.cardSha256 === undefined ? {} : { cardSha256: vote.cardSha256 }),
    // a denial's reason is asked for at the door that knows its caller; here a row without one is only odd
    reason: vote.reason ?? (vote.vote === "deny" ? "no reason given" : ""),
    voter: {
      id: vote.voter,
      roles: held.roles(vote.voter, vote.roles),
      assurance: vote.assurance ?? "channel",
      mayVote: true,
    },
    atMs,
  });
}

const refusalIn = ({ row }: HeldRequest, answer: Exclude<Answer, "done">): Refusal =>
  row.state === "expired" ? "approval_expired" : refusalOf(answer);

/** The second function reads what the first one has written. */
const CAST = `SELECT r.* FROM holdpoint.cast_vote($1, $2, $3, $4, $5, $6, $7) cast_on
  CROSS JOIN LATERAL holdpoint.read_approvals($1, CASE WHEN cast_on IS NULL THEN '{}' ELSE ARRAY[cast_on] END) r`;

/** Writes and commits it. The approval with it; undefined, and nothing is written, where the voter has said yes too often. */
async function writeVote(
  held: HeldRequest,
  vote: NewVote,
  request: Request,
  hourlyMax: number,
): Promise<RawApproval | undefined> {
  const { tx, key, row } = held;
  const cast = request.votes.at(-1) as CastVote;
  const voices = voicesOf(request, cast);
  const { reason } = withoutSecrets(key, { reason: vote.reason });
  const event = writeEvent(key, {
    tenant: vote.tenant,
    actionId: row.action_id,
    type: "voted",
    actor: { credential: vote.credential, person: vote.voter, channel: vote.channel },
    approvalId: vote.approvalId,
    vote: vote.vote,
    ...(vote.cardSha256 === undefined ? {} : { cardSha256: vote.cardSha256 }),
    content: reason === undefined ? {} : { reason },
  });
  const written = {
    approval: vote.approvalId,
    id: vote.voteId,
    voter: vote.voter,
    credential: vote.credential,
    channel: vote.channel,
    vote: vote.vote,
    roles: voices.map(({ role }) => role),
    voices,
    cast_as: { voter: cast.voter, lenders: cast.lenders, person: held.isPerson(vote.voter) },
    card: vote.cardSha256,
    wish: vote.wish,
  };
  const [after] = await tx.last<RawApproval>("cast_vote", CAST, [
    vote.tenant,
    JSON.stringify(written),
    reason === undefined ? null : key.seal(vote.voteId, "vote", reason),
    event.id,
    event.payload,
    event.content ?? null,
    Number.isFinite(hourlyMax) ? hourlyMax : null,
  ]);
  return after;
}

/** Writes what the machine made of the votes that were there: void, or counting for other roles. */
export async function writeVotes({ tx, tenant, row, request: before }: HeldRequest, after: Request): Promise<void> {
  const changes = row.votes.flatMap((vote, n): { id: string; void?: string; roles?: string[]; voices?: Voice[] }[] => {
    const cast = after.votes[n] as CastVote;
    const voices = voicesOf(after, cast);
    const same =
      cast.void === before.votes[n]?.void &&
      canonicalJson(voices as unknown as Json) === canonicalJson(vote.voices as unknown as Json);
    // What is void keeps the roles that it was given for: evidence.
    if (same || (vote.void !== null && cast.void !== undefined)) return [];
    return cast.void === undefined
      ? [{ id: vote.id, roles: voices.map(({ role }) => role), voices }]
      : [{ id: vote.id, void: cast.void }];
  });
  if (changes.length > 0)
    await tx.query("SELECT holdpoint.change_votes($1, $2, $3)", [tenant, row.id, JSON.stringify(changes)]);
}

/** Whose voice does not count any more: a person who is gone, or who no longer holds a role that the vote rests on. */
function unseated({ row, isPerson, holds }: HeldRequest): string[] {
  const lost = ({ role: named, holder, via: role = named }: Voice, wasPerson: boolean): boolean =>
    wasPerson &&
    role !== APPROVER &&
    (!isPerson(holder) || !holds(holder).some((each) => each.role === role || each.role === ANY));
  const gone = row.votes
    .filter((vote) => vote.void === null)
    .flatMap(({ voter, voices, cast_as }) =>
      voices.filter((voice) => lost(voice, voice.holder !== voter || cast_as.person)).map(({ holder }) => holder),
    );
  return [...new Set(gone)];
}

export function voting(
  database: Database,
  keys: TenantKeys,
  options: { onePerson: boolean; approvalsPerHourMax: number; denialMemoryMs: number },
): Pick<Approvals, "vote" | "wouldCount" | "withdraw" | "apply"> {
  const fleet = !options.onePerson;

  const wishes = ({ votes }: RawApproval) => votes.filter(({ wish, void: gone }) => wish !== null && gone === null);
  const isRemembered = (row: RawApproval, state: string): boolean =>
    state === "rejected" ? options.denialMemoryMs > 0 : wishes(row).length > 0;

  /** What an answer means beyond this request: a no is remembered for a while, a yes may stand for the next ones. */
  async function remember({ tx, key, tenant, row, action, judgement }: HeldRequest, state: string): Promise<void> {
    if (state === "rejected")
      await tx.query("SELECT holdpoint.remember_denial($1, $2, $3)", [tenant, row.id, options.denialMemoryMs]);
    if (state !== "approved") return;
    for (const vote of wishes(row)) {
      const id = newId("grt");
      const covers: Covers = {
        tool: action.tool,
        ...(action.toolVersion === undefined ? {} : { toolVersion: action.toolVersion }),
        ...(action.audience === undefined ? {} : { audience: action.audience }),
        ...(action.cwd === undefined ? {} : { cwd: action.cwd }),
        args: action.args,
        rules: (judgement?.verdict?.ask?.because ?? []).map(({ rule }) => rule),
      };
      const [made] = await tx.query<{ made: boolean }>("SELECT holdpoint.make_standing($1, $2, $3, $4, $5) AS made", [
        tenant,
        row.id,
        vote.id,
        id,
        key.seal(id, "standing", JSON.stringify(covers)),
      ]);
      if (made?.made)
        await noteOn(tx, key, {
          tenant,
          actionId: row.action_id,
          type: "standing.made",
          actor: { person: vote.voter, channel: vote.channel },
          detail: { approvalId: row.id, grant: id, ...vote.wish },
        });
    }
  }

  return {
    async vote(vote) {
      const { tenant, approvalId } = vote;
      const done = await underLock<Voted>(
        database,
        keys,
        fleet,
        { tenant, approvalId, who: [vote.voter] },
        async (held) => {
          const { key, row } = held;
          const as = (status: Refusal): Voted => ({
            status,
            approval: toApproval(key, row),
          });
          const { answer, request: after } = wouldBe(held, vote);
          if (answer !== "done") return as(refusalIn(held, answer));
          // A person who says yes all the time does not look any more.
          const counted = await writeVote(held, vote, after, options.approvalsPerHourMax);
          if (!counted) return as("too_many");
          return { status: "counted", approval: toApproval(key, counted), actionId: row.action_id };
        },
      );
      return done ?? { status: "unknown" };
    },

    async wouldCount(vote) {
      const { tenant, approvalId } = vote;
      const done = await underLock(database, keys, fleet, { tenant, approvalId, who: [vote.voter] }, async (held) => {
        const { answer } = wouldBe(held, vote);
        return answer === "done" ? ("counted" as const) : refusalIn(held, answer);
      });
      return done ?? "unknown";
    },

    async withdraw({ tenant, approvalId, voter, actor }) {
      const done = await underLock<Answered>(
        database,
        keys,
        fleet,
        { tenant, approvalId, who: [voter] },
        async (held) => {
          const { tx, key, row, atMs, request } = held;
          const { answer, request: after } = step(request, { type: "withdraw", voter, atMs });
          if (answer !== "done") return { status: answer };
          await writeVotes(held, after);
          await noteOn(tx, key, {
            tenant,
            actionId: row.action_id,
            type: "vote.withdrawn",
            actor,
            detail: { approvalId },
          });
          if (after.state === "revoked")
            await transitionWithin(tx, key, {
              tenant,
              actionId: row.action_id,
              from: ["approved"],
              to: "revoked",
              actor,
              reason: "an approver withdrew",
            });
          return { status: "done" };
        },
      );
      return done ?? { status: "unknown" };
    },

    async apply(tenant, approvalId, actor) {
      const key = await keys.of(tenant);
      const outcome = await underLock(database, keys, fleet, { tenant, approvalId }, async (held) => {
        const { tx, row, atMs } = held;
        let { request } = held;
        if (request.state === "pending") {
          for (const voter of unseated(held)) request = step(request, { type: "authority_lost", voter, atMs }).request;
          await writeVotes(held, request);
        }
        const state = row.state === "pending" ? count(request).state : row.state;
        if (state === "pending") return "waiting" as const;
        const change: Transition = {
          tenant,
          actionId: row.action_id,
          from: ["held"],
          to: state === "approved" ? "approved" : "rejected",
          actor,
          ...deciding(held, state),
        };
        const answer = await transitionWithin(tx, key, change, isRemembered(row, state) ? "call" : "last");
        if (answer?.r_status === "done" && isRemembered(row, state)) await remember(held, state);
        return { change, answer };
      });
      if (!outcome) return { status: "unknown" };
      if (outcome === "waiting") return { status: "waiting" };
      return shown(database, key, outcome.change, outcome.answer);
    },
  };
}

/** Who decided: every voter that counts, and the words of the one who said no. */
function deciding({ key, row }: HeldRequest, state: string): Pick<Transition, "detail" | "reason"> {
  const votes = row.votes.filter((vote) => vote.void === null);
  const veto = votes.find(({ vote }) => vote === "deny");
  const reason = state === "approved" ? undefined : veto && reasonOf(key, veto);
  return {
    detail: { votes: votes.map(({ id, voter, vote, channel }) => ({ id, voter, vote, channel })) },
    ...(reason === undefined ? {} : { reason }),
  };
}
