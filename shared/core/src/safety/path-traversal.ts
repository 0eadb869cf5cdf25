// path-traversal.ts — path arguments that climb out of the workspace, in plain sight or in a web encoding (seed 000)

import type { Action } from "@holdpoint/wire/action.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { texts } from "../redact/leaves.ts";
import type { Checker } from "./checker.ts";
import { findingsOf, strictestFirst } from "./finding.ts";
import { pathArguments } from "./path-arguments.ts";

const id = "path-traversal";

/** A byte sequence that is longer than its character needs: `%c0%af` is `/` to careless readers of UTF-8. */
const OVERLONG = /%(?:c[01]|e0%80|f0%80%80|f8%80%80%80|fc%80%80%80%80)(%[0-9a-f]{2})/gi;
/** Letters and digits of other shapes, and escapes of other languages, that some reader turns into `.`, `/` and `\`. */
const DISGUISES: readonly (readonly [RegExp, string])[] = [
  [/%u(?:002e|ff0e|2024)|\\u002e|\\x2e|\uff0e|\u2024|0x2e/gi, "."],
  [/%u(?:002f|2215|2216|ff0f|2044)|\\u002f|\\x2f|\uff0f|\u2215|\u2044|0x2f/gi, "/"],
  [/%u(?:005c|ff3c)|\\u005c|\\x5c|\uff3c|0x5c/gi, "\\"],
  [/%u0000|\\x00|\\u0000|\\0/gi, "\0"],
  [/(?<=\.\.)%?(?:2f|5c)/gi, "/"],
];
/** Double encodings are undone twice, and so on; more rounds than anybody nests. */
const ROUNDS_MAX = 6;

const byteOf = (escaped: string): number => Number.parseInt(escaped.slice(-2), 16);
/** A continuation byte holds six bits, the seventh is the last of `%c1`; what is no continuation byte stands for itself. */
const overlong = (all: string, last: string): string => {
  const byte = byteOf(last);
  return String.fromCharCode(byte >= 0x80 ? (byte & 0x3f) | (/^%c1/i.test(all) ? 0x40 : 0) : byte);
};

function undisguised(text: string): string {
  let plain = text;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = plain;
    plain = plain
      .replace(OVERLONG, overlong)
      .replace(/%[0-7][0-9a-f]/gi, (escaped) => String.fromCharCode(byteOf(escaped)));
    plain = DISGUISES.reduce((each, [pattern, meant]) => each.replace(pattern, meant), plain);
    if (plain === before) break;
  }
  return plain;
}

/** What a reader that cleans a path once makes of it: `....//` and `..././` without their `../` are `../`, and `..;/` is to some servers. */
const cleaned = (text: string): string => text.replaceAll("../", "").replaceAll("..\\", "").replaceAll("..;", "..");

const parts = (path: string): string[] => path.split(/[\\/]+/).filter((part) => part !== "" && part !== ".");
const isAbsolute = (path: string): boolean => /^(?:[\\/]|[a-z]:)/i.test(path);

/** Walks the parts; `undefined` when it climbs above where it began. */
function walk(path: string): string[] | undefined {
  const stack: string[] = [];
  for (const part of parts(path)) {
    if (part !== "..") stack.push(part);
    else if (stack.pop() === undefined) return undefined;
  }
  return stack;
}

/** True when `..` leads out: above the start of a relative path, above the root, or from one place outside `cwd` to another. */
export function climbs(path: string, cwd: string | undefined): boolean {
  if (!parts(path).includes("..")) return false;
  const landed = walk(path);
  if (landed === undefined) {
    // `cwd` helps a relative path only if it comes back in: `../api/x` from `/home/dev/api`.
    return isAbsolute(path) || cwd === undefined || !inside(walk(`${cwd}/${path}`), cwd);
  }
  return isAbsolute(path) && !(cwd !== undefined && inside(landed, cwd));
}

