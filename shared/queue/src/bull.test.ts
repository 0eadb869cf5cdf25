// bull.test.ts — how BullMQ is set, and that a queue object that began while the server was away is not asked for ever

import { createLogger } from "@holdpoint/runtime/log.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { expect, test } from "vitest";
import { type BullFactory, type BullQueue, type BullWorker, type BullWorkerOptions, bullBackend } from "./bull.ts";
import { topology } from "./topology.ts";

const log = createLogger("test", { level: "silent" });
const deps = { log, ready: async () => undefined, close: async () => undefined };

/** As BullMQ's objects are: what failed at the beginning is the answer to everything that follows. */
function queue(first: Promise<unknown>): BullQueue {
  return {
    add: () => first.then(() => ({})),
    getJob: async () => undefined,
    getJobCountByTypes: () => first.then(() => 2),
    waitUntilReady: () => first,
    close: async () => undefined,
    on: () => undefined,
  };
}

test.each([1, 4])(
  "what a dead process held is taken up within seconds, and a restart is not slept through (%d shards)",
  (shards) => {
    const asked: BullWorkerOptions[] = [];
    const factory: BullFactory = {
      shards,
      queue: () => queue(Promise.resolve()),
      worker: (_stage, _shard, _process, options) => {
        asked.push(options);
        return {
          waitUntilReady: async () => undefined,
          run: async () => undefined,
          close: async () => undefined,
          on: () => undefined,
        } as unknown as BullWorker;
      },
    };
    bullBackend("redis", factory, deps).consume("rules", async () => undefined);
    expect(asked).toHaveLength(shards);
    for (const options of asked) {
      // One missed renewal and one look later; BullMQ's own are 30 s each, and 15 s of standstill after a restart.
      expect(options.lockDuration + options.stalledInterval).toBeLessThanOrEqual(3_000);
      expect(options.runRetryDelay).toBeLessThanOrEqual(300);
      // A bell that rang while the link broke is rung by nobody again.
      expect(options.drainDelay).toBeLessThanOrEqual(1);
      // A question for a job must have had its answer before its link counts as silent.
      expect(options.drainDelay * 1_000 + 1_000).toBeLessThan(limits.queueSilentMs);
      // Deaths are counted by us, an action each: a pack must never be failed as a whole.
      expect(options.maxStalledCount).toBeGreaterThan(100_000);
    }
    const inHand = asked.reduce((sum, { concurrency }) => sum + concurrency, 0);
    expect(inHand).toBe(topology.rules.concurrency);
  },
);

test("a look for what dead workers held that fails is no reason to look no more for long", async () => {
  let look = () => Promise.reject<string[]>(new Error("the link is cut"));
  let looking: (() => Promise<string[]>) | undefined;
  const factory: BullFactory = {
    shards: 1,
    queue: () => queue(Promise.resolve()),
    worker: (_stage, _shard, _process, _options, opened) => {
      const backend = opened({ waitForJob: async () => null, moveStalledJobsToWait: () => look() });
      looking = () => backend.moveStalledJobsToWait();
      return { waitUntilReady: async () => undefined, run: async () => undefined, on: () => undefined } as never;
    },
  };
  bullBackend("redis", factory, deps).consume("rules", async () => undefined);
  expect(await looking?.()).toEqual([]);
  look = async () => ["job 1"];
  expect(await looking?.()).toEqual(["job 1"]);
});

test("after a beginning that failed, the next look has an answer", async () => {
  const begun = [queue(Promise.reject(new Error("Command timed out"))), queue(Promise.resolve())];
  const made: BullQueue[] = [];
  const factory: BullFactory = {
    shards: 1,
    queue: () => {
      made.push(begun[made.length] as BullQueue);
      return made.at(-1) as BullQueue;
    },
    worker: () => {
      throw new Error("nobody works here");
    },
  };
  const backend = bullBackend("redis", factory, deps);
  await expect(backend.waiting("rules")).rejects.toMatchObject({ code: "queue_unavailable" });
  expect(await backend.waiting("rules")).toBe(2);
  expect(await backend.waiting("rules")).toBe(2);
  expect(made).toHaveLength(2);
  await backend.close();
});
