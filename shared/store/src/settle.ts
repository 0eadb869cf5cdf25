// settle.ts — commit decisions: one statement for a batch of one tenant, one answer an item

import { createBlob } from "./blob.ts";
import { writeEvent } from "./evidence.ts";
import type { Database } from "./pool.ts";
import type { Judgement } from "./rows.ts";
import type { TenantKey, TenantKeys } from "./seal.ts";
import type { NewApproval, Settled, Settlement } from "./types.ts";

interface SettleAnswer {
  r_id: string;
  r_status: Settled["status"];
  r_state: Settlement["state"];
  r_version: number;
  r_receipt: string;
  r_why: "session_terminated" | "kill_switch" | null;
  r_because: string | null;
  r_digest: string | null;
}

const SETTLE = "SELECT * FROM holdpoint.settle($1, $2, $3, $4, $5)";

type Add = (bytes: Buffer | undefined) => [number | null, number | null];

export function settle(
  database: Database,
  keys: TenantKeys,
  limits: { pendingApprovalsPerAgentMax: number; claimWindowMs: number },
): (tenant: string, items: Settlement[]) => Promise<Settled[]> {
  return async (tenant, items) => {
    if (items.length === 0) return [];
    const key = await keys.of(tenant);
    const blob = createBlob();
    // two judgements of one action in one batch: the first has the word, as if they had come one after the other
    const first = new Map<string, Settlement>();
    for (const item of items) if (!first.has(item.actionId)) first.set(item.actionId, item);
    const events = new Map<Settlement, string>();
    const rows = [...first.values()].map((item) => {
      const row = settleRow(key, item, blob.add);
      events.set(item, row.event);
      return row;
    });
    const answers = await database.call<SettleAnswer>("settle", SETTLE, [
      tenant,
      JSON.stringify(rows),
      blob.bytes(),
      limits.pendingApprovalsPerAgentMax,
      limits.claimWindowMs,
    ]);
    const byId = new Map(answers.map((answer) => [answer.r_id, answer]));
    return items.map((item) => {
      const answer = byId.get(item.actionId);
      const event = events.get(item);
      if (answer && event === undefined) return { status: "already", actionId: item.actionId, state: answer.r_state };
      return settled(item.actionId, event ?? "", answer);
    });
  };
}

/** The columns and sealed bytes of a decision; shared with re-judging (transition.ts). */
export function decisionRow(key: TenantKey, judgement: Judgement, eventId: string, add: Add) {
  const decision = { ...judgement.decision, auditId: eventId };
  const [d0, d1] = add(key.seal(decision.decisionId, "decision", JSON.stringify({ ...judgement, decision })));
  return {
    decision: decision.decisionId,
    effect: decision.effect,
    outcome: decision.outcome,
    rules: decision.rules.map(({ id }) => id),
    digest: decision.policyDigest,
    d0,
    d1,
  };
}

export function approvalRow(key: TenantKey, actionId: string, judgement: Judgement, approval: NewApproval, add: Add) {
  const { requirements } = approval.ask;
  const [a0, a1] = add(key.seal(approval.id, "approval", JSON.stringify({ card: approval.card, ask: approval.ask })));
  return {
    approval: approval.id,
    expires_at: approval.expiresAt.toISOString(),
    ask: {
      id: approval.id,
      action_id: actionId,
      requirements,
      roles: [...new Set(requirements.map(({ role }) => role))],
      risk: judgement.decision.risk,
      card_sha256: approval.card.sha256,
      a0,
      a1,
      expires_at: approval.expiresAt.toISOString(),
    },
  };
}

function settleRow(key: TenantKey, item: Settlement, add: Add) {
  const { decision, verdict, facts, findings, approval } = item;
  const event = writeEvent(key, {
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
  const judgement: Judgement = { decision, verdict, facts, findings };
  const [c0, c1] = add(event.content);
  return {
    id: item.actionId,
    epoch: item.epoch,
    state: item.state,
    event: event.id,
    payload: event.payload,
    c0,
    c1,
    ...decisionRow(key, judgement, event.id, add),
    ...(approval ? approvalRow(key, item.actionId, judgement, approval, add) : {}),
    terminate: verdict.terminate ? decision.reason || "terminated by a rule" : undefined,
    alerts: decision.alerts.length > 0 ? decision.alerts.map(({ rule, severity }) => ({ rule, severity })) : undefined,
    draft: verdict.modifications?.mode === "draft",
  };
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
    case "stopped":
      return { status, actionId, why: answer.r_why ?? "kill_switch", reason: answer.r_because ?? "" };
    default:
      return { status, actionId };
  }
}
