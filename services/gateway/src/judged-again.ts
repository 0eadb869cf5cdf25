// judged-again.ts — a claim's fresh verdict that ends or reopens the wait, committed as a decision of its own

import { toDecision } from "@holdpoint/core/decision.ts";
import { basisOf } from "@holdpoint/core/escalation/basis.ts";
import { renderCard } from "@holdpoint/core/escalation/card.ts";
import { standingSubject } from "@holdpoint/core/escalation/standing.ts";
import type { Judged } from "@holdpoint/engine/rejudge.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import { countDecision } from "@holdpoint/runtime/metrics.ts";
import { traceIdOf } from "@holdpoint/runtime/trace.ts";
import type { ActionRow, NewApproval, Transition } from "@holdpoint/store/types.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import type { Decision } from "@holdpoint/wire/decision.ts";
import type { Gateway } from "./parts.ts";
import { notFound } from "./query.ts";
import { actorOf } from "./refusals.ts";
import type { Standing } from "./rejudge.ts";

/** The same request again, with what is asked by now: votes that were given stay (rulings §C1). */
function reopened({ clock }: Gateway, row: ActionRow, { verdict, facts }: Judged): NewApproval | undefined {
  if (!verdict.ask || row.approvalId === undefined) return undefined;
  const standing = standingSubject(row.action, facts, verdict);
  return {
    id: row.approvalId,
    ask: verdict.ask,
    card: renderCard({ action: row.action, facts, verdict }),
    basis: basisOf(row.action, verdict),
    ...(standing !== undefined && { standing }),
    expiresAt: new Date(clock.now() + verdict.ask.expiresMs),
  };
}

function judgement(gateway: Gateway, row: ActionRow, judged: Judged): Partial<Transition> & { decision: Decision } {
  const { verdict, facts, findings } = judged;
  const { id, argsHash } = row.action;
  const approval = reopened(gateway, row, judged);
  const traceId = traceIdOf(row.trace);
  const decision = toDecision(verdict, {
    decisionId: newId("dec"),
    actionId: id,
    argsHash,
    decidedAt: new Date(gateway.clock.now()).toISOString(),
    stages: row.decision?.stages ?? [],
    traceId,
    ...(approval && { approval: { id: approval.id as `apr_${string}`, expiresAt: approval.expiresAt.toISOString() } }),
  });
  return { decision, verdict, facts, findings, ...(approval && { approval }) };
}

/** Returns the row as it is afterwards: another claim, vote or sweep may have been quicker. */
export async function judgedAgain(
  gateway: Gateway,
  credential: Credential,
  row: ActionRow,
  to: Exclude<Standing, "go">,
  judged: Judged,
): Promise<ActionRow> {
  // An allowed action that policy now asks about ends as denied; proposed again it will wait for people.
  const denial = to === "denied" && judged.verdict.effect === "ask";
  const reason = REASONS[denial ? "asks" : to] ?? judged.verdict.reason;
  const fresh = judgement(gateway, row, judged);
  const done = await gateway.store.actions.transition({
    tenant: row.action.tenant,
    actionId: row.action.id,
    from: to === "denied" ? ["allowed", "approved"] : ["approved"],
    to,
    version: row.version,
    actor: { ...actorOf(credential), system: "gateway" },
    reason,
    ...(to !== "revoked" && !denial && fresh),
  });
  if (done.status === "unknown") throw notFound();
  if (done.status === "done" && to === "denied") {
    countDecision("deny", "deny", "claim");
    gateway.audit.record({ message: { action: row.action }, ...judged }, { ...fresh.decision, effect: "deny", reason });
  }
  return done.row;
}

const REASONS: Readonly<Record<string, string | undefined>> = {
  asks: "policy changed: this now needs an approval, so it has to be proposed again",
  revoked: "the votes that it rests on no longer count",
};
