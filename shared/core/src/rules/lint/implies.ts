// implies.ts — does one rule hold wherever another does? Told from their words alone, and only where it is sure
//
// "No" means "not known". Every yes is held against the evaluator by lint.property.test.ts.

import { directionOf } from "../compile-rule.ts";
import type { CompiledRule } from "../compiled.ts";
import { compileGlob } from "../glob.ts";
import type { When } from "../schema.ts";
import type { LintedRule } from "./finding.ts";

/** Criteria that hold in a rule that tightens wherever they hold in an allow; the others ask different things of each. */
const BOTH_WAYS: readonly (keyof When)[] = [
  "tool",
  "kind",
  "commands",
  "program",
  "startsWith",
  "words",
  "written",
  "args",
  "argsMatch",
  "argsJson",
  "paths",
  "class",
  "runsCode",
  "redirects",
  "mode",
  "tenant",
  "branch",
  "databases",
];
/** Lists of which one word is enough: more words hold wherever fewer do. */
const ANY_OF: readonly (keyof When)[] = [
  "tool",
  "kind",
  "commands",
  "startsWith",
  "words",
  "written",
  "class",
  "mode",
  "branch",
];

const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, each) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

/** Takes something out, at any depth: `!pattern`. Such lists are only compared as a whole. */
const takesOut = (value: unknown): boolean =>
  typeof value === "string" ? value.startsWith("!") : Array.isArray(value) ? value.some(takesOut) : false;
const deepTakesOut = (value: unknown): boolean =>
  takesOut(value) || (typeof value === "object" && value !== null && Object.values(value).some(deepTakesOut));

function criterionImplied(key: keyof When, narrow: unknown, wide: unknown, crossing: boolean): boolean {
  if (crossing && (!BOTH_WAYS.includes(key) || deepTakesOut(narrow) || deepTakesOut(wide))) return false;
  if (same(narrow, wide)) return true;
  if (!Array.isArray(narrow) || !Array.isArray(wide) || takesOut(narrow) || takesOut(wide)) return false;
  if (ANY_OF.includes(key) && narrow.every((word) => wide.includes(word))) return true;
  const covers = COVERS[key];
  return covers !== undefined && narrow.every((one) => wide.some((other) => covers(other, one)));
}

const PLAIN = /^[^!{}[\]\\]+$/;
const onlyStars = (text: string): boolean => PLAIN.test(text) && !text.includes("?");

/** `mcp__git__*` lets in what `mcp__git__log` does: the stars of the wider one stand for those of the narrower one too. */
function toolCovers(wide: unknown, narrow: unknown): boolean {
  if (typeof wide !== "string" || typeof narrow !== "string" || !onlyStars(wide) || !onlyStars(narrow)) return false;
  // A bare star is no pattern like others: it names no tool that nobody knows (rulings §B7).
  return wide !== "*" && compileGlob(wide.toLowerCase()).test(narrow.toLowerCase());
}

/** `/etc/**` lets in what `/etc/ssh/*` does: all that is below a folder, and a pattern that begins below it. */
function pathCovers(wide: unknown, narrow: unknown): boolean {
  if (typeof wide !== "string" || typeof narrow !== "string" || !PLAIN.test(wide) || !PLAIN.test(narrow)) return false;
  const folder = /^((?:~|\.)?\/(?:[\w-][\w.-]*\/)+)\*\*$/.exec(wide)?.[1];
  return folder !== undefined && narrow.startsWith(folder) && /^[\w-]/.test(narrow.slice(folder.length));
}

const COVERS: Partial<Record<keyof When, (wide: unknown, narrow: unknown) => boolean>> = {
  tool: toolCovers,
  paths: pathCovers,
};

/** Is every criterion of `wide` met wherever those of `narrow` are? */
export function whenImplied(narrow: When, wide: When, crossing: boolean): boolean {
  return (Object.keys(wide) as (keyof When)[]).every((key) => {
    if (wide[key] === undefined) return true;
    return narrow[key] !== undefined && criterionImplied(key, narrow[key], wide[key], crossing);
  });
}

/** The same criteria, in whatever order they were written. */
export const sameCalls = (a: LintedRule, b: LintedRule): boolean =>
  same(a.written.unless, b.written.unless) &&
  whenImplied(a.written.when ?? {}, b.written.when ?? {}, true) &&
  whenImplied(b.written.when ?? {}, a.written.when ?? {}, true);

/** What an allow does not cover beyond its criteria (rulings §B2, §B3, §B7): the wider one may bar no more. */
const coversAsMuch = (narrow: CompiledRule, wide: CompiledRule): boolean =>
  (wide.checks.bars & ~narrow.checks.bars) === 0;

/** Does `wide` hold for every atom for which `narrow` holds? */
export function holdsWherever(narrow: LintedRule, wide: LintedRule): boolean {
  if (wide.scope !== narrow.scope || wide.draft.reading !== narrow.draft.reading) return false;
  const exempt = wide.written.unless;
  if (exempt !== undefined && !same(exempt, narrow.written.unless)) return false;
  const from = directionOf(narrow.compiled.effect);
  const to = directionOf(wide.compiled.effect);
  // What holds for an allow is sure; what holds for a deny may be no more than unknown.
  if (from === "tighten" && to === "loosen") return false;
  if (exempt !== undefined && from !== to) return false;
  if (to === "loosen" && !coversAsMuch(narrow.compiled, wide.compiled)) return false;
  return whenImplied(narrow.written.when ?? {}, wide.written.when ?? {}, from !== to);
}
