// proof.test.ts — a short sample of `npm run proof` on each backend, and a list of planted bugs that stays plantable

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startRedis } from "@holdpoint/testkit/redis.ts";
import { describe, expect, test } from "vitest";
import { faults } from "./faults.ts";
import { plants } from "./plants.ts";
import { proofRun } from "./run.ts";
import { examine, isClean } from "./verdict.ts";

// Says (and under CI=true fails) where there is no redis-server of our own to kill.
const probe = await startRedis({ shared: false });
await probe?.stop();
const named = (...names: string[]) => faults.filter(({ name }) => names.includes(name));
const SEED = 20_261_121;

describe.each([
  ["postgres" as const, true],
  ["redis" as const, probe !== undefined],
])("on %s", (backend, there) => {
  test.runIf(there)(
    "nothing acknowledged is lost, doubled or loosened while services are killed and the queue is wiped",
    async () => {
      const report = await proofRun({
        backend,
        seed: SEED,
        actions: 300,
        faults: 5,
        lanes: 16,
        only: named("kill -9 a service", "kill -9 all workers at once", "wipe the queue", "kill -9 gateway"),
      });
      expect(report.findings).toMatchObject({
        lost: [],
        undecided: [],
        doubled: [],
        gaps: [],
        loosened: [],
        contradictions: [],
      });
      expect(report.findings.acknowledged).toBeGreaterThanOrEqual(300);
      expect(report.kills + report.wipes).toBeGreaterThanOrEqual(3);
    },
    180_000,
  );
});

describe("the examination itself can fail", () => {
  const whole = { id: "act_1", state: "allowed", version: 2, events: 2, first: 1, last: 2, settles: 1, allowed: 1 };
  const judged = (row: Partial<typeof whole> | undefined, command = "ls") =>
    examine(
      { query: async () => ({ rows: row ? [{ ...whole, ...row }] : [] }) } as never,
      { acknowledged: [{ actionId: "act_1", command, key: "k" }], unanswered: 0, contradictions: [] },
      [{ command: "ls", effect: "allow" }],
    );
  test.each<[string, Partial<typeof whole> | undefined, string, string]>([
    ["an action that is gone", undefined, "ls", "lost"],
    [
      "an action that nobody decided",
      { state: "received", version: 1, events: 1, last: 1, settles: 0, allowed: 0 },
      "ls",
      "undecided",
    ],
    ["two decisions", { settles: 2 }, "ls", "doubled"],
    ["a version without its event", { events: 1 }, "ls", "gaps"],
    ["an allow that a fault-free run denies", {}, "rm -rf /", "loosened"],
  ])("%s is found", async (_what, row, command, where) => {
    const findings = await judged(row, command);
    expect(isClean(findings)).toBe(false);
    expect(findings[where as "lost"]).toHaveLength(1);
  });
  test("a whole action is clean", async () => expect(isClean(await judged({}))).toBe(true));
});

test.each(plants.map((plant) => [plant.name, plant] as const))("plantable: %s", (_name, { file, find }) => {
  const text = readFileSync(join(import.meta.dirname, "..", "..", file), "utf8");
  expect(text.split(find).length - 1).toBe(1);
});
