// view.ts — what a rule may look at while it is tried: the action, its facts, and what of it is vouched for

import type { Action, Attestable } from "@holdpoint/wire/action.ts";
import type { Atom, Facts, PathFact } from "@holdpoint/wire/facts.ts";
import type { CountAsk } from "@holdpoint/wire/verdict.ts";
import { atomFeatures, callFeatures } from "./features.ts";

/**
 * What was before. A verdict is made with what is known of it, names what it asked, and is committed only where that is
 * still the answer; so nothing needs to be read before judging.
 */
export interface History {
  /** by the names of counters, in whole units; what is not in here is 0 */
  counts?: Readonly<Record<string, number>>;
  approval?: "none" | "pending" | "approved" | "rejected";
}

/** Before anything was counted, and before anybody was asked. */
export const BLANK_HISTORY: History = { approval: "none" };

export interface View {
  action: Action;
  facts: Facts;
  risk: number;
  /** none = unknown, as in a check that has no store */
  history: History | undefined;
  /** what was asked of it so far */
  asked: CountAsk[];
  /** bits of the call, which every atom has too */
  call: number;
  /** what was found out so far of the atom that is looked at, and of where the call is made */
  atom: Atom | undefined;
  features: number;
  exact: (SeenPath | undefined)[] | undefined;
  folded: (SeenPath | undefined)[] | undefined;
  program: string | undefined;
  words: readonly string[] | undefined;
  exactFrom: Surroundings | undefined;
  foldedFrom: Surroundings | undefined;
  /** answers about the call as a whole, by who asked: they are the same for each of its atoms */
  answers: Map<object, boolean> | undefined;
}

/** Where a call is made, as its paths are looked at: found once for a view, when a pattern first asks. */
export interface Surroundings {
  /** the folder that "inside the workspace" means; in lower case where rules tighten */
  workspace: string | undefined;
  home: string | undefined;
  /** is the home vouched for? */
  homeSure: boolean;
}

/** A path as patterns ask about it; made once for each fact and way of looking, its places found when first asked for. */
export interface SeenPath {
  view: View;
  tighten: boolean;
  fact: PathFact;
  path: string;
  /** its last segment */
  name: string;
  /** `/rest` of `../../rest` from an unknown folder */
  climbed: string | undefined;
  /** where it lies below a place: "" is the place itself, undefined is elsewhere, null is not yet asked */
  workspace: string | undefined | null;
  home: string | undefined | null;
  scratch: string | undefined | null;
  /** the place that was taken apart last */
  apart: Apart | undefined;
}

/** A place as its names, none for the place itself. */
export interface Apart {
  place: string;
  segments: readonly string[];
}

export const viewOf = (action: Action, facts: Facts, risk: number, history?: History): View => ({
  action,
  facts,
  risk,
  history,
  asked: [],
  call: callFeatures(action, facts),
  atom: undefined,
  features: 0,
  exact: undefined,
  folded: undefined,
  program: undefined,
  words: undefined,
  exactFrom: undefined,
  foldedFrom: undefined,
  answers: undefined,
});

/** Asks about the call, by reading its whole text, once and not for each atom. */
export const onceForCall = (ask: (view: View) => boolean): ((view: View) => boolean) => {
  const key = {};
  return (view) => {
    const known = view.answers?.get(key);
    if (known !== undefined) return known;
    const answer = ask(view);
    view.answers ??= new Map();
    view.answers.set(key, answer);
    return answer;
  };
};

/** The bits of call and atom; from here on the view is about this atom. */
export function featuresOf(view: View, atom: Atom): number {
  if (view.atom !== atom) {
    view.atom = atom;
    view.features = view.call | atomFeatures(atom);
    view.exact = undefined;
    view.folded = undefined;
    view.program = atom.program?.toLowerCase();
    view.words = undefined;
  }
  return view.features;
}

/** The atom's program, in lower case. */
export function programOf(view: View, atom: Atom): string | undefined {
  if (view.atom !== atom) featuresOf(view, atom);
  return view.program;
}

/** The atom's words that are known, as written and as subcommands, in lower case. */
export function knownWords(view: View, atom: Atom): readonly string[] {
  if (view.atom !== atom) featuresOf(view, atom);
  if (view.words) return view.words;
  const words: string[] = [];
  for (const word of atom.words) if (word !== null) words.push(word.toLowerCase());
  if (atom.meaning) for (const word of atom.meaning.subcommands) words.push(word.toLowerCase());
  view.words = words;
  return words;
}

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
