// tried.test.ts — cost follows the rules that may match, not the rules that exist: which rules a call is held against at all

import { describe, expect, test } from "vitest";
import { alwaysSource } from "./always.ts";
import { compileSet } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { type Handmade, handmade } from "./handmade.ts";
import { yamlSource } from "./judged.ts";

/**
 * The names of rules that are looked into, however the index finds them, and of those of which a test was run; the
 * engine's own rules are left out.
 */
function lookedInto(rules: readonly string[], given: Handmade): { tried: string[]; tested: string[] } {
  const set = compileSet([yamlSource(`rules:\n${rules.map((rule) => `  - { ${rule} }`).join("\n")}`)]);
  const tried = new Set<string>();
  const tested = new Set<string>();
  for (const rule of set.rules) {
    if (rule.document.name === alwaysSource.name) continue;
    const { checks } = rule;
    const tests = checks.tests.map((test): typeof test => (view, atom) => {
      tested.add(rule.id);
      return test(view, atom);
    });
    Object.defineProperty(rule, "checks", {
      get() {
        tried.add(rule.id);
        return { ...checks, tests };
      },
    });
  }
  evaluate(set, ...handmade(given));
  return { tried: [...tried].sort(), tested: [...tested].sort() };
}
const tried = (rules: readonly string[], given: Handmade): string[] => lookedInto(rules, given).tried;
const rule = (id: string, when: string, effect = "deny") => `id: ${id}, effect: ${effect}, when: { ${when} }`;
const write = { access: "write" as const };
const tool = (normalized: string, meaning?: string): Handmade["facts"] => ({
  tool: { name: normalized, normalized, ...(meaning && { meaning }), deceptive: false },
});
const call = (args: NonNullable<Handmade["action"]>["args"] = {}): Handmade => ({
  atom: { kind: "call", program: undefined as never },
  action: args === undefined ? {} : { args },
  facts: { tool: { name: "odd", normalized: "odd", deceptive: false } },
});

/** One rule of every kind that can be found, and one that is always tried. */
const ALL = [
  "id: always, effect: alert",
  rule("tool", "tool: [read_file]"),
  rule("meaning", "tool: [fs.read]"),
  rule("program", "program: [git, hg]"),
  rule("commands", "commands: [make all, just]"),
  rule("host", "hosts: [a.example, b.example]"),
  rule("zone", "zones: [private]"),
  rule("argument", "args: { branch: main }"),
  rule("arguments", "args: { branch: { in: [one, two] } }"),
  rule("pointer", "args: { /deep/branch: main }"),
  rule("folder", "paths: ['/srv/shop/**']"),
  rule("neighbour", "paths: ['/srv/blog/**']"),
  rule("name", "paths: ['**/.env']"),
  rule("ending", "paths: ['**/*.pem']"),
  rule("anything", "paths: ['**/*a*']"),
  rule("written", "paths: [{ access: [write] }]"),
  rule("below", "paths: [{ any: ['/data/**'], mayContain: true }]"),
  rule("team", "principal: { team: [blue, green] }"),
  rule("branch", "branch: [main]"),
  rule("secret", "secrets: true"),
  rule("database", "databases: true"),
  rule("code", "runsCode: true"),
  rule("gap", "opaque: true"),
  rule("variable", "variables: [LD_*]"),
  rule("odd", "oddCharacters: true"),
];

test.each<[why: string, given: Handmade, also: string[]]>([
  ["a plain command", {}, []],
  ["a tool by its name", { facts: tool("read_file") }, ["tool"]],
  ["a tool by its name and meaning", { facts: tool("read_file", "fs.read") }, ["meaning", "tool"]],
  ["a tool by its meaning", { facts: tool("other", "fs.read") }, ["meaning"]],
  ["a program", { atom: { program: "hg" } }, ["program"]],
  ["a program in capitals", { atom: { program: "GIT" } }, ["program"]],
  ["a wrapper", { atom: { wrappers: ["env", "git"] } }, ["program"]],
  ["the program of a command", { atom: { program: "make" } }, ["commands"]],
  ["no program", { atom: { program: undefined as never } }, []],
  ["a host", { hosts: [{ host: "b.example" }] }, ["host", "zone"]],
  ["another host", { hosts: [{ host: "c.example" }] }, ["zone"]],
  ["an argument", call({ branch: "main" }), ["argument", "pointer"]],
  ["another value of it", call({ branch: "two" }), ["arguments", "pointer"]],
  ["no value that is named", call({ branch: "three" }), ["pointer"]],
  ["a value that is no text", call({ branch: 1 }), ["pointer"]],
  ["a folder by its rarest name", { paths: [{ path: "/srv/shop/a" }] }, ["anything", "folder"]],
  ["a folder of another name", { paths: [{ path: "/srv/shops/a" }] }, ["anything"]],
  ["a folder in other letters", { paths: [{ path: "/SRV/Shop" }] }, ["anything", "folder"]],
  ["a folder by a relative path", { paths: [{ path: "shop/x" }] }, ["anything", "folder"]],
  ["an ending that is all of a name", { paths: [{ path: "/x/.pem" }] }, ["anything", "ending"]],
  ["a name", { paths: [{ path: "/x/.env" }] }, ["anything", "name"]],
  ["a longer name", { paths: [{ path: "/x/.envrc" }] }, ["anything"]],
  ["a word of the last name", { paths: [{ path: "/x/server-key.pem" }] }, ["anything", "ending"]],
  ["a word of another name", { paths: [{ path: "/server.pem/x" }] }, ["anything"]],
  ["a longer word", { paths: [{ path: "/x/server.pems" }] }, ["anything"]],
  ["a write", { paths: [{ path: "/x", ...write }] }, ["anything", "written"]],
  ["what may lie below", { paths: [{ path: "/x", mayContain: true }] }, ["anything", "below"]],
  ["one of several paths", { paths: [{ path: "/x" }, { path: "/y/.env" }] }, ["anything", "name"]],
  ["a team", { action: { principal: { agent: "a", team: "green" } } }, ["team"]],
  ["another team", { action: { principal: { agent: "a", team: "red" } } }, []],
  [
    "nobody knows whose team and which branch",
    { action: { attested: ["agent"], principal: { agent: "a", team: "red" } } },
    ["branch", "team"],
  ],
  ["a branch", { action: { context: { branch: "main" } } }, ["branch"]],
  ["a secret", { facts: { secrets: [{ kind: "aws", at: "/a", start: 0, end: 4 }] } }, ["secret"]],
  ["a database", { atom: { databases: [{ verb: "drop" }] } }, ["database"]],
  ["code that runs unread", { atom: { runsCode: ["script"] } }, ["code"]],
  ["what was not understood", { atom: { opaque: ["?"] } }, ["gap"]],
  ["a cap that was hit", { facts: { caps: ["words"] } }, ["gap"]],
  ["a variable", { atom: { variables: ["A"] } }, ["variable"]],
  ["odd characters", { facts: { oddCharacters: [{ at: "/a", kind: "bidi" }] } }, ["odd"]],
  [
    "a name that looks like another",
    { facts: { tool: { name: "b", normalized: "b", meaning: "shell", deceptive: true } } },
    ["odd"],
  ],
])("%s", (_why, given, also) => {
  const pointer = given.atom?.kind === "call" ? [] : ["pointer"];
  expect(tried(ALL, given)).toEqual([...new Set(["always", ...pointer, ...also])].sort());
});

