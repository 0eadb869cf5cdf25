// call.test.ts — criteria about the call as a whole: its arguments, their texts, who calls and where, by what is vouched for

import type { Json } from "@holdpoint/wire/scalars.ts";
import { describe, expect, test } from "vitest";
import { allows, denies, type Handmade, verdictOf } from "../handmade.ts";

const call = (args: { [key: string]: Json }): Handmade => ({
  atom: { kind: "call" },
  action: { args },
  facts: {
    tool: { name: "pay", normalized: "pay", deceptive: false },
    strings: Object.entries(args).flatMap(([key, text]) => (typeof text === "string" ? [{ at: `/${key}`, text }] : [])),
  },
});

test.each<[why: string, when: string, args: { [key: string]: Json }, denies: boolean, allows: boolean]>([
  ["equal", "{ args: { a: x } }", { a: "x" }, true, true],
  ["not equal", "{ args: { a: x } }", { a: "y" }, false, false],
  ["null", "{ args: { a: null } }", { a: null }, true, true],
  ["a number is no text", "{ args: { a: 1 } }", { a: "1" }, false, false],
  ["one of texts", "{ args: { a: { in: [x, y] } } }", { a: "y" }, true, true],
  ["none of texts", "{ args: { a: { in: [x, y] } } }", { a: "z" }, false, false],
  ["a name that begins with another letter is no pointer", "{ args: { xa: 5 } }", { a: 5 }, false, false],
  ["none of mixed values", "{ args: { a: { in: [x, 3] } } }", { a: 9 }, false, false],
  ["one of mixed values", "{ args: { a: { in: [x, 3, null] } } }", { a: null }, true, true],
  ["above", "{ args: { a: { gt: 5 } } }", { a: 6 }, true, true],
  ["at the bound above", "{ args: { a: { gt: 5 } } }", { a: 5 }, false, false],
  ["at least", "{ args: { a: { gte: 5 } } }", { a: 5 }, true, true],
  ["below the least", "{ args: { a: { gte: 5 } } }", { a: 4.9 }, false, false],
  ["below", "{ args: { a: { lt: 5 } } }", { a: 4 }, true, true],
  ["at the bound below", "{ args: { a: { lt: 5 } } }", { a: 5 }, false, false],
  ["at most", "{ args: { a: { lte: 5 } } }", { a: 5 }, true, true],
  ["above the most", "{ args: { a: { lte: 5 } } }", { a: 5.1 }, false, false],
  ["a number in quotes within", "{ args: { a: { lt: 5 } } }", { a: "4" }, true, false],
  ["a number in quotes without", "{ args: { a: { lt: 5 } } }", { a: "6" }, false, false],
  ["an empty text is no number", "{ args: { a: { lt: 0 } } }", { a: " " }, true, false],
  ["a truth is no number", "{ args: { a: { gt: 5 } } }", { a: true }, true, false],
  ["a glob on a number", "{ args: { a: { glob: '1*' } } }", { a: 12 }, true, true],
  ["a glob on an object", "{ args: { a: { glob: '*\"b\"*' } } }", { a: { b: 1 } }, true, true],
  ["a glob on some of a list", "{ args: { a: { glob: x } } }", { a: ["x", "y"] }, true, false],
  ["a glob on all of a list", "{ args: { a: { glob: x } } }", { a: ["x", "x"] }, true, true],
  ["a glob on an empty list", "{ args: { a: { glob: x } } }", { a: [] }, false, false],
  ["a regex on some of a list", "{ args: { a: { regex: ^x } } }", { a: ["x", "y"] }, true, false],
  ["there", "{ args: { a: { exists: true } } }", { a: null }, true, true],
  ["not there", "{ args: { a: { exists: true } } }", {}, false, false],
  ["absent", "{ args: { a: { exists: false } } }", {}, true, true],
  ["absent, but there", "{ args: { a: { exists: false } } }", { a: 1 }, false, false],
  ["a pointer", "{ args: { /a/b: x } }", { a: { b: "x" } }, true, true],
  ["a pointer into a list", "{ args: { /a/1: x } }", { a: ["y", "x"] }, true, true],
  ["a pointer that leads nowhere", "{ args: { /a/b/c: x } }", { a: { b: "x" } }, false, false],
  ["a pointer through nothing", "{ args: { /a/b: x } }", { a: null }, false, false],
  ["a pointer with signs", "{ args: { '/a~1b/c~0d': x } }", { "a/b": { "c~d": "x" } }, true, true],
  ["a name that looks like a pointer", "{ args: { /a: x } }", { "/a": "x" }, true, true],
  ["two arguments", "{ args: { a: x, b: y } }", { a: "x", b: "z" }, false, false],
  ["a text anywhere", "{ argsMatch: [s.do, doas] }", { a: "x", b: "sudo" }, true, true],
  ["a text nowhere", "{ argsMatch: [s.do, doas] }", { a: "x" }, false, false],
  ["the arguments as one text", '{ argsJson: [\'"a":"x","b"\'] }', { b: 1, a: "x" }, true, true],
  ["one of two texts of the arguments", "{ argsJson: ['nothing', '\"a\"'] }", { a: "x" }, true, true],
  ["the arguments as another text", '{ argsJson: [\'"a":"y"\', \'"c"\'] }', { a: "x" }, false, false],
])("%s", (_why, when, args, deny, allow) => {
  expect([denies(when, call(args)), allows(`{ tool: pay, ${when.slice(1)}`, call(args))]).toEqual([deny, allow]);
});

