// webhook.test.ts — signatures against the public Standard Webhooks library, both secrets of a rotation, the strict body

import { randomBytes } from "node:crypto";
import { createOutbound } from "@holdpoint/runtime/outbound.ts";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loopback } from "../../test/loopback.ts";
import type { Platform } from "../../test/platform.ts";
import { webhookPlatform } from "../../test/platforms.ts";
import { type World, world } from "../../test/world.ts";
import type { Answers } from "../answers.ts";
import type { AlertDelivery } from "../channel.ts";
import { webhook } from "./webhook.ts";

let it: World;
let hook: Platform;
let answers: Answers;
beforeEach(async () => {
  it = world();
  hook = await webhookPlatform(it);
  const courier = it.courier([hook.channel]);
  answers = courier.answers;
  it.know(hook.identity());
  it.open();
  await it.deliver(courier.deliverer);
});
afterEach(() => hook.close());

const secretOf = () => `whsec_${randomBytes(24).toString("base64")}`;

test("a receiver that knows either of two secrets accepts the message, one that knows neither does not", async () => {
  const secrets = [secretOf(), secretOf()];
  const receiver = await loopback(() => ({ status: 200 }));
  const config = { id: "h", tenant: "default", url: receiver.url, secrets, answerSecrets: [] };
  const channel = webhook(config, { outbound: createOutbound({ allow: [receiver.host] }), clock: { now: Date.now } });
  const at = new Date().toISOString();
  const alert: AlertDelivery = {
    kind: "alert",
    id: "d.1",
    tenant: "default",
    topic: "alert",
    at,
    link: "https://x.example",
    actionId: "act_1",
    alerts: [],
  };
  expect(await channel.send(alert, AbortSignal.timeout(1_000))).toEqual({ status: "sent" });
  const [heard] = receiver.heard;
  await receiver.close();
  for (const secret of secrets) {
    expect(new Webhook(secret).verify(heard?.body ?? "", heard?.headers ?? {})).toMatchObject({
      id: "d.1",
      specversion: "1.0",
    });
  }
  expect(() => new Webhook(secretOf()).verify(heard?.body ?? "", heard?.headers ?? {})).toThrow(
    WebhookVerificationError,
  );
});

test("the same delivery keeps its id over every attempt", async () => {
  hook.trouble("error");
  const { deliverer } = it.courier([hook.channel]);
  it.open();
  await deliverer.tick();
  await deliverer.idle();
  hook.trouble("none");
  await it.deliver(deliverer);
  const ids = hook.loop?.heard.slice(1).map(({ headers }) => headers["webhook-id"]);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

describe("an answer that is signed but not to the letter is refused", () => {
  type Body = { [key: string]: unknown; data: { [key: string]: unknown } };
  test.each([
    ["what should not be there", { comment: "x" }, 'Unrecognized key: \\"comment\\"'],
    ["what is not as it should be", { specversion: "2.0" }, "`/specversion`: "],
    ["all of it at once", { id: 7, time: "noon" }, "`/time`: "],
  ])("its author is told the place: %s", async (_what, wrong, told) => {
    const right = await hook.press({ vote: "approve" });
    const request = hook.signed?.(JSON.stringify({ ...JSON.parse(right.body), ...wrong }));
    if (request === undefined) throw new Error("not signed");
    expect(await answers("hook", request)).toMatchObject({ status: 400, body: expect.stringContaining(told) });
  });

  test.each<[string, (body: Body) => unknown]>([
    ["an unknown field", (body) => ({ ...body, comment: "x" })],
    ["an unknown field in its data", (body) => ({ ...body, data: { ...body.data, standing: { scope: "session" } } })],
    ["edited arguments", (body) => ({ ...body, data: { ...body.data, editedArgs: {} } })],
    ["no card hash", (body) => ({ ...body, data: { ...body.data, cardSha256: undefined } })],
    ["no nonce", (body) => ({ ...body, data: { ...body.data, nonce: undefined } })],
    ["null for a reason", (body) => ({ ...body, data: { ...body.data, reason: null } })],
    ["another type", (body) => ({ ...body, type: "com.holdpoint.approval.opened" })],
    ["another version", (body) => ({ ...body, specversion: "2.0" })],
    ["a vote that is no word of ours", (body) => ({ ...body, data: { ...body.data, vote: "yes" } })],
    ["a list of votes", (body) => ({ ...body, data: { ...body.data, vote: ["approve"] } })],
    ["another kind of id", (body) => ({ ...body, data: { ...body.data, approvalId: "act_1" } })],
    ["data as text", (body) => ({ ...body, data: JSON.stringify(body.data) })],
  ])("%s", async (_what, change) => {
    const right = await hook.press({ vote: "approve" });
    const request = hook.signed?.(JSON.stringify(change(JSON.parse(right.body))));
    if (request === undefined) throw new Error("not signed");
    expect(await answers("hook", request)).toMatchObject({ status: 400, body: expect.stringContaining('"malformed"') });
    expect(it.approvals.votes()).toBe(0);
    expect(it.evidence.notes).toMatchObject([{ type: "answer_refused", detail: { code: "malformed" } }]);
  });

  test.each([
    ["a key that stands twice", (text: string) => text.replace('"vote":"approve"', '"vote":"deny","vote":"approve"')],
    ["a byte order mark", (text: string) => `\ufeff${text}`],
    ["something behind", (text: string) => `${text}{}`],
  ])("%s", async (_what, change) => {
    const right = await hook.press({ vote: "approve" });
    const request = hook.signed?.(change(right.body));
    if (request === undefined) throw new Error("not signed");
    expect(await answers("hook", request)).toMatchObject({ status: 400 });
    expect(it.approvals.votes()).toBe(0);
  });
});

test("every kind of signature that is not right is refused in the same words", async () => {
  const right = await hook.press({ vote: "approve" });
  const given = right.headers["webhook-signature"] ?? "";
  const replies = await Promise.all(
    ["", "v1,", given.replace("v1,", "v2,"), `v1a,${given.slice(3)}`, given.toLowerCase(), `${given}x`].map(
      (signature) => answers("hook", { ...right, headers: { ...right.headers, "webhook-signature": signature } }),
    ),
  );
  expect(new Set(replies.map(({ body }) => body)).size).toBe(1);
  expect(replies.every(({ status }) => status === 401)).toBe(true);
});

test("one good signature among others is enough, as while secrets change", async () => {
  const right = await hook.press({ vote: "approve" });
  const both = `v1,${"A".repeat(43)}= ${right.headers["webhook-signature"]}`;
  expect(await answers("hook", { ...right, headers: { ...right.headers, "webhook-signature": both } })).toMatchObject({
    status: 200,
  });
});
