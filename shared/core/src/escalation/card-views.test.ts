// card-views.test.ts — every view of a card shows its text, all of it, and nothing in it comes alive

import fc from "fast-check";
import { expect, test } from "vitest";
import { sampleAction, sampleAsk, sampleFacts, sampleVerdict } from "../sample.ts";
import { renderCard } from "./card.ts";
import { cardAnsi } from "./card-ansi.ts";
import { cardHtml } from "./card-html.ts";
import { layOut } from "./card-layout.ts";

const textOf = (command: string, why = "because") => {
  const action = sampleAction({ args: { command }, plan: { why } });
  const verdict = sampleVerdict({ effect: "ask", ask: sampleAsk() });
  return renderCard({ action, facts: sampleFacts(action, { atoms: [] }), verdict }).text;
};
const titles = layOut(textOf("ls")).map(({ title }) => title);
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken away here
const withoutColours = (text: string) => text.replaceAll(/\u001b\[[0-9;]*m/g, "");
const ENTITY: Record<string, string> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&#96;": "`",
};
const plainLines = (html: string) =>
  html
    .replaceAll(/<\/?(?:mark|article)[^>]*>/g, "")
    .replaceAll(/<section[^>]*><h3>|<\/?pre>|<\/h3>|<\/section>/g, "\n")
    .replaceAll(/&(?:amp|lt|gt|quot|#39|#96);/g, (entity) => ENTITY[entity] ?? "")
    .split("\n")
    .filter((line) => line !== "");

const hostile = fc.oneof(
  fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
  fc
    .array(
      fc.constantFrom(
        "\n",
        "WHO ASKS",
        "<script>",
        "</pre>",
        "&lt;",
        "\u001b[31m",
        "\u202e",
        "\\u{202e}",
        '"',
        "`",
        "  ",
        "TRUNCATED: 0",
      ),
    )
    .map((parts) => parts.join("")),
);

test("whatever stands in a command, the sections are the ones that were written", () => {
  fc.assert(
    fc.property(hostile, hostile, (command, why) => {
      const text = textOf(command, why);
      expect(layOut(text).map(({ title }) => title)).toEqual(titles);
    }),
  );
});

test("on a terminal: the same text, and no other control than colour", () => {
  fc.assert(
    fc.property(hostile, (command) => {
      const text = textOf(command);
      expect(withoutColours(cardAnsi(text))).toBe(text);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: no control character may be left
      expect(withoutColours(cardAnsi(text))).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }),
  );
});

test("in HTML: the same lines, and no tag or attribute but ours", () => {
  fc.assert(
    fc.property(hostile, (command) => {
      const text = textOf(command);
      const html = cardHtml(text);
      expect(plainLines(html)).toEqual(text.split("\n").filter((line) => line !== ""));
      const tags = new Set(html.match(/<[^>]*>/g));
      const ours =
        /^<(?:\/?(?:article|section|h3|pre|mark)|article class="card" dir="ltr" translate="no"|section class="card-section card-(?:plain|warning|claim)"|mark class="odd")>$/;
      expect([...tags].filter((tag) => !ours.test(tag))).toEqual([]);
    }),
  );
});

test("what is odd stands out, and so does what the agent claims", () => {
  const html = cardHtml(textOf("rm \u202e/tmp"));
  expect(html).toContain('rm <mark class="odd">\\u{202e}</mark>/tmp');
  expect(html).toContain('<section class="card-section card-claim"><h3>CLAIMED BY THE AGENT</h3>');
  expect(cardAnsi(textOf("rm \u202e/tmp"))).toContain("\u001b[7m\\u{202e}\u001b[0m");
});
