// native.test.ts — our own documents: three formats, one meaning; errors with file, line, column and the nearest word

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorsOf, judged } from "../judged.ts";

const yaml = (text: string, name = "p.yaml"): PolicySource => ({ name, dialect: "native-yaml", text });

describe("the same document in three formats", () => {
  const formats: PolicySource[] = [
    yaml(
      'default: ask\nrules:\n  - id: a\n    effect: deny\n    when: { tool: shell, commands: ["rm -rf"] }\n    reason: no\n',
    ),
    {
      name: "p.json",
      dialect: "native-json",
      text: '{"default":"ask","rules":[{"id":"a","effect":"deny","when":{"tool":"shell","commands":["rm -rf"]},"reason":"no"}]}',
    },
    {
      name: "p.toml",
      dialect: "native-toml",
      text: 'default = "ask"\n[[rules]]\nid = "a"\neffect = "deny"\nreason = "no"\n[rules.when]\ntool = "shell"\ncommands = ["rm -rf"]\n',
    },
  ];
  test.each(formats.map((source) => [source.dialect, source] as const))("%s", (_name, source) => {
    expect(judged(source, "rm -rf x")).toMatchObject({ effect: "deny", reason: "no", rules: [{ id: "a" }] });
    expect(judged(source, "unheard-of").effect).toBe("ask");
  });
});

describe("errors name the place, what was expected and the nearest word", () => {
  test.each<[string, PolicySource, number, number, string]>([
    [
      "an unknown word in a rule",
      yaml("rules:\n  - id: a\n    effct: deny\n    effect: deny\n"),
      3,
      5,
      "did you mean `effect`",
    ],
    [
      "an unknown criterion",
      yaml("rules:\n  - effect: deny\n    when:\n      tools: x\n"),
      4,
      7,
      "did you mean `tool`",
    ],
    ["an unknown effect", yaml("rules:\n  - effect: allowed\n"), 2, 13, "did you mean `allow`"],
    ["a wrong kind of value", yaml("rules:\n  - effect: deny\n    when:\n      tool: 3\n"), 4, 13, "expected"],
    ["a missing effect", yaml("rules:\n  - id: a\n"), 2, 5, "expected"],
    ["a bad duration", yaml("rules:\n  - effect: ask\n    approval: { expires: soon }\n"), 3, 26, "`30s`"],
    ["a bad pattern", yaml("rules:\n  - effect: deny\n    when:\n      paths: [/a, '{b']\n"), 4, 19, "nothing closes"],
    [
      "a regex with look-around",
      yaml("rules:\n  - effect: deny\n    when:\n      argsMatch: '(?=x)'\n"),
      4,
      18,
      "look-around",
    ],
    [
      "a criterion beside `when`",
      yaml("rules:\n  - effect: deny\n    commands: [rm]\n"),
      3,
      5,
      "`commands` is not a word here; it belongs under `when`",
    ],
    [
      "a change beside `obligations`",
      yaml("rules:\n  - effect: modify\n    mode: draft\n"),
      3,
      5,
      "`mode` is not a word here; it belongs under `obligations.modify`",
    ],
    [
      "a command that cannot be read",
      yaml("rules:\n  - effect: deny\n    when:\n      commands: ['a; b']\n"),
      4,
      18,
      "one simple command",
    ],
    [
      "two rules of one name",
      yaml("rules:\n  - { id: a, effect: deny }\n  - { id: a, effect: deny }\n"),
      3,
      11,
      "two rules",
    ],
    [
      "an example that does not match",
      yaml("rules:\n  - id: a\n    effect: deny\n    when: { program: rm }\n    match: ['rm x', 'ls']\n"),
      5,
      21,
      "does not match its example `ls`",
    ],
    [
      "an example that should not match",
      yaml("rules:\n  - id: a\n    effect: deny\n    when: { program: rm }\n    notMatch: ['rm x']\n"),
      5,
      16,
      "matches its example",
    ],
    ["opaque on a deny", yaml("rules:\n  - effect: deny\n    opaque: allow\n"), 3, 13, "belongs to an `allow`"],
    ["approval on an allow", yaml("rules:\n  - effect: allow\n    approval: { role: x }\n"), 3, 15, "belongs to"],
    ["a scope without a selector", yaml("scope: app\n"), 1, 8, "which app?"],
    ["a duplicate key", yaml("rules:\n  - effect: deny\n    effect: allow\n"), 3, 5, "stands twice"],
    ["an alias", yaml("a: &x 1\nrules: *x\n"), 2, 8, "aliases"],
    ["a tag", yaml("rules: !!js/function 'x'\n"), 1, 8, "tag"],
    ["a prototype key", yaml("__proto__: 1\n"), 1, 1, "not accepted"],
    ["two documents in one", yaml("rules: []\n---\nrules: []\n"), 2, 1, "document"],
    ["json", { name: "p.json", dialect: "native-json", text: '{\n "rules": [{"effect": "no"}]}' }, 2, 23, "expected"],
    ["json that is none", { name: "p.json", dialect: "native-json", text: "{,}" }, 1, 2, "expected a key"],
    [
      "toml",
      { name: "p.toml", dialect: "native-toml", text: '[[rules]]\neffect = "deny"\n[[rules]]\neffect = "no"\n' },
      4,
      10,
      "expected",
    ],
    ["toml that is none", { name: "p.toml", dialect: "native-toml", text: "x = \n" }, 1, 5, ""],
    ["a dialect that is none", { name: "p", dialect: "native-yml", text: "" }, 1, 1, "did you mean `native-yaml`"],
  ])("%s", (_why, source, line, column, says) => {
    const [first] = errorsOf([source]);
    expect(first).toMatchObject({ file: source.name, line, column });
    expect(first?.message).toContain(says);
  });

  test("all errors of all documents come at once", () => {
    const errors = errorsOf([
      yaml("rules:\n  - { effect: no }\n  - { effect: deny, whn: {} }\n", "a.yaml"),
      yaml("defalt: deny\n", "b.yaml"),
    ]);
    expect(errors.map(({ file, line }) => `${file}:${line}`)).toEqual(["a.yaml:2", "a.yaml:3", "b.yaml:1"]);
  });
  test.each([
    [
      "what only compiling shows, in rules beside one that is no rule",
      "rules:\n  - { id: a, effect: no }\n  - { id: b, effect: deny, when: { argsMatch: '(?=x)' } }\n  - { id: b, effect: deny, when: { commands: ['a; b'] } }\n",
      ["2:22", "3:47", "4:11", "4:47"],
    ],
    [
      "beside a word that nobody knows",
      "defalt: deny\nrules:\n  - { id: a, effect: deny, when: { paths: ['/a/../b'] } }\n",
      ["1:1", "3:44"],
    ],
    [
      "no example that needs what is lost",
      "tools: { deploy: { meaning: no } }\nrules:\n  - { id: a, effect: deny, when: { commands: [rm] }, match: [{ tool: deploy, args: { x: rm a } }] }\n",
      ["1:29"],
    ],
    ["nothing of a document that is a list", "- 1\n", ["1:1"]],
    ["nothing where `rules` are no list", "rules: 5\nscope: 7\n", ["1:8", "2:8"]],
  ])("%s is said at once", (_what, text, places) => {
    expect(errorsOf([yaml(text)]).map(({ line, column }) => `${line}:${column}`)).toEqual(places);
  });
  test("an example of another document is not tried where tools are lost, and is where they are not", () => {
    const example = yaml(
      "rules:\n  - { id: a, effect: deny, when: { commands: [rm] }, match: [{ tool: deploy, args: { x: rm a } }, ls] }\n",
      "b.yaml",
    );
    const lost = yaml("tools: { deploy: { meaning: no } }\n", "a.yaml");
    const kept = yaml("tools: { deploy: { meaning: shell, args: { x: command } } }\ndefalt: deny\n", "a.yaml");
    expect(errorsOf([lost, example]).map(({ file }) => file)).toEqual(["a.yaml"]);
    expect(errorsOf([kept, example]).map(({ file }) => file)).toEqual(["a.yaml", "b.yaml"]);
  });
});

