// lint.test.ts — what lint says, where, and what it must not say

import { describe, expect, test } from "vitest";
import { yamlSource } from "../judged.ts";
import { PACK_NAMES, pack } from "../packs.ts";
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
    "the same calls in another order of words",
    rules(
      "id: b, effect: deny, when: { commands: [make, ninja], class: [warn] }",
      "id: a, effect: allow, when: { class: [warn], commands: [ninja, make] }",
    ),
    ["contradictory a"],
  ],
  [
    "a pattern of tools that takes the other in",
    rules("id: b, effect: deny, when: { tool: 'mcp__*' }", "id: a, effect: allow, when: { tool: mcp__git__log }"),
    ["shadowed a"],
  ],
  [
    "a folder that holds the other",
    rules(
      "id: b, effect: deny, when: { paths: ['/srv/**'] }",
      "id: a, effect: allow, when: { tool: fs.read, paths: ['/srv/www/*.html', '/srv/data/**'] }",
    ),
    ["shadowed a"],
  ],
  [
    "not a folder whose name only begins alike",
    rules(
      "id: b, effect: deny, when: { paths: ['/srv/**'] }",
      "id: a, effect: allow, when: { tool: fs.read, paths: ['/srv22/**', '/srv/www/**'] }",
    ),
    [],
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
    "not surely behind an allow that needs to be sure",
    ordered(
      "id: a, effect: allow, opaque: allow, when: { tool: shell, commands: [git push] }",
      "id: b, effect: deny, when: { tool: shell, commands: [git push] }",
    ),
    ["allows-danger a", "allows-opaque a", "may-be-shadowed b"],
  ],
  [
    "not surely behind an allow that covers less",
    ordered(
      "id: a, effect: allow, when: { tool: shell, program: [ls] }",
      "id: b, effect: allow, opaque: dynamic, when: { tool: shell, program: [ls] }",
    ),
    ["may-be-shadowed b"],
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
  [
    "commands of a tool that runs none",
    rules("id: a, effect: deny, when: { tool: [Read, fs.search], commands: [rm] }"),
    ["never-matches a"],
  ],
  ["commands of one that may", rules("id: a, effect: deny, when: { tool: [Read, mcp__x__y], commands: [rm] }"), []],
  [
    "a program that none of the commands is",
    rules("id: a, effect: allow, when: { program: [git], commands: [npm test] }"),
    ["never-matches a"],
  ],
  [
    "a wrapper beside its command, where one tightens",
    rules("id: a, effect: deny, when: { program: [sudo], commands: [rm] }"),
    [],
  ],
  [
    "an interpreter that reads its input",
    rules("id: a, effect: allow, when: { commands: [irb] }"),
    ["allows-interpreter a"],
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

describe("rules that may be shadowed: no proof, and no call that shows otherwise", () => {
  const deny = "id: b, effect: deny, when: { commands: [git push] }";
  test.each<[string, string, string[]]>([
    [
      "its words name a call that a stricter rule decides",
      rules(deny, "id: a, effect: require_approval, when: { commands: [git push origin main] }"),
      ["may-be-shadowed a"],
    ],
    [
      "all its examples too",
      rules(deny, "id: a, effect: allow, when: { program: [git], words: [push] }, match: [git push]"),
      ["may-be-shadowed a"],
    ],
    [
      "one example of its own is enough",
      rules(
        "id: b, effect: deny, when: { commands: ['git push --force'] }",
        "id: a, effect: require_approval, when: { commands: [git push] }, match: [git push --force, git push]",
      ),
      [],
    ],
    [
      "by several rules together",
      rules(
        "id: b, effect: deny, when: { commands: [git push, git pull] }",
        "id: c, effect: deny, when: { commands: [git fetch] }",
        "id: a, effect: require_approval, when: { commands: ['git {push,pull,fetch} origin'] }",
      ),
      ["may-be-shadowed a"],
    ],
    [
      "not by what depends on who asks",
      rules(
        "id: b, effect: deny, when: { commands: [git push], principal: { team: [a] } }",
        "id: a, effect: require_approval, when: { commands: [git push origin main] }",
      ),
      [],
    ],
    [
      "not by what depends on the mode, though it is that of every example",
      rules(
        "id: b, effect: deny, when: { commands: [git push], mode: [auto] }",
        "id: a, effect: require_approval, when: { commands: [git push origin main] }",
      ),
      [],
    ],
    [
      "not by what an exemption lifts elsewhere",
      rules(
        `${deny}, unless: { branch: [main] }`,
        "id: a, effect: require_approval, when: { commands: [git push origin main] }",
      ),
      [],
    ],
    [
      "a deeper folder shows otherwise",
      rules(
        "id: b, effect: deny, when: { paths: ['/srv/*'] }",
        "id: a, effect: allow, when: { tool: fs.read, paths: ['/srv/**'] }",
      ),
      [],
    ],
    [
      "behind what comes first",
      ordered(
        "id: b, effect: require_approval, when: { commands: [git push] }",
        "id: a, effect: deny, when: { commands: ['git push --force'] }",
      ),
      ["may-be-shadowed a"],
    ],
  ])("%s", (_why, text, expected) => expect(codes(text, (code) => code === "may-be-shadowed")).toEqual(expected));

  test("it says which rules, which calls, and what to do", () => {
    const [found] = lintPolicies([
      yamlSource(rules(`${deny}, reason: x, match: [git push], notMatch: [ls]`), "pack.yaml"),
      yamlSource(
        rules(
          "id: a, effect: allow, reason: x, when: { commands: [git push origin main] }, match: [git push origin main], notMatch: [ls]",
        ),
        "own.yaml",
      ),
    ]);
    expect(found).toMatchObject({
      file: "own.yaml",
      severity: "warning",
      message:
        "may be shadowed: `b` of pack.yaml decides all 2 calls that were tried for it, `git push origin main` among them",
      help: expect.stringContaining("`match` example"),
    });
  });
});

test.each(PACK_NAMES)("no rule of the pack %s is idle, and none may be", (name) => {
  const idle = ["shadowed", "may-be-shadowed", "redundant", "contradictory", "never-matches", "duplicate-id"];
  expect(lintPolicies([pack(name)]).filter(({ code }) => idle.includes(code))).toEqual([]);
});
