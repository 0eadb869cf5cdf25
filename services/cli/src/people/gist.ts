// gist.ts — one line of a card, to tell requests from each other in a list; nobody votes on it

import type { Card } from "@holdpoint/wire/approval.ts";
import { cut, harmless } from "../terminal.ts";

/** The first of the card's lines about the tool's arguments; the whole card is one key away. */
export function gist({ text }: Pick<Card, "text">, columns = 60): string {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.startsWith("ARGUMENTS"));
  const [first = ""] = lines.slice(from + 1).filter((line) => line.trim() !== "");
  // `command [text]: ls` — which argument it is says nothing in a list, what it is does.
  return cut(harmless(first.trim().replace(/^\S+ \[text\]: /, "")), columns);
}

/** "in 42 min": what matters is how long there is left. */
export function timeLeft(expiresAt: string, nowMs: number): string {
  const seconds = Math.round((Date.parse(expiresAt) - nowMs) / 1_000);
  if (seconds <= 0) return "over";
  if (seconds < 120) return `in ${seconds} s`;
  return seconds < 7_200 ? `in ${Math.round(seconds / 60)} min` : `in ${Math.round(seconds / 3_600)} h`;
}
