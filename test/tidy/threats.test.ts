// threats.test.ts — every threat to approvals that docs/threats.md names has the test that it names

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
interface Row {
  threat: string;
  file: string;
  title: string;
}
const rowsOf = (page: string): Row[] =>
  page
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| threat"))
    .map((line) => {
      const [threat = "", file = "", title = ""] = line
        .split("|")
        .slice(1)
        .map((cell) => cell.trim());
      return { threat, file, title };
    });
const missing = ({ file, title }: Row): string | undefined => {
  const path = join(root, file);
  if (!existsSync(path)) return `there is no ${file}`;
  return readFileSync(path, "utf8").includes(title) ? undefined : `${file} has no test "${title}"`;
};

const rows = rowsOf(readFileSync(join(root, "docs", "threats.md"), "utf8"));

describe("has its test", () => {
  test.each(rows.map((row) => [row.threat, row] as const))("%s", (_threat, row) =>
    expect(missing(row)).toBeUndefined(),
  );
});

test("the page is read, and a test that is gone would be noticed", () => {
  expect(rows.length).toBeGreaterThan(30);
  expect(missing({ threat: "x", file: "test/tidy/threats.test.ts", title: "no such " + "title" })).toContain(
    "has no test",
  );
  expect(missing({ threat: "x", file: "test/none.test.ts", title: "" })).toContain("there is no");
});
