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
    sweeper: Pick<Store["sweeper"], "alone">;
  };
  queue: Pick<Queue, "send" | "depth" | "wiped">;
  clock: Clock;
  log: Log;
}

/** Rows of one look: at one look in two seconds, far below what the stages do in that time, so that it never storms. */
const ROWS_PER_LOOK = 500;
/** Older than this without a decision, while nothing waits in the queue: it is lost, or in very slow hands. */
export const LOST_AFTER_MS = 4_000;
/** With a live backlog an action may simply still be waiting. */
const LOST_IN_BACKLOG_MS = 30_000;
const BACKLOG_JOBS = 64;
/** After a wipe: what came since may be on its way already, and most of it takes milliseconds. */
const FRESH_MS = 500;
const VOTES_PER_LOOK = 200;
/** A vote's own job takes milliseconds; one that is unapplied for longer was lost. */
const VOTE_LOST_AFTER_MS = 1_000;

/**
 * How long an action must have been silent before it is dispatched again. Right after a wipe nearly everything is known
 * to be lost; at the looks that follow, whatever was sent before the wipe was seen.
 */
export function lostAfterMs(look: { wipedAgoMs?: number; waiting: number }): number {
  if (look.wipedAgoMs !== undefined && look.wipedAgoMs < LOST_AFTER_MS) return Math.max(FRESH_MS, look.wipedAgoMs);
  return look.waiting >= BACKLOG_JOBS ? LOST_IN_BACKLOG_MS : LOST_AFTER_MS;
}

/**
 * A look sends again what was lost, and says how much. Safe to repeat: a new epoch voids what an older dispatch still does.
 * One process at a time looks: two would void each other's dispatches. Undefined where another one does.
 */
export function createReconciler(deps: ReconcilerDeps): () => Promise<{ actions: number; votes: number } | undefined> {
  const { store, queue, clock, log } = deps;
  let wipedAt: number | undefined;
  const look = async () => {
    const wiped = await queue.wiped();
    if (wiped) wipedAt = clock.now();
    const votes = await resumeVotes(deps);
    let actions = 0;
    for (;;) {
      const waiting = Object.values(await queue.depth()).reduce((sum, jobs) => sum + jobs, 0);
      const since = wipedAt === undefined ? {} : { wipedAgoMs: clock.now() - wipedAt };
      const sent = await sendLost(lostAfterMs({ ...since, waiting }), deps);
      actions += sent;
      // After a wipe there is no backlog to spare; what was just sent again is too young to be met twice.
      if (!wiped || sent < ROWS_PER_LOOK) break;
    }
    // A new store has an empty queue too: only what was really lost is worth a line.
    if (actions + votes > 0) log.warn({ actions, votes, wiped }, "sent again what the queue had lost");
    return { actions, votes };
  };
  return () => store.sweeper.alone("reconcile", look);
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
  const lost = await store.approvals.unapplied(VOTE_LOST_AFTER_MS, VOTES_PER_LOOK);
  for (const { tenant, approvalId, actionId } of lost) {
    const row = await store.actions.get(tenant, actionId);
    if (row !== undefined) await queue.send("escalation", [resumeOf(row, approvalId, {}, clock.now())]);
  }
  return lost.length;
}
