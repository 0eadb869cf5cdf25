// at-once.test.ts — what one process adds for a stage of its own needs no bell; what is not taken so is never left lying

import type { SealedPack } from "@holdpoint/wire/job.ts";
import type { Job } from "bullmq";
import { expect, test } from "vitest";
import { type AtOnce, atOnce, type Taking } from "./at-once.ts";
import { nextTurn, until } from "./fixtures.ts";

/** A server with jobs, a bell that is rung by hand, and a loop that takes all there is whenever it is let. */
function stage(work: (id: string) => Promise<void> = async () => undefined) {
  const waiting: string[] = [];
  const log: string[] = [];
  const bells: (() => void)[] = [];
  let paused = false;
  const taker: AtOnce = atOnce(
    async (job) => work(job.id as string),
    "own",
    () => 0,
  );
  const worker: Taking = {
    async getNextJob(token) {
      await nextTurn();
      const id = waiting.shift();
      return id === undefined ? undefined : ({ id, token } as Job<SealedPack>);
    },
    async processJob(job) {
      log.push(`at once: ${job.id}`);
      await taker.process(job);
      log.push(`done: ${job.id}`);
    },
    async pause() {
      paused = true;
    },
  };
  taker.takeBy(worker);
  const backend = taker.heard({
    waitForJob: (_seconds: number) =>
      new Promise<{ member: string; score: number }>((resolve) => {
        log.push("listens");
        bells.push(() => resolve({ member: "0", score: 0 }));
      }),
  });
  const loop = async () => {
    await backend.waitForJob(5);
    log.push(`looks: ${waiting.splice(0).join(" ")}`);
  };
  const ring = () => bells.shift()?.();
  const add = (...ids: string[]) => {
    waiting.push(...ids);
    taker.offer(ids.length);
  };
  return { taker, log, loop, ring, add, isPaused: () => paused };
}

test("one job is taken at once, and the bell that rings for it brings the loop to look only later", async () => {
  const { log, loop, ring, add } = stage();
  const looked = loop();
  add("a");
  ring();
  await until(() => log.includes("at once: a"));
  await looked;
  expect(log).toEqual(["listens", "at once: a", "done: a", "looks: "]);
});

test("while our traffic flows the loop looks without a bell, for what others added", async () => {
  const { log, loop, add } = stage();
  add("a");
  await until(() => log.includes("at once: a"));
  await loop();
  expect(log).not.toContain("listens");
  expect(log.at(-1)).toBe("looks: ");
});

test.each([
  ["while another is in hand", ["a"], ["b"]],
  ["with others", [], ["b", "c"]],
])("a job that is added %s is left to the loop, which looks at once", async (_when, before, ids) => {
  const held: (() => void)[] = [];
  const { log, loop, add } = stage(() => new Promise((resolve) => held.push(resolve)));
  for (const id of before) add(id);
  await until(() => held.length === before.length);
  const looked = before.length > 0 ? loop() : undefined;
  await nextTurn();
  add(...ids);
  if (looked === undefined) expect(log).toEqual([]);
  else {
    await looked;
    expect(log.at(-1)).toBe(`looks: ${ids.join(" ")}`);
  }
  for (const resolve of held) resolve();
});

test.each([
  ["somebody else has it", async () => undefined],
  ["the server does not answer", () => Promise.reject(new Error("away"))],
])("where %s, the loop does not rest", async (_why, getNextJob) => {
  const taker = atOnce(async () => undefined, "own");
  let asks = 0;
  taker.takeBy({
    getNextJob: () => {
      asks++;
      return getNextJob();
    },
    processJob: () => Promise.reject(new Error("nothing to work on")),
    pause: async () => undefined,
  });
  const backend = taker.heard({ waitForJob: async (_seconds: number) => ({ member: "rung", score: 0 }) });
  taker.offer(1);
  await nextTurn();
  expect(asks).toBe(1);
  expect(await backend.waitForJob(5)).toEqual({ member: "rung", score: 0 });
});

test("the end waits for what was taken, stops the loop meanwhile, and takes no more", async () => {
  const held: (() => void)[] = [];
  const { taker, log, add, isPaused } = stage(() => new Promise((resolve) => held.push(resolve)));
  add("a");
  await until(() => held.length === 1);
  let ended = false;
  const closing = taker.close().then(() => {
    ended = true;
  });
  await nextTurn();
  expect({ ended, paused: isPaused() }).toEqual({ ended: false, paused: true });
  held[0]?.();
  await closing;
  add("b");
  await nextTurn();
  expect(log).toEqual(["at once: a", "done: a"]);
});
