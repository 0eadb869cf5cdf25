// derive.test.ts — tool calls of every client: what they are, and what their arguments touch

import type { Action } from "@holdpoint/wire/action.ts";
import { describe, expect, test } from "vitest";
import { sampleAction } from "../sample.ts";
import { deriveFacts } from "./derive.ts";
import { sketch } from "./sketch.ts";
import { ownTool } from "./tools/own-tools.ts";

const action = (tool: string, args: Action["args"], more: Partial<Action> = {}): Action =>
  sampleAction({ tool, args, cwd: "/w", home: "/home/u", ...more });
const read = (tool: string, args: Action["args"], more?: Partial<Action>) => deriveFacts(action(tool, args, more));

test.each<[tool: string, args: Action["args"], meaning: string | undefined, facts: string | string[]]>([
  // Claude Code
  ["Bash", { command: "rm x" }, "shell", "rm x | d:/w/x"],
  ["Read", { file_path: "/etc/passwd" }, "fs.read", "call | r:/etc/passwd safe"],
  ["Read", { file_path: "../../etc/passwd" }, "fs.read", "call | r:/etc/passwd safe"],
  ["Write", { file_path: "src/a.ts", content: "x" }, "fs.write", "call | w:/w/src/a.ts"],
  ["Edit", { file_path: "a", old_string: "x", new_string: "y" }, "fs.edit", "call | r:/w/a w:/w/a"],
  ["NotebookEdit", { notebook_path: "a.ipynb", new_source: "x" }, "fs.edit", "call | r:/w/a.ipynb w:/w/a.ipynb"],
  ["Grep", { pattern: "x", path: "src" }, "fs.search", "call | r:/w/src+ safe"],
  ["WebFetch", { url: "https://x.example/a", prompt: "y" }, "http.fetch", "call | h:x.example(public) safe"],
  ["Task", { prompt: "do it" }, "agent", "call | runs:agent"],
  // Codex
  ["shell", { command: ["rm", "-rf", "/"] }, "shell", "rm --force --recursive / | d:/+ blocked"],
  ["shell", { command: ["bash", "-lc", "rm x"] }, "shell", "bash> rm x | d:/w/x"],
  ["exec_command", { cmd: "rm x", workdir: "/tmp" }, "shell", "rm x | d:/tmp/x"],
  [
    "apply_patch",
    { input: "*** Begin Patch\n*** Update File: a.ts\n@@\n+x\n*** Delete File: b\n*** End Patch" },
    "fs.edit",
    "call | w:/w/a.ts d:/w/b",
  ],
  ["apply_patch", { input: "--- a/x\n+++ b/.git/hooks/y\n" }, "fs.edit", "call | w:/w/.git/hooks/y x:/w/.git/hooks/y"],
  ["apply_patch", { input: "nothing of the kind" }, "fs.edit", "call | opaque"],
  // Gemini CLI
  ["run_shell_command", { command: "rm x", dir_path: "/tmp" }, "shell", "rm x | d:/tmp/x"],
  ["read_many_files", { paths: ["a", "/etc/b"] }, "fs.read", "call | r:/w/a r:/etc/b safe"],
  ["replace", { file_path: "a", old_string: "x", new_string: "y" }, "fs.edit", "call | r:/w/a w:/w/a"],
  ["web_fetch", { prompt: "read https://x.example/a please" }, "http.fetch", "call | h:x.example(public) safe"],
  // Cursor, Copilot, generic
  ["delete_file", { target_file: "a" }, "fs.delete", "call | d:/w/a+"],
  ["run_in_terminal", { command: "ls" }, "shell", "ls | r:/w safe"],
  ["fs.read", { path: "a" }, "fs.read", "call | r:/w/a safe"],
  ["http_get", { url: "http://2130706433/" }, "http.fetch", "call | h:127.0.0.1(loopback)"],
  ["http_post", { url: "https://x.example", body: "y" }, "http.fetch", "call | h:x.example(public,upload)"],
  ["query", { sql: "drop table x" }, "db.query", "call | sql:drop table x"],
  // MCP servers
  ["mcp__filesystem__write_file", { path: "/etc/x", content: "y" }, "fs.write", "call | w:/etc/x blocked"],
  [
    "mcp__filesystem__move_file",
    { source: "a", destination: "/etc/b" },
    "fs.write",
    "call | r:/w/a+ d:/w/a+ w:/etc/b blocked",
  ],
  ["mcp__postgres__query", { sql: "delete from users" }, "db.query", "call | sql:delete users!"],
  ["mcp__unknown__thing", { path: "/etc/x", n: 1 }, "mcp", "call | r:/etc/x w:/etc/x blocked"],
  // tools that nobody described
  ["unheard_of", { a: "/etc/x" }, undefined, "call | r:/etc/x w:/etc/x blocked"],
  ["unheard_of", { a: "see http://169.254.169.254/ there" }, undefined, "call | h:169.254.169.254(metadata)"],
  [
    "unheard_of",
    { command: "rm -rf /etc" },
    undefined,
    ["call | r:/etc w:/etc blocked", "rm --force --recursive /etc | d:/etc+ blocked"],
  ],
  ["unheard_of", { n: 1 }, undefined, "call"],
  // seed 002's form, seed 003's fields
  ["shell", { command: "echo", writes: true, paths: ["/etc/x"] }, "shell", "echo | r:/etc/x w:/etc/x blocked"],
  ["shell", { file_path: "/etc/passwd" }, "shell", "call | r:/etc/passwd w:/etc/passwd blocked"],
  ["shell", { command: "ls", dest: "/etc/x" }, "shell", "ls | r:/w r:/etc/x w:/etc/x blocked"],
])("%s %j means %s", (tool, args, meaning, facts) => {
  const derived = read(tool, args);
  expect(derived.tool.meaning).toBe(meaning);
  expect(sketch(derived)).toEqual(Array.isArray(facts) ? facts : [facts]);
});

