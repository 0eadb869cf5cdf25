// loop.test.ts — repeated work: one at a time, sooner on request, slower while it fails, and nothing after stop

import { createLogger } from "@holdpoint/runtime/log.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loop } from "./loop.ts";

const log = createLogger("loop", { level: "silent" });

describe("a loop", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("runs at once and then again after each end", async () => {
    const work = vi.fn(async () => undefined);
    const running = loop("x", 100, log, work);
    expect(work).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(350);
    expect(work).toHaveBeenCalledTimes(4);
    await running.stop();
  });

  test("never runs twice at a time, and a request during a run is served right after it", async () => {
    let atOnce = 0;
    let most = 0;
    let runs = 0;
    const running = loop("x", 10_000, log, async () => {
      runs++;
      most = Math.max(most, ++atOnce);
      await new Promise((next) => setTimeout(next, 50));
      atOnce--;
    });
    running.now();
    running.now();
    await vi.advanceTimersByTimeAsync(200);
    expect({ most, runs }).toEqual({ most: 1, runs: 2 });
    await running.stop();
  });

  test("waits longer after every failure, and not for ever", async () => {
    const at: number[] = [];
    const running = loop("x", 100, log, async () => {
      at.push(Date.now());
      throw new Error("away");
    });
    await vi.advanceTimersByTimeAsync(60_000);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(gaps.slice(0, 3)).toEqual([200, 400, 800]);
    expect(Math.max(...gaps)).toBe(5_000);
    await running.stop();
  });

  test("after stop nothing starts, and stop waits for what runs", async () => {
    let ended = false;
    const running = loop("x", 10, log, async () => {
      await new Promise((next) => setTimeout(next, 50));
      ended = true;
    });
    const stopped = running.stop();
    running.now();
    await vi.advanceTimersByTimeAsync(1_000);
    await stopped;
    expect(ended).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
