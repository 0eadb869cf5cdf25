// settle.ts — commit decisions: one statement for a batch of one tenant, one answer an item

import { nextDueMs } from "@holdpoint/core/escalation/machine.ts";
import type { ApprovalAsk } from "@holdpoint/wire/approval.ts";
import type { Decision } from "@holdpoint/wire/decision.ts";
import { textArray, valueArray } from "./arrays.ts";
import { createBlob } from "./blob.ts";
import { countersOf, countsFor } from "./counts.ts";
import { type WrittenEvent, writeEvent } from "./evidence.ts";
import { type Judgement, sealJudgement } from "./judgement.ts";
import type { Notices } from "./notices.ts";
import type { Database } from "./pool.ts";
import type { TenantKey, TenantKeys } from "./seal.ts";
import type { Committed, NewApproval, Settled, Settlement } from "./types.ts";

interface SettleAnswer {
  r_id: string;
  r_status: Settled["status"];
  r_state: Settlement["state"];
  r_version: number;
  r_receipt: string;
  r_why: string | null;
  r_because: string | null;
  r_digest: string | null;
}

interface SettleLimits {
  pendingApprovalsPerAgentMax: number;
  claimWindowMs: number;
  onePerson: boolean;
}

const SETTLE = "SELECT * FROM holdpoint.settle($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

export function settle(
  database: Database,
  keys: TenantKeys,
  limits: SettleLimits,
  onCommitted: (tenant: string, rows: ReadonlyMap<string, Committed>) => void,
  notices: Pick<Notices, "settled">,
): (tenant: string, items: Settlement[]) => Promise<Settled[]> {
  return async (tenant, items) => {
    if (items.length === 0) return [];
    const key = await keys.of(tenant);
    // two judgements of one action in one batch: the first has the word, as if they had come one after the other
    const first = new Map<string, Settlement>();
    for (const item of items) if (!first.has(item.actionId)) first.set(item.actionId, item);
    const distinct = [...first.values()];
    const events = distinct.map((item) => settledEvent(key, item));
    const values = settleValues(key, tenant, distinct, events, limits);
    const answers = await database.call<SettleAnswer>("settle", SETTLE, values);
    const byId = new Map(answers.map((answer) => [answer.r_id, answer]));
    const eventOf = new Map(distinct.map((item, n) => [item, events[n]?.id]));
    onCommitted(tenant, committedRows(distinct, events, byId, limits.claimWindowMs));
    notices.settled(
      tenant,
      answers.filter(({ r_status }) => r_status === "settled").map(({ r_id }) => r_id),
    );
    return items.map((item) => {
      const answer = byId.get(item.actionId);
      const eventId = eventOf.get(item);
      if (answer && eventId === undefined) return { status: "already", actionId: item.actionId, state: answer.r_state };
      return settled(item.actionId, eventId ?? "", answer);
    });
  };
}

/**
 * What a reader of the rows finds from now on, without reading them. Nothing is said of what was asked about: a standing
 * yes may have answered it in the same commit.
 */
function committedRows(
  items: readonly Settlement[],
  events: readonly WrittenEvent[],
  answers: ReadonlyMap<string, SettleAnswer>,
  claimWindowMs: number,
): Map<string, Committed> {
  const rows = new Map<string, Committed>();
  for (const [n, { actionId, decision, verdict, facts, findings, approval }] of items.entries()) {
    const answer = answers.get(actionId);
    if (answer?.r_status !== "settled" || approval !== undefined) continue;
    const findingsAt = new Date(decision.decidedAt);
    rows.set(actionId, {
      state: answer.r_state,
      version: answer.r_version,
      receipt: answer.r_receipt,
      decision: withEvent(decision, (events[n] as WrittenEvent).id),
      verdict,
      facts,
      findings,
      findingsAt,
      ...(answer.r_state === "allowed" && { dueAt: new Date(findingsAt.getTime() + claimWindowMs) }),
    });
  }
  return rows;
}

/** In the order of the SQL function's parameters; its comment names the parts of an item. */
function settleValues(
  key: TenantKey,
  tenant: string,
  items: Settlement[],
  events: WrittenEvent[],
  limits: SettleLimits,
): unknown[] {
  const blob = createBlob();
  const places = items.flatMap(({ decision, verdict, facts, findings, approval }, n) => {
    const event = events[n] as WrittenEvent;
    const judged = sealDecision(key, { decision, verdict, facts, findings }, event.id);
    const asked = approval && sealApproval(key, approval);
    return [event.payload, event.content, judged, asked].flatMap(blob.add);
  });
  const extras = items.flatMap((item, n) => {
    const extra = extrasOf(key, item, limits.onePerson);
    return extra ? [[String(n + 1), extra]] : [];
  });
  const counted = countersOf(items.map(({ verdict }) => verdict));
  if (counted.length > 0) extras.push(["counted", counted]);
  const decisions = items.map(({ decision }) => decision);
  return [
    tenant,
    textArray(items.map(({ actionId }) => actionId)),
    valueArray(items.map(({ epoch }) => epoch)),
    textArray(items.map(({ state }) => state)),
    textArray(decisions.map(({ policyDigest }) => policyDigest)),
    textArray(events.map(({ id }) => id)),
    textArray(decisions.map(({ decisionId }) => decisionId)),
    textArray(decisions.map(({ effect }) => effect)),
    textArray(decisions.map(({ outcome }) => outcome)),
    textArray(decisions.map(({ rules }) => textArray(rules.map(({ id }) => id)))),
    textArray(items.map(({ approval }) => approval?.id ?? null)),
    valueArray(places),
    blob.bytes(),
    extras.length > 0 ? JSON.stringify(Object.fromEntries(extras)) : null,
    limits.pendingApprovalsPerAgentMax,
    limits.claimWindowMs,
  ];
}

