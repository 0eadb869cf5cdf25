// strikes.ts — draws faults from a seeded deck, lets them strike one after the other under load, and times each recovery

import type { Fault } from "./faults.ts";
import type { Acknowledged } from "./load.ts";
import type { World } from "./world.ts";

export interface Struck {
  fault: string;
  /** ms from the end of the fault until an action that was sent after it was allowed, one denied and one parked */
  recoveryMs?: number;
  /** another fault struck at the same time, so its recovery is not this one's */
  together?: true;
}

export interface Strikes {
  struck: Struck[];
  kills: number;
  wipes: number;
  /** could not strike: what it breaks was away already */
  missed: number;
}

const RECOVERY_MS_MAX = 30_000;
const LOOK_MS = 50;
const LOOK_ROWS = 400;
/** A part of the faults strikes two at a time: then nothing is said about the recovery from either. */
const TOGETHER = 0.15;
const ENDINGS = 3;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A shuffled deck in which each fault stands as often as it weighs, dealt again when it is empty. */
export function* deck(faults: readonly Fault[], random: () => number): Generator<Fault, never> {
  for (;;) {
    const cards = faults.flatMap((fault) => Array.from({ length: fault.weight ?? 1 }, () => fault));
    while (cards.length > 0) yield cards.splice(Math.floor(random() * cards.length), 1)[0] as Fault;
  }
}

/** The first transition of each kind among actions sent after a moment, by the database's clock, which is also ours. */
async function recovery(
  world: World,
  acknowledged: readonly Acknowledged[],
  endedAt: number,
): Promise<number | undefined> {
  const from = acknowledged.length;
  for (const limit = performance.now() + RECOVERY_MS_MAX; performance.now() < limit; await pause(LOOK_MS)) {
    const ids = acknowledged
      .slice(from)
      .filter(({ sentAt }) => sentAt >= endedAt)
      .slice(0, LOOK_ROWS)
      .map(({ actionId }) => actionId);
    const found = await world.owner
      .query<{ at: Date }>(
        `SELECT min(at) AS at FROM holdpoint.events
          WHERE tenant = 'default' AND action_id = ANY ($1) AND version = 2 AND state IN ('allowed', 'denied', 'held') GROUP BY state`,
        [ids],
      )
      .catch(() => undefined); // the database is still away: not recovered
    if (found?.rows.length === ENDINGS) return Math.max(0, ...found.rows.map(({ at }) => at.getTime() - endedAt));
  }
  return undefined;
}

export async function strike(
  options: { world: World; faults: readonly Fault[]; more: () => boolean; random: () => number },
  acknowledged: readonly Acknowledged[],
  out: Strikes,
): Promise<void> {
  const { world, more, random } = options;
  const cards = deck(
    options.faults.filter(({ on }) => on?.(world) ?? true),
    random,
  );
  const once = async (fault: Fault): Promise<boolean> => {
    try {
      await fault.strike(world, random);
    } catch {
      out.missed++;
      return false;
    }
    out.kills += fault.kills ?? 0;
    out.wipes += fault.wipes ?? 0;
    return true;
  };
  while (more()) {
    const fault = cards.next().value;
    if (random() < TOGETHER) {
      const other = cards.next().value;
      const done = await Promise.all([once(fault), once(other)]);
      for (const [at, each] of [fault, other].entries())
        if (done[at]) out.struck.push({ fault: each.name, together: true });
      await recovery(world, acknowledged, Date.now());
    } else if (await once(fault)) {
      const recoveryMs = await recovery(world, acknowledged, Date.now());
      out.struck.push({ fault: fault.name, ...(recoveryMs !== undefined && { recoveryMs }) });
    }
    await pause(100 + random() * 600);
  }
}
