// look-alikes.ts — which letters beyond ASCII may be shown as they are, and which pass for another letter

/** Scripts whose letters a reader can tell apart from ASCII punctuation and from each other, once words are not mixed. */
export type Script = "latin" | "greek" | "cyrillic" | "han" | "hiragana" | "katakana" | "hangul";

/**
 * Inclusive ranges. Right-to-left scripts are missing because they move their neighbours on the screen; scripts that
 * need combining marks, and mathematical, full-width or historic letters, because two spellings look the same.
 */
const RANGES: readonly (readonly [Script, number, number])[] = [
  ["latin", 0x00c0, 0x00d6],
  ["latin", 0x00d8, 0x00f6],
  ["latin", 0x00f8, 0x017e],
  ["latin", 0x1ea0, 0x1ef9],
  ["greek", 0x0386, 0x03ce],
  ["cyrillic", 0x0400, 0x045f],
  ["cyrillic", 0x0490, 0x0491],
  ["hiragana", 0x3041, 0x3096],
  ["katakana", 0x30a1, 0x30fa],
  ["katakana", 0x30fc, 0x30fc],
  ["han", 0x3400, 0x4dbf],
  ["han", 0x4e00, 0x9fff],
  ["hangul", 0xac00, 0xd7a3],
];

/** Inside a shown range, and yet never shown: dotless i, kra, the n with an apostrophe, strokes that pass for ASCII. */
const NEVER = new Set("ıĸŉ丿丨丶");

/** Letters that pass for an ASCII character. A word made of nothing else is not shown as it is. */
const LIKE_ASCII = new Set(
  [
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοινυαρκγητχωϲ",
    "АВЕЅІЈКМНОРСТУХЗЬЫУЧбасеорхуіјѕԁвгкмнтпзчьд",
    "ЀЁёІЇїЈӀ",
    "ーノ一〇ニロハ二口工",
  ].join(""),
);

/** Kana that pass for a Han character when they stand among them, without other kana beside them. */
const LIKE_HAN = new Set("ニカタトハロエヌメノー");
/** Katakana that are drawn like the hiragana of the same sound. */
const LIKE_HIRAGANA = new Set("ヘベペリ");

const SCRIPTS: readonly Script[] = ["latin", "greek", "cyrillic", "han", "hiragana", "katakana", "hangul"];
const [LATIN, HAN, HIRAGANA, KATAKANA] = [1, 4, 5, 6];
const SCRIPT = 7;
const AS_ASCII = 8;
const AS_HAN = 16;
const AS_HIRAGANA = 32;

/** What is known of each character of the first plane: its script in three bits, what it passes for in three more. */
const TABLE = new Uint8Array(0x10000);
for (const [script, from, to] of RANGES) TABLE.fill(SCRIPTS.indexOf(script) + 1, from, to + 1);
for (const [chars, bit] of [
  [LIKE_ASCII, AS_ASCII],
  [LIKE_HAN, AS_HAN],
  [LIKE_HIRAGANA, AS_HIRAGANA],
] as const) {
  for (const char of chars) TABLE[char.charCodeAt(0)]! |= bit;
}
for (const char of NEVER) TABLE[char.charCodeAt(0)] = 0;

const known = (char: string | undefined): number =>
  char === undefined || char.length > 1 ? 0 : (TABLE[char.charCodeAt(0)] ?? 0);
const scriptOf = (bits: number): number => bits & SCRIPT;
const isAscii = (char: string): boolean => char <= "\u007f";
const isAsciiLetter = (char: string): boolean => (char >= "a" && char <= "z") || (char >= "A" && char <= "Z");

/** The scripts of a word as bits, and whether all its letters pass for ASCII ones. */
function survey(word: readonly string[]): { scripts: number; allAlike: boolean } {
  let scripts = 0;
  let allAlike = true;
  for (const char of word) {
    const bits = known(char);
    const script = isAsciiLetter(char) ? LATIN : scriptOf(bits);
    if (script > 0) scripts |= 1 << script;
    if ((bits & AS_ASCII) === 0 && char !== "_" && !(char >= "0" && char <= "9")) allAlike = false;
  }
  return { scripts, allAlike };
}

const has = (scripts: number, script: number): boolean => (scripts & (1 << script)) !== 0;
/** Alphabets come before Han in the list, East Asian scripts from there on. */
const ALPHABETS = (1 << LATIN) | (1 << 2) | (1 << 3);
const isOne = (bits: number): boolean => bits !== 0 && (bits & (bits - 1)) === 0;

/**
 * Says for each character of a word (letters, digits, underscore) whether it may be shown. A word that mixes alphabets
 * shows its ASCII letters and spells out the others; one that has two spellings (another NFKC form) shows only ASCII.
 */
export function shown(word: readonly string[]): boolean[] {
  const plain = word.join("");
  if (!plain.isWellFormed() || plain.normalize("NFKC") !== plain) return word.map(isAscii);
  const { scripts, allAlike } = survey(word);
  const mixed = (scripts & ALPHABETS) !== 0 && !isOne(scripts);
  const eastAsian = (char: string, bits: number, index: number): boolean => {
    if ((bits & AS_ASCII) !== 0 && (mixed || allAlike)) return false;
    const amongKana = [word[index - 1], word[index + 1]].some((near) => scriptOf(known(near)) === KATAKANA);
    if ((bits & AS_HAN) !== 0 && scriptOf(bits) === KATAKANA && has(scripts, HAN) && !amongKana) return false;
    return !((bits & AS_HIRAGANA) !== 0 && has(scripts, HIRAGANA)) && char.length === 1;
  };
  return word.map((char, index) => {
    if (isAscii(char)) return true;
    const bits = known(char);
    if (scriptOf(bits) === 0) return false;
    if (scriptOf(bits) >= HAN) return eastAsian(char, bits, index);
    return scriptOf(bits) === LATIN || (!mixed && !allAlike);
  });
}