test("the arguments as one text are also those of each command alone, where rules tighten", () => {
  const two = (text: string, kind: "command" | "call" = "command"): Handmade => ({
    atom: { kind, text },
    action: { args: { command: "ls; rm x" } },
  });
  const exact = '{ argsJson: [\'^\\{"command":"rm x"\\}$\'] }';
  expect([denies(exact, two(" rm x ")), denies(exact, two("ls")), denies(exact, two("rm x", "call"))]).toEqual([
    true,
    false,
    false,
  ]);
  expect(denies(exact, { atom: { text: "rm x" }, action: { args: { command: 1 } } })).toBe(false);
  expect(allows(`{ program: x, ${exact.slice(1)}`, two("rm x"))).toBe(false);
});

describe("tools", () => {
  const tool = (normalized: string, meaning?: string): Handmade => ({
    atom: { kind: "call" },
    facts: { tool: { name: normalized, normalized, ...(meaning && { meaning }), deceptive: false } },
  });
  test.each<[string, string, Handmade, boolean, boolean]>([
    ["by name", "{ tool: [read_file] }", tool("read_file", "fs.read"), true, true],
    ["by meaning", "{ tool: [fs.read] }", tool("read_file", "fs.read"), true, true],
    ["by a pattern of the meaning", "{ tool: ['fs.*'] }", tool("read_file", "fs.read"), true, true],
    ["another", "{ tool: [write_file, fs.write] }", tool("read_file", "fs.read"), false, false],
    ["all but its name", "{ tool: ['!read_file'] }", tool("read_file", "fs.read"), false, false],
    ["all but its meaning", "{ tool: ['!fs.read'] }", tool("read_file", "fs.read"), false, false],
    ["all but another", "{ tool: ['!shell'] }", tool("read_file", "fs.read"), true, true],
    ["some, but not its meaning", "{ tool: ['*', '!fs.write'] }", tool("read_file", "fs.read"), true, true],
    ["some, and neither it nor what it means", "{ tool: ['write*', '!fs.write'] }", tool("a", "fs.read"), false, false],
    ["its meaning, and not another", "{ tool: ['fs.*', '!fs.write'] }", tool("a", "fs.read"), true, true],
    ["some, but it", "{ tool: ['read*', '!fs.read'] }", tool("read_file", "fs.read"), false, false],
    ["an unknown tool by a star", "{ tool: ['*'] }", tool("odd"), true, false],
    ["an unknown tool by a star among names", "{ tool: ['*', read_file] }", tool("odd"), true, false],
    ["an unknown tool by its name", "{ tool: ['*', odd] }", tool("odd"), true, true],
    ["an unknown tool by what it is not", "{ tool: ['!shell'] }", tool("odd"), true, false],
  ])("%s", (_why, when, given, deny, allow) => {
    expect([denies(when, given), allows(when, given)]).toEqual([deny, allow]);
  });
});

