// clients.test.ts — every tool that is known, and every argument of it: what it is said to be is what is read of it; and the shapes
// in which today's clients really send their tools

import type { Facts } from "@holdpoint/wire/facts.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { describe, expect, test } from "vitest";
import { sampleAction } from "../../sample.ts";
import { deriveFacts } from "../derive.ts";
import { sketch } from "../sketch.ts";
import { SERVERS, TOOLS } from "./clients.ts";
import type { ArgumentRole, ToolMap } from "./tool-map.ts";

const read = (tool: string, args: { [key: string]: Json }): Facts =>
  deriveFacts(sampleAction({ tool, args, cwd: "/w", home: "/home/dev" }));
const accesses = (facts: Facts, path: string): string[] =>
  facts.atoms.flatMap((atom) => atom.paths.filter((one) => one.path === path).map(({ access }) => access));
const hosts = (facts: Facts): string[] => facts.atoms.flatMap((atom) => atom.hosts.map(({ host }) => host));

/** A value of each role, and what must be known of a call that has it. */
const ROLES: Record<ArgumentRole, [value: Json, seen: (facts: Facts) => boolean]> = {
  command: ["rm -rf q", ({ atoms }) => atoms.some(({ program }) => program === "rm")],
  argv: [["rm", "-rf", "q"], ({ atoms }) => atoms.some(({ program }) => program === "rm")],
  cwd: ["sub", () => true],
  "path:read": ["a.txt", (facts) => accesses(facts, "/w/a.txt").includes("read")],
  "path:write": ["a.txt", (facts) => accesses(facts, "/w/a.txt").includes("write")],
  "path:edit": ["a.txt", (facts) => ["read", "write"].every((one) => accesses(facts, "/w/a.txt").includes(one))],
  "path:delete": ["a.txt", (facts) => accesses(facts, "/w/a.txt").includes("delete")],
  "path:tree": ["dir", (facts) => accesses(facts, "/w/dir").includes("read")],
  "path:move": ["a.txt", (facts) => accesses(facts, "/w/a.txt").includes("delete")],
  "path:named": [".env", (facts) => facts.atoms.some(({ paths }) => paths.some(({ path }) => path.endsWith("/.env")))],
  url: ["https://a.example/x", (facts) => hosts(facts).includes("a.example")],
  host: ["a.example", (facts) => hosts(facts).includes("a.example")],
  upload: ["x", () => true],
  sql: ["drop table t", ({ atoms }) => atoms.some(({ databases }) => databases.length > 0)],
  content: ["x", () => true],
  code: ["import os", ({ atoms }) => atoms.some(({ runsCode }) => runsCode.includes("interpreter"))],
  patch: [
    "*** Begin Patch\n*** Delete File: a.txt\n*** End Patch",
    (facts) => accesses(facts, "/w/a.txt").includes("delete"),
  ],
  text: ["x", () => true],
};

const known: [string, ToolMap][] = [
  ...TOOLS.flatMap(([names, map]) => names.split(" ").map((name): [string, ToolMap] => [name, map])),
  ...Object.entries(SERVERS).flatMap(([servers, tools]) =>
    Object.entries(tools).flatMap(([names, map]) =>
      names.split(" ").map((name): [string, ToolMap] => [`mcp__${servers.split(" ")[0]}__${name}`, map]),
    ),
  ),
];
/** Of two clients' tools of one name the first one's map counts. */
const first = [...new Map(known.toReversed()).entries()];

test.each(first)("%s", (name, map) => {
  expect(read(name, {}).tool.meaning).toBe(map.meaning);
  // What is typed for another shell is not read as sh.
  if (map.speaks !== undefined) return;
  for (const [key, role] of Object.entries(map.args)) {
    const [value, seen] = ROLES[role];
    expect(seen(read(name, { [key]: value })), `${name} ${key} is ${role}`).toBe(true);
  }
});

