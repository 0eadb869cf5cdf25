// view.ts — what a rule may look at while it is tried: the action, its facts, and what of it is vouched for

import type { Action, Attestable } from "@holdpoint/wire/action.ts";
import type { Atom, Facts, PathFact } from "@holdpoint/wire/facts.ts";
import type { SeenPath } from "../seen-path.ts";

/** Counts kept by whoever evaluates (the settle transaction counts exactly); undefined = unknown. */
export interface History {
  count(scope: "session" | "run" | "agent" | "tenant", what: string, withinMs: number | undefined): number | undefined;
  approval?: "none" | "pending" | "approved" | "rejected";
}

export interface View {
  action: Action;
  facts: Facts;
  risk: number;
  history: History | undefined;
  /** paths that patterns already asked about */
  seen: { exact?: Map<PathFact, SeenPath>; folded?: Map<PathFact, SeenPath> };
}

export const viewOf = (action: Action, facts: Facts, risk: number, history?: History): View => ({
  action,
  facts,
  risk,
  history,
  seen: {},
});

/**
 * Which way a criterion errs. `tighten`: the rule makes things stricter when it holds (deny, ask, obligations; also the
 * `unless` of an allow), so any value is enough and an unknown one counts as met. `loosen`: the rule makes things freer
 * when it holds (allow; also the `unless` of the others), so every value must meet it, and an unknown one never does.
 */
export type Direction = "tighten" | "loosen";

export type Test = (view: View, atom: Atom) => boolean;

/** Met, not met, or unknown: missing, or only claimed (rulings §A1–A2). */
export type Answer = boolean | undefined;

/** Turns an answer that may be unknown into a test that errs the right way. */
export const settle =
  (direction: Direction, ask: (view: View, atom: Atom) => Answer): Test =>
  (view, atom) => {
    const answer = ask(view, atom);
    return answer === undefined ? direction === "tighten" : answer;
  };

export const attests = (view: View, what: Attestable): boolean => view.action.attested.includes(what);

/** Words that only the run itself knows, in a name, an operand, a path or a host. */
export const isDynamic = (atom: Atom): boolean =>
  atom.words.includes(null) ||
  atom.paths.some((path) => path.dynamic) ||
  atom.hosts.some((host) => host.dynamic) ||
  (atom.meaning?.operands.includes(null) ?? false);

/** What could not be understood: for a reason of its own, because a cap was hit, or because the program has no name. */
export const isOpaque = (view: View, atom: Atom): boolean => atom.opaque.length > 0 || view.facts.caps.length > 0;
