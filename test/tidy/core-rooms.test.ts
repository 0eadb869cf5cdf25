// core-rooms.test.ts — the folders of the core stand in an order, and import only what stands above them in this list

import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

/** Rooms of one row do not know each other; `.` are the files beside the folders, which put a decision together. */
const ROWS: readonly (readonly string[])[] = [
  ["compare", "facts", "hooks", "packs", "regex", "sandbox"],
  ["redact"],
  ["escalation"],
  ["rules", "safety"],
  ["."],
  ["cases", "rules/exchange", "rules/lint"],
];
const core = join(import.meta.dirname, "..", "..", "shared", "core", "src");

const rowOf = (room: string): number => ROWS.findIndex((row) => row.includes(room));
/** The folder with a place of its own that a file is in, so that `rules/lint` is another than `rules`. */
function roomOf(path: string): string {
  const [first = "", second = ""] = dirname(path).split("/");
  return rowOf(`${first}/${second}`) < 0 ? first : `${first}/${second}`;
}

function wrongArrows(files: readonly [path: string, text: string][]): string[] {
  return files.flatMap(([path, text]) => {
    const from = roomOf(path);
    return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)]
      .map(([, to = ""]) => normalize(join(dirname(path), to)))
      .filter((to) => roomOf(to) !== from && !(rowOf(from) > rowOf(roomOf(to)) && rowOf(roomOf(to)) >= 0))
      .map((to) => `${path} imports ${to}`);
  });
}

const own = globSync("**/*.ts", { cwd: core })
  .filter((path) => !/\.(test|contract)\.ts$/.test(path))
  .map((path): [string, string] => [path, readFileSync(join(core, path), "utf8")]);

test("no folder of the core imports one that stands below it", () => {
  expect(own.length).toBeGreaterThan(200);
  expect(wrongArrows(own)).toEqual([]);
});

test("every folder of the core has its place, and every place is a folder", () => {
  expect(new Set(own.map(([path]) => roomOf(path)))).toEqual(new Set(ROWS.flat()));
});

test.each([
  ["of what is built on it", "redact/rewrite.ts", "../rules/compile.ts"],
  ["of the files that put all together", "rules/compile.ts", "../decide.ts"],
  ["of what only looks at rules", "rules/compile.ts", "./lint/lint.ts"],
  ["of one beside it", "safety/fold.ts", "../rules/compile.ts"],
  ["of a folder without a place", "cases/run-case.ts", "../elsewhere/x.ts"],
])("an import %s is found", (_where, path, to) => {
  expect(wrongArrows([[path, `import type { X } from "${to}";`]])).toHaveLength(1);
});
