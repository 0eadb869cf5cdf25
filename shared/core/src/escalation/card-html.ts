// card-html.ts — a card as HTML: every character of it is text, titles are headings, spelled-out characters are marked

import { layOut, pieces } from "./card-layout.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"'`]/g, (char) => ENTITIES[char] ?? "");

const marked = (line: string): string =>
  pieces(line)
    .map(({ text, odd }) => (odd ? `<mark class="odd">${escapeHtml(text)}</mark>` : escapeHtml(text)))
    .join("");

/**
 * No attribute holds a word of the agent, there are no links and no styles: what it looks like is the page's business.
 * Left to right whatever the page is, and not to be translated.
 */
export function cardHtml(text: string): string {
  const sections = layOut(text).map(({ title, tone, lines }) => {
    const body = lines.length === 0 ? "" : `<pre>${lines.map(marked).join("\n")}</pre>`;
    return `<section class="card-section card-${tone}"><h3>${escapeHtml(title)}</h3>${body}</section>`;
  });
  return `<article class="card" dir="ltr" translate="no">${sections.join("")}</article>`;
}
