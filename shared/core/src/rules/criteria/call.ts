// call.ts — criteria about the call as a whole: its tool, its named arguments, its strings, secrets in it

import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { compileRegex } from "../../regex/regex.ts";
import type { ArgumentCondition, When } from "../schema.ts";
import { compileFolded, compileWords } from "../words.ts";
import type { Criterion } from "./anchors.ts";
import { within } from "./counts.ts";
import { CALL } from "./features.ts";
import { type Direction, onceForCall, type View } from "./view.ts";

/**
 * A tool by the name its client gives it, or by what it means (`shell`, `fs.read`), in any case. In rules that loosen, a name
 * that hides look-alike characters meets nothing, and a tool that no map knows is met only by a pattern other than a
 * bare `*` (rulings §B7), unless the dialect says that `*` is any tool (seed 003).
 */
export function tool(patterns: readonly string[], direction: Direction, bareStar: boolean): Criterion {
  const [first = ""] = patterns;
  if (direction === "tighten" && patterns.length === 1 && PLAIN_NAME.test(first)) return oneTool(first.toLowerCase());
  const words = compileFolded(patterns);
  const proper = patterns.filter((pattern) => !/^[*]+$/.test(pattern));
  const named = proper.length === patterns.length ? words : compileFolded(proper);
  const namedTest = named.positives.length === 0 ? () => false : named.test;
  const test = (view: View): boolean => {
    const { normalized, meaning, deceptive } = view.facts.tool;
    if (direction === "loosen" && deceptive) return false;
    const either = direction === "loosen" && meaning === undefined && !bareStar ? namedTest : words.test;
    if (words.negatives.length === 0) return either(normalized) || (meaning !== undefined && either(meaning));
    const out = words.negatives.some((glob) => glob.test(normalized) || (meaning !== undefined && glob.test(meaning)));
    return !out && (words.onlyNegative || either(normalized) || (meaning !== undefined && either(meaning)));
  };
  return {
    cost: 0,
    test: sameTool(test),
    ...(words.literals ? { anchor: { kind: "tool", keys: words.literals } } : {}),
  };
}

/** Agents call the same tools over and over: the answer about the last one is kept. */
function sameTool(test: (view: View) => boolean): (view: View) => boolean {
  let last: Facts["tool"] | undefined;
  let answer = false;
  return (view) => {
    const { tool } = view.facts;
    if (last?.normalized === tool.normalized && last.meaning === tool.meaning && last.deceptive === tool.deceptive)
      return answer;
    answer = test(view);
    last = tool;
    return answer;
  };
}

/** As most tools are called: nothing in it is a pattern. */
const PLAIN_NAME = /^[\w.-]{1,200}$/;

/** By itself, so that ten thousand such rules keep a name each and not a list of patterns. */
const oneTool = (name: string): Criterion => ({
  cost: 0,
  test: ({ facts: { tool } }) => tool.normalized === name || tool.meaning === name,
  anchor: { kind: "tool", keys: [name] },
});

/** A named argument: a top-level name, or a JSON pointer. `undefined` = the call has no such argument. */
function argument(args: { [key: string]: Json }, name: string): Json | undefined {
  if (Object.hasOwn(args, name)) return args[name];
  if (!name.startsWith("/")) return undefined;
  let here: Json | undefined = args;
  for (const part of name.slice(1).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as { [key: string]: Json })[key];
  }
  return here;
}

type Scalar = string | number | boolean | null;
const isScalar = (value: unknown): value is Scalar => value === null || typeof value !== "object";

