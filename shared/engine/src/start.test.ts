// start.test.ts — a stage whose worker takes nothing although jobs wait gets another one, and says so until something moves

import type { Queue, StageWorker } from "@holdpoint/queue/types.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { expect, test } from "vitest";
import type { Engine } from "./deps.ts";
import { startStage } from "./start.ts";

test("a backlog and no progress: the worker is replaced, the old one is drained, and health says why", async () => {
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
    clock: { now: () => Date.now() },
    log: createLogger("test", { level: "silent" }),
  } as unknown as Engine;
  const stage = startStage("rules", () => ({ done: "nothing" }), engine);
  await expect.poll(() => opened.length, { timeout: 20_000 }).toBe(2);
  expect(stage.trouble()).toMatch(/^3 jobs wait for `rules` and none was taken for \d+ ms$/);
  await expect.poll(() => drained).toEqual(["worker 1"]);
  await stage.stop();
  expect(drained.at(-1)).toBe(opened.at(-1));
}, 30_000);
