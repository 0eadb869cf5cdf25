// glob.ts — our own glob grammar: small enough to say in six lines, linear to match, the same for every dialect
//
//   *        any run of characters; in a path never a `/`
//   ?        one character; in a path never a `/`
//   **       in a path, alone between slashes: any number of whole segments, also none. `/a/**` holds `/a` itself
//   {a,b}    each alternative, nested up to `globExpansionsMax` expansions
//   !p       in a list: what p matches is taken out again (see words.ts and criteria/paths.ts)
//   \x       x itself
// Anything else is itself: `[id]` is five characters, a newline is a character like others.
// Three flavours: `path` (as above), `text` (`*` and `?` match anything; names of tools, hosts, people, argument values),
// `crossing` (paths of seed 003, where `/etc/*` also holds `/etc/ssl/key`).

import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";

export type Flavour = "path" | "text" | "crossing";

export interface Glob {
  source: string;
  test(text: string): boolean;
  /** the whole pattern, where it holds no wildcard */
  literal?: string;
  /** literal text with a star behind it, before it, or on both sides */
  shape?: { kind: "start" | "end" | "inside"; text: string };
}

const invalid = (pattern: string, why: string): never => {
  throw new Fault("policy_invalid", `the pattern \`${pattern}\` ${why}`);
};

/** Every alternative of a pattern's braces. A backslash keeps the next character out of the grammar. */
export function expandBraces(pattern: string): string[] {
  const open = find(pattern, "{", 0);
  if (open < 0) return [pattern];
  if (pattern[open - 1] === "$") {
    // `${cwd}` and its like are names, not alternatives.
    const close = pattern.indexOf("}", open);
    if (close > 0) return expandBraces(pattern.slice(close + 1)).map((rest) => pattern.slice(0, close + 1) + rest);
  }
  const parts: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < pattern.length; at += 1) {
    const char = pattern[at];
    if (char === "\\") at += 1;
    else if (char === "{") depth += 1;
    else if (char === "," && depth === 1) {
      parts.push(pattern.slice(start, at));
      start = at + 1;
    } else if (char === "}") {
      depth -= 1;
      if (depth > 0) continue;
      parts.push(pattern.slice(start, at));
      const before = pattern.slice(0, open);
      const rests = expandBraces(pattern.slice(at + 1));
      const all = parts
        .flatMap((part) => expandBraces(part))
        .flatMap((part) => rests.map((rest) => before + part + rest));
      if (all.length > limits.globExpansionsMax)
        invalid(pattern, `has more than ${limits.globExpansionsMax} alternatives`);
      return all;
    }
  }
  return invalid(pattern, "opens a `{` that nothing closes");
}

function find(text: string, wanted: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === wanted) return at;
  }
  return -1;
}

/** One pattern without braces. Throws `Fault("policy_invalid")` on what the grammar does not know. */
export function compileGlob(pattern: string, flavour: Flavour = "text"): Glob {
  if (pattern.length > limits.patternBytesMax)
    invalid(pattern.slice(0, 40), `is longer than ${limits.patternBytesMax}`);
  if (pattern === "") invalid(pattern, "is empty");
  if (pattern.endsWith("\\") && /(^|[^\\])(\\\\)*\\$/.test(pattern)) invalid(pattern, "ends in a backslash");
  if (!/[*?\\]/.test(pattern)) return { source: pattern, literal: pattern, test: (text) => text === pattern };
  return flavour === "path" ? compilePath(pattern) : compileText(pattern);
}

/** A piece between two stars: literal text, with `null` where any one character may stand. */
type Piece = { text: string } | { chars: (string | null)[] };

function pieces(pattern: string): Piece[] {
  const all: Piece[] = [];
  let chars: (string | null)[] = [];
  const close = () => {
    all.push(chars.includes(null) ? { chars } : { text: chars.join("") });
    chars = [];
  };
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at];
    if (char === "\\") {
      at += 1;
      chars.push(pattern[at] ?? "");
    } else if (char === "*") {
      while (pattern[at + 1] === "*") at += 1;
      close();
    } else chars.push(char === "?" ? null : (char ?? ""));
  }
  close();
  return all;
}

const length = (piece: Piece): number => ("text" in piece ? piece.text.length : piece.chars.length);
/** @param at so that the piece ends in the text, not behind it */
const standsAt = (piece: Piece, text: string, at: number): boolean =>
  "text" in piece
    ? text.startsWith(piece.text, at)
    : piece.chars.every((char, index) => char === null || char === text[at + index]);

function findPiece(piece: Piece, text: string, from: number): number {
  if ("text" in piece) return text.indexOf(piece.text, from);
  for (let at = from; at + piece.chars.length <= text.length; at += 1) if (standsAt(piece, text, at)) return at;
  return -1;
}