describe("a rule of several criteria is found by the one that fewest share", () => {
  const shells = Array.from({ length: 5 }, (_, index) => rule(`shell-${index}`, `tool: shell, program: [p${index}]`));
  test.each<[string, string[], Handmade, string[]]>([
    ["a program rather than a tool", [...shells, rule("x", "tool: shell, program: [git]")], {}, []],
    [
      "a rare tool rather than a common program",
      [...["a", "b", "c"].map((id) => rule(id, "program: [x]")), rule("x-odd", "tool: [odd], program: [x]")],
      {},
      ["a", "b", "c"],
    ],
    [
      "the rarer name of a path",
      [rule("a", "paths: ['/srv/one/**']"), rule("b", "paths: ['/srv/two/**']")],
      { paths: [{ path: "/srv/three" }] },
      [],
    ],
    [
      "a name rather than a fact that many lack",
      [rule("a", "program: [git], runsCode: true"), rule("b", "program: [hg], secrets: true")],
      { atom: { program: "x", runsCode: ["script"] } },
      [],
    ],
    [
      "a list of few rather than a list with one that many name",
      [
        ...["a", "b", "c", "d"].map((id) => rule(id, `program: [${id}, x]`)),
        rule("e", "program: [x, y], principal: { team: blue }"),
      ],
      {},
      ["a", "b", "c", "d"],
    ],
  ])("%s", (_why, rules, given, expected) => expect(tried(rules, given)).toEqual(expected));

  test("an allow is not tried where nobody vouches for what it rests on, a deny is", () => {
    const both = [rule("allow", "principal: { team: blue }", "allow"), rule("deny", "principal: { team: blue }")];
    expect(tried(both, { action: { attested: [] } })).toEqual(["deny"]);
    expect(tried(both, { action: { principal: { agent: "a", team: "blue" } } })).toEqual(["allow", "deny"]);
  });
});

const reads: Handmade = { paths: [{ path: "/x" }] };
const writes: Handmade = { paths: [{ path: "/x", ...write }] };
const host: Handmade = { hosts: [{ host: "a.example" }] };
test.each<[why: string, when: string, given: Handmade, asks: boolean]>([
  ["a path where there is none", "paths: ['/a/**']", {}, false],
  ["a path where there is one", "paths: ['/a/**']", reads, true],
  ["a write where something is read", "paths: [{ access: [write, delete] }]", reads, false],
  ["a write where something is written", "paths: [{ access: [write, delete] }]", writes, true],
  ["a delete where something is written", "paths: [{ access: [delete] }]", writes, false],
  ["a read or a write where something is written", "paths: [{ access: [read] }, { access: [write] }]", writes, true],
  [
    "any access where something is written",
    "paths: [{ any: ['/a/**'], access: [read] }, { any: ['/b/**'] }]",
    writes,
    true,
  ],
  ["a host where there is none", "hosts: ['*']", {}, false],
  ["a host where there is one", "hosts: ['*']", host, true],
  ["an upload where nothing goes up", "uploads: true", host, false],
  ["an upload or a host where nothing goes up", "hosts: [{ upload: true }, { any: [b.example] }]", host, true],
  ["a variable where none is set", "variables: [A]", {}, false],
  ["a database where there is none", "databases: [drop]", {}, false],
  ["a secret where there is none", "secrets: [aws]", {}, false],
  ["code where none runs", "runsCode: [script]", {}, false],
  ["another class", "class: [warn]", {}, false],
  ["another mode", "mode: draft", {}, false],
])("%s: a rule of this program is tested only where what it needs is there", (_why, when, given, asks) => {
  expect(lookedInto([rule("a", `program: [x], ${when}`)], given)).toEqual({ tried: ["a"], tested: asks ? ["a"] : [] });
});
