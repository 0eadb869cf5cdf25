// paths.ts — the criterion about paths: one is enough to tighten, every one must be named to loosen (rulings §B2, §B6)

import type { Access, Atom, PathFact } from "@holdpoint/wire/facts.ts";
import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import type { Flavour } from "../glob.ts";
import { compilePathList, type PathList } from "../path-list.ts";
import { type PathPattern, parsePathPattern, sureWords } from "../path-pattern.ts";
import type { PathCondition, When } from "../schema.ts";
import { seenPath } from "../seen-path.ts";
import type { Criterion, SureWords } from "./anchors.ts";
import { ACCESSES, ATOM, others } from "./features.ts";
import { attests, type Direction, type View } from "./view.ts";

interface CompiledCondition {
  patterns: readonly PathPattern[];
  positives: PathList | undefined;
  negatives: PathList | undefined;
  access: readonly string[] | undefined;
  mayContain: PathCondition["mayContain"];
}

export function paths(condition: NonNullable<When["paths"]>, direction: Direction, flavour: Flavour): Criterion {
  const conditions = asConditions(condition).map((one) => compileCondition(one, direction, flavour));
  const loosen = direction === "loosen";
  /** One path that meets a condition is enough to tighten; to loosen, none may meet none. */
  const test = (view: View, atom: Atom): boolean => {
    for (let index = 0; index < atom.paths.length; index += 1)
      if (meetsOne(conditions, view, atom, index, loosen) !== loosen) return !loosen;
    return loosen;
  };
  return { cost: 6, ...presence(conditions, loosen), test, anchor: anchorOf(conditions) };
}

/** Without a path of an access that is named nothing holds; and every path needs such an access where a rule loosens. */
function presence(conditions: readonly CompiledCondition[], loosen: boolean): { needs: number; bars: number } {
  if (conditions.some(({ access }) => !access)) return { needs: ATOM.paths, bars: 0 };
  const named = conditions.flatMap(({ access }) => access ?? []);
  const missing = others(ACCESSES, named);
  const [only] = named;
  let needs = ATOM.paths;
  if (missing & ACCESSES.read) needs |= ATOM.writes;
  if (only !== undefined && named.every((one) => one === only)) needs |= ACCESSES[only as Access];
  return { needs, bars: loosen ? missing : 0 };
}

function meetsOne(
  conditions: readonly CompiledCondition[],
  view: View,
  atom: Atom,
  index: number,
  loosen: boolean,
): boolean {
  for (const condition of conditions)
    if (loosen ? covers(condition, view, atom, index) : meets(condition, view, atom, index)) return true;
  return false;
}

const asConditions = (condition: NonNullable<When["paths"]>): PathCondition[] =>
  condition.every((one) => typeof one === "string") ? [{ any: condition as string[] }] : (condition as PathCondition[]);

function compileCondition(condition: PathCondition, direction: Direction, flavour: Flavour): CompiledCondition {
  const positives: PathPattern[] = [];
  const negatives: PathPattern[] = [];
  for (const [index, text] of (condition.any ?? []).entries()) {
    const negative = text.startsWith("!");
    // What is taken out of a rule that tightens loosens, and the other way round.
    const tighten = (direction === "tighten") !== negative;
    try {
      const patterns = parsePathPattern(negative ? text.slice(1) : text, tighten, flavour);
      (negative ? negatives : positives).push(...patterns);
    } catch (error) {
      if (!isFault(error)) throw error;
      throw new Fault(error.code, error.message, { index });
    }
  }
  return {
    patterns: positives,
    positives: positives.length > 0 ? compilePathList(positives) : undefined,
    negatives: negatives.length > 0 ? compilePathList(negatives) : undefined,
    access: condition.access,
    mayContain: condition.mayContain,
  };
}

/** In a rule that tightens. */
function meets(condition: CompiledCondition, view: View, atom: Atom, index: number): boolean {
  const fact = atom.paths[index] as PathFact;
  if (condition.access && !condition.access.includes(fact.access)) return false;
  const { positives, negatives } = condition;
  if (positives) {
    const seen = seenPath(view, atom, index, true);
    if (!positives.holds(seen) && !(mayReach(condition, fact) && positives.mayReach(seen, !endsInGlob(fact.path))))
      return false;
  }
  return !negatives || !isNamed(negatives, view, atom, index);
}

/** In a rule that loosens. */
function covers(condition: CompiledCondition, view: View, atom: Atom, index: number): boolean {
  const fact = atom.paths[index] as PathFact;
  if (condition.access && !condition.access.includes(fact.access)) return false;
  const { positives, negatives } = condition;
  if (positives && !isNamed(positives, view, atom, index)) return false;
  if (!negatives) return true;
  const seen = seenPath(view, atom, index, true);
  return !negatives.holds(seen) && !(mayReach(condition, fact) && negatives.mayReach(seen, true));
}

const mayReach = ({ mayContain }: CompiledCondition, fact: PathFact): boolean => {
  if (!mayContain || fact.mayContain !== true) return false;
  return mayContain === true || (fact.dynamic !== true && endsInGlob(fact.path) && !isSearch(fact.path));
};

/** `*`, `?a*` and whatever a search finds unfiltered reach all and name nothing (rulings §B6: not for searches); `.*` names what is hidden. */
function isSearch(path: string): boolean {
  if (path.endsWith("/**/.*")) return true;
  const last = path.lastIndexOf("/") + 1;
  if (path.charCodeAt(last) === 46) return false;
  let naming = 0;
  for (let at = last; at < path.length && naming < NAMING_CHARS_MIN; at += 1)
    if (!"*?[]".includes(path.charAt(at))) naming += 1;
  return naming < NAMING_CHARS_MIN;
}
const NAMING_CHARS_MIN = 2;

/** Surely inside one of the patterns: known, exact, and not by a home that is only claimed. */
function isNamed(patterns: PathList, view: View, atom: Atom, index: number): boolean {
  const { raw } = atom.paths[index] as PathFact;
  const first = raw.charCodeAt(0);
  const byHome = (first === 126 || first === 36) && /^(~|\$\{?HOME\b)/.test(raw);
  if (byHome && !attests(view, "home") && view.action.home !== undefined) return false;
  return patterns.holds(seenPath(view, atom, index, false));
}

/** A shell pattern in the last segment names files of one folder, not what lies below them. */
function endsInGlob(path: string): boolean {
  for (let at = path.length - 1; at >= 0; at -= 1) {
    const code = path.charCodeAt(at);
    // `*`, `?`, `[`; and the slash before the segment
    if (code === 42 || code === 63 || code === 91) return true;
    if (code === 47) return false;
  }
  return false;
}

/** By a word that every path inside has; rules of which a pattern has none are tried for every path (or every write). */
function anchorOf(conditions: readonly CompiledCondition[]): NonNullable<Criterion["anchor"]> {
  const words: SureWords[] = [];
  for (const { patterns } of conditions) {
    if (patterns.length === 0) return anyPath(conditions);
    for (const pattern of patterns) {
      const sure = sureWords(pattern);
      if (!sure) return anyPath(conditions);
      words.push(sure);
    }
  }
  return {
    kind: "path",
    words,
    reaches: conditions.some(({ mayContain }) => mayContain !== undefined && mayContain !== false),
  };
}

const anyPath = (conditions: readonly CompiledCondition[]): NonNullable<Criterion["anchor"]> =>
  conditions.every(({ access }) => access && !access.includes("read"))
    ? { kind: "fact", fact: "writes" }
    : { kind: "fact", fact: "paths" };