describe("what is written to a script is read as one", () => {
  test.each<[file: string, content: string, commands: string[]]>([
    ["x.sh", "rm -rf /\n", ["(written)> rm --force --recursive / | d:/+ blocked"]],
    ["run", "#!/usr/bin/env bash\nrm -rf /\n", ["(written)> rm --force --recursive / | d:/+ blocked"]],
    [".git/hooks/pre-push", "rm -rf /\n", ["(written)> rm --force --recursive / | d:/+ blocked"]],
    ["package.json", '{"scripts":{"postinstall":"rm -rf /"}}', ["(written)> rm --force --recursive / | d:/+ blocked"]],
    ["package.json", '{"name":"x"', []],
    ["x.md", "rm -rf /\n", []],
    ["x.py", "#!/usr/bin/python\nrm -rf /\n", []],
  ])("%s: %s", (file_path, content, commands) => {
    expect(sketch(read("Write", { file_path, content })).slice(1)).toEqual(commands);
  });
});

test("a house's own map says what its tool's arguments are", () => {
  const tools = new Map([["deploy_it", ownTool({ meaning: "http.fetch", args: { target: "url", plan: "command" } })]]);
  const facts = deriveFacts(action("Deploy_It", { target: "http://10.0.0.1/x", plan: "rm -rf /" }), tools);
  expect(facts.tool.meaning).toBe("http.fetch");
  expect(sketch(facts)).toEqual(["call | h:10.0.0.1(private)", "rm --force --recursive / | d:/+ blocked"]);
});

describe("names of tools", () => {
  test.each<[name: string, normalized: string, deceptive: boolean]>([
    ["Bash", "bash", false],
    ["  BASH ", "bash", false],
    ["\uff22ash", "bash", true],
    ["b\u0430sh", "b\u0430sh", true],
    ["ba\u200bsh", "ba\u200bsh", true],
  ])("%j is %j", (name, normalized, deceptive) => {
    expect(read(name, {}).tool).toMatchObject({ name, normalized, deceptive });
  });
});

describe("the surroundings of a call", () => {
  test("resolved paths of an enforcer count with every access of the action", () => {
    const facts = read("Bash", { command: "cp a link" }, { bindings: { resolvedPaths: ["/etc/shadow"] } });
    expect(sketch(facts)).toEqual(["cp a link | r:/w/a w:/w/link r:/etc/shadow! w:/etc/shadow!"]);
  });

  test("without a folder, relative paths stay relative; without a home, `~` stays", () => {
    const { cwd: _cwd, home: _home, ...rest } = action("Bash", { command: "rm ../x ~/y z" });
    expect(sketch(deriveFacts(rest))[0]).toBe("rm ../x ~/y z | d:../x d:~/y d:z blocked");
  });

  test("a text without any command is one harmless atom", () => {
    expect(sketch(read("Bash", { command: "# nothing" }))).toEqual([": | safe"]);
  });

  test("the class of an action is the strictest of its atoms", () => {
    expect(read("Bash", { command: "ls; sudo ls" }).class).toBe("blocked-by-default");
    expect(read("Bash", { command: "ls; touch x" }).class).toBe("warn");
    expect(read("Bash", { command: "ls | wc -l" }).class).toBe("safe");
  });

  test("odd characters and secrets are found in every string, however deep", () => {
    const facts = read("Write", {
      file_path: "x",
      more: [{ note: "a\u202eb" }],
      content: `key ${"AKIA" + "Z7Q2M4N6P8R3T5V7"}`,
    });
    expect(facts.oddCharacters).toEqual([{ at: "/more/0/note", kind: "bidi" }]);
    expect(facts.secrets).toEqual([{ kind: "aws-access-key", at: "/content", start: 4, end: 24 }]);
  });
});
