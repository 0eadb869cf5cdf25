// deliver.test.ts — at least once, whatever the receivers do; and nobody waits for those that do not answer

import { fixedClock } from "@holdpoint/runtime/clock.ts";
import type { DeliveryRow } from "@holdpoint/store/store.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { describe, expect, test } from "vitest";
import { type MemoryOutbox, memoryOutbox } from "../test/memory.ts";
import { log } from "../test/world.ts";
import type { Sent } from "./channel.ts";
import { createDeliverer, type Deliverer, type Endpoint } from "./deliver.ts";

type Behave = (row: DeliveryRow, signal: AbortSignal) => Promise<Sent>;
const ok: Behave = async () => ({ status: "sent" });
const down: Behave = async () => ({ status: "retry", error: "connection refused" });
const hole: Behave = () => new Promise(() => {});

function setting(behaviours: Record<string, Behave>) {
  const clock = fixedClock(Date.UTC(2026, 0, 1));
  const outbox = memoryOutbox(clock);
  const got: Record<string, { id: string; payload: unknown; at: number }[]> = {};
  const endpoints = Object.keys(behaviours).map((id): Endpoint => {
    got[id] = [];
    return {
      id,
      wants: async () => true,
      async send(row, signal) {
        const sent = await (behaviours[id] ?? ok)(row, signal);
        if (sent.status === "sent") got[id]?.push({ id: row.id, payload: row.payload, at: clock.now() });
        return sent;
      },
    };
  });
  let seed = 7;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const sleepers: { at: number; wake: () => void }[] = [];
  const after = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      sleepers.push({ at: clock.now() + ms, wake: resolve });
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  const open = (): Deliverer => createDeliverer({ outbox, endpoints, clock, random, after, log });
  const advance = (ms: number) => {
    clock.advance(ms);
    for (const { at, wake } of sleepers) if (at <= clock.now()) wake();
  };
  return { clock, outbox, got, open, advance, behaviours };
}

