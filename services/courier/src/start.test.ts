// start.test.ts — the courier on a real Postgres: told by the outbox, answered by a signed webhook, written as evidence

import { randomBytes } from "node:crypto";
import type { Approval } from "@holdpoint/wire/approval.ts";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type HeldStore, heldStore, masterKey } from "../test/held.ts";
import { type Loopback, loopback } from "../test/loopback.ts";
import { log } from "../test/world.ts";
import { CourierConfig } from "./config.ts";
import { type RunningCourier, startCourier } from "./start.ts";

const secret = `whsec_${randomBytes(24).toString("base64")}`;
const answerSecret = `whsec_${randomBytes(24).toString("base64")}`;
const env = { HOOK_SECRET: secret, HOOK_ANSWERS: answerSecret };

let held: HeldStore;
let receiver: Loopback;
let courier: RunningCourier;

beforeAll(async () => {
  held = await heldStore();
  const identities = [{ channel: "webhook", id: "ci" }];
  await held.store.people.put(
    "default",
    { id: "ci-bot", name: "CI", roles: ["repo-owner"], identities },
    { system: "test" },
  );
});
afterAll(() => held.close());
beforeEach(async () => {
  receiver = await loopback(() => ({ status: 204 }));
  courier = await start();
});
afterEach(async () => {
  await courier.close();
  await receiver.close();
});

const start = () =>
  startCourier({
    store: held.store,
    masterKey,
    config: CourierConfig.parse({
      publicUrl: "https://holdpoint.example/",
      outbound: { allow: [receiver.host] },
      channels: [
        {
          id: "ci",
          type: "webhook",
          url: `${receiver.url}/events`,
          secrets: [{ env: "HOOK_SECRET" }],
          answerSecrets: [{ env: "HOOK_ANSWERS" }],
        },
      ],
    }),
    env,
    onePerson: false,
    port: 0,
    host: "127.0.0.1",
    log,
  });

const told = async (topic: string, id: string) => {
  const find = () =>
    receiver.heard.map(({ body }) => JSON.parse(body)).find((each) => each.subject === id && each.type.endsWith(topic));
  await expect.poll(find, { timeout: 5_000 }).toBeDefined();
  return find();
};
async function answer(body: object, headers: Record<string, string> = {}): Promise<Response> {
  const text = JSON.stringify(body);
  const id = `msg_${randomBytes(8).toString("hex")}`;
  const at = new Date();
  return fetch(`${courier.url}/inbound/ci`, {
    method: "POST",
    body: text,
    headers: {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": new Webhook(answerSecret).sign(id, at, text),
      ...headers,
    },
  });
}
const voteOf = (approval: Approval, nonce: string, vote: "approve" | "deny" = "approve") => ({
  specversion: "1.0",
  id: "1",
  source: "urn:test:ci",
  type: "com.holdpoint.approval.vote",
  data: {
    approvalId: approval.id,
    vote,
    cardSha256: approval.card.sha256,
    nonce,
    ...(vote === "deny" ? { reason: "no" } : {}),
  },
});
const events = async (approval: Approval) =>
  (await held.store.events.ofAction("default", approval.actionId)).map(({ type }) => type);

test("a held action is told, a signed answer is a vote, and the end is told too", async () => {
  const approval = await held.hold();
  const opened = await told("approval.opened", approval.id);
  expect(opened.data.approval.card).toEqual(approval.card);
  const reply = await answer(voteOf(approval, opened.data.nonces.approve));
  expect([reply.status, await reply.json()]).toEqual([
    200,
    { counted: "approve", approval: { id: approval.id, state: "pending" } },
  ]);
  // The escalation stage is not part of this test: it applies what the votes amount to.
  await held.store.approvals.apply("default", approval.id, { system: "escalation" });
  const settled = await told("approval.settled", approval.id);
  expect(settled.data).toMatchObject({
    approval: { state: "approved", votes: [{ voter: "ci-bot", channel: "ci" }] },
    nonces: {},
  });
  expect(await events(approval)).toEqual(["proposed", "held", "voted", "approved"]);
});

