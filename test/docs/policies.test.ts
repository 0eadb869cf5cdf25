// policies.test.ts — what docs/policies.md shows is true: each policy compiles, each case comes out as it says, each command exists

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCaseFile } from "@holdpoint/core/cases/case-file.ts";
import { runCase } from "@holdpoint/core/cases/run-case.ts";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { detectDialect } from "@holdpoint/core/rules/detect.ts";
import type { Problem } from "@holdpoint/core/rules/problems.ts";
import { loadPolicySources } from "@holdpoint/engine/policy-files.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const text = readFileSync(join(root, "docs", "policies.md"), "utf8");

interface Block {
  line: number;
  language: string;
  kind: string;
  body: string;
}
const blocks: Block[] = [...text.matchAll(/^```(\w+)(?: (\w+))?\n([\s\S]*?)^```$/gm)].map(
  ({ 1: language = "", 2: kind = "", 3: body = "", index }) => ({
    line: text.slice(0, index).split("\n").length,
    language,
    kind,
    body,
  }),
);

const EXTENSIONS: Readonly<Record<string, string>> = { yaml: ".yaml", json: ".json", toml: ".toml", rules: ".rules" };
const sourceOf = ({ language, body, line }: Block): PolicySource => {
  const detected = detectDialect(EXTENSIONS[language] ?? "", body);
  if (!("dialect" in detected)) throw new Error(`line ${line}: could be ${detected.couldBe.join(" or ")}`);
  return { name: `docs/policies.md:${line}`, dialect: detected.dialect, text: body };
};
/** The policies that a block of cases is about: what stands above it, overlays together; or what it names itself. */
function policiesOf(cases: Block): PolicySource[] {
  const above = blocks.filter(({ kind, line }) => kind === "policy" && line < cases.line).map(sourceOf);
  const last = above.at(-1);
  return last?.dialect === "overlay" ? above.filter(({ dialect }) => dialect === "overlay") : last ? [last] : [];
}

test("the page has policies, cases and commands", () => {
  const count = (kind: string, language?: string) =>
    blocks.filter((block) => block.kind === kind && (!language || block.language === language)).length;
  expect([count("policy") >= 9, count("cases") >= 3, count("", "sh") >= 5]).toEqual([true, true, true]);
  expect(blocks.filter(({ kind, language }) => kind === "" && language !== "sh")).toEqual([]);
});

test.each(blocks.filter(({ kind }) => kind === "policy").map((block) => [block.line, block] as const))(
  "the policy in line %i compiles",
  (_line, block) => {
    const set = compileSet([sourceOf(block)]);
    expect(set.ruleCount).toBeGreaterThan(0);
    expect(set.documents.flatMap(({ warnings }) => warnings)).toEqual([]);
  },
);

describe("cases", () => {
  test.each(blocks.filter(({ kind }) => kind === "cases").map((block) => [block.line, block] as const))(
    "those in line %i come out as they say",
    (line, block) => {
      const problems: Problem[] = [];
      const file = readCaseFile(`docs/policies.md:${line}`, block.body, "yaml", problems);
      expect(problems).toEqual([]);
      const set = compileSet(file?.policy ? loadPolicySources(file.policy) : policiesOf(block));
      for (const golden of file?.cases ?? [])
        expect([golden.say, runCase(set, golden).differences]).toEqual([golden.say, []]);
    },
  );
});

test("every `holdpoint policy` command and option on the page exists", () => {
  const program = readFileSync(join(root, "services", "cli", "src", "policy", "program.ts"), "utf8");
  const commands = [...program.matchAll(/\.command\("(\w+)"\)/g)].map(([, name]) => name);
  const options = [...program.matchAll(/"(--[a-z-]+)/g)].map(([, name]) => name);
  const shared = ["--policy-file", "--add-policy", "--batch"];
  for (const [, line = ""] of text.matchAll(/holdpoint (policy [^\n`|]*)/g)) {
    const [, name] = line.split(/\s+/);
    expect(commands).toContain(name);
    const code = line.split("#")[0] ?? "";
    for (const [option] of code.matchAll(/--[a-z-]+/g)) expect([...options, ...shared]).toContain(option);
  }
});
