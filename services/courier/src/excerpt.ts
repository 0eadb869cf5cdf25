// excerpt.ts — as much of a card as a channel can show; what is cut can be looked at elsewhere, and approved only there

import type { Card } from "@holdpoint/wire/approval.ts";

export interface Excerpt {
  text: string;
  whole: boolean;
  /** plain words for below the text; empty when all is shown */
  notice: string;
}

/** @param shows whether the channel shows a text exactly; a card that fits but would be altered counts as cut */
export function excerpt(card: Card, charsMax: number, link: string, shows: (text: string) => boolean): Excerpt {
  if (!card.truncated && card.text.length <= charsMax && shows(card.text)) {
    return { text: card.text, whole: true, notice: "" };
  }
  const room = card.text.slice(0, charsMax);
  const lastLine = room.lastIndexOf("\n");
  const text = (room.length < card.text.length && lastLine > 0 ? room.slice(0, lastLine + 1) : room).toWellFormed();
  const notice =
    `This is an excerpt (${text.length} of ${card.text.length} characters), so it cannot be approved here.\n` +
    `Full view: ${link}\nIts hash: ${card.sha256}`;
  return { text, whole: false, notice };
}
