// odd-characters.ts — characters that make a text look like something else: controls, bidi, zero width, tags, look-alikes

import type { Facts } from "@holdpoint/wire/facts.ts";

/** The kind of an odd code point, or undefined for an ordinary one. */
export function oddKind(code: number): string | undefined {
  if (code < 0x20) return code === 9 || code === 10 || code === 13 ? undefined : code === 0x1b ? "escape" : "control";
  if (code < 0x7f) return undefined;
  if (code < 0xa0) return "control";
  if (
    code === 0xad ||
    code === 0x34f ||
    code === 0x61c ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x3164 ||
    code === 0xffa0
  )
    return code === 0x61c ? "bidi" : "invisible";
  if (code >= 0x200b && code <= 0x200f) return code >= 0x200e ? "bidi" : "zero-width";
  if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) return "bidi";
  if (code === 0x2028 || code === 0x2029) return "line-separator";
  if (code === 0x2060 || code === 0xfeff || (code >= 0x2061 && code <= 0x2064)) return "zero-width";
  if (code >= 0xd800 && code <= 0xdfff) return "lone-surrogate";
  if (code >= 0xe0000 && code <= 0xe007f) return "tag";
  if (code >= 0xe0100 && code <= 0xe01ef) return "invisible";
  if (code >= 0xfff9 && code <= 0xfffb) return "invisible";
  return undefined;
}

const isLatin = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
/** Greek, Cyrillic, Armenian, Cherokee, Lisu and letters of mathematics and full width: what Latin is imitated with. */
const imitates = (code: number): boolean =>
  (code >= 0x370 && code <= 0x58f) ||
  (code >= 0x13a0 && code <= 0x13ff) ||
  (code >= 0xa4d0 && code <= 0xa4ff) ||
  (code >= 0xab70 && code <= 0xabbf) ||
  (code >= 0xff21 && code <= 0xff5a) ||
  (code >= 0x1d400 && code <= 0x1d7ff);

/** The code point at `i`; only what lies outside of the first plane costs more than a look. */
const pointAt = (text: string, i: number): number => {
  const code = text.charCodeAt(i);
  return code >= 0xd800 && code <= 0xdbff ? text.codePointAt(i)! : code;
};

/** A word that mixes Latin with letters that look Latin. */
export function looksAlike(text: string): boolean {
  let latin = false;
  let other = false;
  for (let i = 0; i < text.length; i++) {
    const code = pointAt(text, i);
    if (code > 0xffff) i++;
    if (isLatin(code)) latin = true;
    else if (code > 127 && imitates(code)) other = true;
    else if (code < 0x30 || (code > 0x39 && code < 0x41)) {
      latin = false;
      other = false;
    }
    if (latin && other) return true;
  }
  return false;
}

const isSpaceLike = (code: number): boolean =>
  code === 0xa0 ||
  code === 0x1680 ||
  (code >= 0x2000 && code <= 0x200a) ||
  code === 0x202f ||
  code === 0x205f ||
  code === 0x3000;
/** What a keyboard does not make and a reader takes for `-`. A long dash is seen, and read as the shell reads it: as a name. */
const isDashLike = (code: number): boolean =>
  (code >= 0x2010 && code <= 0x2012) || code === 0x2212 || code === 0xfe58 || code === 0xff0d;

/** In a command: a space that separates nothing, a dash that begins no option. */
function findImitations(text: string, kinds: Set<string>): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isSpaceLike(code)) kinds.add("odd-space");
    else if (isDashLike(code) && (i === 0 || /\s/.test(text[i - 1]!)) && /[\p{L}\p{Pd}]/u.test(text[i + 1] ?? ""))
      kinds.add("look-alike");
  }
}

/** A joiner between two pictures is part of a picture. */
const joinsPictures = (code: number): boolean => code === 0x200d || code === 0xfe0f;

const NOT_PLAIN = /[^\t\n\r\x20-\x7e]/;

/** Adds each kind once per string. `command`: what looks like a space or a dash counts too. */
export function findOddCharacters(text: string, at: string, out: Facts["oddCharacters"], command = false): void {
  if (!NOT_PLAIN.test(text)) return;
  const kinds = new Set<string>();
  let before = 0;
  for (let i = 0; i < text.length; i++) {
    const code = pointAt(text, i);
    if (code > 0xffff) i++;
    const kind = code >= 0x20 && code < 0x7f ? undefined : oddKind(code);
    if (kind && !(joinsPictures(code) && before > 0x2190)) kinds.add(kind);
    before = code === 0xfe0f ? before : code;
  }
  if (command) findImitations(text, kinds);
  if (looksAlike(text)) kinds.add("look-alike");
  for (const kind of kinds) out.push({ at, kind });
}