const states = (outbox: MemoryOutbox): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { state } of outbox.rows()) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};
/** Lets everything that is not waiting for time happen. */
const settle = async () => {
  for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe("at least once", () => {
  test("a receiver that is down for a day gets everything when it is back, and nothing is lost", async () => {
    const it = setting({ hook: down });
    const deliverer = it.open();
    const step = 30_000;
    const day = 86_400_000;
    for (let passed = 0; passed < day; passed += step) {
      if (passed % 600_000 === 0) it.outbox.push("approval.opened", { n: passed / 600_000 });
      await deliverer.tick();
      await deliverer.idle();
      it.advance(step);
    }
    expect(states(it.outbox)).toEqual({ waiting: 144 });
    expect(deliverer.health()).toMatchObject([{ id: "hook", circuit: expect.stringMatching(/open|probing/) }]);
    it.behaviours["hook"] = ok;
    const back = it.clock.now();
    while (it.outbox.rows().some(({ state }) => state === "waiting")) {
      await deliverer.tick();
      await deliverer.idle();
      it.advance(1_000);
      expect(it.clock.now() - back).toBeLessThan(5 * 60_000);
    }
    expect(states(it.outbox)).toEqual({ done: 144 });
    expect(new Set(it.got["hook"]?.map(({ payload }) => JSON.stringify(payload))).size).toBe(144);
  });

  test("while it is down it is asked now and then, not all the time", async () => {
    let asked = 0;
    const it = setting({
      hook: async () => {
        asked += 1;
        return { status: "retry", error: "down" };
      },
    });
    const deliverer = it.open();
    for (let n = 0; n < 50; n += 1) it.outbox.push("approval.opened", { n });
    for (let second = 0; second < 3_600; second += 1) {
      await deliverer.tick();
      await deliverer.idle();
      it.advance(1_000);
    }
    expect(asked).toBeGreaterThan(50);
    expect(asked).toBeLessThan(200);
  });

  test("what a courier had in hand when it died is delivered by the next one", async () => {
    const it = setting({ hook: hole });
    it.outbox.push("approval.opened", {});
    await it.open().tick();
    it.behaviours["hook"] = ok;
    const next = it.open();
    await next.tick();
    await next.idle();
    expect(states(it.outbox)).toEqual({ waiting: 1 });
    it.advance(limits.deliverLeaseMs);
    await next.tick();
    await next.idle();
    expect(states(it.outbox)).toEqual({ done: 1 });
  });

  test("what could not be recorded as sent is sent again", async () => {
    const it = setting({ hook: ok });
    it.outbox.push("approval.opened", {});
    const { done } = it.outbox;
    it.outbox.done = async () => Promise.reject(new Error("the database is away"));
    const deliverer = it.open();
    await deliverer.tick();
    await deliverer.idle();
    it.outbox.done = done;
    it.advance(limits.deliverLeaseMs);
    await deliverer.tick();
    await deliverer.idle();
    expect(it.got["hook"]).toHaveLength(2);
    expect(states(it.outbox)).toEqual({ done: 1 });
  });

  test("a stop interrupts what is in flight without counting it as a failure", async () => {
    const it = setting({
      hook: (_row, signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve({ status: "retry", error: "interrupted" }));
        }),
    });
    it.outbox.push("approval.opened", {});
    const deliverer = it.open();
    await deliverer.tick();
    await deliverer.stop();
    expect(it.outbox.rows()).toMatchObject([{ state: "waiting", attempts: 0 }]);
    expect(await deliverer.tick()).toBe(0);
  });

  test("deliveries about one request keep their order at each endpoint", async () => {
    const it = setting({ hook: down });
    const deliverer = it.open();
    it.outbox.push("approval.opened", { approvalId: "apr_1" });
    it.outbox.push("approval.settled", { approvalId: "apr_1" });
    await deliverer.tick();
    await deliverer.idle();
    expect(it.outbox.rows().map(({ attempts }) => attempts)).toEqual([1, 0]);
    it.behaviours["hook"] = ok;
    for (let n = 0; n < 5; n += 1) {
      it.advance(1_000);
      await deliverer.tick();
      await deliverer.idle();
    }
    expect(it.got["hook"]?.map(({ id }) => id)).toEqual(["1-hook", "2-hook"]);
  });
});

describe("lanes", () => {
  test("half the receivers swallow everything: the healthy ones do not notice", async () => {
    const names = Array.from({ length: 20 }, (_, n) => `hook${n}`);
    const it = setting(Object.fromEntries(names.map((name, n) => [name, n % 2 === 0 ? hole : ok])));
    const deliverer = it.open();
    const latencies: number[] = [];
    for (let tenth = 0; tenth < 600; tenth += 1) {
      if (tenth % 5 === 0) it.outbox.push("approval.opened", { n: tenth });
      await deliverer.tick();
      await settle();
      it.advance(100);
    }
    const madeAt = new Map(it.outbox.rows().map(({ id, madeAt }) => [id, madeAt]));
    for (const name of names.filter((_, n) => n % 2 === 1)) {
      expect(it.got[name]).toHaveLength(120);
      for (const { id, at } of it.got[name] ?? []) latencies.push(at - (madeAt.get(id) ?? 0));
    }
    latencies.sort((a, b) => a - b);
    expect(latencies[Math.floor(latencies.length * 0.99)]).toBeLessThanOrEqual(2_000);
    await deliverer.stop();
  });

  test("an endpoint that hangs is given up at the deadline and counts as failed", async () => {
    const it = setting({ hook: hole });
    it.outbox.push("approval.opened", {});
    const deliverer = it.open();
    await deliverer.tick();
    it.advance(limits.outboundMs + 5_000);
    await deliverer.idle();
    expect(it.outbox.rows()).toMatchObject([{ attempts: 1, error: "no answer in time" }]);
  });

  test("never more at a time than a lane is wide", async () => {
    const waiting: (() => void)[] = [];
    const it = setting({
      hook: () =>
        new Promise((resolve) => {
          waiting.push(() => resolve({ status: "sent" }));
        }),
    });
    for (let n = 0; n < 30; n += 1) it.outbox.push("approval.opened", { n });
    const deliverer = it.open();
    for (let n = 0; n < 5; n += 1) await deliverer.tick();
    expect(waiting).toHaveLength(limits.deliverPerEndpoint);
    waiting.shift()?.();
    await settle();
    await deliverer.tick();
    expect(waiting).toHaveLength(limits.deliverPerEndpoint);
    for (const end of waiting) end();
    await deliverer.stop();
  });

  test("an open circuit sends one probe; when that arrives, everything follows at once", async () => {
    const it = setting({ hook: down });
    const deliverer = it.open();
    for (let n = 0; n < 8; n += 1) it.outbox.push("approval.opened", { n });
    while (deliverer.health()[0]?.circuit !== "open") {
      await deliverer.tick();
      await deliverer.idle();
      if (deliverer.health()[0]?.circuit === "closed") it.advance(500);
    }
    expect(await deliverer.tick()).toBe(0);
    it.behaviours["hook"] = ok;
    it.advance(limits.circuitOpenMsMax);
    expect(await deliverer.tick()).toBe(1);
    await deliverer.idle();
    expect(deliverer.health()).toMatchObject([{ circuit: "closed", failures: 0 }]);
    expect(await deliverer.tick()).toBe(limits.deliverPerEndpoint);
    await deliverer.idle();
  });
});

