// try.mutants.ts — runs inside vitest: tries the mutants that it is told, and keeps what became of each

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { root, tests } from "./targets.ts";
import { measure, type Outcome, tryOne } from "./waking.ts";

test("every mutant is tried", { timeout: 24 * 3_600_000 }, async () => {
  const { chosen, outcomesFile } = JSON.parse(process.env["HOLDPOINT_MUTANTS"] ?? "{}") as {
    chosen: { id: number; file: string }[];
    outcomesFile: string;
  };
  const files = tests.map((file) => join(root, file));
  const measured = await measure(files);
  const outcomes: Record<number, Outcome> = {};
  for (const [index, { id, file }] of chosen.entries()) {
    outcomes[id] = await tryOne(id, join(root, file), measured);
    if (index % 50 === 0) writeFileSync(outcomesFile, JSON.stringify(outcomes));
  }
  // Nor may a mutant have left anything outside of the modules: with all asleep, the tests pass as they did.
  await measure(files);
  writeFileSync(outcomesFile, JSON.stringify(outcomes));
});
