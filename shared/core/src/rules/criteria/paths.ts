// paths.ts — the criterion about paths: one is enough to tighten, every one must be named to loosen (rulings §B2, §B6)

import type { Atom, PathFact } from "@holdpoint/wire/facts.ts";
import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import type { Flavour } from "../glob.ts";
import { isInside, mayReach, type PathPattern, parsePathPattern, type SeenPath } from "../path-pattern.ts";
import type { PathCondition, When } from "../schema.ts";
import type { Criterion } from "./anchors.ts";
import { attests, type Direction, type View } from "./view.ts";

interface CompiledCondition {
  positives: PathPattern[];
  negatives: PathPattern[];
  access: readonly string[] | undefined;
  mayContain: boolean;
}

export function paths(
  condition: NonNullable<When["paths"]>,
  direction: Direction,
  flavour: Flavour,
  mayContain = false,
): Criterion {
  const conditions = asConditions(condition).map((one) => compileCondition(one, direction, flavour, mayContain));
  const one = (view: View, fact: PathFact): boolean => conditions.some((each) => meets(each, view, fact, direction));
  const test =
    direction === "tighten"
      ? (view: View, atom: Atom) => atom.paths.some((fact) => one(view, fact))
      : (view: View, atom: Atom) => atom.paths.length > 0 && atom.paths.every((fact) => one(view, fact));
  const anchor = anchorOf(conditions);
  return { cost: 6, test, ...(anchor ? { anchor } : {}) };
}

const asConditions = (condition: NonNullable<When["paths"]>): PathCondition[] =>
  condition.every((one) => typeof one === "string") ? [{ any: condition as string[] }] : (condition as PathCondition[]);

function compileCondition(
  condition: PathCondition,
  direction: Direction,
  flavour: Flavour,
  mayContain: boolean,
): CompiledCondition {
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
  return { positives, negatives, access: condition.access, mayContain: condition.mayContain ?? mayContain };
}

function meets(condition: CompiledCondition, view: View, fact: PathFact, direction: Direction): boolean {
  if (condition.access && !condition.access.includes(fact.access)) return false;
  const { positives, negatives } = condition;
  if (direction === "tighten") {
    const reaches = condition.mayContain && fact.mayContain === true;
    if (positives.length > 0) {
      const seen = seenPath(view, fact, true);
      const below = reaches && !endsInGlob(fact.path);
      if (!positives.some((one) => isInside(one, seen) || (reaches && mayReach(one, seen, below)))) return false;
    }
    return negatives.length === 0 || !isNamed(negatives, view, fact);
  }
  if (positives.length > 0 && !isNamed(positives, view, fact)) return false;
  if (negatives.length === 0) return true;
  const seen = seenPath(view, fact, true);
  const reaches = condition.mayContain && fact.mayContain === true;
  return !negatives.some((one) => isInside(one, seen) || (reaches && mayReach(one, seen, true)));
}

