// policy-text.ts — policy texts as values that still know where each word stands: YAML, JSON and TOML

import { isFault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { parseStrictJson } from "@holdpoint/wire/strict-json.ts";
import { parse as parseToml, TomlError } from "smol-toml";
import { isAlias, isMap, isScalar, LineCounter, type Node, type ParsedNode, parseDocument, visit } from "yaml";
import type { DocumentPath, Place, Problem } from "./problems.ts";
import { tomlPlaces } from "./toml-places.ts";

export interface PolicyText {
  value: unknown;
  /** of the value at `path`, or of its key; of the nearest thing above, where the path leads nowhere */
  locate(path: DocumentPath, key?: boolean): Place;
}

export type Format = "yaml" | "json" | "toml";
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);
const nestingMax = 64;

/** Reads a text or says, in `problems`, why it cannot be read. Never throws on any input. */
export function read(file: string, text: string, format: Format, problems: Problem[]): PolicyText | undefined {
  const refuse = (message: string, place: Place = { line: 1, column: 1 }): undefined => {
    problems.push({ file, ...place, message });
  };
  if (text.length > limits.policyTextCharsMax) return refuse(`longer than ${limits.policyTextCharsMax} characters`);
  if (text.includes("\0")) return refuse("holds a NUL character");
  try {
    const found =
      format === "toml" ? readToml(text) : format === "json" ? readJson(text) : readYaml(file, text, problems);
    return found && sound(file, text, found, problems) ? found : undefined;
  } catch (error) {
    if (isFault(error))
      return refuse(error.message.replace(/, at line \d+, column \d+$/, ""), {
        line: error.place.line ?? 1,
        column: error.place.column ?? 1,
      });
    if (error instanceof TomlError) {
      const [first = ""] = error.message.split("\n");
      return refuse(first.replace(/^Invalid TOML document: /, ""), { line: error.line, column: error.column });
    }
    if (error instanceof RangeError) return refuse("nested too deep to be read");
    throw error;
  }
}

/** Escapes can say what no text may hold, and no store keeps: NUL, and half of a character. */
function sound(file: string, text: string, { value, locate }: PolicyText, problems: Problem[]): boolean {
  if (text.isWellFormed() && !/\\[0uUx]/.test(text)) return true;
  const before = problems.length;
  const look = (here: unknown, path: DocumentPath): void => {
    if (typeof here === "string" && (here.includes("\0") || !here.isWellFormed()))
      problems.push({
        file,
        ...locate(path),
        message: "holds a character that no text may hold (NUL, or half of one)",
      });
    if (typeof here !== "object" || here === null) return;
    for (const [key, below] of Object.entries(here)) {
      const at = [...path, Array.isArray(here) ? Number(key) : key];
      look(key, at);
      look(below, at);
    }
  };
  look(value, []);
  return problems.length === before;
}

function readToml(text: string): PolicyText {
  const value = parseToml(text);
  let places: ReturnType<typeof tomlPlaces> | undefined;
  return {
    value,
    locate: (path, key) => {
      places ??= tomlPlaces(text);
      return places(path, key);
    },
  };
}

function readJson(text: string): PolicyText {
  const value = parseStrictJson(text, { depthMax: nestingMax, nodesMax: 2_000_000 });
  let yaml: PolicyText | undefined;
  // JSON is YAML, so one locator serves both; it is only paid for when something is wrong.
  return {
    value,
    locate: (path, key) => {
      yaml ??= readYaml("", text, []);
      return yaml?.locate(path, key) ?? { line: 1, column: 1 };
    },
  };
}

function readYaml(file: string, text: string, problems: Problem[]): PolicyText | undefined {
  if (deeperThan(text, nestingMax)) {
    problems.push({ file, line: 1, column: 1, message: "nested too deep to be read" });
    return undefined;
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: "core", uniqueKeys: true });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // After a slip of syntax nothing is read as it was meant: what follows it would only be noise.
  const slip = document.errors.find(({ code }) => code !== "DUPLICATE_KEY");
  const errors = slip ? [slip] : [...document.errors, ...document.warnings];
  const found: Problem[] = errors.map((error) => ({
    file,
    ...place(error.pos[0]),
    message: plainly(error.code, error.message, text.slice(error.pos[0], error.pos[0] + 100)),
  }));
  visit(document, (key, node) => {
    if (isAlias(node))
      found.push({ file, ...place(node.range?.[0] ?? 0), message: "aliases (`*name`) are not accepted" });
    if (key === "key" && isScalar(node) && FORBIDDEN_KEYS.has(String(node.value)))
      found.push({
        file,
        ...place(node.range?.[0] ?? 0),
        message: `the key \`${String(node.value)}\` is not accepted`,
      });
  });
  problems.push(...found);
  if (found.length > 0) return undefined;
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  return { value, locate: (path, key) => place(offsetOf(document.contents, path, key ?? false)) };
}

/** The reader's own words, where they speak to whoever writes a program with it. */
function plainly(code: string, message: string, there: string): string {
  const word = /^["']?([^\s:"',}]{1,80})/.exec(there)?.[1];
  if (code === "DUPLICATE_KEY") return word === undefined ? "a key stands twice" : `the key \`${word}\` stands twice`;
  if (code === "MULTIPLE_DOCS") return "a second document begins here (`---`): give it a file of its own";
  return lowerFirst(message.split("\n")[0] ?? "not YAML");
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Flow brackets nest for free in a text; a cheap count keeps them from the recursive parser. */
function deeperThan(text: string, max: number): boolean {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === "[" || char === "{") depth += 1;
    else if (char === "]" || char === "}") depth = Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest > max * 16;
}

function offsetOf(top: ParsedNode | null, path: DocumentPath, key: boolean): number {
  let node: Node | null = top;
  let offset = top?.range?.[0] ?? 0;
  for (const [index, part] of path.entries()) {
    let next: Node | null = null;
    if (isMap(node)) {
      const pair = node.items.find((one) => isScalar(one.key) && String(one.key.value) === String(part));
      const keyNode = pair?.key as Node | undefined;
      next = (pair?.value as Node | null | undefined) ?? null;
      if (keyNode && (next === null || (key && index === path.length - 1))) offset = keyNode.range?.[0] ?? offset;
      if (key && index === path.length - 1) return offset;
    } else if (node && "items" in node && Array.isArray(node.items)) {
      next = (node.items[Number(part)] as Node | undefined) ?? null;
    }
    if (!next) return offset;
    offset = next.range?.[0] ?? offset;
    node = next;
  }
  return offset;
}
