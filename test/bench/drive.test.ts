// drive.test.ts — the bench measures what it says: a stall is paid by all who had to wait, a failure is counted

import { describe, expect, test } from "vitest";
import { closedLoop, openLoop, percentile, summary } from "./drive.ts";

const pause = (ms: number) => new Promise<void>((next) => setTimeout(next, ms));

describe("percentiles", () => {
  test.each([
    ["the middle of an odd number", [1, 2, 3], 0.5, 2],
    ["the last, at the end", [1, 2, 3, 4], 0.99, 4],
    ["of one", [7], 0.5, 7],
  ])("%s", (_what, sorted, share, expected) => expect(percentile(sorted, share)).toBe(expected));
  test("of nothing is no number", () => expect(percentile([], 0.5)).toBeNaN());
  test("a summary counts per second and keeps failures apart", () =>
    expect(summary([3, 1, 2], 2, 4)).toEqual({ perSecond: 2, operations: 3, failed: 4, p50Ms: 2, p99Ms: 3, maxMs: 3 }));
});

describe("a closed loop", () => {
  test("keeps so many in flight and no more", async () => {
    let now = 0;
    let most = 0;
    await closedLoop(5, 0.1, async () => {
      most = Math.max(most, ++now);
      await pause(5);
      now--;
    });
    expect(most).toBe(5);
  });
  test("counts what failed and goes on", async () => {
    let turn = 0;
    const { failed, operations } = await closedLoop(1, 0.1, async () => {
      await pause(2);
      if (turn++ % 2 === 0) throw new Error("odd one");
    });
    expect(failed).toBeGreaterThan(0);
    expect(operations).toBeGreaterThan(0);
  });
});

describe("an open loop", () => {
  test("a stall of the server shows in the latency of everyone who was due meanwhile", async () => {
    let stalled: Promise<void> | undefined;
    let served = 0;
    const measured = await openLoop(200, 0.5, async () => {
      if (served++ === 20) stalled = pause(300);
      await stalled;
    });
    // Sixty were due during the stall; timed from their own start, most of them would have looked fast.
    expect(measured.p99Ms).toBeGreaterThan(200);
    expect(measured.operations).toBe(100);
  });

  test("the first is sent when it is due, at once: a period of waiting would be in every latency", async () => {
    let sent = 0;
    const measured = openLoop(2, 1, async () => void sent++);
    expect(sent).toBe(1);
    expect((await measured).operations).toBe(2);
  });

  test("so does its own: who should have been sent while it stood still waited since then", async () => {
    let sent = 0;
    const measured = await openLoop(200, 0.5, async () => {
      const end = performance.now() + (sent++ === 20 ? 400 : 0);
      while (performance.now() < end);
    });
    // Most of the hundred were due meanwhile; timed from when they were sent, they would have looked fast.
    expect(measured.p50Ms).toBeGreaterThan(50);
    expect(measured.operations).toBe(100);
  });
});
