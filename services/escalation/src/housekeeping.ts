// housekeeping.ts — what time and lost messages ask for: expiry, deadlines, cursors, and the reconciler
// Every process of this service runs these loops; an advisory lock lets one at a time do the work.

import type { Engine } from "@holdpoint/engine/deps.ts";
import { redispatch } from "@holdpoint/engine/dispatch.ts";
import { type Loop, loop } from "@holdpoint/engine/loop.ts";
import { createReconciler } from "@holdpoint/engine/reconciler.ts";
import { countExpiry, countFailClosed, setPending } from "@holdpoint/runtime/metrics.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { rejudgeHeld } from "./rejudge.ts";

/** Rows of one statement: enough for 100,000 expiries in seconds, few enough that no lock is held for long. */
const SWEEP_ROWS = 2_000;
/** One by one, each under its lock. */
const REMIND_ROWS = 200;
/** A few at a time, once a minute: nobody waits for it. */
const TIDY_ROWS = 2_000;

/** Repeats until less than a full batch was found, so that a flood is worked off within one turn. */
async function untilFew(rows: number, step: () => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const found = await step();
    total += found;
    if (found < rows) return total;
  }
}

async function sweep(engine: Engine): Promise<void> {
  const { store } = engine;
  await store.sweeper.alone("sweep", async () => {
    await untilFew(SWEEP_ROWS, () => expire(engine));
    const undecided = await untilFew(SWEEP_ROWS, () => store.sweeper.denyOverdue(SWEEP_ROWS));
    for (let each = 0; each < undecided; each++) {
      countFailClosed("deadline");
      countExpiry("undecided");
    }
    await wake(engine);
  });
}

const EXPIRIES = { held: "approval", allowed: "allowed", approved: "approved", executing: "lease" } as const;

async function expire({ store }: Engine): Promise<number> {
  const expired = await store.sweeper.expire(SWEEP_ROWS);
  let total = 0;
  for (const [state, count] of Object.entries(expired)) {
    total += count;
    for (let each = 0; each < count; each++) countExpiry(EXPIRIES[state as keyof typeof EXPIRIES]);
  }
  return total;
}

/** What nobody will ask for again: told and fetched news, counters that no window reaches. */
async function tidy({ store }: Engine): Promise<void> {
  await store.deliveries.prune(limits.newsKeepMs, TIDY_ROWS);
  await store.sweeper.pruneCounters(TIDY_ROWS);
}

/** Before plans that were made for small tables meet large ones. */
async function analyse({ store, log }: Engine): Promise<void> {
  const tables = await store.sweeper.keepStatistics();
  if (tables.length > 0) log.debug({ tables }, "they have doubled: analysed");
}

/** Of the whole house, told by every process that keeps it: the gauges of any of them are right. */
async function gauge({ store }: Engine): Promise<void> {
  const { count, oldestMs } = await store.sweeper.pending();
  setPending(count, oldestMs);
}

/** What waited for a sibling's answer is judged anew, from the start. */
async function wake(engine: Engine): Promise<void> {
  const woken = await engine.store.sweeper.wake(SWEEP_ROWS);
  for (const [tenant, rows] of Map.groupBy(woken, ({ tenant }) => tenant))
    await redispatch(
      tenant,
      rows.map(({ actionId }) => actionId),
      engine,
    );
}

/** What time does to questions that nobody answers: their chain goes on, people are reminded. A few at a time: expiry comes first. */
async function remind({ store, log }: Engine): Promise<void> {
  for (const { tenant, approvalId } of await store.approvals.due(REMIND_ROWS))
    await store.approvals
      .passTime(tenant, approvalId)
      .catch((error: unknown) => log.warn({ error, approvalId }, "nobody was reminded; it is tried again"));
}

export function startHousekeeping(engine: Engine): { stop(): Promise<void> } {
  const { store, log } = engine;
  const reconcile = createReconciler(engine);
  const loops: Loop[] = [
    loop("sweeper", limits.sweepMs, log, () => sweep(engine)),
    loop("reminders", limits.remindMs, log, () => store.sweeper.alone("remind", () => remind(engine))),
    loop("rejudging", limits.rejudgeHeldMs, log, () => store.sweeper.alone("rejudge", () => rejudgeHeld(engine))),
    loop("tidying", limits.tidyMs, log, () => store.sweeper.alone("tidy", () => tidy(engine))),
    loop("statistics", limits.statisticsMs, log, () => store.sweeper.alone("statistics", () => analyse(engine))),
    loop("gauges", limits.gaugeMs, log, () => gauge(engine)),
    loop("reconciler", limits.reconcileMs, log, reconcile),
    loop("sequencer", limits.sequencerMs, log, () => store.events.sequence()),
  ];
  return {
    async stop() {
      await Promise.all(loops.map((each) => each.stop()));
    },
  };
}
