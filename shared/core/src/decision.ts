// decision.ts — a verdict becomes a decision with ids and times, and the part of it that an agent may see

import type { ActionState } from "@holdpoint/wire/action.ts";
import { type Decision, GENERIC_DENIAL } from "@holdpoint/wire/decision.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Effect, Id } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";

export type Disclosure = Verdict["disclosure"];

export interface DecisionIds {
  decisionId: Id<"dec">;
  actionId: Id<"act">;
  argsHash: string;
  /** RFC 3339, UTC */
  decidedAt: string;
  stages: Decision["stages"];
  traceId?: string | undefined;
  /** the id of the event that records it */
  auditId?: string | undefined;
  /** of the approval that is opened with it, when the effect is ask */
  approval?: { id: Id<"apr">; expiresAt: string } | undefined;
}

/** Everything there is to know; who may see which part is `forAgent`'s business. */
export function toDecision(verdict: Verdict, ids: DecisionIds): Decision {
  const { modifications, ask, hint } = verdict;
  return {
    decisionId: ids.decisionId,
    actionId: ids.actionId,
    effect: verdict.effect,
    outcome: verdict.outcome,
    reason: clip(verdict.reason),
    message: messageFor(verdict, verdict.disclosure),
    ...(hint === undefined ? {} : { hint: clip(hint) }),
    rules: verdict.rules,
    risk: verdict.risk,
    findings: verdict.findings,
    sandbox: verdict.sandbox ?? { recommended: "none" },
    redactions: verdict.redactions,
    ...(modifications ? { modifications } : {}),
    alerts: verdict.alerts,
    ...(ids.approval && ask ? { approval: approvalOf(ask, ids.approval) } : {}),
    policyDigest: verdict.policyDigest,
    argsHash: ids.argsHash,
    stages: ids.stages,
    decidedAt: ids.decidedAt,
    ...(ids.traceId === undefined ? {} : { traceId: ids.traceId }),
    ...(ids.auditId === undefined ? {} : { auditId: ids.auditId }),
  };
}

/** A decision without ids, times and people: those belong to actions that were really proposed. */
export function decisionAlone(verdict: Verdict) {
  const { effect, outcome, reason, rules, risk, findings, sandbox, redactions, modifications, alerts, ask } = verdict;
  return {
    effect,
    outcome,
    reason,
    rules,
    risk,
    findings,
    ...(sandbox && { sandbox }),
    redactions,
    ...(modifications && { modifications }),
    alerts,
    ...(ask && { approval: { requirements: ask.requirements, expiresMs: ask.expiresMs } }),
    policyDigest: verdict.policyDigest,
  };
}

const clip = (text: string): string =>
  text.length > limits.textCharsMax ? `${text.slice(0, limits.textCharsMax - 1)}…` : text;

function approvalOf(
  ask: NonNullable<Verdict["ask"]>,
  approval: { id: Id<"apr">; expiresAt: string },
): NonNullable<Decision["approval"]> {
  const requirements = ask.requirements.map(({ role, quorum }) => ({ role, quorum, votes: 0 }));
  // The first requirement that is still unmet names the approval (rulings §B9); nobody has voted yet.
  const [first = { role: "approver", quorum: 1 }] = ask.requirements;
  return { id: approval.id, role: first.role, quorum: first.quorum, requirements, expiresAt: approval.expiresAt };
}

const GENERIC: Readonly<Record<Effect, string>> = {
  allow: "Tool call allowed by policy",
  ask: "Tool call is waiting for approval",
  deny: GENERIC_DENIAL,
};

/** What became of the action after its decision: the sentence of then would be untrue now. */
const SINCE: { readonly [state in ActionState]?: string } = {
  denied: GENERIC_DENIAL,
  approved: "Tool call was approved, and may run once",
  rejected: `${GENERIC_DENIAL}: a person rejected it`,
  expired: `${GENERIC_DENIAL}: it was not answered or not run in time`,
  cancelled: `${GENERIC_DENIAL}: it was cancelled`,
  revoked: `${GENERIC_DENIAL}: its approval was withdrawn`,
};

function sentenceOf(effect: Effect, state: ActionState | undefined): string {
  const since = state && SINCE[state];
  if (since !== undefined) return since;
  // What a person let through is no longer waiting, however it then ended.
  const waits = state === undefined || state === "received" || state === "held";
  return effect !== "ask" || waits ? GENERIC[effect] : "Tool call was approved";
}

/**
 * `generic` is one fixed sentence; ids and hints enter the text only with `hint` or more (rulings §H). `state` is the
 * action's state now, where the message is for somebody who asks later.
 */
function messageFor(
  said: Pick<Verdict, "effect" | "reason" | "rules" | "hint"> | Decision,
  disclosure: Disclosure,
  state?: ActionState,
): string {
  const sentence = sentenceOf(said.effect, state);
  if (disclosure === "generic" || said.effect === "allow") return sentence;
  const ids = said.rules.map(({ id }) => id).slice(0, 5);
  const named = ids.length > 0 ? `${sentence} (${ids.join(", ")})` : sentence;
  const reason = disclosure === "hint" ? "" : `: ${said.reason}`;
  const hint = said.hint === undefined ? "" : `. ${said.hint}`;
  return clip(`${named}${reason}${hint}`);
}

/** What an agent's credential sees of a decision. */
export interface AgentDecision extends Partial<Decision> {
  decisionId: Decision["decisionId"];
  effect: Decision["effect"];
  outcome: Decision["outcome"];
  message: string;
}

/**
 * `generic`: effect and message, the approval, sandbox, redactions and modifications that it needs to go on. `hint` adds
 * rule ids and the hint, `reason` the reason, `full` risk and findings too. Trace, digest and timings never. With the
 * action's `state` the message says what has become of it since.
 */
export function forAgent(decision: Decision, disclosure: Disclosure, state?: ActionState): AgentDecision {
  const { decisionId, auditId, effect, outcome, approval, sandbox, redactions, modifications, hint } = decision;
  const seen: AgentDecision = {
    decisionId,
    ...(auditId === undefined ? {} : { auditId }),
    effect,
    outcome,
    message: messageFor(decision, disclosure, state),
    ...(approval ? { approval } : {}),
    sandbox,
    redactions,
    ...(modifications ? { modifications } : {}),
  };
  if (disclosure === "generic") return seen;
  const { rules, reason, risk, findings } = decision;
  const hinted = { ...seen, rules, ...(hint === undefined ? {} : { hint }) };
  if (disclosure === "hint") return hinted;
  return disclosure === "reason" ? { ...hinted, reason } : { ...hinted, reason, risk, findings };
}
