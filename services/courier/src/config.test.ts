// config.test.ts — the channels' file: everything that is wrong is named, and no secret stands in it or in a message

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fixedClock } from "@holdpoint/runtime/clock.ts";
import { createOutbound } from "@holdpoint/runtime/outbound.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { log } from "../test/world.ts";
import { CourierConfig, readChannels, secretOf } from "./config.ts";
import { openChannels } from "./open-channels.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "courier-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isFault(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "taken";
};

const ALL = `
publicUrl: https://holdpoint.example/
signInRoles: [security]
outbound: { allow: ["mail.internal:25"] }
channels:
  - { id: ops, type: slack, botToken: { env: SLACK_TOKEN }, signingSecret: { env: SLACK_SIGNING }, appId: A1, teamId: T1, conversationId: C1 }
  - { id: ci, type: webhook, url: "https://ci.example/hook", secrets: [{ env: HOOK }], answerSecrets: [{ env: HOOK }] }
  - { id: mail, type: email, smtp: { host: mail.internal, port: 25, tls: none, user: u, password: { env: SMTP } }, from: a@example.com, to: [b@example.com] }
  - { id: tg, type: telegram, token: { env: TG }, webhookSecret: { env: TG }, chatId: -100 }
  - { id: guild, type: discord, token: { env: DC }, applicationId: "1", publicKey: "${"ab".repeat(32)}", guildId: "2", channelId: "3" }
  - { id: push, type: ntfy, topic: ops }
  - { id: pager, type: pagerduty, routingKey: { env: PD }, roles: [repo-owner], topics: [approval.opened, approval.settled, alert] }
`;
const env = {
  SLACK_TOKEN: "x",
  SLACK_SIGNING: "s",
  HOOK: `whsec_${"A".repeat(32)}`,
  SMTP: "p",
  TG: "1:t",
  DC: "d",
  PD: "r",
};
const deps = { outbound: createOutbound(), clock: fixedClock(0), log, page: async () => undefined };

test("one file with every kind of channel opens them all", async () => {
  const config = readChannels(file("all.yaml", ALL));
  const open = await openChannels(config, { ...deps, env });
  expect(open.map(({ channel }) => [channel.id, channel.kind])).toEqual([
    ["ops", "answers"],
    ["ci", "answers"],
    ["mail", "notify-only"],
    ["tg", "answers"],
    ["guild", "answers"],
    ["push", "notify-only"],
    ["pager", "notify-only"],
  ]);
  expect(config.publicUrl).toBe("https://holdpoint.example");
  expect(open.at(-1)?.interest).toEqual({
    roles: ["repo-owner"],
    topics: ["approval.opened", "approval.settled", "alert"],
  });
});

test("the same as JSON", () => {
  const path = file(
    "one.json",
    JSON.stringify({ publicUrl: "https://h.example", channels: [{ id: "p", type: "ntfy", topic: "t" }] }),
  );
  expect(readChannels(path).channels).toMatchObject([{ id: "p", tenant: "default", roles: [] }]);
});

describe("is refused", () => {
  const one = (channel: string) => `publicUrl: https://h.example\nchannels:\n  - ${channel}\n`;
  test.each([
    [
      "a secret that stands in the file",
      one("{ id: p, type: ntfy, topic: t, token: abc }"),
      /token.*does not stand here/,
    ],
    ["an unknown kind", one("{ id: p, type: fax }"), /channels\.0/],
    ["an unknown field", one("{ id: p, type: ntfy, topic: t, tokn: { env: A } }"), /tokn/],
    ["an id with a slash", one("{ id: a/b, type: ntfy, topic: t }"), /channels\.0\.id/],
    [
      "an id that stands twice",
      one("{ id: p, type: ntfy, topic: t }\n  - { id: p, type: ntfy, topic: u }"),
      /stands twice/,
    ],
    [
      "a third secret",
      one('{ id: p, type: webhook, url: "https://x.example", secrets: [{ env: A }, { env: B }, { env: C }] }'),
      /secrets/,
    ],
    [
      "a URL of another protocol",
      one('{ id: p, type: webhook, url: "file:///etc/passwd", secrets: [{ env: A }] }'),
      /https/,
    ],
    ["a key that stands twice", "publicUrl: https://h.example\npublicUrl: https://i.example\nchannels: []\n", /unique/],
    ["an alias", "publicUrl: &a https://h.example\nchannels: [*a]\n", /alias/i],
    ["no YAML", "channels: [", /all\.yaml|bad\.yaml/],
    ["nothing", "", /the file/],
  ])("%s", (_what, text, words) => {
    const said = refusal(() => readChannels(file("bad.yaml", text)));
    expect(said).toMatch(/^config_invalid/);
    expect(said).toMatch(words);
  });
  test("a file that is not there", () => {
    expect(refusal(() => readChannels(join(folder, "none.yaml")))).toMatch(/^config_invalid: expected a readable file/);
  });
  test("several mistakes, all at once", () => {
    const said = refusal(() =>
      readChannels(file("bad.yaml", "publicUrl: x\nchannels: [{ id: A, type: ntfy, topic: t }]\n")),
    );
    expect(said).toMatch(/publicUrl.*channels\.0\.id/);
  });
});

describe("secrets", () => {
  test("come from the environment or a file", () => {
    expect(secretOf({ env: "A" }, { A: "one" })).toBe("one");
    expect(secretOf({ file: file("secret", "two\n") }, {})).toBe("two");
  });
  test.each([
    ["unset", { env: "A" }, {}],
    ["empty", { env: "A" }, { A: "" }],
  ])("one that is %s refuses the start and names the variable", (_what, ref, variables) => {
    expect(refusal(() => secretOf(ref, variables))).toMatch(/^config_invalid: `A`/);
  });
  test("one of several lines refuses the start by its place, without its value", () => {
    const lines = ["first", "second"].join("\n");
    for (const said of [
      refusal(() => secretOf({ env: "A" }, { A: lines })),
      refusal(() => secretOf({ file: file("secret", lines) }, {})),
    ]) {
      expect(said).toMatch(/^config_invalid: .*expected a secret of one line/);
      expect(said).not.toMatch(/first|second/);
    }
  });
  test("one that has not the expected form refuses the start, by the channel and without its value", async () => {
    const config = CourierConfig.parse({
      publicUrl: "https://h.example",
      channels: [{ id: "ci", type: "webhook", url: "https://x.example", secrets: [{ env: "HOOK" }] }],
    });
    const said = await openChannels(config, { ...deps, env: { HOOK: "whsec_!!not-base64!!" } }).catch(
      (error) => error.message,
    );
    expect(said).toMatch(/^channel `ci`/);
    expect(said).not.toContain("not-base64");
  });
});
