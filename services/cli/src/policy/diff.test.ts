// diff.test.ts — `policy diff`: what a change of policy changes, the loosened first, and an exit code for scripts

import { describe, expect, test } from "vitest";
import { folderWith, runCli } from "../run-cli.ts";

const rule = (id: string, effect: string, commands: string, more = "") =>
  `  - { id: ${id}, effect: ${effect}, when: { tool: shell, commands: [${commands}] }, reason: ${id}${more} }\n`;
const folder = folderWith({
  "a.yaml": `default: ask\nrules:\n${rule("one", "deny", "one")}${rule("two", "allow", "two")}${rule("three", "require_approval", "three", ", approval: { quorum: 2 }")}`,
  "b.yaml": `default: ask\nrules:\n${rule("one", "allow", "one")}${rule("two", "deny", "two")}${rule("three", "require_approval", "three", ", approval: { quorum: 1 }")}`,
  "c.yaml": `default: ask\nrules:\n${rule("uno", "deny", "one")}${rule("dos", "allow", "two")}${rule("tres", "require_approval", "three", ", approval: { quorum: 2 }")}`,
  "calls.jsonl": ["two", "three", "four", "one"].map((command) => JSON.stringify({ id: command, command })).join("\n"),
  "odd.jsonl": '{"command":"one"}\nnot json\n',
  "empty.jsonl": "\n",
});
const run = (...args: string[]) => runCli(["policy", "diff", ...args], { cwd: folder });

test("loosened decisions come first and are marked", async () => {
  const { code, stdout } = await run("a.yaml", "b.yaml", "--over", "calls.jsonl");
  expect(code).toBe(1);
  const heads = stdout.split("\n").filter((line) => /^[▼▲~]/.test(line));
  expect(heads).toEqual(["▼ LOOSENED three (three)", "▼ LOOSENED one (one)", "▲ TIGHTENED two (two)"]);
  expect(stdout).toContain("was  deny by one: one\n    now  allow by one: one");
  expect(stdout).toContain("4 calls: 2 loosened, 1 tightened, 0 changed otherwise, 1 the same");
});

test("the same decisions by other rules are no difference", async () => {
  const { code, stdout } = await run("a.yaml", "c.yaml", "--over", "calls.jsonl");
  expect([code, stdout]).toEqual([0, "4 calls: 0 loosened, 0 tightened, 0 changed otherwise, 4 the same\n"]);
});

test("as JSON, a line a change, from stdin", async () => {
  const { code, stdout } = await runCli(["policy", "diff", "a.yaml", "b.yaml", "--over", "-", "--json"], {
    cwd: folder,
    stdin: '{"id":7,"command":"one"}\n',
  });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    id: 7,
    change: "loosened",
    what: expect.arrayContaining(["effect"]),
    before: { effect: "deny", rules: ["one"] },
    after: { effect: "allow" },
  });
});

describe("what cannot be compared exits 2", () => {
  test.each([
    ["no calls named", ["a.yaml", "b.yaml"], /--over/],
    ["a row that is none", ["a.yaml", "b.yaml", "--over", "odd.jsonl"], /odd\.jsonl:2: /],
    ["no rows", ["a.yaml", "b.yaml", "--over", "empty.jsonl"], /found none/],
    ["no such calls", ["a.yaml", "b.yaml", "--over", "nowhere.jsonl"], /ENOENT/],
    ["no such policy", ["a.yaml", "nowhere.yaml", "--over", "calls.jsonl"], /nowhere\.yaml/],
    ["one policy", ["a.yaml", "--over", "calls.jsonl"], /after/],
  ])("%s", async (_what, args, says) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(says);
  });
});
