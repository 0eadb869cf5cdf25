// strikes.ts — draws faults from a seeded deck, lets them strike one after the other under load, and times each recovery

import type { Fault } from "./faults.ts";
import type { Acknowledged } from "./load.ts";
import type { World } from "./world.ts";

export interface Struck {
  fault: string;
  /** ms since 1970 */
  endedAt: number;
  /** when the next one began */
  nextAt?: number;
  /** of all actions that were sent between the two, how long the slowest waited for its decision */
  slowestMs?: number;
  /** ms from the end of the fault until an action that was sent after it was allowed, one denied and one parked */
  recoveryMs?: number;
  /** ms from the same moment until every process that the fault ended had said that it is there again: a part of the recovery */
  startMs?: number;
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

export type Due = "kills" | "wipes" | undefined;
/** What a run is to have in it when all its faults have struck. */
export interface Least {
  faults: number;
  kills: number;
  wipes: number;
}

/** What the next fault must be, so that the least counts are reached with those that are left; undefined while all may come. */
export function dueOf(out: { struck: number; kills: number; wipes: number }, least: Least): Due {
  const wipes = Math.max(0, least.wipes - out.wipes);
  const kills = Math.max(0, least.kills - out.kills);
  if (wipes + kills === 0 || least.faults - out.struck > wipes + kills) return undefined;
  return wipes > 0 ? "wipes" : "kills";
}

/** A shuffled deck in which each fault stands as often as it weighs, dealt again when it is empty; asked for, the next of a kind. */
export function* deck(faults: readonly Fault[], random: () => number): Generator<Fault, never, Due> {
  let cards: Fault[] = [];
  const deal = () => faults.flatMap((fault) => Array.from({ length: fault.weight ?? 1 }, () => fault));
  const draw = (due: Due): Fault => {
    const mayCome = (list: readonly Fault[]) => list.filter((fault) => due === undefined || fault[due] !== undefined);
    if (mayCome(cards).length === 0) cards = deal();
    const choice = mayCome(cards);
    const fault = choice[Math.floor(random() * choice.length)];
    if (fault === undefined) throw new Error(`no fault counts among the \`${due}\` that are still due`);
    cards.splice(cards.indexOf(fault), 1);
    return fault;
  };
  let due: Due;
  for (;;) due = yield draw(due);
}

/** When each of some services first said that it lives, after a moment; looked at until all have. */
function returns(world: World, services: readonly string[], endedAt: number): () => Promise<number | undefined> {
  const backAt = new Map<string, number>();
  return async () => {
    if (services.length === 0) return undefined;
    const { rows } = await world.owner.query<{ service: string; at: Date }>(
      "SELECT service, min(beat_at) AS at FROM holdpoint.workers WHERE beat_at > $1 AND service = ANY ($2) GROUP BY service",
      [new Date(endedAt), services],
    );
    for (const { service, at } of rows) if (!backAt.has(service)) backAt.set(service, at.getTime() - endedAt);
    return backAt.size === services.length ? Math.max(...backAt.values()) : undefined;
  };
}

/** The first transition of each kind among actions sent after a moment, by the database's clock, which is also ours. */
async function recovery(
  world: World,
  acknowledged: readonly Acknowledged[],
  endedAt: number,
  ends: readonly string[] = [],
): Promise<Pick<Struck, "recoveryMs" | "startMs">> {
  const from = acknowledged.length;
  const back = returns(world, ends, endedAt);
  let startMs: number | undefined;
  for (const limit = performance.now() + RECOVERY_MS_MAX; performance.now() < limit; await pause(LOOK_MS)) {
    startMs ??= await back().catch(() => undefined);
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
    if (found?.rows.length !== ENDINGS) continue;
    const recoveryMs = Math.max(0, ...found.rows.map(({ at }) => at.getTime() - endedAt));
    return { recoveryMs, ...(startMs !== undefined && { startMs }) };
  }
  return {};
}

export async function strike(
  options: { world: World; faults: readonly Fault[]; more: () => boolean; random: () => number; least?: Least },
  acknowledged: readonly Acknowledged[],
  out: Strikes,
): Promise<void> {
  const { world, more, random, least = { faults: 0, kills: 0, wipes: 0 } } = options;
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
  const next = () => cards.next(dueOf({ ...out, struck: out.struck.length }, least)).value;
  while (more()) {
    const before = out.struck.at(-1);
    if (before) before.nextAt = Date.now();
    const fault = next();
    if (random() < TOGETHER) {
      const other = next();
      const done = await Promise.all([once(fault), once(other)]);
      const endedAt = Date.now();
      for (const [at, each] of [fault, other].entries())
        if (done[at]) out.struck.push({ fault: each.name, endedAt, together: true });
      await recovery(world, acknowledged, endedAt);
    } else if (await once(fault)) {
      const endedAt = Date.now();
      out.struck.push({ fault: fault.name, endedAt, ...(await recovery(world, acknowledged, endedAt, fault.ends)) });
    }
    await pause(100 + random() * 600);
  }
}