describe("as clients send them", () => {
  test.each<[client: string, tool: string, args: { [key: string]: Json }, sketch: string[]]>([
    ["Claude Code", "Grep", { pattern: ".", glob: ".env", output_mode: "content" }, ["call | r:/w/**/.env safe"]],
    [
      "Claude Code",
      "Grep",
      { pattern: "x", path: "src", glob: "*.{ts,pem}" },
      ["call | r:/w/src+ r:/w/src/**/*.ts+ r:/w/src/**/*.pem+ safe"],
    ],
    ["Claude Code", "Grep", { pattern: "x", glob: "*" }, ["call | safe"]],
    [
      "OpenCode",
      "patch",
      { patchText: "*** Begin Patch\n*** Update File: /etc/x\n@@\n-a\n+b\n*** End Patch" },
      ["call | w:/etc/x blocked"],
    ],
    ["Copilot CLI", "task_complete", { summary: "rm -rf /" }, ["call | safe"]],
    [
      "a server of files",
      "mcp__filesystem__move_file",
      { source: "a", destination: "/etc/b" },
      ["call | r:/w/a+ d:/w/a+ w:/etc/b blocked"],
    ],
    ["a server of git", "mcp__git__git_add", { repo_path: "/w", files: ["a"] }, ["call | r:/w w:/w r:/w/a"]],
    ["a server of git", "mcp__git__git_status", { repo_path: "/w" }, ["call | r:/w safe"]],
    ["Claude Code", "Monitor", { command: "rm -rf q", description: "d" }, ["rm --force --recursive q | d:/w/q+"]],
    ["Claude Code", "LSP", { operation: "hover", filePath: "/etc/shadow", line: 1 }, ["call | r:/etc/shadow safe"]],
    [
      "Claude Code",
      "NotebookEdit",
      { notebook_path: "/w/a.ipynb", new_source: "x" },
      ["call | r:/w/a.ipynb w:/w/a.ipynb"],
    ],
    ["Codex", "exec_command", { cmd: "cat x", workdir: "sub" }, ["cat x | r:/w/sub/x safe"]],
    ["Codex", "shell", { command: ["bash", "-lc", "cat x"] }, ["bash> cat x | r:/w/x safe"]],
    ["Codex", "grep_files", { pattern: "x", include: ".env", path: "src" }, ["call | r:/w/src/**/.env r:/w/src+ safe"]],
    ["Gemini CLI", "read_many_files", { include: ["**/.env", "a/*.ts"] }, ["call | r:/w/**/.env r:/w/**/a/*.ts+ safe"]],
    [
      "Gemini CLI",
      "grep_search",
      { pattern: "x", dir_path: "src", include_pattern: "id_*" },
      ["call | r:/w/src+ r:/w/src/**/id_*+ safe"],
    ],
    ["Gemini CLI", "web_fetch", { prompt: "read https://a.example/x" }, ["call | h:a.example(public) safe"]],
    ["Copilot CLI", "rg", { pattern: "x", paths: ["src"], glob: ".env" }, ["call | r:/w/src+ r:/w/src/**/.env safe"]],
    ["Copilot CLI", "create", { path: "/w/a.txt", file_text: "x" }, ["call | w:/w/a.txt"]],
    ["OpenCode", "grep", { pattern: "x", include: "!*.ts" }, ["call | safe"]],
    ["OpenCode", "read", { filePath: "/w/a" }, ["call | r:/w/a safe"]],
    // a server's tool, as each client joins the two names
    ["Gemini CLI", "mcp_filesystem_read_file", { path: "a" }, ["call | r:/w/a safe"]],
    ["Copilot CLI", "github-mcp-server-get_issue", { owner: "a" }, ["call | safe"]],
    ["OpenCode", "filesystem_write_file", { path: "a", content: "x" }, ["call | w:/w/a"]],
    ["Claude Code", "Artifact", { file_path: "a.html" }, ["call | r:/w/a.html"]],
    ["Claude Code", "ReadMcpResourceTool", { server: "s", uri: "file:///etc/shadow" }, ["call | r:/etc/shadow safe"]],
    ["Cursor", "TabWrite", { file_path: "a", content: "x" }, ["call | w:/w/a"]],
    ["Cursor", "Delete", { path: "a" }, ["call | d:/w/a+"]],
    ["Cursor", "StrReplace", { path: "a", old_string: "x", new_string: "y" }, ["call | r:/w/a w:/w/a"]],
    ["Cursor", "list_dir", { target_directory: "src" }, ["call | r:/w/src safe"]],
    ["Cursor", "EditNotebook", { target_notebook: "a.ipynb", new_string: "y" }, ["call | r:/w/a.ipynb w:/w/a.ipynb"]],
  ])("%s: %s %j", (_client, tool, args, wanted) => {
    expect(sketch(read(tool, args))).toEqual(wanted);
  });
});
