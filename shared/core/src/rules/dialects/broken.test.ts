// broken.test.ts — broken documents of every dialect: each says where, what was expected, and the word that was nearly written

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { describe, expect, test } from "vitest";
import { compileSet } from "../compile.ts";
import { errorsOf, judged } from "../judged.ts";
import { withPolicyFile } from "./enforcer-text.ts";

/** `line:column`, and what the message must say. */
type Said = readonly [at: string, ...says: string[]];
type Broken = readonly [why: string, text: string, ...said: Said[]];

const source = (dialect: string, text: string): PolicySource => ({ name: "p", dialect, text });
/** Why, and the rest in one piece: a table's rows differ in length. */
const rows = (table: readonly Broken[]) => table.map(([why, text, ...said]) => [why, { text, said }] as const);
function check(dialect: string, { text, said }: { text: string; said: readonly Said[] }): void {
  const found = errorsOf([source(dialect, text)]);
  expect(found.map(({ line, column }) => `${line}:${column}`)).toEqual(said.map(([at]) => at));
  for (const [index, [, ...says]] of said.entries())
    for (const one of says) expect(found[index]?.message).toContain(one);
}

const rule = (field: string) => `rules:\n  - id: a\n    effect: deny\n    ${field}\n`;
describe("native", () => {
  test.each(
    rows([
      [
        "several at once, from the top",
        "default: permit\nrules:\n  - { id: a, efect: deny, when: { tol: x } }\n  - { id: b, effect: alow }\n",
        ["1:10", "found `permit`"],
        ["3:5", "`effect` is missing", "expected `allow`"],
        ["3:14", "did you mean `effect`?"],
        ["3:35", "did you mean `tool`?"],
        ["4:22", "did you mean `allow`?"],
      ],
      ["a text where a truth is", rule("escalatable: yes"), ["4:18", "`true` or `false`, found the text `yes`"]],
      ["a number where a time is", rule("when: { session: { denials: { gte: 3, within: 600 } } }"), ["4:51", "`10m`"]],
      [
        "a word of the inner choice",
        rule("when: { trust: { max: quarantine } }"),
        ["4:27", "did you mean `quarantined`?"],
      ],
      [
        "a list inside of a choice",
        rule("when: { paths: { any: /etc, access: [remove] } }"),
        ["4:42", "found `remove`"],
      ],
      ["an empty list", rule("when: { commands: [] }"), ["4:23", "expected at least one entry"]],
      ["nothing", rule("when:"), ["4:10", "expected a mapping, found nothing"]],
      [
        "too few",
        "rules: [{ id: a, effect: ask, approval: { quorum: 0 } }]",
        ["1:51", "expected at least 1, found `0`"],
      ],
      [
        "too many",
        "rules: [{ id: a, effect: ask, approval: { quorum: 99 } }]",
        ["1:51", "expected at most 10, found `99`"],
      ],
      [
        "an unknown condition, and only that",
        rule("when: { args: { amount: { more: 5 } } }"),
        ["4:31", "known: equals"],
      ],
      ["an address for a host", rule("when: { hosts: ['http://x/'] }"), ["4:21", "is no host", "`schemes`"]],
      [
        "a command that is not closed",
        rule(`when: { commands: ["git 'push"] }`),
        ["4:24", "unterminated single quote"],
      ],
      ["a pattern that is none", rule("when: { argsMatch: '(a' }"), ["4:24", "missing closing ): `(a`"]],
      ["half of a character", 'rules: [{ id: "\\uD800", effect: deny }]', ["1:15", "no text may hold"]],
      ["a NUL in a reason", 'rules: [{ id: a, effect: deny, reason: "x\\0y" }]', ["1:40", "no text may hold"]],
      ["a second document", "rules: []\n---\nrules: []", ["2:1", "give it a file of its own"]],
    ]),
  )("%s", (_why, broken) => check("native-yaml", broken));
});

