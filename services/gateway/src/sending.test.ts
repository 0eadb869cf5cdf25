// sending.test.ts — what the queue refuses is sent as soon as it takes it; what it refuses for good is left to the reconciler

import type { Queue } from "@holdpoint/queue/types.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import { expect, test } from "vitest";
import { sending } from "./sending.ts";

const log = createLogger("test", { level: "silent" });
const message = { action: { id: "act_1" } } as unknown as Message;
const away = () => Promise.reject(new Fault("queue_unavailable", "the queue does not take jobs"));

/** A queue that refuses so many times by `refuse`, and then takes what comes. */
function queue(times: number, refuse: () => Promise<never> = away) {
  const calls: Parameters<Queue["send"]>[] = [];
  const send: Queue["send"] = (...call) => {
    calls.push(call);
    return calls.length > times ? Promise.resolve() : refuse();
  };
  return { send, calls };
}
const turns = () => new Promise((resolve) => setImmediate(resolve));

test("what a queue that was away did not take is sent again, as it was", async () => {
  const taken = queue(2);
  sending(taken, log).send("rules", message);
  await expect.poll(() => taken.calls.length).toBe(3);
  expect(taken.calls).toEqual(Array.from({ length: 3 }, () => ["rules", [message]]));
});

test.each<[string, () => Promise<never>, number | undefined]>([
  ["by no fault of the queue", () => Promise.reject(new Error("a message that cannot be sealed")), undefined],
  ["for longer than the reconciler waits", away, 0],
])("what is refused %s is tried no more", async (_why, refuse, forMs) => {
  const taken = queue(1, refuse);
  const way = sending(taken, log, forMs);
  way.send("rules", message);
  await turns();
  await way.idle();
  expect(taken.calls).toHaveLength(1);
});

test("a process that ends tries nothing again", async () => {
  const taken = queue(Number.POSITIVE_INFINITY);
  const way = sending(taken, log);
  way.send("rules", message);
  await turns();
  await way.idle();
  expect(taken.calls.length).toBeLessThanOrEqual(2);
});

test("of messages that hold arguments only so many are kept", async () => {
  const taken = queue(Number.POSITIVE_INFINITY);
  const way = sending(taken, log);
  for (let n = 0; n < 1_500; n++) way.send("rules", message);
  await expect.poll(() => taken.calls.length).toBeGreaterThan(1_500);
  await way.idle();
  // All were tried once; from then on only those that were kept, in whole rounds.
  expect((taken.calls.length - 1_500) % 1_000).toBe(0);
});
