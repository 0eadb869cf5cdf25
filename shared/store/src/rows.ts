// rows.ts — rows as Postgres gives them, opened and shaped as the rest of the house knows them

import type { Action, ActionState } from "@holdpoint/wire/action.ts";
import type { TraceCarrier } from "@holdpoint/wire/job.ts";
import { openJudgement } from "./judgement.ts";
import type { Database } from "./pool.ts";
import type { TenantKey } from "./seal.ts";
import type { ActionRow } from "./types.ts";

interface RawAction {
  id: string;
  state: ActionState;
  version: number;
  epoch: number;
  sealed: Buffer;
  trace: string;
  dispatched_at: Date;
  deadline_at: Date;
  due_at: Date | null;
  overdue: boolean | null;
  decision: Buffer | null;
  decision_id: string | null;
  decided_at: Date | null;
  approval_id: string | null;
  replaced_by: string | null;
  receipt: string;
  claim_number: number;
  claim_credential: string | null;
  claim_key: string | null;
  claim_executor: string | null;
}

/** Derived, not stored: whoever may read the action can have it, and a stolen row yields none. */
export const approvalToken = (key: TenantKey, approvalId: string): string => key.mac("approval-token", approvalId);

function toActionRow(key: TenantKey, raw: RawAction): ActionRow {
  const row: ActionRow = {
    action: JSON.parse(key.open(raw.id, "action", raw.sealed)) as Action,
    state: raw.state,
    version: raw.version,
    epoch: raw.epoch,
    deadlineAt: raw.deadline_at,
    dispatchedAt: raw.dispatched_at,
    trace: JSON.parse(raw.trace) as TraceCarrier,
    receipt: raw.receipt,
  };
  if (raw.due_at) row.dueAt = raw.due_at;
  if (raw.decision && raw.decision_id) {
    Object.assign(row, openJudgement(key, raw.decision_id, raw.decision));
    if (raw.decided_at) row.findingsAt = raw.decided_at;
  }
  if (raw.approval_id) {
    row.approvalId = raw.approval_id;
    if (raw.state === "approved") row.approvalToken = approvalToken(key, raw.approval_id);
  }
  if (raw.replaced_by) row.replacedBy = raw.replaced_by;
  if (raw.claim_credential)
    row.claim = {
      number: raw.claim_number,
      credential: raw.claim_credential,
      leaseUntil: raw.due_at ?? new Date(0), // reported: no lease any more
      ...(raw.claim_key === null ? {} : { idempotencyKey: raw.claim_key }),
      ...(raw.claim_executor === null ? {} : { executor: raw.claim_executor }),
    };
  return row;
}

/**
 * Rows by id, in the order asked for, `undefined` where there is none of this tenant. Any reader after the time sees
 * what time has changed (rulings §C1): an overdue row is swept before it is shown.
 */
export async function readActions(
  database: Database,
  key: TenantKey,
  tenant: string,
  ids: readonly string[],
): Promise<(ActionRow | undefined)[]> {
  if (ids.length === 0) return [];
  const read = () =>
    database.call<RawAction>("read_actions", "SELECT * FROM holdpoint.read_actions($1, $2)", [tenant, ids]);
  let raws = await read();
  const late = raws.filter(({ overdue }) => overdue);
  if (late.length > 0) {
    for (const { id } of late) await database.call("sweep_one", "SELECT holdpoint.sweep(1, $1, $2)", [tenant, id]);
    raws = await read();
  }
  const byId = new Map(raws.map((raw) => [raw.id, raw]));
  return ids.map((id) => {
    const raw = byId.get(id);
    return raw && toActionRow(key, raw);
  });
}
