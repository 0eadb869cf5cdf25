// black-hole.test.ts — real sockets, the real clock: half the receivers take the connection and never answer

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "@holdpoint/runtime/clock.ts";
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

test("the healthy half's p99 stays below 2 s", async () => {
  const outbox = memoryOutbox(systemClock);
  const { deps, approvals } = world();
  const arrivals: number[] = [];
  const madeAt = new Map<string, number>();
  for (let n = 0; n < 10; n += 1) {
    const receiver = await loopback(({ body }) => {
      arrivals.push(Date.now() - (madeAt.get(JSON.parse(body).subject) ?? 0));
      return { status: 200 };
    });
    if (n % 2 === 0) receiver.say("nothing");
    receivers.push(receiver);
  }
  const outbound = createOutbound({ allow: receivers.map(({ host }) => host) });
  const secrets = [`whsec_${randomBytes(24).toString("base64")}`];
  const endpoints = receivers.map(({ url }, n) => {
    const channel = webhook(
      { id: `h${n}`, tenant: "default", url, secrets, answerSecrets: [] },
      { outbound, clock: systemClock },
    );
    return endpointOf(channel, { topics: ["approval.opened"], roles: [] }, { ...deps, outbox });
  });
  const after = (ms: number, signal: AbortSignal) =>
    sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  const deliverer = createDeliverer({ outbox, endpoints, clock: systemClock, random: Math.random, after, log });
  const requests = 100;
  for (let n = 0; n < requests; n += 1) {
    const approval = pending(systemClock);
    approvals.put("default", approval);
    madeAt.set(approval.id, Date.now());
    outbox.push("approval.opened", { approvalId: approval.id });
    await deliverer.tick();
  }
  await expect
    .poll(
      async () => {
        await deliverer.tick();
        return arrivals.length;
      },
      { timeout: 20_000, interval: 10 },
    )
    .toBe(requests * 5);
  arrivals.sort((a, b) => a - b);
  expect(arrivals[Math.floor(arrivals.length * 0.99)]).toBeLessThan(2_000);
  await deliverer.stop();
});
