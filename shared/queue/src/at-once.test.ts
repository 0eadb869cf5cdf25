// at-once.test.ts — what one process adds for a stage of its own needs no bell; what is not taken so is never left lying

import type { SealedPack } from "@holdpoint/wire/job.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Job } from "bullmq";
import { expect, test } from "vitest";
import { type AtOnce, atOnce, type Taking } from "./at-once.ts";
import { nextTurn, until } from "./fixtures.ts";

const MOST = 2;

/** A server with jobs, a bell that is rung by hand, and a loop that takes all there is whenever it is let. */
function stage(work: (id: string) => Promise<void> = async () => undefined) {
  const waiting: string[] = [];
  const log: string[] = [];
  const bells: (() => void)[] = [];
  let paused = false;
  let time = 0;
  const taker: AtOnce = atOnce(
    async (job) => work(job.id as string),
    "own",
    MOST,
    () => time,
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
    concurrency: MOST,
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
    taker.offer(ids.length, Promise.resolve(ids));
  };
  return {
    taker,
    log,
    loop,
    ring,
    add,
    othersAdd: (...ids: string[]) => waiting.push(...ids),
    pass: (ms: number) => {
      time += ms;
    },
    isPaused: () => paused,
    inHandMost: () => worker.concurrency,
  };
}

test("one job is taken at once, and the bell that rings for it brings the loop to look only when our traffic pauses", async () => {
  const { log, loop, ring, add, pass } = stage();
  const looked = loop();
  add("a");
  ring();
  await until(() => log.includes("done: a"));
  expect(log).toEqual(["listens", "at once: a", "done: a"]);
  pass(limits.ownTrafficMs);
  await looked;
  expect(log.at(-1)).toBe("looks: ");
});

test("while our traffic flows the loop rests, and after it the loop listens again", async () => {
  const { log, loop, add, pass } = stage();
  for (const id of ["a", "b", "c"]) {
    add(id);
    await until(() => log.includes(`done: ${id}`));
    if (id === "a") void loop();
    pass(limits.ownTrafficMs - 1);
    await nextTurn();
  }
  expect(log.filter((line) => /looks|listens/.test(line))).toEqual([]);
  pass(1);
  await until(() => log.includes("looks: "));
  void loop();
  await until(() => log.includes("listens"));
});

test("what others added is met by the next job of ours: the loop looks at once for the one that is left behind", async () => {
  const { log, loop, add, othersAdd } = stage();
  add("a");
  await until(() => log.includes("done: a"));
  const looked = loop();
  othersAdd("x", "y");
  add("b");
  await looked;
  expect(log.slice(2)).toEqual(expect.arrayContaining(["at once: x", "looks: y b"]));
});

test("where the ids of what was added are never told, the loop looks", async () => {
  const { taker, log, loop, add, othersAdd } = stage();
  add("a");
  await until(() => log.includes("done: a"));
  const looked = loop();
  othersAdd("b");
  const lost = Promise.reject(new Error("the answer was lost"));
  lost.catch(() => undefined); // as whoever adds does: it hears of it elsewhere
  taker.offer(1, lost);
  await looked;
  expect(log).toContain("at once: b");
});

test.each([
  ["while as many as may be are in hand", ["a", "b"], ["c"]],
  ["with others", [], ["b", "c"]],
])("a job that is added %s is left to the loop, which looks at once", async (_when, before, ids) => {
  const held: (() => void)[] = [];
  const { log, loop, add } = stage(() => new Promise((resolve) => held.push(resolve)));
  for (const [n, id] of before.entries()) {
    add(id);
    await until(() => held.length === n + 1);
  }
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

test("what is left to the loop while it is only being added is looked for when it is there", async () => {
  const { taker, log, loop, add, othersAdd } = stage();
  add("a");
  await until(() => log.includes("done: a"));
  const looked = loop();
  const { promise: ids, resolve: told } = Promise.withResolvers<string[]>();
  taker.offer(2, ids);
  await nextTurn();
  othersAdd("b", "c");
  told(["b", "c"]);
  await looked;
  expect(log.at(-1)).toBe("looks: b c");
});

test.each([
  ["somebody else has it", async () => undefined],
  ["the server does not answer", () => Promise.reject(new Error("away"))],
])("where %s, the loop does not rest", async (_why, getNextJob) => {
  const taker = atOnce(async () => undefined, "own", MOST);
  let asks = 0;
  taker.takeBy({
    getNextJob: () => {
      asks++;
      return getNextJob();
    },
    processJob: () => Promise.reject(new Error("nothing to work on")),
    concurrency: MOST,
    pause: async () => undefined,
  });
  const backend = taker.heard({ waitForJob: async (_seconds: number) => ({ member: "rung", score: 0 }) });
  taker.offer(1, Promise.resolve(["a"]));
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

test("while it rests nothing is taken: what is added is left to others, and the loop is held before it looks", async () => {
  const { taker, log, loop, ring, add, inHandMost } = stage();
  const ends = [taker.rest(), taker.rest()];
  const looked = loop();
  add("a");
  ring();
  await nextTurn();
  expect([log, inHandMost()]).toEqual([["listens"], 1]);
  ends[0]?.();
  ends[0]?.(); // ended twice is ended once
  await nextTurn();
  expect([log, inHandMost()]).toEqual([["listens"], 1]);
  ends[1]?.();
  await looked;
  expect([log, inHandMost()]).toEqual([["listens", "looks: a"], MOST]);
});

test("an end while it rests holds nothing up", async () => {
  const { taker, log, loop, ring } = stage();
  taker.rest();
  const looked = loop();
  ring();
  await taker.close();
  await looked;
  expect(log).toEqual(["listens", "looks: "]);
});
