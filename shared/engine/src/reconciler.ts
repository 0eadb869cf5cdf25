// reconciler.ts — finds what the queue lost: actions without a decision, votes without a consequence

import type { Queue } from "@holdpoint/queue/types.ts";
import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { Store } from "@holdpoint/store/store.ts";
import { redispatch, resumeOf } from "./dispatch.ts";

export interface ReconcilerDeps {
  store: {
    actions: Pick<Store["actions"], "overdue" | "redispatch" | "get">;
    approvals: Pick<Store["approvals"], "unapplied">;
  };
  queue: Pick<Queue, "send" | "depth" | "wiped">;
  clock: Clock;
  log: Log;
}

/** Rows of one look: at one look in two seconds, far below what the stages do in that time, so that it never storms. */
const ROWS_PER_LOOK = 500;
/** Older than this without a decision, while nothing waits in the queue: it is lost, or in very slow hands. */
const LOST_AFTER_MS = 4_000;
/** With a live backlog an action may simply still be waiting. */
const LOST_IN_BACKLOG_MS = 30_000;
const BACKLOG_JOBS = 64;
/** A vote's own dispatch takes milliseconds; one that is still unapplied at the next look was lost. */
const VOTES_PER_LOOK = 200;

/** How long an action must have been silent before it is dispatched again. */
export const lostAfterMs = (look: { wiped: boolean; waiting: number }): number =>
  look.wiped ? 0 : look.waiting >= BACKLOG_JOBS ? LOST_IN_BACKLOG_MS : LOST_AFTER_MS;

/** One look. Returns what it sent again; safe to repeat, because a new epoch voids what an older dispatch still does. */
export async function reconcile(deps: ReconcilerDeps): Promise<{ actions: number; votes: number }> {
  const { queue, log } = deps;
  const wiped = await queue.wiped();
  if (wiped) log.warn("the queue lost what it held: everything without a decision is sent again");
  const votes = await resumeVotes(deps);
  let actions = 0;
  for (;;) {
    const waiting = Object.values(await queue.depth()).reduce((sum, jobs) => sum + jobs, 0);
    const sent = await sendLost(lostAfterMs({ wiped, waiting }), deps);
    actions += sent;
    // After a wipe all of them are known to be gone; what was just sent again is younger than this look and is not met twice.
    if (!wiped || sent < ROWS_PER_LOOK) break;
  }
  if (actions + votes > 0) log.info({ actions, votes, wiped }, "sent again what had been lost");
  return { actions, votes };
}

async function sendLost(olderThanMs: number, deps: ReconcilerDeps): Promise<number> {
  const lost = await deps.store.actions.overdue(olderThanMs, ROWS_PER_LOOK);
  const byTenant = Map.groupBy(lost, ({ tenant }) => tenant);
  let sent = 0;
  for (const [tenant, rows] of byTenant) {
    sent += await redispatch(
      tenant,
      rows.map(({ actionId }) => actionId),
      deps,
    );
  }
  return sent;
}

async function resumeVotes({ store, queue, clock }: ReconcilerDeps): Promise<number> {
  const lost = await store.approvals.unapplied(VOTES_PER_LOOK);
  for (const { tenant, approvalId, actionId } of lost) {
    const row = await store.actions.get(tenant, actionId);
    if (row !== undefined) await queue.send("escalation", [resumeOf(row, approvalId, {}, clock.now())]);
  }
  return lost.length;
}