function inside(landed: readonly string[] | undefined, cwd: string): boolean {
  const base = walk(cwd);
  if (landed === undefined || base === undefined) return false;
  return base.every((part, index) => landed[index] === part);
}

const finding = findingsOf(id);

/** Without any of these a path does not climb, hides nothing, and has no odd shape: most paths are done with here. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL and whatever is not ASCII
const SUSPICIOUS = /[%\\?\0]|\.\.|0x|[^\x00-\x7f]|(?:^|\/)\.[*"'<>|]/i;

/** What may be undone and looked through in one call: characters, and as many again for each text. */
interface Budget {
  left: number;
}
const PER_TEXT = 64;
const spend = (budget: Budget, text: string): boolean => {
  budget.left -= text.length + PER_TEXT;
  return budget.left >= 0;
};

function ofPath(text: string, at: string, cwd: string | undefined, budget: Budget): Finding | undefined {
  if (!SUSPICIOUS.test(text)) return undefined;
  if (text.length > limits.argPathCharsMax || !spend(budget, text))
    return finding("block", "path_unread", "longer or more odd paths than are looked into", at);
  if (climbs(text, cwd)) return finding("block", "path_climbs", "argument climbs out of its directory", at);
  const plain = undisguised(text);
  if (plain.includes("\0")) return finding("block", "path_nul", "argument hides a NUL character", at);
  const disguised = plain !== text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what some readers drop
  if (disguised && (climbs(plain, cwd) || climbs(plain.replaceAll(/[\u0001-\u001f\u007f]/g, ""), cwd))) {
    return finding(
      "block",
      "path_encoded_climb",
      "argument climbs out of its directory once its encoding is undone",
      at,
    );
  }
  const cut = cleaned(plain);
  if (cut !== plain && climbs(cut, cwd)) {
    return finding(
      "block",
      "path_filter_climb",
      "argument climbs out of its directory for a reader that cleans it",
      at,
    );
  }
  if (disguised && parts(plain).length !== parts(text).length) {
    return finding("block", "path_encoded", "argument hides path separators in an encoding", at);
  }
  return ODD_SHAPE.test(readable(text))
    ? finding("block", "path_odd", "argument is written so that readers may disagree on it", at)
    : undefined;
}

/** Parts of three or more dots, dots mixed with what a shell or a server may drop, and encodings that end in nothing known. */
const ODD_SHAPE =
  /(?:^|[\\/])\.{3,}(?=[\\/]|$)|(?:^|[\\/])\.[?*"'<>|%]|[?%][?%]|%(?:[cef][0-9a-f]|u[0-9a-f]{4})|\\\/|\/\\|\.\.[?%]/i;

/** Proper percent-encoding of letters is only unusual: `caf%C3%A9.txt`. */
function readable(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** Encoded climbs inside anything else that is not plain content: URLs and words of commands. Said, not blocked. */
function ofText(text: string, at: string, budget: Budget): Finding | undefined {
  if (text.length > limits.argPathCharsMax || !/%|\.\.;|\uff0e|\u2024/.test(text)) return undefined;
  if (!spend(budget, text)) return finding("warn", "text_unread", "more encoded texts than are looked into", at);
  const plain = undisguised(text);
  return plain !== text && /(?:^|[\\/=])\.\.(?:[\\/]|$)/.test(plain) && !/(?:^|[\\/=])\.\.(?:[\\/]|$)/.test(text)
    ? finding("warn", "text_encoded_climb", "an encoded `..` that a server may undo", at)
    : undefined;
}

export const pathTraversal: Checker = {
  id,
  timeoutMs: 200,
  check(action: Action, facts: Facts) {
    const found: Finding[] = [];
    const isPath = pathArguments(facts);
    const budget: Budget = { left: limits.encodedCharsMax };
    for (const { at, path, text } of texts(action.args)) {
      const one = isPath(at, path) ? ofPath(text, at, action.cwd, budget) : ofText(text, at, budget);
      if (one !== undefined) found.push(one);
    }
    return strictestFirst(found);
  },
};
