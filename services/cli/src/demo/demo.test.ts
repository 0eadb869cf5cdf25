// demo.test.ts — the demo is a promise: everything comes as scripted, nothing is left behind, and an unasked no stays a no

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, runCli } from "../run-cli.ts";

test("played without a person, every outcome is the one of the script", { timeout: 120_000 }, async () => {
  const home = folderWith();
  const result = await runCli(["demo", "--yes"], {
    env: { HOME: home, HOLDPOINT_DATABASE_URL: "postgres://nobody@127.0.0.1:9/x" },
  });
  expect(result.stdout).not.toContain("not as scripted");
  expect(result.stdout).not.toContain("\u001b");
  for (const line of [
    / 5 {2}npm test +✓ allow +ran: 1 passed, 0 failed/,
    / 6 {2}Read \.env +✗ deny +did not run/,
    / 8 {2}rm -rf \.\.\/backups +✗ deny +did not run/,
    /11 {2}git push --force origin main +✗ deny +did not run/,
    /13 {2}npm run --silent migrate +\? ask +ran: applied 002_add_email\.sql/,
    /HOLDPOINT ASKS: MAY THIS RUN\?/,
  ])
    expect(result.stdout).toMatch(line);
  expect([result.code, result.stderr]).toEqual([0, ""]);
  expect(readdirSync(join(home, ".cache"))).toEqual([]);
});
