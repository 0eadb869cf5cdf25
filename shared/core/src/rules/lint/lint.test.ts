// lint.test.ts — what lint says, where, and what it must not say

import { describe, expect, test } from "vitest";
import { yamlSource } from "../judged.ts";
import { lintPolicies } from "./lint.ts";

const codes = (text: string, keep = (code: string) => !code.startsWith("no-")): string[] =>
  lintPolicies([yamlSource(text)])
    .filter(({ code }) => keep(code))
    .map(({ code, rule }) => `${code} ${rule}`);
const rules = (...lines: string[]) => `rules:\n${lines.map((line) => `  - { ${line} }\n`).join("")}`;
const ordered = (...lines: string[]) => `combining: first-match\n${rules(...lines)}`;
const broad = "id: b, effect: deny, when: { commands: [git push] }";

test.each<[string, string, string[]]>([
  [
    "stricter and wider",
    rules(broad, "id: a, effect: allow, when: { commands: [git push], branch: [main] }"),
    ["shadowed a"],
  ],
  ["in any order", rules("id: a, effect: allow, when: { commands: [git push], mode: [auto] }", broad), ["shadowed a"]],
  [
    "more words hold wherever fewer do",
    rules(
      "id: b, effect: deny, when: { commands: [git push, ls] }",
      "id: a, effect: require_approval, when: { commands: [ls] }",
    ),
    ["shadowed a"],
  ],
  [
    "the same calls, two effects",
    rules(broad, "id: a, effect: allow, when: { commands: [git push] }"),
    ["contradictory a"],
  ],
  [
    "the same rule twice",
    rules(broad, "id: c, effect: deny, when: { commands: [git push] }, reason: x"),
    ["redundant c"],
  ],
  [
    "first in a first-match document",
    ordered(
      "id: a, effect: require_approval, when: { program: git }",
      "id: b, effect: deny, when: { program: git, words: [push] }",
    ),
    ["shadowed b"],
  ],
  [
    "not the other way round",
    ordered(
      "id: b, effect: deny, when: { program: git, words: [push] }",
      "id: a, effect: require_approval, when: { program: git }",
    ),
    [],
  ],
  [
    "not behind an allow that needs to be sure",
    ordered(
      "id: a, effect: allow, opaque: allow, when: { tool: shell, commands: [git push] }",
      "id: b, effect: deny, when: { tool: shell, commands: [git push] }",
    ),
    ["allows-danger a", "allows-opaque a"],
  ],
  [
    "not behind an allow that covers less",
    ordered(
      "id: a, effect: allow, when: { tool: shell, program: [ls] }",
      "id: b, effect: allow, opaque: dynamic, when: { tool: shell, program: [ls] }",
    ),
    [],
  ],
  [
    "not under what can be escalated",
    rules(
      "id: b, effect: deny, escalatable: true, when: { commands: [git push] }",
      "id: a, effect: require_approval, when: { commands: [git push] }",
    ),
    [],
  ],
  [
    "not what obliges to more",
    rules(broad, "id: a, effect: require_approval, when: { commands: [git push] }, obligations: { alert: {} }"),
    [],
  ],
  [
    "not under an exemption of the other",
    rules(`${broad}, unless: { branch: [x] }`, "id: a, effect: require_approval, when: { commands: [git push] }"),
    [],
  ],
  [
    "not by lists that take out",
    rules(
      "id: b, effect: deny, when: { tool: ['*', '!pay', '!buy'] }",
      "id: a, effect: require_approval, when: { tool: ['*', '!pay'] }",
    ),
    [],
  ],
  [
    "not by a criterion that the other lacks",
    rules(
      "id: b, effect: deny, when: { commands: [git push], branch: [main] }",
      "id: a, effect: require_approval, when: { commands: [git push] }",
    ),
    [],
  ],
  [
    "trust of nobody",
    rules("id: a, effect: deny, when: { trust: { min: trusted, max: quarantined } }"),
    ["never-matches a"],
  ],
  ["a trust that somebody has", rules("id: a, effect: deny, when: { trust: { min: quarantined, max: trusted } }"), []],
  ["no number", rules("id: a, effect: deny, when: { args: { n: { gt: 5, lte: 5 } } }"), ["never-matches a"]],
  ["no risk", rules("id: a, effect: deny, when: { risk: { gt: 100 } }"), ["never-matches a"]],
  ["a tool that is taken out again", rules("id: a, effect: deny, when: { tool: [pay, '!pa*'] }"), ["never-matches a"]],
  [
    "an exemption that is the rule",
    rules("id: a, effect: allow, when: { program: [ls], mode: [auto] }, unless: { program: [ls] }"),
    ["never-matches a"],
  ],
  [
    "everything",
    rules("id: a, effect: allow, when: { tool: shell }, opaque: allow"),
    ["allows-everything a", "allows-opaque a"].sort(),
  ],
  [
    "an interpreter",
    rules("id: a, effect: allow, opaque: dynamic, when: { program: [python3] }"),
    ["allows-interpreter a"],
  ],
  ["an interpreter on one known file", rules("id: a, effect: allow, when: { commands: [python3 tools/build.py] }"), []],
  [
    "a danger that nothing else keeps",
    rules("id: a, effect: allow, when: { commands: [git push] }"),
    ["allows-danger a"],
  ],
  [
    "a danger that something else keeps",
    rules(
      "id: a, effect: allow, when: { commands: [git push] }",
      "id: b, effect: deny, when: { commands: [git push --force] }",
    ),
    [],
  ],
  ["text alone", rules("id: a, effect: allow, when: { tool: shell, argsMatch: '^ls' }"), ["allows-no-command a"]],
])("%s", (_why, text, expected) => expect(codes(text).sort()).toEqual(expected));