/** Surely inside one of the patterns: known, exact, and not by a home that is only claimed. */
function isNamed(patterns: readonly PathPattern[], view: View, fact: PathFact): boolean {
  if (/^(~|\$\{?HOME\b)/.test(fact.raw) && !attests(view, "home") && view.action.home !== undefined) return false;
  const seen = seenPath(view, fact, false);
  return patterns.some((one) => isInside(one, seen));
}

/** A shell pattern in the last segment names files of one folder, not what lies below them. */
const endsInGlob = (path: string): boolean => /[*?[]/.test(path.slice(path.lastIndexOf("/") + 1));

const HOMES = /^(?:\/home\/[^/]+|\/root|\/users\/[^/]+|\/var\/root|\/mnt\/c\/users\/[^/]+|~[^/]*)(?=\/|$)/;

function seenPath(view: View, fact: PathFact, tighten: boolean): SeenPath {
  const path = tighten ? fact.path.toLowerCase() : fact.path;
  const fold = (text: string) => (tighten ? text.toLowerCase() : text);
  return {
    path,
    inWorkspace: below(path, workspace(view, tighten), fold),
    inHome: inHome(view, path, tighten, fold),
    inScratch: inScratch(view, fact, tighten),
    climbed: tighten && path.startsWith("..") ? `/${path.replace(/^(\.\.\/?)+/, "")}` : undefined,
  };
}

/** The rest of `path` below `folder`; a relative path lies below an unknown folder, if it does not climb out of it. */
function below(path: string, folder: string | undefined, fold: (text: string) => string): string | undefined {
  if (!/^[/~]|^[A-Za-z]:/.test(path)) return /^\.\.(\/|$)/.test(path) ? undefined : path === "." ? "" : path;
  if (folder === undefined) return undefined;
  const base = fold(folder);
  if (path === base) return "";
  return path.startsWith(base === "/" ? "/" : `${base}/`) ? path.slice(base.length).replace(/^\//, "") : undefined;
}

function inHome(view: View, path: string, tighten: boolean, fold: (text: string) => string): string | undefined {
  const { home } = view.action;
  if (tighten) {
    const generic = HOMES.exec(path);
    if (generic) return path.slice(generic[0].length + 1);
    return home === undefined || !path.startsWith("/") ? undefined : below(path, home, fold);
  }
  if (path === "~" || path.startsWith("~/")) return path.slice(2);
  return home !== undefined && attests(view, "home") && path.startsWith("/") ? below(path, home, fold) : undefined;
}

const SCRATCH = /^(?:\/tmp|\/var\/tmp|\/dev\/shm|\/var\/folders\/[^/]+\/[^/]+\/T)(?=\/|$)/;
/** `$TMPDIR/x` and `${TMPDIR:-/tmp}/x`, without a way to climb out. */
const SCRATCH_VARIABLE = /^"?\$(?:TMPDIR|\{TMPDIR(?::?-\/tmp)?\})(?=["/]|$)/;

/** What lies below a scratch folder may go; but where the workspace lies in it too, others' work may lie there as well. */
function inScratch(view: View, fact: PathFact, tighten: boolean): string | undefined {
  const variable = SCRATCH_VARIABLE.exec(fact.raw);
  if (variable) return fact.raw.includes("..") ? undefined : fact.raw.slice(variable[0].length).replace(/^\/|"$/g, "");
  const found = SCRATCH.exec(fact.path);
  if (!found || fact.dynamic) return undefined;
  if (!tighten && (view.action.cwd ?? "").startsWith(found[0])) return undefined;
  return fact.path.slice(found[0].length + 1);
}

const BROAD =
  /^\/?$|^\/(?:bin|boot|dev|etc|lib\w*|proc|run|sbin|sys|opt|mnt|media|srv|System|Library|Applications)(?:\/|$)|^\/(?:usr|var|home|Users|root)$|^\/(?:home|Users)\/[^/]+$|^\/usr\/(?!src\/|local\/src\/)|^\/var\/(?!www\/|folders\/|tmp\/|lib\/jenkins\/|home\/)/;
const NARROW_IN_BROAD = /^\/(?:opt|mnt|media|srv)\/[^/]+/;

/** The folder that "inside the workspace" means; none where that would be the whole machine or a whole home. */
export function workspace(view: View, tighten: boolean): string | undefined {
  const { cwd, home } = view.action;
  if (cwd === undefined) return undefined;
  const folder = cwd.length > 1 && cwd.endsWith("/") ? cwd.slice(0, -1) : cwd;
  if (tighten) return folder;
  if (!folder.startsWith("/") || folder.includes("/../") || folder.includes("//") || folder.endsWith("/.."))
    return undefined;
  if (BROAD.test(folder) && !NARROW_IN_BROAD.test(folder)) return undefined;
  return home !== undefined && (home === folder || home.startsWith(`${folder}/`)) ? undefined : folder;
}

/** By the literal beginning of every way in; rules that reach below or are not anchored at the root have none. */
function anchorOf(conditions: readonly CompiledCondition[]): Criterion["anchor"] {
  const keys: string[][] = [];
  for (const { positives, mayContain } of conditions) {
    if (positives.length === 0 || mayContain) return writesOnly(conditions);
    for (const { anchor, glob } of positives) {
      const parts = glob.prefix
        .split("/")
        .slice(1)
        .filter((part) => part !== "");
      if (anchor !== "root" || parts.length === 0) return writesOnly(conditions);
      // The last part is whole only where the pattern says so: a literal, or a folder before a slash.
      const whole =
        glob.literal !== undefined || glob.source.startsWith(`${glob.prefix}/`) || glob.prefix.endsWith("/");
      const sure = whole ? parts : parts.slice(0, -1);
      if (sure.length === 0) return writesOnly(conditions);
      keys.push(sure);
    }
  }
  return { kind: "path", keys };
}

const writesOnly = (conditions: readonly CompiledCondition[]): Criterion["anchor"] =>
  conditions.every(({ access }) => access && !access.includes("read"))
    ? { kind: "fact", fact: "writes" }
    : { kind: "fact", fact: "paths" };
