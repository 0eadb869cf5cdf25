// path-traversal.ts — path arguments that climb out of the workspace, in plain sight or in a web encoding (seed 000)

import type { Action } from "@holdpoint/wire/action.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { texts } from "../redact/leaves.ts";
import type { Checker } from "./checker.ts";
import { findingsOf, strictestFirst } from "./finding.ts";
import { isPathArgument } from "./path-arguments.ts";

const id = "path-traversal";

/**
 * Ways to write `.`, `/`, `\` and NUL that some reader between us and the disk may undo. Applied again and again,
 * because double encodings are undone twice.
 */
const DISGUISES: readonly (readonly [RegExp, string])[] = [
  [/%(?:25)+(?=[0-9a-f]{2}|u[0-9a-f]{4})/gi, "%"],
  [/%(?:2e|u002e|uff0e|u2024|c0%(?:ae|2e|6e|fe)|e0%80%ae|c0ae)|\\u002e|\\x2e|\uff0e|\u2024|0x2e/gi, "."],
  [/%(?:2f|u002f|u2215|u2216|uff0f|c0%(?:af|2f)|e0%80%af|c1%9c|c0af)|\\u002f|\\x2f|\uff0f|\u2215|\u2044|0x2f/gi, "/"],
  [/%(?:5c|u005c|uff3c|c1%9c)|\\x5c|\uff3c|0x5c/gi, "\\"],
  [/%(?:00|u0000)|\\x00|\\u0000|\\0/gi, "\0"],
  [/(?<=\.\.)(?:2f|5c)/gi, "/"],
];
const ROUNDS_MAX = 5;

function undisguised(text: string): string {
  let plain = text;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = DISGUISES.reduce((each, [pattern, meant]) => each.replace(pattern, meant), plain);
    if (next === plain) break;
    plain = next;
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

function ofPath(text: string, at: string, cwd: string | undefined): Finding | undefined {
  if (climbs(text, cwd)) return finding("block", "path_climbs", "argument climbs out of its directory", at);
  const plain = undisguised(text);
  if (plain.includes("\0")) return finding("block", "path_nul", "argument hides a NUL character", at);
  const disguised = plain !== text;
  if (disguised && climbs(plain, cwd)) {
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
  return disguised && /%|\\[ux]|0x/i.test(text) && parts(plain).length !== parts(text).length
    ? finding("warn", "path_encoded", "argument hides path separators in an encoding", at)
    : undefined;
}

/** Encoded climbs inside anything else that is not plain content: URLs and words of commands. Said, not blocked. */
function ofText(text: string, at: string): Finding | undefined {
  if (text.length > limits.argPathCharsMax || !/%|\.\.;|\uff0e|\u2024/.test(text)) return undefined;
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
    for (const { at, path, text } of texts(action.args)) {
      const one = isPathArgument(path, facts) ? ofPath(text, at, action.cwd) : ofText(text, at);
      if (one !== undefined) found.push(one);
    }
    return strictestFirst(found);
  },
};
