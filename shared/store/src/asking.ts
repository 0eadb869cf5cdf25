// asking.ts — a question to people while it is open: what approvers want to know, what time does, what a new policy makes of it

import { basisOf } from "@holdpoint/core/escalation/basis.ts";
import { renderCard } from "@holdpoint/core/escalation/card.ts";
import { count } from "@holdpoint/core/escalation/counting.ts";
import { type Notice, nextDueMs, step } from "@holdpoint/core/escalation/machine.ts";
import type { Request, Voter } from "@holdpoint/core/escalation/request.ts";
import { standingSubject } from "@holdpoint/core/escalation/standing.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import type { Card, Question } from "@holdpoint/wire/approval.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { questionsOf, shownAndAsked } from "./approval-rows.ts";
import { withoutSecrets, writeEvent } from "./evidence.ts";
import { type HeldRequest, underLock } from "./held-request.ts";
import { noteOn, noteWritten } from "./note.ts";
import type { Database } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import { askOf, sealDecision } from "./settle.ts";
import type { Approvals } from "./store.ts";
import { transitionWithin } from "./transition.ts";
import type { Answered, NewApproval } from "./types.ts";
import { writeVotes } from "./voting.ts";

/** The card as it stands, with the talk on it. Without a judgement there is nothing that it could be made from. */
function cardWith({ action, judgement, key, row }: HeldRequest, questions: readonly Question[]): Card {
  const { facts, verdict } = judgement ?? {};
  return facts && verdict ? renderCard({ action, facts, verdict, questions }) : shownAndAsked(key, row).card;
}

/** The parameters that every change of the card ends with: its hash, and its text sealed. */
function cardParameters(held: HeldRequest, questions: readonly Question[]): [string, Buffer] {
  const { key, row } = held;
  const { ask } = shownAndAsked(key, row);
  const card = cardWith(held, questions);
  return [card.sha256, key.seal(row.id, "approval", JSON.stringify({ card, ask }))];
}

const TOPICS = { chain: "approval.chain", reminder: "approval.reminder" } as const;

const told = (notices: readonly Notice[]) =>
  notices.flatMap((notice): { topic: string; roles: string[] }[] => {
    if (notice.what === "chain") return [{ topic: TOPICS.chain, roles: [notice.role] }];
    return notice.what === "reminder" ? [{ topic: TOPICS.reminder, roles: notice.roles }] : [];
  });

const dateOf = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms));

/** Who answers, as the lock's holder knows them. */
const answerer = (held: HeldRequest, { voter, roles }: { voter: string; roles: readonly string[] }): Voter => ({
  id: voter,
  roles: held.roles(voter, roles),
  assurance: "signed-in",
  mayVote: true,
});

