// starlark.ts — the little of Starlark that Codex `.rules` use: calls with named arguments of texts, lists and constants

import { limits } from "@holdpoint/wire/limits.ts";
import type { Place, Problem } from "../problems.ts";

export type Value = string | number | boolean | null | Value[];
export interface Call {
  name: string;
  named: Record<string, Value>;
  line: number;
  column: number;
}

interface Token {
  kind: "name" | "text" | "number" | "sign";
  text: string;
  line: number;
  column: number;
}

const PATTERN =
  /(?<space>[ \t\r\n]+|#[^\n]*|\\\n)|(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<number>-?[0-9]+(?:\.[0-9]+)?)|(?<text>r?"(?:[^"\\\n]|\\.)*"|r?'(?:[^'\\\n]|\\.)*')|(?<sign>[()[\],=])/y;

/** Every call at the top of the text; problems name the line of what is not understood. */
export function readCalls(file: string, text: string, problems: Problem[]): Call[] | undefined {
  const refuse = (place: Place, message: string): undefined => {
    problems.push({ file, line: place.line, column: place.column, message });
  };
  if (text.length > limits.policyFileBytesMax)
    return refuse({ line: 1, column: 1 }, `longer than ${limits.policyFileBytesMax} characters`);
  const tokens = tokenize(text);
  if (!Array.isArray(tokens)) return refuse(tokens, "expected a call like `prefix_rule(pattern = [...])`");
  const calls: Call[] = [];
  let at = 0;
  while (at < tokens.length) {
    const read = readCall(tokens, at);
    if (typeof read === "number")
      return refuse(tokens[Math.min(read, tokens.length - 1)] ?? { line: 1, column: 1 }, misfit(tokens, read));
    calls.push(read.call);
    at = read.next;
  }
  return calls;
}

/** What was expected where the token at `at` stands. */
function misfit(tokens: readonly Token[], at: number): string {
  const [before, token] = [tokens[at - 1], tokens[at]];
  if (!token) return "the text ends inside of a call";
  if (before?.kind === "sign" && before.text !== "(" && token.kind === "name")
    return `\`${token.text}\` is no value here: expected a text, a number, a list, \`True\`, \`False\` or \`None\``;
  if (at === 0 || (is(before, ")") && token.kind !== "sign"))
    return `expected a call like \`prefix_rule(pattern = [...])\`, found \`${token.text}\``;
  return `expected \`name = value, …\`, found \`${token.text.slice(0, 80)}\``;
}

/** The tokens, or the place where the text stops making sense. */
function tokenize(text: string): Token[] | Place {
  const tokens: Token[] = [];
  let line = 1;
  let start = 0;
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < text.length) {
    const at = PATTERN.lastIndex;
    const match = PATTERN.exec(text);
    const place = { line, column: at - start + 1 };
    if (!match?.groups) return place;
    const [whole] = match;
    const { name, number, text: quoted, sign } = match.groups;
    if (name !== undefined) tokens.push({ kind: "name", text: name, ...place });
    else if (number !== undefined) tokens.push({ kind: "number", text: number, ...place });
    else if (quoted !== undefined) tokens.push({ kind: "text", text: unquote(quoted), ...place });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign, ...place });
    line += whole.split("\n").length - 1;
    if (whole.includes("\n")) start = at + whole.lastIndexOf("\n") + 1;
  }
  return tokens;
}

function unquote(quoted: string): string {
  if (quoted.startsWith("r")) return quoted.slice(2, -1);
  const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r" };
  return quoted.slice(1, -1).replaceAll(/\\(.)/g, (_all, char: string) => escapes[char] ?? char);
}

const is = (token: Token | undefined, sign: string): boolean => token?.kind === "sign" && token.text === sign;

/** One call from `at` on, or the index of the token that does not fit. */
function readCall(tokens: readonly Token[], at: number): { call: Call; next: number } | number {
  const name = tokens[at];
  if (name?.kind !== "name" || !is(tokens[at + 1], "(")) return at;
  const call: Call = { name: name.text, named: {}, line: name.line, column: name.column };
  let here = at + 2;
  while (!is(tokens[here], ")")) {
    const key = tokens[here];
    if (key?.kind !== "name" || !is(tokens[here + 1], "=") || Object.hasOwn(call.named, key.text)) return here;
    const value = readValue(tokens, here + 2, 0);
    if (typeof value === "number") return value;
    Object.defineProperty(call.named, key.text, { value: value.value, enumerable: true });
    here = value.next;
    if (is(tokens[here], ",")) here += 1;
    else if (!is(tokens[here], ")")) return here;
  }
  return { call, next: here + 1 };
}

const CONSTANTS = new Map<string, Value>([
  ["True", true],
  ["False", false],
  ["None", null],
]);

function readValue(tokens: readonly Token[], at: number, depth: number): { value: Value; next: number } | number {
  const token = tokens[at];
  if (token?.kind === "text") return { value: token.text, next: at + 1 };
  if (token?.kind === "number") return { value: Number(token.text), next: at + 1 };
  if (token?.kind === "name" && CONSTANTS.has(token.text))
    return { value: CONSTANTS.get(token.text) ?? null, next: at + 1 };
  if (!is(token, "[") || depth > 8) return at;
  const list: Value[] = [];
  let here = at + 1;
  while (!is(tokens[here], "]")) {
    const value = readValue(tokens, here, depth + 1);
    if (typeof value === "number") return value;
    list.push(value.value);
    here = value.next;
    if (is(tokens[here], ",")) here += 1;
    else if (!is(tokens[here], "]")) return here;
  }
  return { value: list, next: here + 1 };
}