/** What few settlements have beside the columns that all have. */
function extrasOf(
  key: TenantKey,
  { verdict, decision, approval, state, run }: Settlement,
  onePerson: boolean,
): object | undefined {
  const draft = verdict.modifications?.mode === "draft";
  const counts = countsFor(verdict, state);
  if (!approval && !verdict.terminate && decision.alerts.length === 0 && !draft && !counts && run === undefined)
    return undefined;
  return {
    ...(counts ? { counts } : {}),
    ...(run === undefined ? {} : { run }),
    ...(approval
      ? {
          ask: { ...askOf(key, approval, decision), ...memoryOf(key, approval, onePerson) },
          expires_at: approval.expiresAt.toISOString(),
        }
      : {}),
    // kept readable, so it names the rules; the decision's reason may quote the action
    ...(verdict.terminate
      ? { terminate: `terminated by ${decision.rules.map(({ id }) => id).join(", ") || "a rule"}` }
      : {}),
    ...(decision.alerts.length > 0
      ? { alerts: decision.alerts.map(({ rule, severity }) => ({ rule, severity })) }
      : {}),
    draft,
  };
}

function settledEvent(key: TenantKey, item: Settlement): WrittenEvent {
  const { decision, approval } = item;
  return writeEvent(key, {
    ...(decision.auditId === undefined ? {} : { id: decision.auditId }),
    tenant: item.tenant,
    actionId: item.actionId,
    type: item.state,
    state: item.state,
    actor: item.actor,
    decisionId: decision.decisionId,
    ...(approval ? { approvalId: approval.id, cardSha256: approval.card.sha256 } : {}),
    outcome: decision.outcome,
    rules: decision.rules.map(({ id }) => id),
    policyDigest: decision.policyDigest,
    content: { command: item.command, reason: decision.reason },
  });
}

const withEvent = (decision: Decision, eventId: string): Decision => ({ ...decision, auditId: eventId });

/** The event's id is the decision's `auditId`. Shared with re-judging (transition.ts). */
export function sealDecision(key: TenantKey, judgement: Judgement, eventId: string): Buffer {
  return sealJudgement(key, { ...judgement, decision: withEvent(judgement.decision, eventId) });
}

export const sealApproval = (key: TenantKey, { id, card, ask }: NewApproval): Buffer =>
  key.seal(id, "approval", JSON.stringify({ card, ask }));

/** The columns of an approval; what quotes the action is sealed beside them. */
export const askOf = (
  key: TenantKey,
  { id, ask, card, basis, standing, expiresAt, run }: NewApproval,
  { risk, policyDigest }: Decision,
) => ({
  id,
  ...(standing === undefined ? {} : { standing_mac: key.mac("standing", standing) }),
  ...(ask.holds === "run" ? { holds: ask.holds, run } : {}),
  basis,
  policy_digest: policyDigest,
  next_due_at: nextDue(ask, expiresAt),
  requirements: ask.requirements,
  roles: [...new Set(ask.requirements.map(({ role }) => role))],
  risk,
  card_sha256: card.sha256,
  expires_at: expiresAt.toISOString(),
});

const stopOf = (why: string | null) => (why === "session_terminated" ? why : "kill_switch");

/**
 * Facts and credential (rulings §D5). In a one-person `up` one key speaks for all agents, so there the session is part of
 * it: what was denied to one task is asked about again by the next one.
 */
const memoryOf = (key: TenantKey, { memory }: NewApproval, onePerson: boolean) =>
  memory && { memory_mac: key.mac("denial", onePerson ? `${memory.session} ${memory.subject}` : memory.subject) };

/** Its opening is so long before its end as it is asked for. */
function nextDue(ask: ApprovalAsk, expiresAt: Date): string | undefined {
  const expiresAtMs = expiresAt.getTime();
  const dueMs = nextDueMs({ ask, openedAtMs: expiresAtMs - ask.expiresMs, expiresAtMs, toldSteps: 0, reminders: 0 });
  return dueMs === undefined ? undefined : new Date(dueMs).toISOString();
}

function settled(actionId: string, eventId: string, answer: SettleAnswer | undefined): Settled {
  if (!answer) return { status: "unknown", actionId };
  const { r_status: status, r_state: state } = answer;
  switch (status) {
    case "settled":
      return { status, actionId, state, version: answer.r_version, eventId, receipt: answer.r_receipt };
    case "already":
      return { status, actionId, state };
    case "stale_policy":
      return { status, actionId, activeDigest: answer.r_digest ?? "" };
    case "recount":
      return { status, actionId, counts: JSON.parse(answer.r_because ?? "{}") as Record<string, number> };
    case "remembered":
      return { status, actionId, approvalId: answer.r_why ?? "" };
    case "waiting":
      return { status, actionId, approvalId: answer.r_why ?? "" };
    case "stopped":
      return { status, actionId, why: stopOf(answer.r_why), reason: answer.r_because ?? "" };
    default:
      return { status, actionId };
  }
}