test.each<[where: string, when: string[], line: number, column: number]>([
  ["an argument", ["args:", "  amount: { glob: '{a' }"], 5, 17],
  ["a resource's type", ["resource:", "  type: '{a'"], 5, 15],
  ["a resource's path", ["resource:", "  path: [b, '{a']"], 5, 19],
  ["a role", ["principal:", "  roles: '{a'"], 5, 16],
  ["a team", ["principal:", "  team: '{a'"], 5, 15],
  ["an environment", ["environment:", "  name: '{a'"], 5, 15],
  ["a variable of it", ["environment:", "  variables: '{a'"], 5, 20],
  ["a classification", ["classification: '{a'"], 4, 23],
  ["a host", ["hosts:", "  - any: '{a'"], 5, 11],
  ["the second of two commands", ["commands: [ls, '{a']"], 4, 22],
  ["the second criterion", ["startsWith: ls", "words: [a, '{a']"], 5, 18],
])("a wrong pattern is named where it stands: %s", (_where, when, line, column) => {
  const text = `rules:\n  - effect: deny\n    when:\n${when.map((word) => `      ${word}\n`).join("")}`;
  expect(errorsOf([yaml(text)])).toMatchObject([{ line, column, message: expect.stringContaining("nothing closes") }]);
});

test.each(["run", "agent", "tenant"])(
  "a limit that agents could reach by themselves is named where it stands: %s",
  (scope) => {
    const text = `rules:\n  - effect: allow\n    when:\n      limits:\n        ${scope}:\n          costUsd: { gt: 1 }\n`;
    expect(errorsOf([yaml(text)])).toMatchObject([
      { line: 6, message: expect.stringContaining("add to it themselves") },
    ]);
  },
);

test("any text is read or refused", () => {
  const scraps = fc.array(
    fc.constantFrom(..."[]{}:,-!&*#?|>\"'\n \trules effect deny when tool ".split(/(?<=\w) |(?=[^\w])/)),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 200 }),
        scraps.map((parts) => parts.join("")),
      ),
      fc.constantFrom("native-yaml", "native-json", "native-toml", "toml-enforcer", "ordered-json", "overlay", "row"),
      (text, dialect) => {
        expect(errorsOf([{ name: "any", dialect, text }])).toBeInstanceOf(Array);
      },
    ),
    { numRuns: 400 },
  );
});

test.each([["[".repeat(200_000)], ["{a: ".repeat(50_000)], ["- ".repeat(100_000)], ["? ".repeat(50_000)]])(
  "a text that nests without end is refused: %#",
  (text) => expect(errorsOf([yaml(text)])).not.toEqual([]),
);
