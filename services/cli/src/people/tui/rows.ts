// rows.ts — a card as the rows of a screen: every character of it, however narrow the screen is

import stringWidth from "string-width";

export interface Row {
  text: string;
  /** place of the card's line that it is of, from 0 */
  line: number;
  /** nothing of that line comes after it */
  ends: boolean;
}

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Cuts between letters, never inside one; a letter that is wider than the screen has a row of its own. */
function cutLine(text: string, columns: number): string[] {
  if (stringWidth(text) <= columns) return [text];
  const rows: string[] = [];
  let row = "";
  let used = 0;
  for (const { segment } of letters.segment(text)) {
    const width = stringWidth(segment);
    if (used + width > columns && row !== "") {
      rows.push(row);
      row = "";
      used = 0;
    }
    row += segment;
    used += width;
  }
  return [...rows, row];
}

/** Joined they are the lines again: nothing is left out and nothing is put in. */
export const rowsOf = (lines: readonly string[], columns: number): Row[] =>
  lines.flatMap((text, line) => {
    const cut = cutLine(text, Math.max(1, columns));
    return cut.map((row, place) => ({ text: row, line, ends: place === cut.length - 1 }));
  });
