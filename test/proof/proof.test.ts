// proof.test.ts — a short sample of `npm run proof` on each backend, and a list of planted bugs that stays plantable

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startRedis } from "@holdpoint/testkit/redis.ts";
import { describe, expect, test } from "vitest";
import { named } from "./faults.ts";
import { plants } from "./plants.ts";
import { proofRun } from "./run.ts";
import { CHECKS } from "./verdict.ts";

// Says (and under CI=true fails) where there is no redis-server of our own to kill.
const probe = await startRedis({ shared: false });
await probe?.stop();
const SEED = 20_261_121;
const nothing = Object.fromEntries(Object.keys(CHECKS).map((check) => [check, []]));

describe.each([
  ["postgres" as const, true],
  ["redis" as const, probe !== undefined],
])("on %s", (backend, there) => {
  test.runIf(there)(
    "nothing acknowledged is lost, doubled or loosened while services are killed, policies published and the queue wiped and forged",
    async () => {
      const report = await proofRun({
        backend,
        seed: SEED,
        actions: 300,
        faults: 5,
        lanes: 16,
        least: { kills: 2, wipes: 1 },
        only: named(
          "kill -9 all workers at once",
          "kill -9 safety",
          "wipe the queue",
          "inject garbage jobs",
          "publish another policy",
        ),
      });
      expect(report.findings).toEqual({ ...nothing, acknowledged: report.findings.acknowledged });
      expect(report.findings.acknowledged).toBeGreaterThanOrEqual(300);
      expect(report.kills).toBeGreaterThanOrEqual(2);
      expect(report.wipes).toBeGreaterThanOrEqual(1);
    },
    300_000,
  );
});

test.each(plants.map((plant) => [plant.name, plant] as const))("plantable: %s", (_name, { file, find }) => {
  const text = readFileSync(join(import.meta.dirname, "..", "..", file), "utf8");
  expect(text.split(find).length - 1).toBe(1);
});
