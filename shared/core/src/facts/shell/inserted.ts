// inserted.ts — what find, xargs and parallel put into a text for a shell in place of `{}`: a word, wherever it stands

import type { Word } from "./word.ts";

/** The variable that stands for it while the text is read. */
export const FOUND = "__found";

/** `text` with each `mark` as a quoted variable, also where it stood between single quotes. */
export function insertFound(text: string, mark: string): string {
  let out = "";
  let single = false;
  let double = false;
  for (let i = 0; i < text.length; i++) {
    if (text.startsWith(mark, i)) {
      out += single ? `'"$${FOUND}"'` : double ? `\${${FOUND}}` : `"$${FOUND}"`;
      i += mark.length - 1;
      continue;
    }
    const char = text[i]!;
    if (char === "\\" && !single) {
      out += char + (text[++i] ?? "");
      continue;
    }
    if (char === "'" && !double) single = !single;
    else if (char === '"' && !single) double = !double;
    out += char;
  }
  return out;
}

/** `text` where `mark` becomes `found`: only its beginning is known, but as code it can be read whole. */
export const inserted = (text: string, mark: string, raw: string, found: Word): Word => ({
  raw,
  text: null,
  known: text.slice(0, text.indexOf(mark)),
  glob: false,
  template: insertFound(text, mark),
  inserts: found,
});
