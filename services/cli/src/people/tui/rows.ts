// rows.ts — a card as the rows of a screen: every character of it, however narrow the screen is

import stringWidth from "string-width";

export interface Row {
  text: string;
  /** goes on with the line above: drawn behind a mark, so that no line of a card can be mistaken for two */
  goesOn: boolean;
  /** where it begins and ends in the lines together, each with its end */
  from: number;
  to: number;
}

/** Stands in no card: there it would be spelled out. */
export const GOES_ON = "↳ ";

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Cuts between letters, never inside one; a letter that is wider than the screen has a row of its own. */
function cutLine(text: string, columns: number): string[] {
  if (stringWidth(text) <= columns) return [text];
  const rows: string[] = [];
  let row = "";
  let used = 0;
  for (const { segment } of letters.segment(text)) {
    const width = stringWidth(segment);
    const room = rows.length === 0 ? columns : Math.max(1, columns - stringWidth(GOES_ON));
    if (used + width > room && row !== "") {
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
export function rowsOf(lines: readonly string[], columns: number): Row[] {
  let at = 0;
  return lines.flatMap((line) => {
    const cut = cutLine(line, Math.max(1, columns));
    return cut.map((text, place): Row => {
      const from = at;
      at += text.length + (place === cut.length - 1 ? 1 : 0);
      return { text, goesOn: place > 0, from, to: at };
    });
  });
}

/** The rows as text, for a terminal that would otherwise cut lines where it likes. */
export const rowTexts = (lines: readonly string[], columns: number): string[] =>
  rowsOf(lines, columns).map(({ text, goesOn }) => (goesOn ? GOES_ON + text : text));
