// strict-json.ts — the JSON reader at the door: one text, one value, or a refusal that names the place

import { Fault } from "./fault.ts";
import { limits } from "./limits.ts";
import type { Json } from "./scalars.ts";

/** Keys that mean something to JavaScript objects. Nobody's tool needs them as arguments; several exploits do. */
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
/** A run of string characters that need no thought. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside a string
const PLAIN = /[^"\\\u0000-\u001f\ud800-\udfff]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

export interface JsonLimits {
  depthMax: number;
  nodesMax: number;
}

interface Reader {
  text: string;
  limits: JsonLimits;
  at: number;
  depth: number;
  nodes: number;
  /** keys and indexes that lead to the value being read */
  path: (string | number)[];
}

const REQUEST_LIMITS: JsonLimits = { depthMax: limits.jsonDepthMax, nodesMax: limits.jsonNodesMax };

/**
 * Reads one JSON value. Refuses what `JSON.parse` silently changes or lets through: duplicate keys, lone surrogates,
 * integers beyond ±(2^53 − 1), numbers that overflow or vanish, prototype keys, and anything past the depth and node
 * limits (of a request, unless a caller with another purpose gives its own). `-0` becomes `0`, as RFC 8785 writes it. Throws `Fault("bad_json")` with JSON pointer, line and column
 * (both from 1, columns in UTF-16 units).
 */
export function parseStrictJson(text: string, bounds: JsonLimits = REQUEST_LIMITS): Json {
  const reader: Reader = { text, limits: bounds, at: 0, depth: 0, nodes: 0, path: [] };
  skipSpace(reader);
  const value = readValue(reader);
  skipSpace(reader);
  if (reader.at < text.length) refuse(reader, `expected the end of the text, found ${shown(reader)}`);
  return value;
}

function readValue(reader: Reader): Json {
  reader.nodes += 1;
  if (reader.nodes > reader.limits.nodesMax) refuse(reader, `more than ${reader.limits.nodesMax} values`);
  const char = reader.text[reader.at];
  if (char === "{") return readNested(reader, readObject);
  if (char === "[") return readNested(reader, readArray);
  if (char === '"') return readString(reader);
  if (char === "-" || (char !== undefined && char >= "0" && char <= "9")) return readNumber(reader);
  for (const [word, value] of WORDS) {
    if (reader.text.startsWith(word, reader.at)) {
      reader.at += word.length;
      return value;
    }
  }
  return refuse(reader, `expected a JSON value, found ${shown(reader)}`);
}

const WORDS: readonly (readonly [string, Json])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

function readNested(reader: Reader, read: (reader: Reader) => Json): Json {
  reader.depth += 1;
  if (reader.depth > reader.limits.depthMax) refuse(reader, `nested deeper than ${reader.limits.depthMax}`);
  reader.at += 1;
  skipSpace(reader);
  const value = read(reader);
  reader.depth -= 1;
  return value;
}

function readObject(reader: Reader): Json {
  const object: { [key: string]: Json } = {};
  if (take(reader, "}")) return object;
  for (;;) {
    if (reader.text[reader.at] !== '"') refuse(reader, `expected a key in double quotes, found ${shown(reader)}`);
    const keyAt = reader.at;
    const key = readString(reader);
    reader.path.push(key);
    if (FORBIDDEN_KEYS.has(key)) refuse(reader, `the key \`${key}\` is not accepted`, keyAt);
    if (Object.hasOwn(object, key)) refuse(reader, `the key \`${key.slice(0, 80)}\` stands twice`, keyAt);
    skipSpace(reader);
    if (!take(reader, ":")) refuse(reader, `expected \`:\`, found ${shown(reader)}`);
    object[key] = readValue(reader);
    reader.path.pop();
    skipSpace(reader);
    if (take(reader, "}")) return object;
    if (!take(reader, ",")) refuse(reader, `expected \`,\` or \`}\`, found ${shown(reader)}`);
  }
}

