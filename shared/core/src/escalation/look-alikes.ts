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

const scriptOf = (char: string): Script | undefined => {
  const code = char.codePointAt(0) ?? 0;
  return RANGES.find(([, from, to]) => code >= from && code <= to)?.[0];
};

const isAscii = (char: string): boolean => char <= "\u007f";
const isAsciiLetter = (char: string): boolean => /[A-Za-z]/.test(char);
const EAST_ASIAN: readonly Script[] = ["han", "hiragana", "katakana", "hangul"];

/**
 * Says for each character of a word (letters, digits, underscore) whether it may be shown. A word that mixes alphabets
 * shows its ASCII letters and spells out the others; one that has two spellings (another NFKC form) shows only ASCII.
 */
export function shown(word: readonly string[]): boolean[] {
  const plain = word.join("");
  if (!plain.isWellFormed() || plain.normalize("NFKC") !== plain) return word.map(isAscii);
  const scripts = new Set<Script>();
  for (const char of word) {
    const script = isAsciiLetter(char) ? "latin" : scriptOf(char);
    if (script !== undefined) scripts.add(script);
  }
  const alphabets = [...scripts].filter((script) => !EAST_ASIAN.includes(script));
  const mixed = alphabets.length > 1 || (alphabets.length === 1 && scripts.size > 1);
  const letters = word.filter((char) => !/[0-9_]/.test(char));
  const allAlike = letters.every((char) => LIKE_ASCII.has(char));
  return word.map((char, index) => {
    if (isAscii(char)) return true;
    const script = scriptOf(char);
    if (script === undefined || NEVER.has(char)) return false;
    if (EAST_ASIAN.includes(script)) {
      if (LIKE_ASCII.has(char) && (mixed || allAlike)) return false;
      const amongKana = [word[index - 1], word[index + 1]].some(
        (near) => near !== undefined && scriptOf(near) === "katakana",
      );
      if (LIKE_HAN.has(char) && script === "katakana" && scripts.has("han") && !amongKana) return false;
      return !(LIKE_HIRAGANA.has(char) && scripts.has("hiragana"));
    }
    if (script === "latin") return true;
    return !mixed && !allAlike;
  });
}
