// paths.ts — the criterion about paths: one is enough to tighten, every one must be named to loosen (rulings §B2, §B6)

import type { Atom, PathFact } from "@holdpoint/wire/facts.ts";
import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import type { Flavour } from "../glob.ts";
import { compilePathList, type PathList } from "../path-list.ts";
import { type PathPattern, parsePathPattern, sureTokens } from "../path-pattern.ts";
import type { PathCondition, When } from "../schema.ts";
import { seenPath } from "../seen-path.ts";
import type { Criterion } from "./anchors.ts";
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
  const one = (view: View, fact: PathFact): boolean => conditions.some((each) => meets(each, view, fact, direction));
  const test =
    direction === "tighten"
      ? (view: View, atom: Atom) => atom.paths.some((fact) => one(view, fact))
      : (view: View, atom: Atom) => atom.paths.length > 0 && atom.paths.every((fact) => one(view, fact));
  const anchor = anchorOf(conditions);
  return { cost: 6, test, anchor };
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

function meets(condition: CompiledCondition, view: View, fact: PathFact, direction: Direction): boolean {
  if (condition.access && !condition.access.includes(fact.access)) return false;
  const { positives, negatives } = condition;
  const reaches = mayReach(condition, fact);
  if (direction === "tighten") {
    if (positives) {
      const seen = seenPath(view, fact, true);
      if (!positives.holds(seen) && !(reaches && positives.mayReach(seen, !endsInGlob(fact.path)))) return false;
    }
    return !negatives || !isNamed(negatives, view, fact);
  }
  if (positives && !isNamed(positives, view, fact)) return false;
  if (!negatives) return true;
  const seen = seenPath(view, fact, true);
  return !negatives.holds(seen) && !(reaches && negatives.mayReach(seen, true));
}

const mayReach = ({ mayContain }: CompiledCondition, fact: PathFact): boolean => {
  if (!mayContain || fact.mayContain !== true) return false;
  return mayContain === true || (fact.dynamic !== true && endsInGlob(fact.path) && !isSearch(fact.path));
};

/** Everything that a search finds, unfiltered: it reaches all and names nothing (rulings §B6: not for searches). */
const isSearch = (path: string): boolean => /\/\*\*\/\.?\*$/.test(path);

/** Surely inside one of the patterns: known, exact, and not by a home that is only claimed. */
function isNamed(patterns: PathList, view: View, fact: PathFact): boolean {
  const first = fact.raw.charCodeAt(0);
  const byHome = (first === 126 || first === 36) && /^(~|\$\{?HOME\b)/.test(fact.raw);
  if (byHome && !attests(view, "home") && view.action.home !== undefined) return false;
  return patterns.holds(seenPath(view, fact, false));
}

/** A shell pattern in the last segment names files of one folder, not what lies below them. */
const endsInGlob = (path: string): boolean => /[*?[]/.test(path.slice(path.lastIndexOf("/") + 1));

/** By a word that every path inside has; rules of which a pattern has none are tried for every path (or every write). */
function anchorOf(conditions: readonly CompiledCondition[]): NonNullable<Criterion["anchor"]> {
  const tokens: string[][] = [];
  for (const { patterns } of conditions) {
    if (patterns.length === 0) return anyPath(conditions);
    for (const pattern of patterns) {
      const sure = sureTokens(pattern);
      if (sure.length === 0) return anyPath(conditions);
      tokens.push(sure);
    }
  }
  return {
    kind: "path",
    tokens,
    reaches: conditions.some(({ mayContain }) => mayContain !== undefined && mayContain !== false),
  };
}

const anyPath = (conditions: readonly CompiledCondition[]): NonNullable<Criterion["anchor"]> =>
  conditions.every(({ access }) => access && !access.includes("read"))
    ? { kind: "fact", fact: "writes" }
    : { kind: "fact", fact: "paths" };
