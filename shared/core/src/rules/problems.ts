// problems.ts — what is wrong with a policy, all of it at once: file, line, column, what was expected, the nearest word

import { Fault } from "@holdpoint/wire/fault.ts";
import { nearestWord } from "@holdpoint/wire/nearest-word.ts";
import { z } from "zod";

export interface Problem {
  file: string;
  line: number;
  column: number;
  message: string;
}

export interface Place {
  line: number;
  column: number;
  /** where a document is merged from several files */
  file?: string;
}

/** More than anybody reads at once: no more are looked for, put into words, or told. */
export const problemsMax = 100;

/** Where in its document something stands: keys and indexes from the top. */
export type DocumentPath = readonly (string | number)[];

/** What a text says, and where each word of it stands. */
export interface PolicyText {
  value: unknown;
  /** of the value at `path`, or of its key; of the nearest thing above, where the path leads nowhere */
  locate(path: DocumentPath, key?: boolean): Place;
}

/**
 * Throws the one fault that carries every problem; the message is the first, with the number of the others.
 * @param refused what a person is told at the end, where it is not a policy set
 */
export function refusePolicy(problems: readonly Problem[], refused?: string): never {
  const sorted = inTheirOrder(problems);
  const first = sorted[0];
  if (!first) throw new Error("there is nothing to refuse");
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const { file, line, column, message } = first;
  throw new Fault("policy_invalid", `${file}:${line}:${column}: ${message}${more}`, {
    file,
    line,
    column,
    errors: sorted.slice(0, problemsMax),
    ...(refused === undefined ? {} : { refused }),
  });
}

/** As a reader meets them: file by file, each from its top. */
function inTheirOrder(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return problems.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}

/** The word that was nearly written; else the only one that begins so, as `wall_time_sec` begins with `wall_time`. */
function meantWord(word: string, candidates: readonly string[]): string | undefined {
  const near = nearestWord(word, candidates);
  if (near !== undefined || word.length < 3) return near;
  const longer = candidates.filter((candidate) => candidate.toLowerCase().startsWith(word.toLowerCase()));
  return longer.length === 1 ? longer[0] : undefined;
}

type Issue = z.core.$ZodIssue;

/** Zod's issues as sentences with the path of the word that is wrong. Unions answer for the branch that fits best. */
export function describeIssues(
  schema: z.ZodType,
  value: unknown,
  issues: readonly Issue[],
): { path: DocumentPath; message: string; key?: boolean }[] {
  return withoutEchoes(issues.slice(0, problemsMax)).flatMap((issue) => describe(schema, value, issue, []));
}

/** Where a word is unknown, that too few known ones are left says nothing more. */
const withoutEchoes = (issues: readonly Issue[]): Issue[] =>
  issues.filter(
    (issue) =>
      issue.code !== "custom" ||
      !issues.some((other) => other.code === "unrecognized_keys" && samePlace(other.path, issue.path)),
  );
const samePlace = (a: Issue["path"], b: Issue["path"]): boolean =>
  a.length === b.length && a.every((part, index) => part === b[index]);

function describe(
  schema: z.ZodType,
  value: unknown,
  issue: Issue,
  base: DocumentPath,
): { path: DocumentPath; message: string; key?: boolean }[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
  const given = at(value, path);
  if (issue.code === "unrecognized_keys") {
    const known = wordsAt(schema, path);
    return issue.keys.slice(0, problemsMax).map((key) => {
      const near = meantWord(key, known);
      return {
        path: [...path, key],
        key: true,
        message: `\`${key}\` is not a word here${near ? `; did you mean \`${near}\`?` : (home(schema, path, key, given) ?? `; known: ${known.join(", ")}`)}`,
      };
    });
  }
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    const near = typeof given === "string" ? meantWord(given, values) : undefined;
    return [{ path, message: expected(path, listed(values), given) + (near ? `; did you mean \`${near}\`?` : "") }];
  }
  if (issue.code === "invalid_union") {
    const branch = fittingBranch(issue.errors, given);
    if (branch) return withoutEchoes(branch).flatMap((one) => describe(schema, value, one, path));
    const kinds = [...new Set(wantedKinds(issue.errors))].join(" or ");
    return [{ path, message: expected(path, kinds || "another kind of value", given) }];
  }
  if (issue.code === "invalid_type") {
    // A schema's own words say more than the kind.
    const own = issue.message.startsWith("expected ") ? issue.message.slice("expected ".length) : undefined;
    return [{ path, message: expected(path, own ?? kindName(issue.expected), given) }];
  }
  if (issue.code === "too_small" || issue.code === "too_big") return [{ path, message: measured(issue, given) }];
  return [{ path, message: issue.message.charAt(0).toLowerCase() + issue.message.slice(1) }];
}