export function asking(
  database: Database,
  keys: TenantKeys,
  options: { onePerson: boolean },
): Pick<Approvals, "ask" | "inform" | "delegate" | "due" | "passTime" | "outdated" | "rejudged"> {
  const fleet = !options.onePerson;
  const found = async (name: string, rows: number) =>
    (
      await database.call<{ r_tenant: string; r_id: string; r_action?: string }>(
        name,
        `SELECT * FROM holdpoint.${name}($1)`,
        [rows],
      )
    ).map(({ r_tenant, r_id, r_action = "" }) => ({ tenant: r_tenant, approvalId: r_id, actionId: r_action }));

  return {
    async ask(by) {
      const { tenant, approvalId, voter, text, actor } = by;
      const done = await underLock<Answered>(
        database,
        keys,
        fleet,
        { tenant, approvalId, who: [voter] },
        async (held) => {
          const { tx, key, row, atMs, request } = held;
          const { answer } = step(request, { type: "ask_info", voter: answerer(held, by), text, atMs });
          if (answer !== "done") return { status: answer };
          const id = newId("qst");
          const question: Question = { id, by: voter, text, at: new Date(atMs).toISOString() };
          await tx.query("SELECT holdpoint.ask_question($1, $2, $3, $4, $5, $6, $7)", [
            tenant,
            row.id,
            id,
            voter,
            key.seal(id, "question", text),
            ...cardParameters(held, [...questionsOf(key, row), question]),
          ]);
          await noteOn(tx, key, {
            tenant,
            actionId: row.action_id,
            type: "approval.question",
            actor,
            detail: { approvalId, question: id, text },
          });
          return { status: "done" };
        },
      );
      return done ?? { status: "unknown" };
    },

    async inform({ tenant, approvalId, by, text, actor }) {
      const done = await underLock<Answered>(database, keys, fleet, { tenant, approvalId }, async (held) => {
        const { tx, key, row, atMs, request } = held;
        const { answer } = step(request, { type: "info", text, atMs });
        if (answer !== "done") return { status: answer };
        const questions = questionsOf(key, row);
        const open = questions.find((each) => each.answer === undefined) as Question;
        const answered = questions.map((each) =>
          each === open ? { ...each, answer: { by, text, at: new Date(atMs).toISOString() } } : each,
        );
        await tx.query("SELECT holdpoint.answer_question($1, $2, $3, $4, $5, $6, $7)", [
          tenant,
          row.id,
          open.id,
          by,
          key.seal(open.id, "answer", text),
          ...cardParameters(held, answered),
        ]);
        await noteOn(tx, key, {
          tenant,
          actionId: row.action_id,
          type: "approval.information",
          actor,
          detail: { approvalId, question: open.id, text },
        });
        return { status: "done" };
      });
      return done ?? { status: "unknown" };
    },

    async delegate(by) {
      const { tenant, approvalId, voter, to, until, actor } = by;
      const id = newId("dlg");
      const done = await underLock<Answered & { id?: string }>(
        database,
        keys,
        fleet,
        { tenant, approvalId, who: [voter, to] },
        async (held) => {
          const { tx, key, row, atMs, request } = held;
          // What the lender lent for all requests is another matter than this one.
          const { answer } = step(
            { ...request, delegations: [] },
            { type: "delegate", from: answerer(held, by), to, untilMs: until.getTime(), atMs },
          );
          if (answer !== "done") return { status: answer };
          const [lent] = await tx.query<{ lend: string }>("SELECT holdpoint.lend($1, $2, $3, $4, $5, $6)", [
            tenant,
            id,
            voter,
            to,
            row.id,
            until,
          ]);
          if (lent?.lend !== "lent") return { status: (lent?.lend ?? "unknown") as Answered["status"] };
          await noteOn(tx, key, {
            tenant,
            actionId: row.action_id,
            type: "delegation.made",
            actor,
            detail: { approvalId, delegation: id, from: voter, to, until: until.toISOString() },
          });
          return { status: "done", id };
        },
      );
      return done ?? { status: "unknown" };
    },

    due: (rows) => found("requests_due", rows),
    outdated: (rows) => found("requests_outdated", rows),

    async passTime(tenant, approvalId) {
      await underLock(database, keys, fleet, { tenant, approvalId }, async ({ tx, row, atMs, request }) => {
        const { answer, request: after, notices } = step(request, { type: "time", atMs });
        // Also where nothing was due after all: what is next must be said, or it is looked at for ever.
        const next = after.state === "pending" ? nextDueMs(after) : undefined;
        await tx.query("SELECT holdpoint.pass_time($1, $2, $3, $4, $5, $6)", [
          tenant,
          row.id,
          after.toldSteps,
          after.reminders,
          dateOf(next),
          JSON.stringify(answer === "done" ? told(notices) : []),
        ]);
      });
    },

    async rejudged({ tenant, approvalId, decision, verdict, facts, findings, actor }) {
      const done = await underLock<Answered | { status: "same" }>(
        database,
        keys,
        fleet,
        { tenant, approvalId },
        async (held) => {
          const { tx, key, row, atMs, request, action } = held;
          // Its people have spoken and nobody has drawn the conclusion yet: that comes first, and a yes is judged at its claim.
          if (count(request).state !== "pending") return { status: "already_settled" };
          const judgement = { decision, verdict, facts, findings };
          const card = renderCard({ action, facts, verdict, questions: questionsOf(key, row) });
          const basis = basisOf(action, verdict);
          const { answer, request: after } = step(request, {
            type: "rejudged",
            effect: verdict.effect,
            ...(verdict.ask && { ask: verdict.ask }),
            shown: { cardSha256: card.sha256, truncated: card.truncated, basis },
            why: verdict.reason,
            atMs,
          });
          if (after.state === "denied") {
            await transitionWithin(tx, key, {
              tenant,
              actionId: row.action_id,
              from: ["held"],
              to: "denied",
              actor,
              reason: verdict.reason,
              ...judgement,
            });
            return { status: "done" };
          }
          const same = basis === row.basis && sameAsk(request, after);
          const mark = (more: unknown[]) =>
            tx.query("SELECT holdpoint.ask_again($1, $2, $3, $4, $5, $6, $7)", [
              tenant,
              row.action_id,
              verdict.policyDigest,
              ...more,
            ]);
          if (answer !== "done" || same || verdict.ask === undefined) {
            await mark([null, null, null, null]);
            return { status: answer === "done" ? "same" : answer };
          }
          await writeVotes(held, after);
          const approval: NewApproval = {
            id: row.id,
            ask: verdict.ask,
            card,
            basis,
            ...standingOf(action, facts, verdict),
            expiresAt: new Date(after.expiresAtMs),
          };
          const asked = askOf(key, approval, { ...decision, policyDigest: verdict.policyDigest });
          const about = { tenant, actionId: row.action_id, type: "approval.asked_again" };
          const event = writeEvent(key, {
            ...about,
            actor,
            decisionId: decision.decisionId,
            approvalId: row.id,
            cardSha256: card.sha256,
            outcome: decision.outcome,
            rules: decision.rules.map(({ id }) => id),
            policyDigest: verdict.policyDigest,
            content: withoutSecrets(key, { reason: verdict.reason }),
          });
          await mark([
            JSON.stringify({
              id: decision.decisionId,
              effect: decision.effect,
              outcome: decision.outcome,
              rules: decision.rules.map(({ id }) => id),
            }),
            sealDecision(key, judgement, event.id),
            JSON.stringify({ ...asked, next_due_at: dateOf(nextDueMs(after))?.toISOString() }),
            key.seal(row.id, "approval", JSON.stringify({ card, ask: verdict.ask })),
          ]);
          await noteWritten(tx, about, event);
          return { status: "done" };
        },
      );
      return done ?? { status: "unknown" };
    },
  };
}

const standingOf = (...about: Parameters<typeof standingSubject>): { standing?: string } => {
  const standing = standingSubject(...about);
  return standing === undefined ? {} : { standing };
};

/** Whether the same people are asked, for the same time. */
const sameAsk = (before: Request, after: Request): boolean =>
  before.expiresAtMs === after.expiresAtMs &&
  canonicalJson(before.ask as unknown as Json) === canonicalJson(after.ask as unknown as Json);