describe("dead letters", () => {
  test.each<[string, Behave, number]>([
    ["refused for good", async () => ({ status: "refused", error: "410" }), 0],
    ["failed for too long", down, limits.deliverForMs],
  ])("what is %s is visible, and can be sent again", async (_why, behave, passed) => {
    const it = setting({ hook: behave });
    it.outbox.push("approval.opened", { n: 1 });
    const deliverer = it.open();
    await deliverer.tick();
    await deliverer.idle();
    if (passed > 0) {
      it.advance(passed);
      await deliverer.tick();
      await deliverer.idle();
    }
    const [letter] = await it.outbox.deadLetters("default", 10);
    expect(letter).toMatchObject({ endpoint: "hook", topic: "approval.opened", error: expect.any(String) });
    it.behaviours["hook"] = ok;
    expect(await it.outbox.resend("default", letter?.id ?? "")).toBe(true);
    expect(await it.outbox.resend("default", letter?.id ?? "")).toBe(false);
    await deliverer.tick();
    await deliverer.idle();
    expect(states(it.outbox)).toEqual({ done: 1 });
    expect(await it.outbox.deadLetters("default", 10)).toEqual([]);
  });

  test("a refusal for good does not open the circuit: the endpoint answers", async () => {
    const it = setting({ hook: async () => ({ status: "refused", error: "410" }) });
    for (let n = 0; n < 20; n += 1) it.outbox.push("approval.opened", { n });
    const deliverer = it.open();
    while (it.outbox.rows().length === 0 || it.outbox.rows().some(({ state }) => state === "waiting")) {
      await deliverer.tick();
      await deliverer.idle();
    }
    expect(deliverer.health()).toMatchObject([{ circuit: "closed", failures: 0 }]);
  });

  test("an item that no endpoint wants is finished", async () => {
    const it = setting({});
    it.outbox.push("approval.opened", {});
    await it.open().tick();
    expect(await it.outbox.waiting(10)).toEqual([]);
  });

  test("what the receiver asks to wait is waited", async () => {
    const it = setting({ hook: async () => ({ status: "retry", error: "busy", afterMs: 600_000 }) });
    it.outbox.push("approval.opened", {});
    const deliverer = it.open();
    await deliverer.tick();
    await deliverer.idle();
    it.advance(599_000);
    expect(await deliverer.tick()).toBe(0);
    it.advance(1_000);
    expect(await deliverer.tick()).toBe(1);
    await deliverer.idle();
  });
});
