// yaml-text.ts — YAML policies as values that still know where each word stands, up to the first slip of syntax

import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  Parser,
  visit,
} from "yaml";
import { type DocumentPath, type Place, type PolicyText, type Problem, problemsMax } from "./problems.ts";

const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);
const nestingMax = 64;

/**
 * The library takes about a microsecond for each sign, so that a text of nothing else costs ten times what a policy of its length
 * does. Policies hold up to 0.57 signs, breaks and words a character.
 */
const signShareMax = 0.65;
/** So many are read in any case. */
const signsMin = 6_000;

interface Slip {
  offset: number;
  message: string;
}

/** Reads a text or says, in `problems`, why it cannot be read. */
export function readYaml(file: string, text: string, problems: Problem[]): PolicyText | undefined {
  if (deeperThan(text, nestingMax)) {
    problems.push({ file, line: 1, column: 1, message: "nested too deep to be read" });
    return undefined;
  }
  if (signsIn(text) > Math.max(signsMin, text.length * signShareMax)) {
    problems.push({ file, line: 1, column: 1, message: "holds little but signs and breaks: no policy is written so" });
    return undefined;
  }
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const { document, slips } = compose(text, lines);
  const found = document ? [...slips, ...refusals(document)] : slips;
  for (const { offset, message } of found.slice(0, problemsMax))
    problems.push({ file, ...place(offset), message: lowerFirst(message.split("\n")[0] ?? "not YAML") });
  if (!document || found.length > 0) return undefined;
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  return { value, locate: (path, key) => place(offsetOf(document.contents, path, key ?? false)) };
}

/**
 * The one document of a text, with warnings, or its first slip: after one nothing is read as it was meant, and an error for each of
 * ten thousand stray brackets would take its time. Whether keys are unique is asked afterwards: the library compares each with all.
 */
function compose(text: string, lines: LineCounter): { document?: Document.Parsed; slips: Slip[] } {
  const warnings: Slip[] = [];
  let first: Slip | undefined;
  const stop = new Error("a slip of syntax");
  const composer = new Composer({ schema: "core", uniqueKeys: false });
  // The library's own handler makes an error of each slip and goes on.
  Object.assign(composer, {
    onError(source: number | number[] | { offset: number }, _code: string, message: string, warning?: boolean) {
      const slip = { offset: offsetIn(source), message };
      if (warning) {
        if (warnings.length < problemsMax) warnings.push(slip);
        return;
      }
      // What is thrown here is caught on the way out, and told to this handler again.
      first ??= slip;
      throw stop;
    },
  });
  const documents: Document.Parsed[] = [];
  try {
    for (const token of new Parser(lines.addNewLine).parse(text)) {
      if (token.type === "error") return { slips: [{ offset: token.offset, message: slipOf(token) }] };
      documents.push(...composer.next(token));
      if (documents.length > 0 && token.type === "document") break;
    }
    documents.push(...composer.end(true, text.length));
  } catch (error) {
    if (error === stop && first) return { slips: [first] };
    throw error;
  }
  const [document, second] = documents;
  if (second)
    return {
      slips: [{ offset: second.range[0], message: "a second document begins here (`---`): give it a file of its own" }],
    };
  return { ...(document && { document }), slips: warnings };
}

const offsetIn = (source: number | number[] | { offset: number }): number =>
  typeof source === "number" ? source : Array.isArray(source) ? (source[0] ?? 0) : source.offset;

const slipOf = ({ message, source }: CST.ErrorToken): string =>
  source ? `${message}: ${JSON.stringify(source)}` : message;

/** What YAML has and a policy must not: aliases, keys that are twice there, keys that mean something to JavaScript. */
function refusals(document: Document.Parsed): Slip[] {
  const found: Slip[] = [];
  const refuse = (node: unknown, message: string): void => {
    found.push({ offset: (node as ParsedNode).range?.[0] ?? 0, message });
  };
  visit(document, (key, node) => {
    if (found.length >= problemsMax) return visit.BREAK;
    if (isAlias(node)) refuse(node, "aliases (`*name`) are not accepted");
    if (key === "key" && isScalar(node) && FORBIDDEN_KEYS.has(String(node.value)))
      refuse(node, `the key \`${String(node.value)}\` is not accepted`);
    if (isMap(node)) {
      const seen = new Set<unknown>();
      for (const pair of node.items) {
        const name = isScalar(pair.key) ? pair.key.value : pair.key;
        if (seen.has(name)) refuse(pair.key, `the key \`${String(name).slice(0, 80)}\` stands twice`);
        seen.add(name);
      }
    }
    return undefined;
  });
  return found;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Brackets, and dashes in a row, nest for free in a text; a cheap count keeps them from the recursive parser. */
function deeperThan(text: string, max: number): boolean {
  let depth = 0;
  let row = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === OPEN_LIST || char === OPEN_MAP) {
      depth += 1;
      // Many stand in texts, where they nest nothing.
      if (depth > max * 16) return true;
    } else if (char === CLOSE_LIST || char === CLOSE_MAP) depth = Math.max(0, depth - 1);
    if (char === DASH || char === QUESTION) {
      row += 1;
      if (row > max) {
        if (text.charCodeAt(at + 1) <= SPACE) return true;
        row = 0;
      }
    } else if (char > SPACE) row = 0;
  }
  return false;
}

/** Signs, line breaks, blanks in a row and words in a row. */
function signsIn(text: string): number {
  let count = 0;
  let before = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? KINDS[code]! : WORD;
    if (kind === SIGN || kind !== before) count += 1;
    before = kind;
  }
  return count;
}
const [WORD, SIGN, BLANK] = [1, 2, 3];
const KINDS = new Uint8Array(128).fill(WORD);
for (const char of "\n[]{},:-?&*!|>'\"%@`#") KINDS[char.charCodeAt(0)] = SIGN;
for (const char of " \t\r") KINDS[char.charCodeAt(0)] = BLANK;

const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP, DASH, QUESTION, SPACE] = [91, 93, 123, 125, 45, 63, 32];

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
