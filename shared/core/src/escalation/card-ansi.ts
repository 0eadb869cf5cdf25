// card-ansi.ts — a card for a terminal: the same text with colours; never colour alone, nothing that moves the cursor

import { layOut, pieces, type Tone } from "./card-layout.ts";

const ESC = "\u001b[";
const paint = (codes: string, text: string): string => (text === "" ? "" : `${ESC}${codes}m${text}${ESC}0m`);
const TITLE: Readonly<Record<Tone, string>> = { plain: "1", warning: "1;33", claim: "2;1" };

/** Without its colours the result is the card's text again. */
export function cardAnsi(text: string): string {
  const lines = layOut(text).flatMap(({ title, tone, lines: below }) => [
    paint(TITLE[tone], title),
    ...below.map((line) =>
      pieces(line)
        .map((piece) => (piece.odd ? paint("7", piece.text) : tone === "claim" ? paint("2", piece.text) : piece.text))
        .join(""),
    ),
  ]);
  return `${lines.join("\n")}\n`;
}