const policy = (rules: string) => `[tools.policy]\nenabled = true\n${rules}`;
const enforced = (fields: string) => policy(`[[tools.policy.rules]]\n${fields}\n`);
describe("the TOML enforcer", () => {
  test.each(
    rows([
      [
        "several at once",
        enforced('effect = "den"\ntol = "x"\npaths = [\n  "",\n]'),
        ["3:1", "`tool` is missing"],
        ["4:10", "did you mean `deny`?"],
        ["5:1", "did you mean `tool`?"],
        ["7:3", "found an empty one"],
      ],
      [
        "a rule in one line",
        `[tools]\npolicy = { enabled = true, rules = [{ effect = "no", tool = "x" }] }`,
        ["2:48", "`deny`"],
      ],
      ["a section that is nearly one", "[tools.polcy]\nenabled = true\n", ["1:1", "did you mean `policy`?"]],
      [
        "the other section",
        policy("[tools.authorisation]\nenabled = true\n"),
        ["3:1", "did you mean `authorization`?"],
      ],
      ["the folder of sections", "[tool.policy]\nenabled = true\n", ["1:1", "did you mean `tools`?"]],
      [
        "rules that stand in no section",
        policy('[[rules]]\neffect = "deny"\ntool = "x"\n'),
        ["3:1", "[[tools.policy.rules]]"],
      ],
      [
        "a default in an external file",
        'default_effect = "allow"\n[[rules]]\neffect = "deny"\ntool = "x"\n',
        ["1:1", "known: rules"],
      ],
      [
        "a pattern that takes out",
        enforced('effect = "allow"\ntool = "shell"\npaths = ["!/etc/*"]'),
        ["6:10", "have no meaning"],
      ],
      ["a class", enforced('effect = "deny"\ntool = "file_[rw]*"'), ["5:8", "have no meaning"]],
      ["an empty pattern", enforced('effect = "allow"\ntool = "x"\nargs_match = ""'), ["6:14", "found an empty one"]],
      ["a date", enforced('effect = "deny"\ntool = 1979-05-27'), ["5:8", "found a date"]],
      ["an audit that goes nowhere", policy("[tools.audit]\nenabled = true\n"), ["3:1", "`destination`"]],
    ]),
  )("%s", (_why, broken) => check("toml-enforcer", broken));

  test("an error in the file that `policy_file` names stands in that file", () => {
    const config = policy('policy_file = "team.toml"\n');
    const broken = withPolicyFile(
      config,
      "team.toml",
      '[[rules]]\neffect = "deny"\ntool = "x"\n\n[[rules]]\neffect = "no"\ntool = "y"\n',
    );
    expect(errorsOf([source("toml-enforcer", broken)])).toMatchObject([{ file: "team.toml", line: 6, column: 10 }]);
    const pattern = withPolicyFile(config, "team.toml", '[[rules]]\neffect = "deny"\ntool = "x"\nargs_match = "("\n');
    expect(errorsOf([source("toml-enforcer", pattern)])).toMatchObject([{ file: "team.toml", line: 4, column: 14 }]);
  });

  test("the file cannot change what the configuration says", () => {
    const file = 'default_effect = "allow"\n[[rules]]\neffect = "deny"\ntool = "x"\n';
    const config = '[tools.policy]\nenabled = true\npolicy_file = "team.toml"';
    expect(errorsOf([source("toml-enforcer", withPolicyFile(config, "team.toml", file))])).toMatchObject([
      { file: "team.toml", line: 1, message: expect.stringContaining("`default_effect`") },
    ]);
  });

  test("a list of no paths narrows no deny, and allows nothing", () => {
    const empty = (effect: string) =>
      source("toml-enforcer", enforced(`effect = "${effect}"\ntool = "shell"\npaths = []`));
    const allowed = `${enforced('effect = "deny"\ntool = "shell"\npaths = []')}\n[[tools.policy.rules]]\neffect = "allow"\ntool = "*"\n`;
    expect(judged(source("toml-enforcer", allowed), "ls").effect).toBe("deny");
    expect(judged(empty("allow"), "ls").effect).toBe("deny");
    expect(compileSet([empty("allow")]).documents[0]?.warnings.join()).toContain("allows nothing");
  });
});

describe("overlays", () => {
  test.each(
    rows([
      ["a word cut short", "limits: { wall_time: 5 }", ["1:11", "did you mean `wall_time_sec`?"]],
      [
        "a rewrite that is no pattern",
        "log_redactions:\n  - { pattern: '(?=x)', replace: y }",
        ["2:16", "look-around"],
      ],
      ["a shell line that asks", "require_approval: [sudo, 'a | b']", ["1:26", "one simple command"]],
      ["nothing that asks", "require_approval: [' ']", ["1:20", "expected a command or a tool"]],
      ["a pattern for a prefix", "protect_paths: ['/etc/*']", ["1:17", "is a pattern"]],
      ["what takes out again", "+write_whitelist: ['!/etc']", ["1:20", "is no place"]],
      ["a path that lies nowhere", "write_whitelist: [src]", ["1:19", "`./`"]],
      ["a path that climbs", "protect_paths: [/srv/../etc]", ["1:17", "climbs"]],
      [
        "a rule with the name of a made one",
        "require_approval: [sudo]\nrules: [{ id: approve-sudo, effect: deny }]",
        ["2:15", "another id"],
      ],
    ]),
  )("%s", (_why, broken) => check("overlay", broken));

  test("what two files name twice is one question, and names that look alike are two", () => {
    const files = [
      { ...source("overlay", "require_approval: [sudo, rm -rf]"), name: "d/1.yaml" },
      { ...source("overlay", "+require_approval: [sudo, rm rf]"), name: "d/2.yaml" },
    ];
    expect(errorsOf(files)).toEqual([]);
    expect(judged(files, "sudo ls").rules.map(({ id }) => id)).toEqual(["approve-sudo"]);
  });
});