export function namedArgument(name: string, condition: ArgumentCondition | Scalar, direction: Direction): Criterion {
  const terms: ArgumentCondition = isScalar(condition) ? { equals: condition } : condition;
  const globs = terms.glob ? compileWords(terms.glob) : undefined;
  const regex = terms.regex === undefined ? undefined : compileRegex(terms.regex, direction);
  const texts = (value: Json): string[] => (Array.isArray(value) ? value.map(asText) : [asText(value)]);
  const asText = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));
  const some = (value: Json, met: (text: string) => boolean): boolean =>
    direction === "tighten" ? texts(value).some(met) : texts(value).every(met) && texts(value).length > 0;
  const bounded =
    terms.gt !== undefined || terms.gte !== undefined || terms.lt !== undefined || terms.lte !== undefined;
  const test = (view: View): boolean => {
    const value = argument(view.action.args, name);
    if (terms.exists !== undefined && (value !== undefined) !== terms.exists) return false;
    if (value === undefined) return terms.exists === false;
    if (terms.equals !== undefined && value !== terms.equals) return false;
    if (terms.in && !terms.in.includes(value as Scalar)) return false;
    if (globs && !some(value, globs.test)) return false;
    if (regex && !some(value, regex.test)) return false;
    return !bounded || inBounds(value, terms, direction);
  };
  const keys = typeof terms.equals === "string" ? [terms.equals] : stringsOf(terms.in);
  return {
    cost: regex ? 8 : 4,
    test: regex || globs ? onceForCall(test) : test,
    ...(keys ? { anchor: { kind: "arg", name, keys } } : {}),
  };
}

const stringsOf = (values: readonly Scalar[] | undefined): string[] | undefined =>
  values?.every((value) => typeof value === "string") ? (values as string[]) : undefined;

/** A tool may read `"600"` as 600: so does a rule that tightens, and what is no number at all is on its side. */
function inBounds(value: Json, terms: ArgumentCondition, direction: Direction): boolean {
  if (typeof value === "number") return within(value, terms);
  if (direction === "loosen") return false;
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return Number.isNaN(number) || within(number, terms);
}

/** On each string of the arguments by itself. */
export function argsMatch(patterns: readonly string[], direction: Direction): Criterion {
  const regexes = patterns.map((pattern) => compileRegex(pattern, direction));
  const met = (view: View): boolean => view.facts.strings.some(({ text }) => regexes.some((regex) => regex.test(text)));
  return { cost: 9, test: onceForCall(met) };
}

/**
 * On the arguments as one JSON text, keys sorted. In rules that tighten also on the text that a call of each simple command
 * alone would have: what is denied by itself is denied in a chain.
 */
export function argsJson(patterns: readonly string[], direction: Direction): Criterion {
  const regexes = patterns.map((pattern) => compileRegex(pattern, direction));
  const met = (args: { [key: string]: Json }): boolean => {
    const text = canonicalJson(args);
    return regexes.some((regex) => regex.test(text));
  };
  const metByCall = onceForCall(({ action }) => met(action.args));
  return {
    cost: 10,
    test: (view, atom) => {
      if (metByCall(view)) return true;
      const { args } = view.action;
      if (direction === "loosen" || atom.kind !== "command" || typeof args["command"] !== "string") return false;
      // The rest of the arguments is read again for each command: where that is too much, the strict side counts.
      const others = view.facts.strings.reduce((sum, { text }) => sum + text.length, 0) - args["command"].length;
      return (
        others * view.facts.atoms.length > limits.argsReadAgainCharsMax || met({ ...args, command: atom.text.trim() })
      );
    },
  };
}

export function secrets(condition: NonNullable<When["secrets"]>): Criterion {
  if (condition === false) return { cost: 1, bars: CALL.secrets };
  const words = compileFolded(condition === true ? ["*"] : condition);
  const test = onceForCall((view) => view.facts.secrets.some(({ kind }) => words.test(kind.toLowerCase())));
  return { cost: 1, needs: CALL.secrets, test, anchor: { kind: "fact", fact: "secrets" } };
}

export const oddCharacters = (wanted: boolean): Criterion =>
  wanted
    ? { cost: 1, needs: CALL.oddCharacters, anchor: { kind: "fact", fact: "oddCharacters" } }
    : { cost: 1, bars: CALL.oddCharacters };