test("an id of two documents, and what is not explained", () => {
  const one = rules("id: x, effect: deny, when: { program: [a] }").replace("rules:", "description: d\nrules:");
  const two = rules("id: x, effect: allow, when: { program: [b] }, reason: r, match: [b], notMatch: [c]");
  const found = lintPolicies([yamlSource(one, "one.yaml"), yamlSource(two, "two.yaml")]);
  expect(found.map(({ code, severity, file }) => `${file} ${severity} ${code}`)).toEqual([
    "one.yaml warning no-reason",
    "one.yaml info no-examples",
    "two.yaml warning duplicate-id",
  ]);
});

describe("places", () => {
  test("file, line and column of the word", () => {
    const [found] = lintPolicies([
      yamlSource("rules:\n  - id: a\n    effect: deny\n    when:\n      risk: { gt: 100 }\n", "p.yaml"),
    ]);
    expect(found).toMatchObject({ file: "p.yaml", line: 2, column: 5, code: expect.stringContaining("no-") });
    const never = lintPolicies([
      yamlSource("rules:\n  - id: a\n    effect: deny\n    when:\n      risk: { gt: 100 }\n", "p.yaml"),
    ]).find(({ code }) => code === "never-matches");
    expect(never).toMatchObject({ line: 5, column: 13, severity: "error", help: expect.stringMatching(/./) });
  });
  test("the file of an overlay's rule; rules made of keys are not asked for reasons", () => {
    const overlay = (name: string, text: string) => ({ name, dialect: "overlay", text });
    const found = lintPolicies([
      overlay("d/1.yaml", "protect_paths: [/etc]"),
      overlay("d/2.yaml", "\nrules:\n  - { id: a, effect: deny, when: { risk: { gt: 100 } } }\n"),
    ]);
    expect(found.filter(({ code }) => code === "never-matches")).toMatchObject([{ file: "d/2.yaml", line: 3 }]);
    expect(found.filter(({ code }) => code === "no-reason").map(({ rule }) => rule)).toEqual(["a"]);
  });
});
