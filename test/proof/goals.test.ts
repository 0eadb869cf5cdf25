// goals.test.ts — each goal can be missed, and a proof is planned so that it breaks as much as it promised to

import { expect, test } from "vitest";
import type { Fault } from "./faults.ts";
import { faults } from "./faults.ts";
import { GOALS, goals } from "./goals.ts";
import { seeded } from "./load.ts";
import type { NeighbourReport } from "./poison.ts";
import type { RunReport } from "./run.ts";
import { deck, dueOf } from "./strikes.ts";
import { CHECKS } from "./verdict.ts";

const nothing = Object.fromEntries(Object.keys(CHECKS).map((check) => [check, [] as string[]]));
const report = (more: Partial<RunReport> = {}, findings: object = {}): RunReport =>
  ({
    struck: [{ fault: "kill -9 rules", endedAt: 0, recoveryMs: 5_000 }],
    kills: 100,
    wipes: 20,
    settledAfterMs: 30_000,
    ...more,
    findings: { ...nothing, acknowledged: 200_000, ...findings },
  }) as unknown as RunReport;
const poison = (more: object = {}): NeighbourReport =>
  ({
    fates: [{ state: "denied" }, { state: "denied" }],
    quarantined: 2,
    without: { p99Ms: 100, failed: 0 },
    with: { p99Ms: 150, failed: 0 },
    ...more,
  }) as unknown as NeighbourReport;
const missed = (reports: RunReport[], poisoned = poison()) =>
  goals(reports, poisoned)
    .filter(({ met }) => !met)
    .map(({ what, measured }) => `${what}: ${measured}`);

test("what reaches every goal just so has met them all", () => expect(missed([report()])).toEqual([]));

test.each<[string, RunReport, NeighbourReport | undefined, RegExp]>([
  ["an action less", report({}, { acknowledged: 199_999 }), undefined, /^acknowledged actions: 199,999$/],
  ["a kill less", report({ kills: 99 }), undefined, /^kills: 99$/],
  ["a wipe less", report({ wipes: 19 }), undefined, /^queue wipes: 19$/],
  ["one lost", report({}, { lost: ["act_1"] }), undefined, /^lost: 1$/],
  ["one doubled", report({}, { doubled: ["act_1"] }), undefined, /^doubled: 1$/],
  ["a healthy one in quarantine", report({}, { quarantined: ["act_1"] }), undefined, /^any other promise/],
  [
    "a slow recovery",
    report({ struck: [{ fault: "x", endedAt: 0, recoveryMs: 5_001 }] }),
    undefined,
    /5,000 ms: 1 of 1$/,
  ],
  ["a recovery that was not seen", report({ struck: [{ fault: "x", endedAt: 0 }] }), undefined, /5,000 ms: 1 of 1$/],
  ["a slow end", report({ settledAfterMs: 30_001 }), undefined, /^from the end of the load/],
  ["poison that goes on", report(), poison({ fates: [{ state: "denied" }, { state: "evaluating" }] }), /denied: 1$/],
  ["poison that nobody is shown", report(), poison({ quarantined: 1 }), /doctor`: 1$/],
  ["slow neighbours", report(), poison({ with: { p99Ms: 151, failed: 0 } }), /1\.51×$/],
  ["a neighbour without an answer", report(), poison({ with: { p99Ms: 100, failed: 1 } }), /30 s: 1$/],
])("%s misses its goal and no other", (_what, measured, poisoned, goal) => {
  const [only, ...more] = missed([measured], poisoned);
  expect(only).toMatch(goal);
  expect(more).toEqual([]);
});

test("faults of two at a time have no recovery of their own to miss", () => {
  expect(missed([report({ struck: [{ fault: "x", endedAt: 0, together: true }] })])).toEqual([]);
});

/** Draws a whole run's faults as `strike` does, where each third one cannot strike. */
function drawn(seed: number, total: number, least: { kills: number; wipes: number }) {
  const random = seeded(seed);
  const cards = deck(faults, random);
  const out = { struck: 0, kills: 0, wipes: 0 };
  for (let tries = 0; out.struck < total && tries < 10 * total; tries++) {
    const fault: Fault = cards.next(dueOf(out, { faults: total, ...least })).value;
    if (tries % 3 === 2) continue;
    out.struck++;
    out.kills += fault.kills ?? 0;
    out.wipes += fault.wipes ?? 0;
  }
  return out;
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])("whatever is drawn (seed %d), the least counts are in it", (seed) => {
  const least = { kills: GOALS.kills / 2, wipes: GOALS.wipes / 2 };
  for (const total of [60, 75, 110]) {
    const { struck, kills, wipes } = drawn(seed, total, least);
    expect(struck).toBe(total);
    expect(kills).toBeGreaterThanOrEqual(least.kills);
    expect(wipes).toBeGreaterThanOrEqual(least.wipes);
  }
});
