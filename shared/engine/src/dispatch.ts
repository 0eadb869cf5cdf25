// dispatch.ts — a row of the store as a message for the queue: a first dispatch, a repeated one, or a resume after votes

import type { Queue } from "@holdpoint/queue/types.ts";
import type { Store } from "@holdpoint/store/store.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import { JOB_VERSION, type Message, type TraceCarrier } from "@holdpoint/wire/job.ts";

/** From the start: nothing of an earlier dispatch is carried over. */
export const messageOf = (row: Pick<ActionRow, "action" | "epoch" | "trace">, nowMs: number): Message => ({
  v: JOB_VERSION,
  action: row.action,
  epoch: row.epoch,
  trace: row.trace,
  sentAt: nowMs,
  stages: [],
});

/** Tells the escalation stage to look at an approval. `trace` is of whoever answered: the action's own trace is linked, not continued. */
export const resumeOf = (
  row: Pick<ActionRow, "action" | "epoch">,
  approvalId: string,
  trace: TraceCarrier,
  nowMs: number,
): Message => ({ ...messageOf({ ...row, trace }, nowMs), resume: { approvalId } });

export interface DispatchDeps {
  store: { actions: Pick<Store["actions"], "redispatch"> };
  queue: Pick<Queue, "send">;
  clock: { now(): number };
}

/** Gives actions a new epoch and sends them from the first stage. What is decided by now is left alone. Returns how many went. */
export async function redispatch(tenant: string, actionIds: string[], deps: DispatchDeps): Promise<number> {
  const rows = await deps.store.actions.redispatch(tenant, actionIds);
  if (rows.length > 0) {
    await deps.queue.send(
      "rules",
      rows.map((row) => messageOf(row, deps.clock.now())),
    );
  }
  return rows.length;
}
