// slack-card.ts — a card as Slack blocks, section by section; and the way back, so that what is shown is known to be the card

import { layOut } from "@holdpoint/core/escalation/card-layout.ts";
import type { types } from "@slack/bolt";

type CardBlock = types.RichTextBlock | types.SectionBlock;

/** Slack's own limits: of one text, of one field, of the fields of one section. */
const TEXT_CHARS_MAX = 3_000;
const FIELDS_MAX = 10;
/** A field is half as wide as a message: longer values are easier to read on lines of their own. */
const FIELD_CHARS_MAX = 120;

/** Sections of short entries, which are easier to look over side by side. The others are shown letter by letter. */
const SIDE_BY_SIDE: readonly string[] = ["WHO ASKS", "WHERE", "WHO MUST ANSWER", "SANDBOX"];

/** Outside a preformatted text Slack may draw several spaces as one, and may turn an address into a link. */
const EXACT_IN_FIELD = /^(?!.* {2})(?!.*:\/\/)(?!.*@)\S(?:.*\S)?$/;

const plain = (text: string): types.PlainTextElement => ({ type: "plain_text", text, emoji: false });
const heading = (title: string): types.RichTextBlock => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text: title, style: { bold: true } }] }],
});
const verbatim = (text: string): types.RichTextBlock => ({
  type: "rich_text",
  elements: pieces(text).map((piece) => ({
    type: "rich_text_preformatted",
    elements: [{ type: "text", text: piece }],
  })),
});
const fields = (entries: readonly string[]): types.SectionBlock => ({ type: "section", fields: entries.map(plain) });

/** Pieces of whole lines where that is possible; joined by newlines, or by nothing within a line, they are the text again. */
function pieces(text: string): string[] {
  const found: string[] = [];
  for (let rest = text; rest !== ""; ) {
    if (rest.length <= TEXT_CHARS_MAX) return [...found, rest];
    const room = rest.slice(0, TEXT_CHARS_MAX);
    const end = room.lastIndexOf("\n") + 1 || (room.isWellFormed() ? room.length : room.length - 1);
    found.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return found;
}

/** `  label [marks]: value` as `label [marks]` over `value`; undefined where a field would not show it exactly. */
function fieldOf(line: string): string | undefined {
  const [, label = "", value] = /^ {2}(\S.*?)(?:: (.*))?$/.exec(line) ?? [];
  const shown = value === undefined ? [label] : [label, value];
  const fits = shown.every((part) => EXACT_IN_FIELD.test(part)) && line.length <= FIELD_CHARS_MAX;
  return fits ? shown.join("\n") : undefined;
}

/** Runs of lines that go side by side, and of those that do not, in their order. */
function bodyBlocks(title: string, lines: readonly string[]): CardBlock[] {
  const runs: { asFields: boolean; parts: string[] }[] = [];
  for (const line of lines) {
    const field = SIDE_BY_SIDE.includes(title) ? fieldOf(line) : undefined;
    const asFields = field !== undefined;
    const last = runs.at(-1);
    const goesOn = last?.asFields === asFields && !(asFields && last.parts.length === FIELDS_MAX);
    if (goesOn) last.parts.push(field ?? line.slice(2));
    else runs.push({ asFields, parts: [field ?? line.slice(2)] });
  }
  return runs.map(({ asFields, parts }) => (asFields ? fields(parts) : verbatim(parts.join("\n"))));
}

/** Every line of the card in its order. Text elements only: no word of an agent becomes markup, link or mention. */
export function cardBlocks(text: string): CardBlock[] {
  return layOut(text).flatMap(({ title, lines }) => {
    const shown = lines.at(-1) === "" ? lines.slice(0, -1) : lines;
    return [heading(title), ...bodyBlocks(title, shown)];
  });
}

type Read = { title: string } | { lines: string[] };
function read(block: CardBlock): Read {
  if (block.type === "section")
    return { lines: (block.fields ?? []).map(({ text }) => `  ${text.replace("\n", ": ")}`) };
  const texts = block.elements.map((part) =>
    "elements" in part ? part.elements.map((each) => ("text" in each ? each.text : "")).join("") : "",
  );
  if (block.elements[0]?.type === "rich_text_section") return { title: texts.join("") };
  return {
    lines: texts
      .join("")
      .split("\n")
      .map((line) => `  ${line}`),
  };
}

/** The text that blocks of a card show. Where it is not the card's, the card cannot be approved in Slack. */
export function cardOf(blocks: readonly CardBlock[]): string {
  const lines = blocks.map(read).flatMap((part, index) => {
    if ("lines" in part) return part.lines;
    return index === 0 ? [part.title] : ["", part.title];
  });
  return `${lines.join("\n")}\n`;
}
