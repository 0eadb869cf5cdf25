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

/** Where in its document something stands: keys and indexes from the top. */
export type DocumentPath = readonly (string | number)[];

/**
 * Throws the one fault that carries every problem; the message is the first, with the number of the others.
 * @param refused what a person is told at the end, where it is not a policy set
 */
export function refusePolicy(problems: readonly Problem[], refused?: string): never {
  const first = problems[0];
  if (!first) throw new Error("there is nothing to refuse");
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const { file, line, column, message } = first;
  throw new Fault("policy_invalid", `${file}:${line}:${column}: ${message}${more}`, {
    file,
    line,
    column,
    errors: problems.slice(0, 100),
    ...(refused === undefined ? {} : { refused }),
  });
}

type Issue = z.core.$ZodIssue;

/** Zod's issues as sentences with the path of the word that is wrong. Unions answer for the branch that fits best. */
export function describeIssues(
  schema: z.ZodType,
  value: unknown,
  issues: readonly Issue[],
): { path: DocumentPath; message: string; key?: boolean }[] {
  return issues.flatMap((issue) => describe(schema, value, issue, []));
}

function describe(
  schema: z.ZodType,
  value: unknown,
  issue: Issue,
  base: DocumentPath,
): { path: DocumentPath; message: string; key?: boolean }[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
  if (issue.code === "unrecognized_keys") {
    const known = wordsAt(schema, path);
    return issue.keys.map((key) => {
      const near = nearestWord(key, known);
      return {
        path: [...path, key],
        key: true,
        message: `\`${key}\` is not a word here${near ? `; did you mean \`${near}\`?` : `; known: ${known.join(", ")}`}`,
      };
    });
  }
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    const given = at(value, path);
    const near = typeof given === "string" ? nearestWord(given, values) : undefined;
    const expected = `expected ${values.map((one) => `\`${one}\``).join(", ")}`;
    return [{ path, message: `${expected}, found ${shown(given)}${near ? `; did you mean \`${near}\`?` : ""}` }];
  }
  if (issue.code === "invalid_union") {
    const branches = issue.errors.filter(
      (branch) => !branch.some((one) => one.code === "invalid_type" && !one.path.length),
    );
    const branch = (branches.length > 0 ? branches : []).toSorted((a, b) => a.length - b.length)[0];
    if (branch) return branch.flatMap((one) => describe(schema, value, one, path));
    const wanted = issue.errors.flat().map((one) => ("expected" in one ? kindName(String(one.expected)) : undefined));
    const kinds = [...new Set(wanted.filter((one) => one !== undefined))].join(" or ");
    return [{ path, message: `expected ${kinds || "another kind of value"}, found ${shown(at(value, path))}` }];
  }
  if (issue.code === "invalid_type") {
    const given = at(value, path);
    if (given === undefined)
      return [
        { path, message: `\`${String(path.at(-1) ?? "document")}\` is missing (expected ${kindName(issue.expected)})` },
      ];
    return [{ path, message: `expected ${kindName(issue.expected)}, found ${shown(given)}` }];
  }
  return [{ path, message: issue.message.charAt(0).toLowerCase() + issue.message.slice(1) }];
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

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a mapping";
  return `\`${String(value).slice(0, 80)}\``;
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
