// card.ts — the card as plain text, and the hash that a vote must name: what was shown is what runs (rulings §D4)

import { createHash } from "node:crypto";
import type { Card } from "@holdpoint/wire/approval.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import type { CardItem } from "./card-item.ts";
import { type CardInput, type CardSection, cardSections } from "./sections.ts";

const TITLE = "HOLDPOINT ASKS: MAY THIS RUN?";

function itemLines({ label, marks, layout, lines }: CardItem): string[] {
  const head = `  ${label}${marks.length > 0 ? ` [${marks.join(", ")}]` : ""}`;
  if (layout === "line") return [lines[0] === undefined || lines[0] === "" ? head : `${head}: ${lines[0]}`];
  const lead = layout === "block" ? "    |" : "    -";
  return [`${head}:`, ...lines.map((text) => (text === "" ? lead : `${lead} ${text}`))];
}

/** Titles begin a line, entries are set in by two, blocks by four with a bar: no value can pass for any of them. */
export const sectionsText = (sections: readonly CardSection[]): string =>
  [TITLE, ...sections.flatMap(({ title, items }) => ["", title.toUpperCase(), ...items.flatMap(itemLines)])].join("\n");

function capped(text: string): { text: string; truncated: boolean } {
  if (text.length + 1 <= limits.cardCharsMax) return { text: `${text}\n`, truncated: false };
  const notice = (hidden: number) => `\n\nTRUNCATED: ${hidden} characters are not shown, so this cannot be approved\n`;
  const room = limits.cardCharsMax - notice(text.length).length;
  const kept = text.slice(0, room).toWellFormed();
  return { text: `${kept}${notice(text.length - kept.length)}`, truncated: true };
}

/**
 * `sha256` covers the text and what the text stands for: masked secrets by `argsHash`, and pins and policy set
 * even where the text is cut. Different actions give different text, or, where only a masked secret differs, another hash.
 */
export function renderCard(input: CardInput): Card {
  const { argsHash, bindings, audience, toolVersion } = input.action;
  const { text, truncated } = capped(sectionsText(cardSections(input)));
  const covered = canonicalJson({
    text,
    argsHash,
    bindings: (bindings ?? null) as Json,
    ...(audience !== undefined && { audience }),
    ...(toolVersion !== undefined && { toolVersion }),
    policyDigest: input.verdict.policyDigest,
  });
  return { text, sha256: `sha256:${createHash("sha256").update(covered).digest("hex")}`, truncated };
}
