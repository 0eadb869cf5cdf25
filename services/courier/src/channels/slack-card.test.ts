// slack-card.test.ts — cards in Slack's blocks: within Slack's limits, nothing parsed, and no two cards alike

import { renderCard } from "@holdpoint/core/escalation/card.ts";
import { sampleAction, sampleAsk, sampleFacts, sampleVerdict } from "@holdpoint/core/sample.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { world } from "../../test/world.ts";
import { deliveryOf } from "../compose.ts";
import { messageOf, shows } from "./slack-blocks.ts";
import { cardBlocks } from "./slack-card.ts";

const cardOf = (command: string, agent = "claude-code", why = "because") => {
  const action = sampleAction({ args: { command }, plan: { why }, principal: { agent, roles: ["developer"] } });
  return renderCard({
    action,
    facts: sampleFacts(action, { atoms: [] }),
    verdict: sampleVerdict({ effect: "ask", ask: sampleAsk() }),
  });
};
/** What an eye sees: the words of each element, and whether they stand in a field, a heading or letter by letter. */
function seen(node: unknown, kind = ""): string[] {
  if (Array.isArray(node)) return node.flatMap((each) => seen(each, kind));
  if (typeof node !== "object" || node === null) return [];
  const { type, text, ...rest } = node as { type?: string; text?: unknown };
  const within = type === "text" ? kind : (type ?? kind);
  return [
    ...(typeof text === "string" ? [`${within}|${text}`] : seen(text, within)),
    ...seen(Object.values(rest), within),
  ];
}
const it = world();
const messageFor = (card: ReturnType<typeof cardOf>) => {
  const approval = it.open({ card });
  const channel = { id: "ops", tenant: "default", kind: "answers", shows, send: () => Promise.reject() } as const;
  return messageOf(deliveryOf(approval, channel, it.deps, { id: "d", tenant: "default", topic: "t", at: "" }));
};
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }).map((text) => text.toWellFormed()),
  fc
    .array(
      fc.constantFrom(
        "\n",
        "WHO ASKS",
        "<!channel>",
        "*x*",
        "  ",
        "a  b",
        "https://x.example",
        "@here",
        ": ",
        "    | ",
        "```",
        "x".repeat(700),
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join("")),
);

test("a card becomes a heading for each section, fields for short entries, and exact text for what runs", () => {
  const blocks = cardBlocks(cardOf("npx prisma migrate deploy").text);
  const words = seen(blocks);
  expect(words).toContain("rich_text_section|ARGUMENTS, EXACTLY");
  expect(words).toContain("rich_text_preformatted|command [text]: npx prisma migrate deploy");
  expect(words).toContain("plain_text|agent [attested]\nclaude-code");
});

test("different commands, agents or reasons never look alike, and none is more than Slack takes", () => {
  fc.assert(
    fc.property(hostile, hostile, (one, other) => {
      for (const [a, b] of [
        [cardOf(one), cardOf(other)],
        [cardOf("ls", one), cardOf("ls", other)],
        [cardOf("ls", "a", one), cardOf("ls", "a", other)],
      ] as const) {
        const [seenA, seenB] = [seen(cardBlocks(a.text)), seen(cardBlocks(b.text))];
        expect(JSON.stringify(seenA) === JSON.stringify(seenB)).toBe(a.text === b.text);
      }
      const { blocks } = messageFor(cardOf(one, other.slice(0, 100)));
      expect(blocks.length).toBeLessThanOrEqual(50);
      expect(JSON.stringify(blocks)).not.toContain('"mrkdwn"');
      for (const block of blocks) {
        if (block.type === "section") expect(block.fields?.length).toBeLessThanOrEqual(10);
        // Where Slack may draw several spaces as one, or a link, nothing stands that this would change.
        for (const words of seen(block).filter((each) => each.startsWith("plain_text|") && block.type === "section"))
          expect(words).not.toMatch(/ {2}|:\/\/|@/);
        for (const words of seen(block)) expect(words.split("|").slice(1).join("|").length).toBeLessThanOrEqual(3_000);
      }
    }),
  );
});

describe("a card that Slack does not take whole", () => {
  test.each([
    ["is too long", "x".repeat(20_000)],
    ["has too many letters that must be spelled out", "\u202e".repeat(1_500)],
    ["has too many lines", "x\n".repeat(9_000)],
  ])("%s: an excerpt, its hash, a link, no approve button", (_what, command) => {
    const card = cardOf(command);
    expect(shows(card.text)).toBe(false);
    const { blocks } = messageFor(card);
    const all = JSON.stringify(blocks);
    expect(Buffer.byteLength(all)).toBeLessThan(13_000);
    expect(all).toContain(card.sha256);
    expect(all).toMatch(/https:\/\/holdpoint\.example\/approvals\//);
    expect(all).not.toContain("holdpoint_approve");
    expect(all).toContain("holdpoint_deny");
    expect(all).toContain("ARGUMENTS, EXACTLY");
  });
  test.each([
    ["nothing", ""],
    ["an empty line", "\n"],
    ["lines above the first title", "  command: ls\nWHO ASKS\n"],
    ["no end of its last line", "HOLDPOINT ASKS: MAY THIS RUN?"],
  ])("text that is no card (%s) is never shown as one", (_what, text) => {
    expect(shows(text)).toBe(false);
  });
});
