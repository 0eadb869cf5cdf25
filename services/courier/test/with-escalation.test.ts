// with-escalation.test.ts — a chat's answer through the real queue and the real escalation stage, until the message says so

import { randomBytes } from "node:crypto";
import { openEngine } from "@holdpoint/engine/deps.ts";
import { createOutbound } from "@holdpoint/runtime/outbound.ts";
import type { Approval } from "@holdpoint/wire/approval.ts";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
// A test may look next door: no service imports another.
import { startEscalation } from "../../escalation/src/start.ts";
import { CourierConfig } from "../src/config.ts";
import { type RunningCourier, startCourier } from "../src/start.ts";
import { type HeldStore, heldStore, masterKey } from "./held.ts";
import { type Loopback, loopback } from "./loopback.ts";
import { log } from "./world.ts";

let held: HeldStore;
let receiver: Loopback;
let courier: RunningCourier;
const approvals: Partial<Record<"approve" | "deny", Approval>> = {};
const closing: (() => Promise<unknown>)[] = [];
const answerSecret = `whsec_${randomBytes(24).toString("base64")}`;

beforeAll(async () => {
  held = await heldStore();
  closing.push(held.close);
  receiver = await loopback(() => ({ status: 200 }));
  closing.push(receiver.close);
  const identities = [{ channel: "webhook", id: "ci" }];
  await held.store.people.put(
    "default",
    { id: "ci-bot", name: "CI", roles: ["repo-owner"], identities },
    { system: "test" },
  );
  // Before the engine looks at its queue for the first time and sends everything undecided again.
  approvals.approve = await held.hold();
  approvals.deny = await held.hold();
  const jobKeys = [{ id: "k1", key: randomBytes(32) }];
  const engine = await openEngine({ databaseUrl: held.url, masterKey, jobKeys }, { service: "escalation", log });
  closing.push(engine.close);
  const stage = startEscalation(engine);
  closing.push(stage.stop);
  const hook = {
    id: "ci",
    type: "webhook",
    url: receiver.url,
    secrets: [{ env: "HOOK" }],
    answerSecrets: [{ env: "HOOK" }],
  };
  courier = await startCourier({
    store: engine.store,
    queue: engine.queue,
    masterKey,
    config: CourierConfig.parse({
      publicUrl: "https://h.example",
      outbound: { allow: [receiver.host] },
      channels: [hook],
    }),
    env: { HOOK: answerSecret },
    onePerson: false,
    port: 0,
    host: "127.0.0.1",
    log,
  });
  closing.push(courier.close);
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

const heard = (topic: string, id: string) =>
  receiver.heard
    .map(({ body }) => JSON.parse(body))
    .find(({ subject, type }) => subject === id && type.endsWith(topic));

test.each([
  ["approve", "approved"],
  ["deny", "rejected"],
] as const)("to %s makes the action %s, and everyone hears of it", async (vote, state) => {
  const approval = approvals[vote];
  if (approval === undefined) throw new Error("nothing is held");
  await expect.poll(() => heard("opened", approval.id), { timeout: 10_000 }).toBeDefined();
  const { nonces } = heard("opened", approval.id).data;
  const text = JSON.stringify({
    specversion: "1.0",
    id: "1",
    source: "urn:test",
    type: "com.holdpoint.approval.vote",
    data: {
      approvalId: approval.id,
      vote,
      cardSha256: approval.card.sha256,
      nonce: nonces[vote],
      ...(vote === "deny" ? { reason: "no" } : {}),
    },
  });
  const at = new Date();
  const reply = await createOutbound({ allow: [new URL(courier.url).host] }).send({
    url: `${courier.url}/inbound/ci`,
    method: "POST",
    body: text,
    headers: {
      "webhook-id": `m-${vote}`,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": new Webhook(answerSecret).sign(`m-${vote}`, at, text),
    },
  });
  expect([reply.status, JSON.parse(reply.body)]).toMatchObject([200, { counted: vote }]);
  await expect
    .poll(async () => (await held.store.actions.get("default", approval.actionId))?.state, { timeout: 10_000 })
    .toBe(state);
  await expect.poll(() => heard("settled", approval.id)?.data.approval.state, { timeout: 10_000 }).toBe(state);
});