describe("context", () => {
  const all = (action: Handmade["action"]): Handmade => ({ action: action ?? {} });
  const claimed = (action: Handmade["action"]): Handmade => ({ action: { ...action, attested: [] } });
  const signal = (name: string, score: number): Handmade =>
    all({
      risk: [
        { signal: "x", score: 1 },
        { signal: name, score },
      ],
    });
  test.each<[string, string, Handmade, boolean, boolean]>([
    ["a resource's type", "{ resource: { type: [bucket] } }", all({ resource: { type: "bucket" } }), true, true],
    ["no resource, so no type", "{ resource: { type: ['*'] } }", all({}), false, false],
    ["no resource, so no path", "{ resource: { path: ['*'] } }", all({}), false, false],
    ["no environment", "{ environment: ['*'] }", all({ environment: undefined }), false, false],
    [
      "no environment, so no variables",
      "{ environment: { variables: ['*'] } }",
      all({ environment: undefined }),
      false,
      false,
    ],
    ["a branch", "{ branch: [main] }", all({ context: { branch: "main" } }), true, true],
    ["no branch", "{ branch: ['*'] }", all({}), false, false],
    ["nobody's signal", "{ riskSignals: ['*'] }", all({}), false, false],
    ["another type", "{ resource: { type: [bucket] } }", all({ resource: { type: "table" } }), false, false],
    ["a resource's path", "{ resource: { path: [a/*] } }", all({ resource: { path: "a/b" } }), true, true],
    ["another path", "{ resource: { path: [a/*] } }", all({ resource: { path: "b/a" } }), false, false],
    ["a claimed path", "{ resource: { path: [a/*] } }", claimed({ resource: { path: "b/a" } }), true, false],
    ["a classification", "{ classification: [secret] }", all({ resource: { classification: "secret" } }), true, true],
    ["no classification", "{ classification: [secret] }", all({}), false, false],
    [
      "a role",
      "{ principal: { roles: [dev*, ops] } }",
      all({ principal: { agent: "a", roles: ["x", "developer"] } }),
      true,
      true,
    ],
    [
      "no such role",
      "{ principal: { roles: [ops] } }",
      all({ principal: { agent: "a", roles: ["dev"] } }),
      false,
      false,
    ],
    [
      "a claimed role",
      "{ principal: { roles: [ops] } }",
      claimed({ principal: { agent: "a", roles: ["dev"] } }),
      true,
      false,
    ],
    ["a permission", "{ permissions: [deploy] }", all({ permissions: ["deploy"] }), true, true],
    ["no permission", "{ permissions: [deploy] }", all({}), false, false],
    [
      "a variable of the environment",
      "{ environment: { variables: [KUBE*] } }",
      all({ environment: { variables: ["A", "KUBECONFIG"] } }),
      true,
      true,
    ],
    ["an environment's name", "{ environment: [prod*] }", all({ environment: { name: "production" } }), true, true],
    ["another environment", "{ environment: { name: [prod*] } }", all({ environment: { name: "dev" } }), false, false],
    ["a tenant", "{ tenant: [acme] }", all({ tenant: "acme" }), true, true],
    ["another tenant", "{ tenant: [acme] }", all({ tenant: "other" }), false, false],
    [
      "for whom",
      "{ principal: { onBehalfOf: [ann] } }",
      all({ principal: { agent: "a", onBehalfOf: "ann" } }),
      true,
      true,
    ],
    ["an app", "{ principal: { app: [shop] } }", all({ principal: { agent: "a", app: "shop" } }), true, true],
    [
      "a workflow",
      "{ principal: { workflow: [ci] } }",
      all({ principal: { agent: "a", workflow: "cd" } }),
      false,
      false,
    ],
    ["a signal by name", "{ riskSignals: [ODD*] }", signal("Odd-one", 1), true, false],
    ["no such signal", "{ riskSignals: [odd] }", signal("even", 1), false, false],
    ["a signal by score", "{ riskSignals: { odd: { gte: 50 } } }", signal("odd", 50), true, false],
    ["a signal of less", "{ riskSignals: { odd: { gte: 50 } } }", signal("odd", 49), false, false],
    ["one of two signals", "{ riskSignals: { even: { gt: 0 }, odd: { gte: 50 } } }", signal("odd", 50), true, false],
    ["no signal at all", "{ riskSignals: { odd: { gte: 0 } } }", all({}), false, false],
    ["risk", "{ risk: { gte: 5 } }", { atom: { class: "warn" } }, true, true],
    ["less risk", "{ risk: { gt: 5 } }", { atom: { class: "warn" } }, false, false],
  ])("%s", (_why, when, given, deny, allow) => {
    expect([denies(when, given), allows(`{ kind: tool, ${when.slice(1)}`, given)]).toEqual([deny, allow]);
  });
});

test("a bare star exempts no tool that nobody knows, and any that somebody does", () => {
  const denied = (meaning?: string) =>
    verdictOf("default: allow\nrules: [{ effect: deny, unless: { tool: ['*'] } }]", {
      facts: { tool: { name: "odd", normalized: "odd", ...(meaning && { meaning }), deceptive: false } },
    }).effect;
  expect([denied(), denied("fs.read")]).toEqual(["deny", "allow"]);
});
