// start.test.ts — a stage whose worker takes nothing although jobs wait gets another one, and says so until something moves

import type { Queue, StageWork, StageWorker } from "@holdpoint/queue/types.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import { expect, test } from "vitest";
import type { Engine } from "./deps.ts";
import { createPulse, PULSE } from "./pulse.ts";
import { startStage } from "./start.ts";

const log = createLogger("test", { level: "silent" });

test("what a stage does of an action before its first wait is told to the thread that watches the loop", async () => {
  const pulse = createPulse();
  const counters = new Int32Array(pulse.memory);
  const during: number[][] = [];
  let given: StageWork | undefined;
  const queue = {
    work(_stage: string, work: StageWork): StageWorker {
      given = work;
      return { drain: async () => undefined };
    },
    depth: async () => ({ rules: 0, safety: 0, sandbox: 0, escalation: 0 }),
  };
  const engine = { worker: "rules-1", queue, clock: { now: () => 0 }, log, pulse } as unknown as Engine;
  const look = () => void during.push([...counters]);
  const work = async () => {
    look();
    return { done: "nothing" };
  };
  const stage = startStage("rules", work, engine);
  await given?.({} as Message, { signal: new AbortController().signal });
  look();
  const [inside, after] = during;
  expect(inside?.[PULSE.begun]).toBe(1);
  expect(inside?.[PULSE.ended]).toBe(0);
  expect(after?.[PULSE.ended]).toBe(1);
  await stage.stop();
});

test("a backlog and no progress: whatever the clock says, the worker is replaced, the old one is drained, and health says why", async () => {
  const opened: string[] = [];
  const drained: string[] = [];
  const work: Queue["work"] = (): StageWorker => {
    const name = `worker ${opened.length + 1}`;
    opened.push(name);
    return { drain: async () => void drained.push(name) };
  };
  const queue = { work, depth: async () => ({ rules: 3, safety: 0, sandbox: 0, escalation: 0 }) };
  const engine = {
    worker: "rules-1",
    queue,
    clock: { now: () => -performance.now() },
    pulse: createPulse(),
    log,
  } as unknown as Engine;
  const stage = startStage("rules", () => ({ done: "nothing" }), engine);
  await expect.poll(() => opened.length, { timeout: 20_000 }).toBe(2);
  expect(stage.trouble()).toMatch(/^3 jobs wait for `rules` and none was taken for \d+ ms$/);
  await expect.poll(() => drained).toEqual(["worker 1"]);
  await stage.stop();
  expect(drained.at(-1)).toBe(opened.at(-1));
}, 30_000);
