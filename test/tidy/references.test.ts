// references.test.ts — what a comment or a page points to is there: a ruling, another page, a file

import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
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

/** `services/{rules,safety}/src` is two. */
const spelledOut = (path: string): string[] => {
  const braces = /\{([^{}]*)\}/.exec(path);
  if (!braces) return [path];
  return braces[1]?.split(",").flatMap((one) => spelledOut(path.replace(braces[0], one))) ?? [];
};
const FOLDERS = /^(?:shared|services|test|docs|scripts|deploy|\.ci|\.github)\//;
const tree = files.map(({ path }) => `/${path}`);
/** Paths of this repository, and files by the end of their path, that are set in code and not there. */
const deadPaths = (path: string, text: string): string[] =>
  [...text.matchAll(/`([\w.][\w./{},*-]*)`/g)]
    .map(([, code = ""]) => code)
    .filter((code) => FOLDERS.test(code) || /\.(?:ts|sql|mjs)$/.test(code))
    .flatMap(spelledOut)
    .filter((code) =>
      FOLDERS.test(code) ? globSync(code, { cwd: root }).length === 0 : !tree.some((one) => one.endsWith(`/${code}`)),
    )
    .map((code) => `${path}: there is no ${code}`);

test("every file and folder that a page or a comment names is there", () => {
  const comments = files.map(({ path, text }) => ({
    path,
    text: path.endsWith(".md") ? text : [...text.matchAll(/(?:^|\s)(?:\/\/|--|\/?\*|#) .*/g)].join("\n"),
  }));
  expect(comments.flatMap(({ path, text }) => deadPaths(path, text))).toEqual([]);
  expect(deadPaths("x.md", "`shared/{wire,nowhere}/src` `test/tidy` `no-such-file.ts` `references.test.ts`")).toEqual([
    "x.md: there is no shared/nowhere/src",
    "x.md: there is no no-such-file.ts",
  ]);
});

/** `// x.ts — …` at the top of a file that has another name by now. */
const otherNames = (path: string, text: string): string[] => {
  const said = /^(?:#!.*\n)?(?:\/\/|--|#) ([\w.-]+\.(?:ts|sql|mjs|ya?ml)) — /.exec(text)?.[1];
  return said === undefined || said === basename(path) ? [] : [`${path} calls itself ${said}`];
};

test("a file whose first line names it is called so", () => {
  expect(files.flatMap(({ path, text }) => otherNames(path, text))).toEqual([]);
  expect(otherNames("shared/x/new.ts", "// old.ts — for something")).toHaveLength(1);
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
