// visible.ts — text as people may safely see it: different texts never look alike, and nothing in it acts on a screen

import { type Span, tidySpans } from "../redact/masks.ts";
import { shown } from "./look-alikes.ts";

const spelled = (char: string): string => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;

/** Longer runs of spaces are counted, so that nothing can be pushed out of sight. */
const SPACES_SHOWN_MAX = 40;
const LONG_RUN = " ".repeat(SPACES_SHOWN_MAX + 1);
const WORD = /[\p{L}\p{M}\p{N}_]+/uy;
const PRINTABLE = /[\x20-\x7e]/;
/** Most text is nothing but this: no backslash, no control, no letter that needs a thought. */
const PLAIN = /[\n\x20-\x5b\x5d-\x7e]+/y;

/** The plain run from `at`, without a word that may go on in other letters. */
function plainRun(text: string, at: number): string {
  PLAIN.lastIndex = at;
  const run = PLAIN.exec(text)?.[0] ?? "";
  if (!(text.charCodeAt(at + run.length) > 0x7f)) return run;
  let end = run.length;
  // A loop and not a pattern: `\w+$` would look at a long word again from each of its letters.
  while (end > 0 && /\w/.test(run.charAt(end - 1))) end -= 1;
  return run.slice(0, end);
}

/**
 * One-to-one: `\u{…}` in the result is always ours, because a literal `\u{` becomes `\u{5c}u{`. Newlines stay, for the
 * caller to lay out as lines.
 */
function spellOut(text: string): string {
  let out = "";
  let at = 0;
  while (at < text.length) {
    const plain = plainRun(text, at);
    out += plain;
    at += plain.length;
    WORD.lastIndex = at;
    const word = WORD.exec(text)?.[0];
    if (word !== undefined) {
      const chars = [...word];
      const show = shown(chars);
      for (const [index, char] of chars.entries()) out += show[index] === true ? char : spelled(char);
      at += word.length;
      continue;
    }
    if (at >= text.length) break;
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (char === "\\" && text.startsWith("u{", at + 1)) out += spelled(char);
    else out += char === "\n" || PRINTABLE.test(char) ? char : spelled(char);
    at += char.length;
  }
  return out;
}

/** Spaces that an eye would miss: a long run, and the last one of a line. */
function spacesSpelled(line: string): string {
  const counted = line.includes(LONG_RUN)
    ? line.replaceAll(/ +/g, (run) => (run.length > SPACES_SHOWN_MAX ? `\\u{20*${run.length}}` : run))
    : line;
  return counted.endsWith(" ") ? `${counted.slice(0, -1)}\\u{20}` : counted;
}

/** The lines of a text, visible; of the spans that are secrets only kind and length. */
export function visibleLines(text: string, masks: readonly Span[] = []): string[] {
  let out = "";
  let at = 0;
  for (const { kind, start, end } of tidySpans(masks, text.length)) {
    out += `${spellOut(text.slice(at, start))}\\u{secret: ${kind.replaceAll(/[^a-z0-9-]/gi, "-")}, ${end - start} characters}`;
    at = end;
  }
  return (out + spellOut(text.slice(at))).split("\n").map(spacesSpelled);
}

/** The same on one line, for names and other short texts. */
export const visible = (text: string, masks: readonly Span[] = []): string => visibleLines(text, masks).join("\\u{a}");

/** A key of the arguments: everything but plain name characters is spelled out, so that a key cannot pass for layout. */
export const visibleKey = (key: string, masks: readonly Span[] = []): string =>
  key === ""
    ? "\\u{}"
    : visible(key, masks)
        .replaceAll(/\\u\{[^}]*\}|[^A-Za-z0-9_.$@\-\u0080-\uffff]/g, (part) => (part.length > 1 ? part : spelled(part)))
        .replace(/^[0-9]/, spelled);
