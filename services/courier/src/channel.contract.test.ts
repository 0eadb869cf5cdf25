// channel.contract.test.ts — what every channel promises about telling, on a loopback of its platform
// Threats of docs/threats.md: approval phishing (markup, forging of lines), truncation.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { codesIn, type Platform } from "../test/platform.ts";
import { type Kind, PLATFORMS } from "../test/platforms.ts";
import { card, type World, world } from "../test/world.ts";
import type { Answers } from "./answers.ts";
import type { Deliverer } from "./deliver.ts";

const LONG = `HOLDPOINT ASKS: MAY THIS RUN?\n\n${"  command: rm -r build/cache/of/some/depth\n".repeat(600)}  last: and then rm -rf /\n`;
const HOSTILE =
  "HOLDPOINT ASKS: MAY THIS RUN?\n  command: echo <!channel> <https://evil.example|fine> @everyone *x* _y_ &amp; <b>bold</b> [a](https://evil.example) `code` :tada:\n";

describe.each(PLATFORMS)("$name", ({ name, make, answers: canAnswer, cuts }: Kind) => {
  let it: World;
  let platform: Platform;
  let answers: Answers;
  let deliverer: Deliverer;

  beforeEach(async () => {
    it = world();
    platform = await make(it);
    ({ answers, deliverer } = it.courier([platform.channel]));
    it.know(platform.identity());
  });
  afterEach(async () => {
    await deliverer.stop();
    await platform.close();
  });

  const opened = async (overrides: Parameters<World["open"]>[0] = {}) => {
    const approval = it.open(overrides);
    await it.deliver(deliverer);
    return approval;
  };
  const newest = () => platform.messages().at(-1) ?? "";
  const approveCodes = () => codesIn(newest()).filter((code) => code.startsWith("a"));

  test("a request is told once, with its id and a link to all of it", async () => {
    const approval = await opened();
    expect(platform.messages()).toHaveLength(1);
    expect(newest()).toContain(approval.id);
    expect(newest()).toMatch(/https:\/\/(holdpoint|courier)\.example\//);
    expect(it.outbox.rows()).toMatchObject([{ state: "done", attempts: 0 }]);
  });

  test("a settled request is told too, and no button of it is left", async () => {
    const approval = await opened();
    const before = platform.messages().length;
    await it.vote(approval, "approve");
    await it.deliver(deliverer);
    expect(platform.messages().length - before).toBe(platform.channel.update === undefined ? 1 : 0);
    expect(newest()).toMatch(/approved|resolve/i);
    expect(codesIn(newest())).toEqual([]);
  });

  test("a request that was settled before it could be told is told as settled, without buttons", async () => {
    await it.vote(it.open(), "deny");
    await it.deliver(deliverer);
    expect(platform.messages().flatMap(codesIn)).toEqual([]);
    expect(it.outbox.rows().every(({ state }) => state === "done")).toBe(true);
  });

  test("an alert is told", async () => {
    const alerts = [{ rule: "watch-secrets", severity: "high", reason: "r" }];
    it.outbox.push("alert", { actionId: "act_1", decisionId: "dec_1", alerts });
    await it.deliver(deliverer);
    expect(newest()).toContain("act_1");
    expect(newest()).toContain("watch-secrets");
  });

  test.each([
    ["says that it is out of order", "error"],
    ["says that it is busy", "busy"],
    ["says nothing", "nothing"],
  ] as const)("a platform that %s gets the message when it is well again", async (_why, trouble) => {
    platform.trouble(trouble);
    it.open();
    await deliverer.tick();
    await deliverer.idle();
    expect(it.outbox.rows()).toMatchObject([{ state: "waiting", attempts: 1, error: expect.any(String) }]);
    platform.trouble("none");
    await it.deliver(deliverer);
    expect(it.outbox.rows()).toMatchObject([{ state: "done", attempts: 1 }]);
    expect(newest()).not.toBe("");
  });

  test("a card that was cut already cannot be approved, not even where everything fits", async () => {
    await opened({ card: { ...card("HOLDPOINT ASKS\n"), truncated: true } });
    expect(approveCodes()).toEqual([]);
  });

  if (cuts) {
    test("truncation: what cannot be shown whole shows its hash and a link, and cannot be approved", async () => {
      const approval = await opened({ card: card(LONG) });
      expect(newest()).toContain(approval.card.sha256);
      expect(newest()).toContain(`https://holdpoint.example/approvals/${approval.id}`);
      expect(newest()).not.toContain("and then rm -rf /");
      expect(approveCodes()).toEqual([]);
      // Not even by whoever makes the missing button from the one that is there.
      const forged = codesIn(newest())[0]?.replace(/^d/, "a") ?? "";
      await answers(platform.channel.id, await platform.press({ vote: "approve", code: forged }));
      expect(await it.approvals.get("default", approval.id)).toMatchObject({ state: "pending", votes: [] });
    });
  }

  if (name !== "ntfy" && name !== "pagerduty") {
    test("phishing: words of the agent become no markup, link or mention", async () => {
      await opened({ card: card(HOSTILE) });
      const message = newest();
      expect(message).toContain("evil.example");
      if (name === "email") expect(message).toMatch(/^content-type: text\/plain/im);
      if (name === "slack") {
        // Its words stand in elements that Slack does not parse, and nowhere else.
        const blocks = JSON.parse(message.split("\n").find((line) => line.startsWith("[")) ?? "[]");
        const shown = blocks.filter((block: object) => JSON.stringify(block).includes("evil.example"));
        const text = HOSTILE.split("\n")[1]?.trimStart();
        expect(shown).toEqual([
          {
            type: "rich_text",
            elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text }] }],
          },
        ]);
        expect(JSON.stringify(blocks)).not.toContain("mrkdwn");
        expect(message.split("evil.example")).toHaveLength(3);
      }
      if (name === "telegram") {
        const { text, entities, parse_mode } = JSON.parse(message);
        expect(parse_mode).toBeUndefined();
        expect(entities).toEqual([{ type: "pre", offset: text.indexOf(HOSTILE), length: HOSTILE.length }]);
      }
      if (name === "discord") {
        const { allowed_mentions, embeds, content } = JSON.parse(message);
        expect(allowed_mentions).toEqual({ parse: [] });
        expect(embeds).toEqual([{ description: `\`\`\`text\n${HOSTILE}\`\`\`` }]);
        expect(content).not.toContain("evil.example");
      }
    });
  }

  test("a button carries an id and a nonce, and nothing of the action", async () => {
    await opened();
    expect(codesIn(newest()).filter((code) => code.length !== 47)).toEqual([]);
    if (!canAnswer) expect(newest()).not.toContain("prisma");
  });

  if (!canAnswer) {
    test("a channel that only tells takes no answer", async () => {
      await opened();
      expect(await answers(platform.channel.id, await platform.press({ vote: "approve" }))).toMatchObject({
        status: 404,
      });
    });
  }
});