function readArray(reader: Reader): Json {
  const array: Json[] = [];
  if (take(reader, "]")) return array;
  for (;;) {
    reader.path.push(array.length);
    array.push(readValue(reader));
    reader.path.pop();
    skipSpace(reader);
    if (take(reader, "]")) return array;
    if (!take(reader, ",")) refuse(reader, `expected \`,\` or \`]\`, found ${shown(reader)}`);
  }
}

function readString(reader: Reader): string {
  const start = reader.at;
  const { text } = reader;
  const plainEnd = endOfPlain(text, start + 1);
  if (plainEnd > 0) {
    reader.at = plainEnd + 1;
    return text.slice(start + 1, plainEnd);
  }
  let value = "";
  reader.at += 1;
  for (;;) {
    PLAIN.lastIndex = reader.at;
    const run = PLAIN.exec(text)?.[0] ?? "";
    value += run;
    reader.at += run.length;
    const char = text[reader.at];
    if (char === '"') break;
    if (char === undefined) refuse(reader, "the string does not end", start);
    if (char === "\\") value += readEscape(reader);
    else if (char >= "\ud800" && char <= "\udfff") {
      value += char;
      reader.at += 1;
    } else refuse(reader, `a control character U+${hex(char)} must be escaped`);
  }
  reader.at += 1;
  if (!value.isWellFormed()) refuse(reader, "half of a surrogate pair stands alone", start);
  return value;
}

/** The closing quote of a string of plain ASCII, as most are; 0 where it holds anything that needs thought. */
function endOfPlain(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    if (code < 0x20 || code === 0x5c || code > 0x7e) return 0;
  }
  return 0;
}

function readEscape(reader: Reader): string {
  const char = reader.text[reader.at + 1] ?? "";
  if (char === "u") {
    const digits = reader.text.slice(reader.at + 2, reader.at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) refuse(reader, "expected four hexadecimal digits after `\\u`");
    reader.at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
  const plain = Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
  if (plain === undefined) refuse(reader, `\`\\${char}\` is no escape of JSON`);
  reader.at += 2;
  return plain;
}

function readNumber(reader: Reader): number {
  NUMBER.lastIndex = reader.at;
  const match = NUMBER.exec(reader.text);
  if (!match) return refuse(reader, "expected a number");
  const [literal, fraction, exponent] = match;
  const value = Number(literal);
  if (!Number.isFinite(value)) refuse(reader, "the number is too large to be kept");
  if (fraction === undefined && exponent === undefined && !Number.isSafeInteger(value))
    refuse(reader, "the integer is too large to be kept exactly; send it as a string");
  if (value === 0 && /[1-9]/.test(literal.replace(/[eE].*/, "")))
    refuse(reader, "the number is too small to be told from zero");
  reader.at += literal.length;
  const next = reader.text[reader.at];
  if (next !== undefined && /[0-9.eE+-]/.test(next)) refuse(reader, `the number has a stray ${shown(reader)}`);
  return value === 0 ? 0 : value;
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    reader.at += 1;
  }
}

function take(reader: Reader, char: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] !== char) return false;
  reader.at += 1;
  skipSpace(reader);
  return true;
}

const hex = (char: string): string => (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");

function shown(reader: Reader): string {
  const code = reader.text.codePointAt(reader.at);
  if (code === undefined) return "the end of the text";
  const char = String.fromCodePoint(code);
  return /^[\x21-\x7e]$/.test(char) ? `\`${char}\`` : `U+${hex(char)}`;
}

/** RFC 6901, from keys and indexes. */
export const jsonPointer = (path: readonly (string | number)[]): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

function refuse(reader: Reader, why: string, position: number = reader.at): never {
  const before = reader.text.slice(0, position);
  const line = before.split("\n").length;
  const column = position - (before.lastIndexOf("\n") + 1) + 1;
  const at = jsonPointer(reader.path);
  throw new Fault("bad_json", `${why}, at line ${line}, column ${column}`, { at, line, column });
}
