// report.test.ts — a bench keeps what it measured: one JSON file where it is asked for, a line of history and the page where it writes

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type BenchResult, keepResult, performancePage } from "./report.ts";

const result = (at: string): BenchResult => ({ at, command: "npm run bench -- core", machine: { cores: 2 } });

function kept() {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-bench-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const places = { history: join(folder, "history.jsonl"), page: join(folder, "performance.md") };
  return { json: join(folder, "out.json"), places };
}

test("`--json` writes the whole result to the file it names, and nothing else", () => {
  const { json, places } = kept();
  keepResult(result("one"), { json, write: false }, places);
  expect(JSON.parse(readFileSync(json, "utf8"))).toEqual(result("one"));
  expect([existsSync(places.history), existsSync(places.page)]).toEqual([false, false]);
});

test("`--write` adds a line to the history for each run, and makes the page anew", () => {
  const { places } = kept();
  keepResult(result("one"), { write: true }, places);
  keepResult(result("two"), { write: true }, places);
  const lines = readFileSync(places.history, "utf8").trim().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([result("one"), result("two")]);
  expect(readFileSync(places.page, "utf8")).toBe(performancePage(result("two")));
});

test("the page says what was not measured", () =>
  expect(performancePage(result("one"))).toMatch(/^## What is not measured\n\n\S/m));

test("every line of the history that is kept here can be read, and says when, how and on what", () => {
  const lines = readFileSync(join(import.meta.dirname, "history.jsonl"), "utf8")
    .trim()
    .split("\n");
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    const { at, machine } = JSON.parse(line) as BenchResult;
    expect([Number.isNaN(Date.parse(at)), Object.keys(machine).length > 0]).toEqual([false, true]);
  }
});
