// bull.test.ts — a queue object that began while the server was away is not asked for ever: the next call makes another

import { createLogger } from "@holdpoint/runtime/log.ts";
import { expect, test } from "vitest";
import { type BullFactory, type BullQueue, bullBackend } from "./bull.ts";

/** As BullMQ's objects are: what failed at the beginning is the answer to everything that follows. */
function queue(first: Promise<unknown>): BullQueue {
  return {
    add: () => first,
    getJob: async () => undefined,
    getJobCountByTypes: () => first.then(() => 2),
    waitUntilReady: () => first,
    close: async () => undefined,
    on: () => undefined,
  };
}

test("after a beginning that failed, the next look has an answer", async () => {
  const begun = [queue(Promise.reject(new Error("Command timed out"))), queue(Promise.resolve())];
  const made: BullQueue[] = [];
  const factory: BullFactory = {
    shards: 1,
    ordered: true,
    queue: () => {
      made.push(begun[made.length] as BullQueue);
      return made.at(-1) as BullQueue;
    },
    worker: () => {
      throw new Error("nobody works here");
    },
  };
  const log = createLogger("test", { level: "silent" });
  const backend = bullBackend("redis", factory, { log, ready: async () => undefined, close: async () => undefined });
  await expect(backend.waiting("rules")).rejects.toMatchObject({ code: "queue_unavailable" });
  expect(await backend.waiting("rules")).toBe(2);
  expect(await backend.waiting("rules")).toBe(2);
  expect(made).toHaveLength(2);
  await backend.close();
});