test("the receiver can prove with the public library that the message is ours", async () => {
  const approval = await held.hold();
  await told("approval.opened", approval.id);
  const heard = receiver.heard.find(({ body }) => body.includes(approval.id));
  expect(heard?.headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
  expect(new Webhook(secret).verify(heard?.body ?? "", heard?.headers ?? {})).toMatchObject({ subject: approval.id });
});

describe("nothing changes, and there is evidence, when", () => {
  test.each<[string, (approval: Approval, nonce: string) => Promise<Response>, number, RegExp]>([
    ["the nonce is another one", (approval) => answer(voteOf(approval, "A".repeat(22))), 403, /wrong_nonce/],
    ["the way was changed", (approval, nonce) => answer(voteOf(approval, nonce, "deny")), 403, /wrong_nonce/],
    [
      "the card is another one",
      (approval, nonce) => answer(voteOf({ ...approval, card: { ...approval.card, sha256: "sha256:x" } }, nonce)),
      409,
      /card_changed/,
    ],
  ])("%s", async (_why, send, status, code) => {
    const approval = await held.hold();
    const { data } = await told("approval.opened", approval.id);
    const reply = await send(approval, data.nonces.approve);
    expect([reply.status, await reply.text()]).toEqual([status, expect.stringMatching(code)]);
    expect((await held.store.approvals.get("default", approval.id))?.votes).toEqual([]);
    expect(await events(approval)).toEqual(["proposed", "held", "answer_refused"]);
  });

  test("it was answered by this very request before, also by another courier", async () => {
    const approval = await held.hold();
    const { data } = await told("approval.opened", approval.id);
    const body = voteOf(approval, data.nonces.approve);
    expect((await answer(body)).status).toBe(200);
    await courier.close();
    courier = await start();
    const again = await answer(body);
    expect([again.status, await again.text()]).toEqual([409, expect.stringMatching(/used_nonce/)]);
    expect(await events(approval)).toEqual(["proposed", "held", "voted", "answer_refused"]);
  });

  test("self-approval: the requester's own side answers", async () => {
    const principal = { agent: "claude-code", onBehalfOf: "ci-bot" };
    const approval = await held.hold({ principal });
    const { data } = await told("approval.opened", approval.id);
    const reply = await answer(voteOf(approval, data.nonces.approve));
    expect([reply.status, await reply.text()]).toEqual([403, expect.stringMatching(/own_request/)]);
  });
  test("the role is another one", async () => {
    const approval = await held.hold({}, "security");
    const { data } = await told("approval.opened", approval.id);
    const reply = await answer(voteOf(approval, data.nonces.approve));
    expect([reply.status, await reply.text()]).toEqual([403, expect.stringMatching(/not_an_approver/)]);
  });
});

test("a receiver that was away gets what it missed, also after the courier was started anew", async () => {
  await courier.close();
  await receiver.close();
  const approval = await held.hold();
  receiver = await loopback(() => ({ status: 503 }));
  courier = await start();
  await expect.poll(() => receiver.heard.length).toBeGreaterThan(0);
  await courier.close();
  receiver.say(() => ({ status: 200 }));
  receiver.heard.splice(0);
  // The receiver has another address by now; the delivery is bound to the channel, not to it.
  courier = await start();
  await told("approval.opened", approval.id);
});

describe("the door", () => {
  test.each<[string, () => Promise<Response>, number]>([
    ["an unknown channel", () => fetch(`${courier.url}/inbound/nobody`, { method: "POST", body: "{}" }), 404],
    ["another path", () => fetch(`${courier.url}/inbound/ci/x`, { method: "POST", body: "{}" }), 404],
    ["a path that climbs", () => fetch(`${courier.url}/inbound/..%2fci`, { method: "POST", body: "{}" }), 404],
    ["another method", () => fetch(`${courier.url}/inbound/ci`, { method: "DELETE" }), 405],
    ["no signature", () => fetch(`${courier.url}/inbound/ci`, { method: "POST", body: "{}" }), 401],
    ["too much", () => fetch(`${courier.url}/inbound/ci`, { method: "POST", body: "x".repeat(1_100_000) }), 413],
    ["no UTF-8", () => fetch(`${courier.url}/inbound/ci`, { method: "POST", body: new Uint8Array([0xff, 0xfe]) }), 413],
    ["being alive", () => fetch(`${courier.url}/healthz`), 200],
    ["being ready", () => fetch(`${courier.url}/readyz`), 200],
  ])("answers %s", async (_what, ask, status) => {
    const reply = await ask();
    expect(reply.status).toBe(status);
    expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
  });
});
