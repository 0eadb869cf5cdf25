// counts.ts — criteria about how much there was before: rates, budgets, repeated denials

import type { Action } from "@holdpoint/wire/action.ts";
import type { Counted, CountScope, CountWhat } from "@holdpoint/wire/verdict.ts";
import { parseDuration } from "../duration.ts";
import type { Bounds, When } from "../schema.ts";
import type { Criterion } from "./anchors.ts";
import { type Answer, attests, type Direction, settle, type View } from "./view.ts";

/** Something that a set asks about, and that is therefore counted for every action. */
export interface Counter {
  scope: CountScope;
  what: CountWhat;
  /** length of the sliding window in ms; 0 = since counting began */
  windowMs: number;
}

/** Sums of what actions use. They hold the action's own share: `gt: 5` is a budget of 5 that is never exceeded. */
const SUMS: readonly CountWhat[] = ["modelCalls", "costUsd"];
/** Money is counted in millionths, so that sums are whole numbers wherever they are made. */
const MICROS = 1_000_000;
const unitOf = (what: CountWhat): number => (what === "costUsd" ? MICROS : 1);
const AMOUNT_MAX = 1_000_000_000;

/** What an action uses by its own account, in whole units; a model call is at least one. */
export function usedBy({ usage, kind }: Pick<Action, "usage" | "kind">, what: CountWhat): number {
  if (what === "costUsd") return Math.round(Math.min(usage?.costUsd ?? 0, AMOUNT_MAX) * MICROS);
  if (what !== "modelCalls") return 0;
  return Math.max(Math.min(usage?.modelCalls ?? 0, AMOUNT_MAX), kind === "model_call" ? 1 : 0);
}

/** Whose count it is. A run that has no name of its own is its session. */
const OWNERS: Readonly<Record<CountScope, (action: Action) => string>> = {
  session: ({ session }) => session.id,
  run: ({ session, usage }) => (usage?.runId === undefined ? `session ${session.id}` : `run ${usage.runId}`),
  agent: ({ principal }) => principal.agent,
  tenant: () => "",
};

export const counterName = ({ scope, what, windowMs }: Counter, action: Action): string =>
  `${scope}/${what}/${windowMs}/${OWNERS[scope](action)}`;

/** All counters of a set as they apply to one action: what is counted of it, whatever its decision rests on. */
export const countedOf = (counters: readonly Counter[], action: Action): Counted[] =>
  counters.map((counter) => ({
    name: counterName(counter, action),
    what: counter.what,
    windowMs: counter.windowMs,
    used: usedBy(action, counter.what),
  }));

/** Every counter once, in a fixed order. */
export function distinctCounters(all: readonly Counter[]): Counter[] {
  const byKey = new Map(all.map((each) => [`${each.scope}/${each.what}/${each.windowMs}`, each]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

type Counts = NonNullable<When["session"]>;
type Condition = Bounds & { within?: string };

interface Question extends Counter {
  bounds: Bounds;
}

function questions(scope: CountScope, counts: Counts): Question[] {
  return Object.entries(counts).map(([what, condition]) => {
    const { within, ...bounds } = condition as Condition;
    return { scope, what: what as CountWhat, windowMs: parseDuration(within ?? "") ?? 0, bounds };
  });
}

export const countersIn = (scope: CountScope, counts: Counts): Counter[] =>
  questions(scope, counts).map(({ scope, what, windowMs }) => ({ scope, what, windowMs }));

/** An agent may add to its own usage: an allow can rest on how little there was, never on how much. */
export const restsOnMuch = (counts: Counts): CountWhat | undefined =>
  SUMS.find((what) => counts[what]?.gt !== undefined || counts[what]?.gte !== undefined);

/** The bounds in whole units. What is counted is compared with them here and by the store, with the same result. */
const scaled = ({ gt, gte, lt, lte }: Bounds, unit: number): Bounds => {
  const whole = (bound: number) => (unit === 1 ? bound : Math.round(bound * unit));
  return {
    ...(gt === undefined ? {} : { gt: whole(gt) }),
    ...(gte === undefined ? {} : { gte: whole(gte) }),
    ...(lt === undefined ? {} : { lt: whole(lt) }),
    ...(lte === undefined ? {} : { lte: whole(lte) }),
  };
};

export const within = (value: number, { gt, gte, lt, lte }: Bounds): boolean =>
  (gt === undefined || value > gt) &&
  (gte === undefined || value >= gte) &&
  (lt === undefined || value < lt) &&
  (lte === undefined || value <= lte);

function answer(view: View, { bounds, ...counter }: Question): boolean {
  const name = counterName(counter, view.action);
  const own = usedBy(view.action, counter.what);
  const held = within((view.history?.counts?.[name] ?? 0) + own, bounds);
  const known = view.asked.some(({ name: asked, bounds: other }) => asked === name && other === bounds);
  if (!known) view.asked.push({ name, own, bounds, held });
  return held;
}

/**
 * How much there was is asked of the history, and what was asked is kept with the verdict: whoever commits it makes sure
 * that the answers still hold. Without a history it is unknown. What agents say they used is only their word, so no
 * allow rests on it (rulings §A3).
 */
export function counted(scope: CountScope, counts: Counts, direction: Direction): Criterion {
  const asked = questions(scope, counts).map((each) => ({ ...each, bounds: scaled(each.bounds, unitOf(each.what)) }));
  const onWord = direction === "loosen" && asked.some(({ what }) => SUMS.includes(what));
  const ask = (view: View): Answer => {
    if (!view.history || (onWord && !attests(view, "usage"))) return undefined;
    return asked.every((each) => answer(view, each));
  };
  return { cost: 5, test: settle(direction, ask) };
}
