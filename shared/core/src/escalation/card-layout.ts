// card-layout.ts — a card's text taken apart again: its layout cannot be forged, so a stored text is all a view needs

export type Tone = "plain" | "warning" | "claim";

export interface LaidOut {
  /** as it stands in the text, in capitals */
  title: string;
  tone: Tone;
  /** lines below the title, still indented */
  lines: string[];
}

/** Sections that should stand out, by their titles. */
const TONES: Readonly<Record<string, Tone>> = {
  "ODD CHARACTERS": "warning",
  "WHY IT IS HELD": "warning",
  "WHAT IS PINNED": "warning",
  "CLAIMED BY THE AGENT": "claim",
  "ASKED AND ANSWERED": "claim",
};

/** Only titles begin a line (values are set in), so this finds exactly the sections that were written. */
export function layOut(text: string): LaidOut[] {
  const sections: LaidOut[] = [];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const last = sections.at(-1);
    if (line === "" || line.startsWith(" ")) last?.lines.push(line);
    else
      sections.push({
        title: line,
        tone: TONES[line] ?? (line.startsWith("TRUNCATED:") ? "warning" : "plain"),
        lines: [],
      });
  }
  return sections;
}

export interface Piece {
  text: string;
  /** a spelled-out character or a masked secret: `\u{…}` in a card is always the renderer's own */
  odd: boolean;
}

/** A line in pieces, so that a view can make spelled-out characters stand out. Joined they are the line again. */
export function pieces(line: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of line.matchAll(/\\u\{[^}]*\}/g)) {
    if (match.index > at) found.push({ text: line.slice(at, match.index), odd: false });
    found.push({ text: match[0], odd: true });
    at = match.index + match[0].length;
  }
  if (at < line.length) found.push({ text: line.slice(at), odd: false });
  return found;
}
