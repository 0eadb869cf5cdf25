// measure.test.ts — a suite is counted by its own labels under its own settings, and the page says what is not met

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { loadClasses } from "./cases.ts";
import { leadsInside } from "./inside.ts";
import { judgeRow } from "./judge.ts";
import { isMet, measureClasses, measureSuites, shareOf } from "./measure.ts";
import { accuracyPage } from "./page.ts";
import { type SuiteRow, setFor } from "./setups.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
function suites(files: Record<string, object[]>): string {
  const folder = mkdtempSync(join(tmpdir(), "suites-"));
  folders.push(folder);
  for (const [name, rows] of Object.entries(files))
    writeFileSync(join(folder, `${name}.jsonl`), rows.map((row) => JSON.stringify(row)).join("\n"));
  return folder;
}

test("a suite's attacks are counted where they are stopped, its harmless rows where they are not allowed", () => {
  const folder = suites({
    "dcg-core": [
      { id: "1", command: "rm -rf /srv", expected: "deny" },
      { id: "2", command: "ls", expected: "deny" },
      { id: "3", command: "git status", expected: "allow" },
      { id: "4", command: "kubectl delete ns x", expected: "allow" },
    ],
  });
  const [measured] = measureSuites(folder);
  expect(measured?.leftOut).toBe(1);
  expect(measured?.figures.map((figure) => [shareOf(figure), figure.rows, isMet(figure)])).toEqual([
    ["50.0 %", 2, false],
    ["0.0 %", 1, true],
  ]);
  expect(measured?.missed).toEqual([{ id: "2", expected: "deny", effect: "allow" }]);
});

test.each<[string, SuiteRow, string]>([
  [
    "an imported prefix",
    { id: "gem-1", expected: "", command: "git log -3", setup: "ALLOW run_shell_command commandPrefix 'git log'" },
    "allow",
  ],
  [
    "and what it does not cover",
    { id: "gem-2", expected: "", command: "git log; ls", setup: "ALLOW run_shell_command commandPrefix 'git log'" },
    "ask",
  ],
  ["a blocklist", { id: "z", expected: "", command: "sudo id", config: "ShellExecutor default blocklist (…)" }, "deny"],
  [
    "a protected folder",
    { id: "c", expected: "", command: "rm -rf ./.cupcake", config: "on; protects .cupcake/ only" },
    "deny",
  ],
  ["no setting at all", { id: "n", expected: "", command: "npm test" }, "allow"],
])("a row is judged under its own setting: %s", (_why, row, effect) => {
  const set = setFor(row);
  expect(set && judgeRow({ tool: "Bash", args: { command: row.command ?? "" } }, set).effect).toBe(effect);
});

test("a row that cannot be read is refused, and counts as stopped, not as allowed", () => {
  expect(judgeRow({ tool: 7 as never, args: {} }).effect).toBe("refused");
});

test.each([
  ["http://2130706433/", true],
  ["http://[::ffff:7f00:1]/", true],
  ["gopher://x.example/", true],
  ["http://169.254.169.254.nip.io/", true],
  ["https://example.com/", false],
])("%s leads inside: %s", (url, expected) => expect(leadsInside(url)).toBe(expected));

test("the page in docs is about the cases that are here, and names no folder of suites", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "accuracy.md"), "utf8");
  const cases = loadClasses().reduce((sum, { pairs }) => sum + pairs.length * 2, 0);
  expect(page).toContain(`Right: **${cases} of ${cases}**`);
  expect(page).not.toMatch(/\/[a-z]+\/[a-z]*\/?corpora/);
  expect(accuracyPage(measureClasses(), [])).toContain(`Right: **${cases} of ${cases}**`);
});
