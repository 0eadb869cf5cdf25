// transition.ts — every move of an action that is neither a settle nor a claim

import type { ActionState } from "@holdpoint/wire/action.ts";
import type { Event } from "@holdpoint/wire/event.ts";
import { createBatcher } from "./batch.ts";
import { createBlob, type Place } from "./blob.ts";
import { type EventRow, readEvent, type WrittenEvent, withoutSecrets, writeEvent } from "./evidence.ts";
import type { Judgement } from "./judgement.ts";
import type { Database, Transaction } from "./pool.ts";
import { readActions } from "./rows.ts";
import type { TenantKey, TenantKeys } from "./seal.ts";
import { askOf, sealApproval, sealDecision } from "./settle.ts";
import type { NewApproval, Transition, Transitioned } from "./types.ts";

interface TransitionAnswer {
  r_n: number;
  r_status: "done" | "illegal";
  r_state: ActionState;
  r_event: string | null;
}

const TRANSITION = "SELECT * FROM holdpoint.transition($1, $2, $3)";
const EVENT = "SELECT id, action_id, version, type, state, at, payload, previous, hash, content FROM holdpoint.events";

/** The parameters of the SQL function for a batch of one tenant. */
function parameters(key: TenantKey, tenant: string, changes: readonly Transition[]): unknown[] {
  const blob = createBlob();
  const items = changes.map((change, n) => {
    const event = eventOf(key, change);
    const { decision, verdict, facts, findings, approval } = change;
    const judgement = decision && { decision, verdict, facts, findings };
    const [c0, c1] = blob.add(event.content);
    return {
      n,
      id: change.actionId,
      sources: change.from,
      target: change.to,
      version: change.version,
      claim_number: change.claimNumber,
      type: change.type ?? change.to,
      event: event.id,
      payload: event.payload,
      c0,
      c1,
      replaced_by: change.replacedBy,
      usage: change.usage,
      ...(judgement && decided(judgement, blob.add(sealDecision(key, judgement, event.id)))),
      ...(judgement && approval && asked(key, judgement, approval, blob.add(sealApproval(key, approval)))),
    };
  });
  return [tenant, JSON.stringify(items), blob.bytes()];
}

const decided = ({ decision }: Judgement, [d0, d1]: Place) => ({
  decision: decision.decisionId,
  effect: decision.effect,
  outcome: decision.outcome,
  rules: decision.rules.map(({ id }) => id),
  digest: decision.policyDigest,
  d0,
  d1,
});

const asked = (key: TenantKey, { decision }: Judgement, approval: NewApproval, [a0, a1]: Place) => ({
  approval: approval.id,
  ask: askOf(key, approval, decision),
  a0,
  a1,
  expires_at: approval.expiresAt.toISOString(),
});

function eventOf(key: TenantKey, change: Transition): WrittenEvent {
  const { decision } = change;
  const reason = change.reason ?? decision?.reason;
  return writeEvent(key, {
    ...(decision?.auditId === undefined ? {} : { id: decision.auditId }),
    tenant: change.tenant,
    actionId: change.actionId,
    type: change.type ?? change.to,
    state: change.to,
    actor: change.actor,
    ...(decision && {
      decisionId: decision.decisionId,
      outcome: decision.outcome,
      rules: decision.rules.map(({ id }) => id),
      policyDigest: decision.policyDigest,
    }),
    content: withoutSecrets(key, {
      ...(reason === undefined ? {} : { reason }),
      ...(change.detail === undefined ? {} : { detail: change.detail }),
    }),
  });
}

/**
 * Moves one action inside a transaction that holds other locks already (approvals.ts).
 * @param how `last` where nothing follows: the commit goes with it
 */
export async function transitionWithin(
  tx: Transaction,
  key: TenantKey,
  change: Transition,
  how: "call" | "last" = "call",
): Promise<TransitionAnswer | undefined> {
  const [answer] = await tx[how]<TransitionAnswer>("transition", TRANSITION, parameters(key, change.tenant, [change]));
  return answer;
}

/** Reports of a tenant that arrive while others are being committed go together. */
export function transition(database: Database, keys: TenantKeys): (change: Transition) => Promise<Transitioned> {
  const batcher = createBatcher<Transition, TransitionAnswer | undefined>({
    itemsMax: 200,
    async flush(tenant, changes) {
      const values = parameters(await keys.of(tenant), tenant, changes);
      const answers = await database.call<TransitionAnswer>("transition", TRANSITION, values);
      const byItem = new Map(answers.map((answer) => [answer.r_n, answer]));
      return changes.map((_change, n) => byItem.get(n));
    },
  });
  return async (change) => {
    const answer = await batcher.submit(change.tenant, change);
    return shown(database, await keys.of(change.tenant), change, answer);
  };
}

export async function shown(
  database: Database,
  key: TenantKey,
  { tenant, actionId }: Transition,
  answer: TransitionAnswer | undefined,
): Promise<Transitioned> {
  const [row] = await readActions(database, key, tenant, [actionId]);
  if (!answer || !row) return { status: "unknown" };
  if (answer.r_status !== "done") return { status: "illegal", state: answer.r_state, row };
  const [event] = await eventsWhere(database, key, tenant, "id = $1", [answer.r_event]);
  if (!event) throw new Error(`the event of \`${actionId}\` is not there`);
  return { status: "done", row, event };
}

export async function eventsWhere(
  database: Database,
  key: TenantKey,
  tenant: string,
  where: string,
  values: unknown[],
): Promise<Event[]> {
  const rows = await database.inTenant(tenant, (tx) => tx.query<EventRow>(`${EVENT} WHERE ${where}`, values));
  return rows.map((row) => readEvent(key, row));
}
