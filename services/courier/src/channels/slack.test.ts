// slack.test.ts — our reading of Slack's rules against Bolt's own receiver, and what only Slack has: modal, whispers, pieces

import { createHmac, randomBytes } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { App, HTTPReceiver, LogLevel } from "@slack/bolt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { codesIn, type Platform } from "../../test/platform.ts";
import { slackPlatform } from "../../test/platform-slack.ts";
import { card, type World, world } from "../../test/world.ts";
import type { Answers } from "../answers.ts";
import type { InboundRequest } from "../channel.ts";
import type { Deliverer } from "../deliver.ts";

let it: World;
let slack: Platform;
let answers: Answers;
let deliverer: Deliverer;
beforeEach(async () => {
  it = world();
  slack = await slackPlatform(it);
  ({ answers, deliverer } = it.courier([slack.channel]));
  it.know(slack.identity());
});
afterEach(() => slack.close());

const opened = async (text = "HOLDPOINT ASKS: MAY THIS RUN?\n") => {
  const approval = it.open({ card: card(text) });
  await it.deliver(deliverer);
  return approval;
};

describe("Bolt's own HTTP receiver", () => {
  const signingSecret = randomBytes(16).toString("hex");
  const signed = (body: string, more: { at?: string; signature?: string } = {}): InboundRequest => {
    const at = more.at ?? String(Math.floor(Date.now() / 1_000));
    const signature = `v0=${createHmac("sha256", signingSecret).update(`v0:${at}:${body}`).digest("hex")}`;
    return {
      method: "POST",
      query: "",
      body,
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": at,
        "x-slack-signature": more.signature ?? signature,
      },
    };
  };
  const body = new URLSearchParams({
    payload: JSON.stringify({ type: "block_actions", actions: [], team: { id: "T1" }, user: { id: "U" } }),
  }).toString();
  const now = () => Math.floor(Date.now() / 1_000);

  test.each<[string, () => InboundRequest, boolean]>([
    ["a signed request", () => signed(body), true],
    ["another body under the signature", () => ({ ...signed(body), body: `${body}&a=b` }), false],
    ["another secret", () => signed(body, { signature: `v0=${"0".repeat(64)}` }), false],
    ["another version of signatures", () => signed(body, { signature: `v1=${"0".repeat(64)}` }), false],
    ["an old timestamp", () => signed(body, { at: String(now() - 301) }), false],
    ["no number for a time", () => signed(body, { at: "yesterday" }), false],
  ])("and we agree on %s", async (_what, make, takes) => {
    const { slack: open } = await import("./slack.ts");
    const { createOutbound } = await import("@holdpoint/runtime/outbound.ts");
    const { log } = await import("../../test/world.ts");
    const config = {
      id: "x",
      tenant: "default",
      apiUrl: "https://slack.test/api/",
      botToken: "x",
      appId: "A1",
      teamId: "T1",
      conversationId: "C1",
    };
    const ours = open({ ...config, signingSecret }, { outbound: createOutbound(), clock: { now: Date.now }, log });
    const received = await ours.receive?.(make());
    const weTake = received?.kind !== "refused" || received.authentic;

    const receiver = new HTTPReceiver({
      signingSecret,
      endpoints: ["/inbound/x"],
      logLevel: LogLevel.ERROR,
      unhandledRequestTimeoutMillis: 50,
    });
    const quiet = {
      debug() {},
      info() {},
      warn() {},
      error() {},
      getLevel: () => LogLevel.ERROR,
      setLevel() {},
      setName() {},
    };
    new App({ receiver, authorize: async () => ({ botId: "", botUserId: "" }), logger: quiet, ignoreSelf: false });
    const server = (await receiver.start(0)) as Server;
    const request = make();
    const reply = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/inbound/x`, {
      method: "POST",
      body: request.body,
      headers: request.headers,
    });
    await receiver.stop();
    expect([weTake, reply.status !== 401]).toEqual([takes, takes]);
  });

  test("unlike Bolt, we refuse what is signed for the future", async () => {
    await opened();
    const request = await slack.press({ vote: "approve", skewMs: 3_600_000 });
    expect(await slack.channel.receive?.(request)).toMatchObject({ kind: "refused", code: "wrong_time" });
  });
});

test("a denial opens a modal that carries the button and shows only the request's id", async () => {
  const approval = await opened();
  await slack.press({ vote: "deny", reason: "no" });
  const call = slack.loop?.heard.find(({ path }) => path === "/api/views.open");
  const view = JSON.parse(new URLSearchParams(call?.body).get("view") ?? "{}");
  expect(view).toMatchObject({ type: "modal", callback_id: "holdpoint_deny_reason" });
  expect(codesIn(view.private_metadata)).toHaveLength(1);
  expect(JSON.stringify(view.blocks)).toContain(approval.id);
});

test("a refused denial is told in the modal, where it was typed", async () => {
  await opened();
  const request = await slack.press({ vote: "deny", reason: "no", user: "mallory" });
  const reply = await answers("ops", request);
  expect(JSON.parse(reply.body ?? "{}")).toMatchObject({
    response_action: "errors",
    errors: { reason: expect.stringMatching(/not known/) },
  });
});

test("the button that only leads somewhere is acknowledged and decides nothing", async () => {
  const approval = await opened();
  const press = await slack.press({ vote: "approve" });
  const payload = new URLSearchParams(press.body).get("payload") ?? "";
  const open = payload.replace("holdpoint_approve", "holdpoint_open");
  const request = slack.signed?.(new URLSearchParams({ payload: open }).toString());
  expect(request && (await answers("ops", request))).toMatchObject({ status: 200 });
  expect(it.approvals.now(approval.id).votes).toEqual([]);
  expect(it.evidence.notes).toEqual([]);
});

test.each([
  ["an approve button that carries a denial's code", "holdpoint_approve", "deny"],
  ["a deny button that carries an approval's code", "holdpoint_deny", "approve"],
] as const)("%s is refused", async (_what, action, vote) => {
  await opened();
  const code = codesIn(slack.messages()[0] ?? "").find((each) => each.startsWith(vote[0] ?? "")) ?? "";
  const press = await slack.press({ vote: "approve" });
  const payload = JSON.parse(new URLSearchParams(press.body).get("payload") ?? "{}");
  payload.actions = [{ ...payload.actions[0], action_id: action, value: code }];
  const request = slack.signed?.(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
  if (request === undefined) throw new Error("not signed");
  await answers("ops", request);
  expect(it.evidence.notes.map(({ detail }) => detail["code"])).toEqual(["malformed"]);
});

test("two payloads in one request are no payload", async () => {
  await opened();
  const press = await slack.press({ vote: "approve" });
  const request = slack.signed?.(`${press.body}&${press.body}`);
  if (request === undefined) throw new Error("not signed");
  expect(await slack.channel.receive?.(request)).toMatchObject({ kind: "refused", code: "malformed" });
});

describe("what comes from elsewhere does not count", () => {
  type Payload = { api_app_id: string; team: { id: string }; user: { team_id: string }; channel: { id: string } };
  test.each<[string, (payload: Payload) => void]>([
    [
      "another app",
      (payload) => {
        payload.api_app_id = "A2";
      },
    ],
    [
      "another workspace",
      (payload) => {
        payload.team.id = "T2";
      },
    ],
    [
      "another conversation, to which somebody forwarded the message",
      (payload) => {
        payload.channel.id = "C2";
      },
    ],
    [
      "a guest of a shared channel, from another workspace",
      (payload) => {
        payload.user.team_id = "T2";
      },
    ],
  ])("%s", async (_what, change) => {
    const approval = await opened();
    it.know({ channel: "slack", id: "T2/U_alice" });
    const press = await slack.press({ vote: "approve" });
    const payload = JSON.parse(new URLSearchParams(press.body).get("payload") ?? "{}");
    change(payload);
    const request = slack.signed?.(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
    if (request === undefined) throw new Error("not signed");
    await answers("ops", request);
    expect(it.approvals.now(approval.id).votes).toEqual([]);
    expect(it.evidence.notes.map(({ detail }) => detail["code"])).toEqual(["wrong_place"]);
  });
});

test("a message that somebody deleted is updated by leaving it alone", async () => {
  await opened();
  const ref = { channel: "C1", ts: "9.9" };
  const [row] = it.outbox.rows();
  if (row === undefined) throw new Error("nothing delivered");
  row.ref = ref;
  await it.vote(it.approvals.now(String((row.payload as { approvalId: string }).approvalId)), "approve");
  await it.deliver(deliverer);
  expect(it.outbox.rows().every(({ state }) => state === "done")).toBe(true);
});
