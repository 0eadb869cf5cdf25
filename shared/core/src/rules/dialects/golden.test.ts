// golden.test.ts — each dialect over its golden cases (`cases/`), through the same reader and runner as `holdpoint policy test`

import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { describe, expect, test } from "vitest";
import { readCaseFile } from "../../cases/case-file.ts";
import { runCase } from "../../cases/run-case.ts";
import { compileSet } from "../compile.ts";
import { detectDialect } from "../detect.ts";
import type { Problem } from "../problems.ts";

const read = (...path: string[]): string => readFileSync(join(import.meta.dirname, ...path), "utf8");
const source = (...path: string[]): PolicySource => {
  const name = path.at(-1) ?? "";
  const text = read(...path);
  const detected = detectDialect(extname(name), text);
  if (!("dialect" in detected)) throw new Error(`${name} could be ${detected.couldBe.join(" or ")}`);
  return { name, dialect: detected.dialect, text };
};
const shipped = ["..", "..", "..", "..", "..", "deploy", "policy.d"];

describe.each<[string, string, PolicySource[]]>([
  ["native-yaml", "native.yaml", [source("cases", "native-policy.yaml")]],
  ["native-json", "native.yaml", [source("cases", "native-policy.json")]],
  ["native-toml", "native.yaml", [source("cases", "native-policy.toml")]],
  ["overlay", "overlay.yaml", [source(...shipped, "00-defaults.yaml"), source(...shipped, "30-codex.yaml")]],
  ["toml-enforcer", "toml-enforcer.yaml", [source("cases", "toml-enforcer.toml")]],
  ["ordered-json", "ordered-json.yaml", [source("cases", "ordered-json.json")]],
  ["row", "row.yaml", [source("cases", "row.json")]],
  ["row", "row-modify.yaml", [source("cases", "row-modify.json")]],
])("%s, %s", (dialect, cases, sources) => {
  const problems: Problem[] = [];
  const file = readCaseFile(cases, read("cases", cases), "yaml", problems);
  const set = compileSet(sources);
  test("is read as what it is", () => {
    expect(problems).toEqual([]);
    expect(sources.map((one) => one.dialect)).toEqual(sources.map(() => dialect));
  });
  test.each((file?.cases ?? []).map((golden) => [golden.say, golden] as const))("%s", (_say, golden) => {
    expect(runCase(set, golden).differences).toEqual([]);
  });
});