describe("ordered rules", () => {
  test.each(
    rows([
      ["a word cut short", '{"rules": [{"action":"ask"}]}', ["1:22", "did you mean `ask_user`?"]],
      ["no action", '{"rules": [{"tool":"x"}]}', ["1:12", "`action` is missing"]],
      ["a tool twice", '{"rules": [{"tool":"a","match":{"tool":"b"},"action":"deny"}]}', ["1:20", "say it once"]],
      ["two defaults", '{"default":"deny","defaultAction":"allow","rules": []}', ["1:35", "say it once"]],
      ["a pattern", '{"rules": [\n{"match":{"args":"("},"action":"deny"}]}', ["2:18", "missing closing"]],
      ["a comma too many", '{"rules": [{"action":"allow"},]}', ["1:31", "expected a JSON value, found `]`"]],
    ]),
  )("%s", (_why, broken) => check("ordered-json", broken));
});

describe("rows", () => {
  const row = (fields: string) => `{"name":"a","scope":"global",${fields}}`;
  test.each(
    rows([
      ["another scope", '{"name":"a","scope":"team","effect":"deny","rule_expr":{}}', ["1:21", "`global`"]],
      [
        "an effect inside that differs",
        row('"effect":"deny","rule_expr":{"effect":"allow"}'),
        ["1:68", "the row's `effect` says `deny`"],
      ],
      [
        "a rule inside that differs",
        row('"effect":"deny","rule_expr":{"rules":[{"effect":"allow"}]}'),
        ["1:78", "write `mixed` there"],
      ],
      [
        "a scope inside that widens",
        '{"name":"a","scope":"app","selector":"x","effect":"mixed","rule_expr":{"scope":"global","rules":[]}}',
        ["1:80", "says `global`"],
      ],
      ["a criterion", row('"effect":"deny","rule_expr":{"wen":{}}'), ["1:59", "did you mean `when`?"]],
    ]),
  )("%s", (_why, broken) => check("row", broken));

  test("a row as a database prints it, with its empty columns", () => {
    const printed = row(
      '"id":"7b9c7a2e-4c1f-4ac0-9d8a-000000000001","description":null,"rule_expr":{},"effect":"deny","created_at":"2024-11-20T00:00:00+00:00"',
    );
    expect(judged(source("row", printed), "ls").effect).toBe("deny");
  });
});

describe("other clients' rules", () => {
  const table: readonly (readonly [string, ...Broken])[] = [
    [
      "claude-permissions",
      "an entry that is not closed",
      '{"permissions":{"deny":["Bash(rm"]}}',
      ["1:25", "`Tool(what)`"],
    ],
    [
      "claude-permissions",
      "a list that is nearly one",
      '{"permissions":{"denny":["Read"]}}',
      ["1:17", "did you mean `deny`?"],
    ],
    [
      "gemini-toml",
      "a word that is nearly one",
      '[[rule]]\ntoolname="x"\ndecision="deny"\npriority=1\n',
      ["2:1", "did you mean `toolName`?"],
    ],
    [
      "gemini-toml",
      "rules that are nearly some",
      '[[rules]]\ntoolName="x"\ndecision="deny"\n',
      ["1:1", "did you mean `[[rule]]`?"],
    ],
    ["gemini-toml", "another decision", '[[rule]]\ntoolName="x"\ndecision="permit"\n', ["3:10", "`ask_user`"]],
    [
      "codex-rules",
      "a call that is nearly one",
      '\nprefix_rul(pattern = ["rm"], decision = "forbidden")',
      ["2:1", "did you mean `prefix_rule`?"],
    ],
    [
      "codex-rules",
      "a word that is nearly one",
      'prefix_rule(pattern = ["a"], decison = "forbidden")',
      ["1:1", "did you mean `decision`?"],
    ],
    ["codex-rules", "a name for a value", "prefix_rule(\n  pattern = [x])", ["2:14", "`x` is no value here"]],
    ["codex-rules", "a call without an end", 'prefix_rule(pattern = ["git"]', ["1:29", "ends inside of a call"]],
    [
      "codex-rules",
      "an example that does not match",
      'prefix_rule(pattern = ["git"], match = ["ls"])',
      ["1:1", "does not match its example `ls`"],
    ],
    [
      "codex-rules",
      "an example that should not",
      'prefix_rule(pattern = ["git"], not_match = [["git", "x"]])',
      ["1:1", "matches its example `git x`"],
    ],
  ];
  test.each(table.map(([dialect, why, text, ...said]) => [dialect, why, { text, said }] as const))(
    "%s: %s",
    (dialect, _why, broken) => check(dialect, broken),
  );
});