function compileText(pattern: string): Glob {
  const all = pieces(pattern);
  const first = all[0] ?? { text: "" };
  if (all.length === 1) {
    if ("text" in first) return { source: pattern, literal: first.text, test: (text) => text === first.text };
    return { source: pattern, test: (text) => text.length === length(first) && standsAt(first, text, 0) };
  }
  const last = all.at(-1) ?? first;
  const middle = all.slice(1, -1);
  const ends = length(first) + length(last);
  if (middle.length === 0 && "text" in first && "text" in last) {
    const [head, tail] = [first.text, last.text];
    if (tail === "")
      return { source: pattern, shape: { kind: "start", text: head }, test: (text) => text.startsWith(head) };
    if (head === "")
      return { source: pattern, shape: { kind: "end", text: tail }, test: (text) => text.endsWith(tail) };
  }
  const [only] = middle;
  if (middle.length === 1 && ends === 0 && only && "text" in only) {
    const { text: part } = only;
    return { source: pattern, shape: { kind: "inside", text: part }, test: (text) => text.includes(part) };
  }
  // Leftmost places for the middle pieces are enough: a later place can only leave less room for what follows.
  const test = (text: string): boolean => {
    if (text.length < ends || !standsAt(first, text, 0)) return false;
    const end = text.length - length(last);
    if (!standsAt(last, text, end)) return false;
    let at = length(first);
    for (const piece of middle) {
      const found = findPiece(piece, text, at);
      if (found < 0 || found + length(piece) > end) return false;
      at = found + length(piece);
    }
    return at <= end;
  };
  return { source: pattern, test };
}

/** A segment of a path pattern; `undefined` is `**`. */
export type SegmentTest = ((segment: string) => boolean) | undefined;

function pathSegments(pattern: string): SegmentTest[] {
  return pattern.split("/").map((segment) => {
    if (segment === "**") return undefined;
    if (segment.replaceAll(/\\./g, "").includes("**"))
      invalid(pattern, "has a `**` that does not stand alone between slashes");
    return segment === "" ? (text) => text === "" : compileGlob(segment).test;
  });
}

function compilePath(pattern: string): Glob {
  if (pattern === "**") return { source: pattern, test: () => true };
  const wild = pattern.search(/[*?\\]/);
  if (wild > 1 && wild === pattern.length - 2 && pattern.endsWith("/**")) {
    // `/a/**`: the folder itself and all below, the commonest pattern there is
    const folder = pattern.slice(0, -3);
    return {
      source: pattern,
      test: (text) =>
        text.startsWith(folder) && (text.length === folder.length || text.charCodeAt(folder.length) === 47),
    };
  }
  const tests = pathSegments(pattern);
  const whole = pattern.slice(0, pattern.lastIndexOf("/", wild) + 1);
  if (pattern.startsWith("**/") && !/[*?\\]/.test(pattern.slice(3))) {
    const tail = pattern.slice(2);
    const name = pattern.slice(3);
    return { source: pattern, test: (text) => text.endsWith(tail) || text === name };
  }
  // Without its last slash: `/a/**/**` holds `/a` too.
  const prefix = whole.slice(0, -1);
  const must = longestLiteral(pattern);
  const end = literalEnd(pattern);
  const test = (text: string) =>
    text.endsWith(end) && text.startsWith(prefix) && text.includes(must) && segmentsMatch(tests, text.split("/"));
  return { source: pattern, test };
}

/** What every match surely ends in. */
const literalEnd = (pattern: string): string =>
  pattern.includes("\\") ? "" : pattern.slice(pattern.search(/[^*?]*$/)).replace(/^\/+/, "");

/** What every match surely holds: most paths fail on it before they are taken apart. */
function longestLiteral(pattern: string): string {
  if (pattern.includes("\\")) return "";
  const runs = pattern.split(/[*?]+/).map((run) => run.replace(/^\/+|\/+$/g, ""));
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), "");
}

/** Two-pointer matching with one way back: `**` takes as few segments as it can, then one more at a time. */
export function segmentsMatch(tests: readonly SegmentTest[], segments: readonly string[]): boolean {
  let test = 0;
  let segment = 0;
  let lastStars = -1;
  let lastSegment = 0;
  while (segment < segments.length) {
    const wanted = tests[test];
    if (test < tests.length && wanted === undefined) {
      lastStars = test;
      lastSegment = segment;
      test += 1;
    } else if (wanted?.(segments[segment] ?? "")) {
      test += 1;
      segment += 1;
    } else if (lastStars >= 0) {
      test = lastStars + 1;
      lastSegment += 1;
      segment = lastSegment;
    } else return false;
  }
  while (test < tests.length && tests[test] === undefined) test += 1;
  return test === tests.length;
}