/** A word of a level below: a rule's criteria stand under `when`, what a `modify` changes under `obligations`. */
function home(schema: z.ZodType, path: DocumentPath, key: string, given: unknown): string | undefined {
  const modifies = typeof given === "object" && given !== null && "effect" in given && given.effect === "modify";
  const below = [...(modifies ? [["obligations", "modify"]] : []), ["when"]];
  const found = below.find((names) => wordsAt(schema, [...path, ...names]).includes(key));
  return found && `; it belongs under \`${found.join(".")}\``;
}

const expected = (path: DocumentPath, wanted: string, given: unknown): string =>
  given === undefined
    ? `\`${String(path.at(-1) ?? "document")}\` is missing (expected ${wanted})`
    : `expected ${wanted}, found ${shown(given, wanted)}`;
const listed = (values: readonly string[]): string => values.map((one) => `\`${one}\``).join(", ");

/**
 * Of a union's branches the one that was meant: its kind fits what was given, and its first slip lies deepest. Undefined
 * where none fits.
 */
function fittingBranch(branches: readonly (readonly Issue[])[], given: unknown): Issue[] | undefined {
  const opened = branches.map((branch) => branch.flatMap((one) => openUnion(one, given)));
  const depth = (branch: readonly Issue[]): number => Math.min(...branch.map(({ path }) => path.length));
  return opened
    .filter((branch) => branch.length > 0 && !branch.some((one) => isOfAnotherKind(one, given)))
    .toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
}

/** A union inside of a union at its branch that fits, else itself. */
function openUnion(issue: Issue, above: unknown): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const branch = fittingBranch(issue.errors, at(above, issue.path.map(partOf)));
  return branch?.map((one) => ({ ...one, path: [...issue.path, ...one.path] })) ?? [issue];
}
const partOf = (part: PropertyKey): string | number => (typeof part === "number" ? part : String(part));

const isOfAnotherKind = ({ code, path }: Issue, given: unknown): boolean =>
  path.length === 0 &&
  (code === "invalid_type" ||
    code === "invalid_union" ||
    (code === "invalid_value" && typeof given === "object" && given !== null));

const wantedKinds = (branches: readonly (readonly Issue[])[]): string[] =>
  branches.flat().flatMap((one) => {
    if (one.code === "invalid_union") return wantedKinds(one.errors);
    if (one.code === "invalid_value") return [listed(one.values.map(String))];
    return "expected" in one ? [kindName(String(one.expected))] : [];
  });

type Measured = Extract<Issue, { code: "too_small" | "too_big" }>;
/** What has too few or too many: characters, entries, or the number itself. */
function measured(issue: Measured, given: unknown): string {
  const small = issue.code === "too_small";
  const bound = Number(small ? issue.minimum : issue.maximum);
  if (issue.origin === "string")
    return small ? "expected a text, found an empty one" : `expected at most ${bound} characters`;
  if (issue.origin === "array" || issue.origin === "set")
    return small && bound === 1
      ? "expected at least one entry, found an empty list"
      : `expected at most ${bound} entries`;
  const than = small ? "more than" : "less than";
  return `expected ${issue.inclusive ? (small ? "at least" : "at most") : than} ${bound}, found ${shown(given)}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "`true` or `false`",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};
const kindName = (kind: string): string => KINDS[kind] ?? kind;

function shown(value: unknown, wanted = ""): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (typeof value === "object") return "a mapping";
  // `"true"` and `true` look the same without their quotes.
  const quoted = typeof value === "string" && /^(?:`true` or `false`|a number|a whole number)$/.test(wanted);
  return `${quoted ? "the text " : ""}\`${String(value).slice(0, 80)}\``;
}

function at(value: unknown, path: DocumentPath): unknown {
  let here = value;
  for (const part of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[part];
  }
  return here;
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  additionalProperties?: JsonSchema | boolean;
}

/** The keys that a mapping at `path` may have. */
function wordsAt(schema: z.ZodType, path: DocumentPath): string[] {
  const top = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const flat = (one: JsonSchema): JsonSchema[] => (one.anyOf ? one.anyOf.flatMap(flat) : [one]);
  let level = flat(top);
  for (const part of path) {
    level = level.flatMap((one) => {
      const below = typeof part === "number" ? one.items : (one.properties?.[part] ?? one.additionalProperties);
      return typeof below === "object" ? flat(below) : [];
    });
  }
  return [...new Set(level.flatMap((one) => Object.keys(one.properties ?? {})))];
}
