// encoded.ts — texts under a coat: percent and backslash escapes, JSON in JSON, base64. What is under it, and where it stands

/** What a coat hid, and for each of its characters, and for its end, where that stands in the text as it was. */
export interface Unescaped {
  text: string;
  from: Uint32Array;
}

const PERCENT = 37;
const BACKSLASH = 92;
/** What a letter behind a backslash stands for. */
const MEANT = new Uint8Array(128);
for (const char of "\"'\\/") MEANT[char.charCodeAt(0)] = char.charCodeAt(0);
for (const [char, code] of [
  ["n", 10],
  ["r", 13],
  ["t", 9],
] as const)
  MEANT[char.charCodeAt(0)] = code;
const HEX = new Uint8Array(128).fill(255);
for (const [value, char] of [..."0123456789abcdef"].entries()) {
  HEX[char.charCodeAt(0)] = value;
  HEX[char.toUpperCase().charCodeAt(0)] = value;
}

/** The number that so many hex digits say, or -1. */
function hexAt(text: string, at: number, digits: number): number {
  let number = 0;
  for (let i = at; i < at + digits; i += 1) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? (HEX[code] as number) : 255;
    if (value === 255) return -1;
    number = number * 16 + value;
  }
  return number;
}

/** How long the escape at `i` is; 0 where there is none. */
function escapeLength(text: string, i: number, code: number): number {
  if (code === PERCENT) return hexAt(text, i + 1, 2) < 0 ? 0 : 3;
  const next = text.charCodeAt(i + 1);
  if (next === 117) return hexAt(text, i + 2, 4) < 0 ? 0 : 6;
  if (next === 120) return hexAt(text, i + 2, 2) < 0 ? 0 : 4;
  return next < 128 && MEANT[next] !== 0 ? 2 : 0;
}

const meantBy = (text: string, i: number, length: number): number =>
  length === 2
    ? (MEANT[text.charCodeAt(i + 1)] as number)
    : length === 3
      ? hexAt(text, i + 1, 2)
      : hexAt(text, i + 2, length - 2);

function hasEscape(text: string, sign: "\\" | "%"): boolean {
  for (let i = text.indexOf(sign); i >= 0; i = text.indexOf(sign, i + 1))
    if (escapeLength(text, i, sign === "%" ? PERCENT : BACKSLASH) > 0) return true;
  return false;
}

/** One layer of escapes undone; undefined where there is none. Time and memory grow with the length. */
export function unescapeText(text: string): Unescaped | undefined {
  if (!hasEscape(text, "\\") && !hasEscape(text, "%")) return undefined;
  const codes = new Uint16Array(text.length);
  const from = new Uint32Array(text.length + 1);
  let length = 0;
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i);
    const escaped = code === PERCENT || code === BACKSLASH ? escapeLength(text, i, code) : 0;
    codes[length] = escaped === 0 ? code : meantBy(text, i, escaped);
    from[length] = i;
    length += 1;
    i += escaped || 1;
  }
  if (length === text.length) return undefined;
  from[length] = text.length;
  return { text: Buffer.from(codes.buffer, 0, length * 2).toString("utf16le"), from };
}

export interface Packed {
  text: string;
  start: number;
  end: number;
}

/** Long enough to hold anything worth hiding. */
const RUN_MIN = 20;
const HEAD_CHARS = 32;
/** What each character of base64 stands for; `-` and `_` are `+` and `/` of URLs. 255: it is none. */
const SIXES = new Uint8Array(128).fill(255);
for (const [value, char] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].entries())
  SIXES[char.charCodeAt(0)] = value;
for (const [char, like] of ["-+", "_/"]) SIXES[char!.charCodeAt(0)] = SIXES[like!.charCodeAt(0)]!;
const isBase64 = (text: string, i: number): boolean => {
  const code = text.charCodeAt(i);
  return code < 128 && SIXES[code] !== 255;
};

/** Is what stands there, opened, a text? The lines of a block are one. */
function opensReadable(text: string, from: number, end: number): boolean {
  let bits = 0;
  let held = 0;
  for (let i = from; i < end; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 10) continue;
    bits = ((bits << 6) | (SIXES[code] as number)) & 0xfff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    const char = (bits >> held) & 255;
    if (char > 126 || (char < 32 && char !== 9 && char !== 10 && char !== 13)) return false;
  }
  return true;
}

/** Every run of base64 that begins as a text does; pictures and programs are left alone. Lines of one block are one run. */
export function base64Texts(text: string): Packed[] {
  const found: Packed[] = [];
  for (let i = RUN_MIN - 1; i < text.length; i += RUN_MIN) {
    // A run that is long enough holds one of every so many characters.
    if (!isBase64(text, i)) continue;
    let start = i;
    while (start > 0 && isBase64(text, start - 1)) start -= 1;
    let end = i + 1;
    while (isBase64(text, end) || (text.charCodeAt(end) === 10 && isBase64(text, end + 1))) end += 1;
    i = end;
    if (end - start < RUN_MIN) continue;
    if (!opensReadable(text, start, Math.min(end, start + HEAD_CHARS))) continue;
    while (text.charCodeAt(end) === 61) end += 1;
    found.push({ text: decoded(text.slice(start, end)), start, end });
  }
  return found;
}

const decoded = (run: string): string => Buffer.from(run, "base64").toString("latin1");
