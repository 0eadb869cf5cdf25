// watchdog.test.ts — a backlog that nobody takes is noticed and healed; slow work and an empty queue are not mistaken for it

import { fixedClock } from "@holdpoint/runtime/clock.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { describe, expect, test } from "vitest";
import { createProgress } from "./progress.ts";
import { isStuck, startWatchdog } from "./watchdog.ts";

const log = createLogger("watchdog", { level: "silent" });

describe("what counts as stuck", () => {
  test.each([
    ["an empty queue, however still", { waiting: 0, inHand: 0, stillMs: 60_000 }, false],
    ["a backlog that is new", { waiting: 9, inHand: 0, stillMs: 1_000 }, false],
    ["a backlog behind slow work", { waiting: 9, inHand: 1, stillMs: 60_000 }, false],
    ["a backlog that nobody takes", { waiting: 1, inHand: 0, stillMs: 3_000 }, true],
  ])("%s", (_why, look, stuck) => expect(isStuck(look)).toBe(stuck));
});

/** Drives a watchdog by hand: each step moves the clock and lets it look once. */
function watched(waiting: { rules: number }) {
  const clock = fixedClock(0);
  const progress = createProgress(clock);
  let looked: (() => void) | undefined;
  let replaced = 0;
  const watchdog = startWatchdog({
    stage: "rules",
    queue: {
      depth: async () => {
        looked?.();
        return { rules: waiting.rules, safety: 0, sandbox: 0, escalation: 0 };
      },
    },
    progress,
    clock,
    log,
    replace: async () => void replaced++,
    lookMs: 3_600_000,
  });
  return {
    watchdog,
    progress,
    replaced: () => replaced,
    async step(ms: number) {
      clock.advance(ms);
      const seen = new Promise<void>((resolve) => {
        looked = resolve;
      });
      watchdog.now();
      await seen;
      await new Promise((next) => setImmediate(next));
    },
  };
}

describe("a watchdog", () => {
  test("replaces a worker that takes nothing, and says so until something moves", async () => {
    const waiting = { rules: 5 };
    const { watchdog, progress, replaced, step } = watched(waiting);
    await step(1);
    await step(3_500);
    expect(replaced()).toBe(1);
    expect(watchdog.trouble()).toContain("`rules`");
    await step(1_000);
    expect(replaced()).toBe(1); // the new one gets its time
    await progress.counted(async () => ({ done: "x" }))({} as never, {} as never);
    waiting.rules = 0;
    await step(1_000);
    expect(watchdog.trouble()).toBeUndefined();
    await watchdog.stop();
  });

  test("a long idle time before the backlog came is not held against it", async () => {
    const waiting = { rules: 0 };
    const { watchdog, replaced, step } = watched(waiting);
    await step(600_000);
    waiting.rules = 3;
    await step(10);
    expect(replaced()).toBe(0);
    await watchdog.stop();
  });
});
