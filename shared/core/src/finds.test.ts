// finds.test.ts — inputs that once took longer than they are long, the smallest that showed it: twice of one costs twice

import { limits } from "@holdpoint/wire/limits.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { describe, expect, test } from "vitest";
import { decide } from "./decide.ts";
import { deriveFacts } from "./facts/derive.ts";
import { compileSet } from "./rules/compile.ts";
import { exampleAction } from "./rules/examples.ts";
import { pack } from "./rules/packs.ts";
import { countSteps } from "./step-count.ts";

const set = compileSet([pack("coding-agent"), pack("workstation")]);
type Call = [tool: string, args: { [key: string]: Json }];
const run = ([tool, args]: Call) => decide(set, exampleAction({ tool, args }));

const times = (count: number, make: (index: number) => Json): Json[] =>
  Array.from({ length: count }, (_, index) => make(index));

test.each<[why: string, size: number, of: (size: number) => Call]>([
  [
    "the beginnings of tokens in one another's run",
    4_000,
    (n) => ["Write", { file_path: "a", content: `${"eyJ"}${"a".repeat(n * 4)}.${`${"eyJ"}-`.repeat(n)}` }],
  ],
  ["lists of words in a list", 500, (n) => ["shell", { command: times(n, (i) => [`a${i}`, "b"]) }]],
  [
    "a long text beside many commands that a rule reads it for",
    100,
    (n) => ["Bash", { command: "node a;".repeat(n), description: "holdpoint abc ".repeat(n * 20) }],
  ],
  [
    "a long text beside many commands that reach a host",
    100,
    (n) => ["Bash", { command: "curl http://127.0.0.1/;".repeat(n), description: "/v1/approvals/ ".repeat(n * 20) }],
  ],
  ["a list under the name of a secret", 4_000, (n) => ["Note", { password: times(n, (i) => `abcdef1${i}`) }]],
  [
    "secrets and hosts",
    200,
    (n) => [
      "unheard",
      { urls: times(n, (i) => `http://h${i}.example.com/`), notes: times(n, (i) => `password=abcdef${i}xx`) },
    ],
  ],
  [
    "secrets in a text of many commands",
    240,
    (n) => ["Bash", { command: `${"curl h.example.com;".repeat(n)} echo ${"password=abcdef1 ".repeat(n)}` }],
  ],
  ["paths in a list", 4_000, (n) => ["Read", { paths: times(n, (i) => `/a/${i}`) }]],
  ["a makefile of many lines", 500, (n) => ["Write", { file_path: "Makefile", content: "a:\n\t@rm $(x)\n".repeat(n) }]],
  ["a URL of nothing but names", 1_000, (n) => ["WebFetch", { url: `http://${"a@".repeat(n)}` }]],
  ["a URL of nothing but ports", 1_000, (n) => ["WebFetch", { url: `http://${"a:".repeat(n)}` }]],
  ["a path of nothing but escapes", 500, (n) => ["Read", { file_path: "%25".repeat(n) }]],
  ["a path that climbs and climbs", 500, (n) => ["Read", { file_path: "../".repeat(n) }]],
  [
    "a patch of many files",
    300,
    (n) => ["apply_patch", { input: "*** Update File: /a/../b/package.json\n".repeat(n) }],
  ],
  [
    "beginnings of tokens, a dozen of which begin alike",
    1_000,
    (n) => ["unheard", { input: `${"xoxb- %/".repeat(n)}\\x72` }],
  ],
  [
    "a URL of the beginnings of secrets",
    300,
    (n) => ["WebFetch", { url: `${'a./api_key=" PRIVATE\n"/'.repeat(n)}\\u0041` }],
  ],
  [
    "names that say password",
    200,
    (n) => ["Note", Object.fromEntries(times(n, (i) => `password=abcdef${i}`).map((name) => [name, 1]))],
  ],
])("%s", (_why, size, of) => {
  run(of(8)); // what is made at the first use is made now
  const [once, twice] = [of(size), of(size * 2)];
  // A little more than twice: what grows with the logarithm, and what begins with the first.
  expect(countSteps(() => run(twice))).toBeLessThan(2.4 * countSteps(() => run(once)));
});

describe("what is more than is read is said, and costs no more", () => {
  const facts = (...[tool, args]: Call) => deriveFacts(exampleAction({ tool, args }));

  test.each<[why: string, call: Call, cap: string | undefined, opaque: string]>([
    [
      "paths by their number",
      ["Read", { paths: times(1_100, (i) => `/${i}`) }],
      "pathsMax",
      "more paths than are read",
    ],
    [
      "paths by their length",
      ["Read", { paths: times(100, (i) => `/${i}/${"a".repeat(4_000)}`) }],
      "pathsMax",
      "more paths than are read",
    ],
    [
      "hosts",
      ["unheard", { input: "http://h.example.com/ ".repeat(limits.hostsMax + 1) }],
      "hostsMax",
      "more hosts than are read",
    ],
    [
      "a long URL",
      ["WebFetch", { url: `http://a/${"a".repeat(limits.urlCharsMax)}` }],
      undefined,
      "a URL longer than any",
    ],
    [
      "commands in a list",
      ["Bash", { commands: times(600, (i) => `rm ${i}`) }],
      "commandAtomsMax",
      "more commands than are read",
    ],
    [
      "statements of one text",
      ["execute_sql", { sql: `${"select 1;".repeat(300)} drop database app` }],
      undefined,
      "more statements than are read",
    ],
    [
      "statements in a list",
      ["execute_sql", { sql: [...times(300, () => "select 1"), "drop database app"] }],
      undefined,
      "more statements than are read",
    ],
    [
      "words of a statement",
      ["execute_sql", { sql: `select 1 ${"a ".repeat(60_000)}` }],
      undefined,
      "more statements than are read",
    ],
    [
      "names of arguments",
      ["Read", { ["k".repeat(50_000)]: times(100, () => "x") }],
      "stringsScannedBytesMax",
      "more text than is read",
    ],
  ])("%s", (_why, call, cap, opaque) => {
    const { caps, atoms } = facts(...call);
    if (cap !== undefined) expect(caps).toContain(cap);
    expect(atoms.flatMap((atom) => atom.opaque)).toContain(opaque);
    expect(run(call).verdict.effect).not.toBe("allow");
  });

  test.each<[why: string, path: string | string[]]>([
    ["one path", "%2e".repeat(2_000)],
    ["several paths", Array.from({ length: 400 }, (_, index) => `caf%C3%A9/${"a".repeat(200)}${index}`)],
  ])("%s, too long to be looked through: blocked", (_why, path) => {
    const { verdict } = run(["Read", { paths: path }]);
    expect(verdict.effect).toBe("deny");
    expect(verdict.findings.map(({ code }) => code)).toContain("path_unread");
  });
});
