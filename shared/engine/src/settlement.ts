// settlement.ts — a draft as what the store commits: ids, times, the decision, and the approval where people are asked

import { toDecision } from "@holdpoint/core/decision.ts";
import { basisOf } from "@holdpoint/core/escalation/basis.ts";
import { renderCard } from "@holdpoint/core/escalation/card.ts";
import { memorySubject, standingSubject } from "@holdpoint/core/escalation/standing.ts";
import { redactJudgement } from "@holdpoint/core/redact/judgement.ts";
import { selectSandbox } from "@holdpoint/core/sandbox/select.ts";
import type { SettleDraft } from "@holdpoint/queue/types.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import { traceIdOf } from "@holdpoint/runtime/trace.ts";
import type { NewApproval, Settlement } from "@holdpoint/store/types.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { Id, Stage } from "@holdpoint/wire/scalars.ts";
import { commandLine } from "./command-line.ts";

const STATES = { allow: "allowed", ask: "held", deny: "denied" } as const;

/** The last stage that worked on it; an action that none has finished was refused by the first. */
export const stageOf = ({ message }: Pick<SettleDraft, "message">): Stage => message.stages.at(-1)?.stage ?? "rules";

const runOf = ({ usage }: Action): { run?: string } => (usage?.runId === undefined ? {} : { run: usage.runId });

function newApproval(draft: SettleDraft, nowMs: number): NewApproval {
  const { verdict, facts, message } = draft;
  if (verdict.ask === undefined) throw new Error("a verdict asks without saying whom");
  const standing = standingSubject(message.action, facts, verdict);
  return {
    id: newId("apr"),
    ask: verdict.ask,
    card: renderCard({ action: message.action, facts, verdict }),
    basis: basisOf(message.action, verdict),
    ...(standing !== undefined && { standing }),
    // An edited, escalated or promoted action is asked about on purpose, whatever was said to the one before it.
    ...(message.action.replaces === undefined && {
      memory: { subject: memorySubject(message.action, facts), session: message.action.session.id },
    }),
    expiresAt: new Date(nowMs + verdict.ask.expiresMs),
    ...runOf(message.action),
  };
}

/**
 * Everything of one commit, without the secrets of its action: only the sealed action and facts know them. The decision's
 * `auditId` is the store's to add: the event is made there. `redactionKey`: the tenant's, for markers.
 */
export function toSettlement(draft: SettleDraft, nowMs: number, redactionKey: Uint8Array): Settlement {
  const { message, facts } = draft;
  const { action } = message;
  // A denial that left the pipeline early met no sandbox selection; a decision always names one.
  const chosen = draft.verdict.sandbox ? draft.verdict : selectSandbox(draft.verdict, action, facts);
  const { verdict, findings } = redactJudgement({ ...draft, verdict: chosen }, action, facts, redactionKey);
  const approval = verdict.effect === "ask" ? newApproval({ ...draft, verdict }, nowMs) : undefined;
  const traceId = traceIdOf(message.trace);
  const decision = toDecision(verdict, {
    decisionId: newId("dec"),
    actionId: action.id as Id<"act">,
    argsHash: action.argsHash,
    decidedAt: new Date(nowMs).toISOString(),
    stages: message.stages,
    ...(traceId !== undefined && { traceId }),
    ...(approval !== undefined && {
      approval: { id: approval.id as Id<"apr">, expiresAt: approval.expiresAt.toISOString() },
    }),
  });
  return {
    tenant: action.tenant,
    actionId: action.id,
    epoch: message.epoch,
    state: STATES[verdict.effect],
    decision,
    verdict,
    facts,
    findings,
    ...(approval !== undefined && { approval }),
    actor: { system: stageOf(draft) },
    command: commandLine(action, facts, redactionKey),
    ...runOf(action),
  };
}
