// counts.ts — what a commit proves and adds where the active set has limits; the counting itself is in 012_counts.sql

import type { ActionState } from "@holdpoint/wire/action.ts";
import type { Counted, CountWhat, Verdict } from "@holdpoint/wire/verdict.ts";
import type { Database } from "./pool.ts";

/** Of a sum, what is used; of all else one, where the action's state is of that kind. */
const AMOUNTS: Readonly<Record<CountWhat, (state: ActionState, used: number) => number>> = {
  actions: (state) => Number(state !== "denied"),
  allows: (state) => Number(state === "allowed"),
  asks: (state) => Number(state === "held" || state === "approved"),
  denials: (state) => Number(state === "denied"),
  failures: () => 0, // known when it is reported
  modelCalls: (state, used) => (state === "denied" ? 0 : used),
  costUsd: (state, used) => (state === "denied" ? 0 : used),
};

/** For SQL's `count_action`; nothing where nothing is counted. `state`: what the action is once this is committed, or is already. */
export const countsFor = ({ counts }: Pick<Verdict, "counts">, state: ActionState): object | undefined =>
  counts && {
    asks: counts.asks,
    of: counts.of.map(({ name, what, windowMs, used }) => ({
      name,
      what,
      windowMs,
      amount: AMOUNTS[what](state, used),
    })),
    keep: state !== "denied",
  };

/** All counters of a batch, once each: they are locked in one order before anything is judged. */
export function countersOf(verdicts: readonly Pick<Verdict, "counts">[]): Pick<Counted, "name" | "windowMs">[] {
  const all = new Map<string, Pick<Counted, "name" | "windowMs">>();
  for (const { counts } of verdicts)
    for (const { name, windowMs } of counts?.of ?? []) all.set(name, { name, windowMs });
  return [...all.values()];
}

/** How much there was beside an action itself, by the names of its counters, in whole units. */
export async function countedBefore(
  database: Database,
  tenant: string,
  actionId: string,
  of: readonly Counted[],
): Promise<Record<string, number>> {
  const [row] = await database.call<{ counts: Record<string, number> }>(
    "counted_before",
    "SELECT holdpoint.counted_before($1, $2, $3) AS counts",
    [tenant, actionId, JSON.stringify(of.map(({ name, windowMs }) => ({ name, windowMs })))],
  );
  return row?.counts ?? {};
}
