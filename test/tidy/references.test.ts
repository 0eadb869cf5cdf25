// references.test.ts — what a comment or a page points to is there: a ruling, another page, a file

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => /\.(ts|sql|md|mjs|ya?ml)$/.test(path) && existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

const page = readFileSync(join(root, "docs", "rulings.md"), "utf8");
const rulings = new Set([
  ...[...page.matchAll(/^- \*\*([A-Z]\d+)\*\*/gm)].map((match) => match[1] ?? ""),
  ...[...page.matchAll(/^## ([A-Z])\. /gm)].map((match) => match[1] ?? ""),
]);

const unknownRulings = (path: string, text: string) =>
  [...text.matchAll(/[Rr]ulings §([A-Z]\d*)/g)]
    .map((match) => match[1] ?? "")
    .filter((name) => !rulings.has(name))
    .map((name) => `${path}: there is no ruling ${name}`);

const deadLinks = (path: string, text: string) =>
  [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .map((match) => match[1] ?? "")
    .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(path), target)))
    .map((target) => `${path}: ${target} is not there`);

test("every ruling that a comment or a page names stands in docs/rulings.md", () => {
  expect(rulings.size).toBeGreaterThan(40);
  expect(files.flatMap(({ path, text }) => unknownRulings(path, text))).toEqual([]);
  expect(unknownRulings("x.ts", `rulings §${"Z"}9`)).toEqual(["x.ts: there is no ruling Z9"]);
});

test("every page that a page links to is there", () => {
  const pages = files.filter(({ path }) => path.endsWith(".md"));
  expect(pages.length).toBeGreaterThan(15);
  expect(pages.flatMap(({ path, text }) => deadLinks(path, text))).toEqual([]);
  expect(deadLinks("docs/x.md", "see [this](no-such-page.md)")).toHaveLength(1);
});

test("a page of paper that is not in the repository is not cited", () => {
  const cited = /\b(?:trust|api|decision-model|enforcement|toolchain|style|architecture)\.md\b/;
  const offences = files.filter(({ path, text }) => path !== "test/tidy/references.test.ts" && cited.test(text));
  expect(offences.map(({ path }) => path)).toEqual([]);
  expect(cited.test(`see trust${"."}md`)).toBe(true);
});

test("each decision about the shape has a number of its own, and says it", () => {
  const adrs = files.filter(({ path }) => path.startsWith("docs/adr/"));
  expect(adrs.length).toBeGreaterThan(10);
  adrs.sort((a, b) => (a.path < b.path ? -1 : 1));
  expect(adrs.map(({ text }) => Number(/^# (\d+)\. /.exec(text)?.[1]))).toEqual(adrs.map((_, index) => index + 1));
  expect(adrs.map(({ path }) => Number(path.slice("docs/adr/".length).slice(0, 4)))).toEqual(
    adrs.map((_, index) => index + 1),
  );
});
