// black-hole.test.ts — real sockets: half the receivers take the connection and never answer (how long it takes: `npm run bench -- telling`)

import { randomBytes } from "node:crypto";
import { fixedClock } from "@holdpoint/runtime/clock.ts";
import { createOutbound } from "@holdpoint/runtime/outbound.ts";
import { afterEach, expect, test } from "vitest";
import { type Loopback, loopback } from "../test/loopback.ts";
import { memoryOutbox } from "../test/memory.ts";
import { log, pending, world } from "../test/world.ts";
import { webhook } from "./channels/webhook.ts";
import { createDeliverer } from "./deliver.ts";
import { endpointOf } from "./endpoints.ts";

const receivers: Loopback[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});

test("the healthy half hears everything while the other half still holds its first deliveries", async () => {
  // Time stands still, and so does whoever waits for it: what arrives waited for nobody.
  const clock = fixedClock(Date.now());
  const outbox = memoryOutbox(clock);
  const { deps, approvals } = world();
  let arrived = 0;
  for (let n = 0; n < 10; n += 1) {
    const receiver = await loopback(() => {
      arrived += 1;
      return { status: 200 };
    });
    if (n % 2 === 0) receiver.say("nothing");
    receivers.push(receiver);
  }
  const outbound = createOutbound({ allow: receivers.map(({ host }) => host), timeoutMs: 10 * 60_000 });
  const secrets = [`whsec_${randomBytes(24).toString("base64")}`];
  const endpoints = receivers.map(({ url }, n) => {
    const channel = webhook({ id: `h${n}`, tenant: "default", url, secrets, answerSecrets: [] }, { outbound, clock });
    return endpointOf(channel, { topics: ["approval.opened"], roles: [] }, { ...deps, outbox });
  });
  const never = (_ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  const deliverer = createDeliverer({ outbox, endpoints, clock, random: Math.random, after: never, log });
  const requests = 100;
  for (let n = 0; n < requests; n += 1) {
    const approval = pending(clock);
    approvals.put("default", approval);
    outbox.push("approval.opened", { approvalId: approval.id });
    await deliverer.tick();
  }
  await expect
    .poll(
      async () => {
        await deliverer.tick();
        return arrived;
      },
      { timeout: 25_000, interval: 10 },
    )
    .toBe(requests * 5);
  const silent = receivers.filter((_, n) => n % 2 === 0);
  expect(silent.every(({ heard }) => heard.length > 0 && heard.length < requests)).toBe(true);
  await deliverer.stop();
});
