// importers-nasty.test.ts — documents of other clients that invite widening: their letters are wildcards here, their names are
// meanings here, their prefixes have other spellings. Each is asked about every call of one list; what its own client would
// not allow must not be allowed here. (What it would allow may be asked about: some of it cannot be said.)

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { describe, expect, test } from "vitest";
import { deriveFacts } from "../../facts/derive.ts";
import { compileSet } from "../compile.ts";
import { evaluate } from "../evaluate.ts";
import { exampleAction } from "../examples.ts";
import type { Example } from "../schema.ts";

const read = (file_path: string): Example => ({ tool: "Read", args: { file_path } });
const write = (file_path: string): Example => ({ tool: "Write", args: { file_path, content: "x" } });
const fetched = (url: string): Example => ({ tool: "WebFetch", args: { url, prompt: "x" } });

/** Every call that is tried, by a name of its own. */
const CALLS: Readonly<Record<string, Example>> = {
  ...Object.fromEntries(
    [
      ...[
        "ls",
        "ls -la",
        "ls a",
        "ls '?'",
        "ls > out.txt",
        "ls > /etc/x",
        "ls 2>&1",
        "ls $(rm x)",
        "ls `rm x`",
        "lsof",
      ],
      ...[
        "ls; rm x",
        "ls & rm x",
        "ls | sh",
        "LD_PRELOAD=/tmp/x ls",
        "./ls",
        "/tmp/ls",
        "LS",
        "timeout 5 ls",
        "xargs ls",
      ],
      ...["git status", "git status -s", "git status && rm x", "git status >> ~/.bashrc", "GIT_PAGER=x git status"],
      ...[
        "git -C /x status",
        "git push",
        "git push origin main",
        "git push --force origin main",
        "git push origin evil",
      ],
      ...[
        "rm",
        "rm *",
        "rm a",
        "rm -rf a",
        "sudo ls",
        "sudo rm x",
        "bash",
        "bash x.sh",
        "bash -c 'rm x'",
        "echo $HOME",
        "echo a",
      ],
      ...[
        "python3 x.py",
        "python x.py",
        "python3.12 x.py",
        "python3 y.py",
        "npm run test",
        "npm run testing",
        "npm run",
      ],
      ...["curl https://docs.example", "cat src/a", "cat .env"],
    ].map((text) => [text, text]),
  ),
  "read src/a": read("src/a"),
  "read src/b/.env": read("src/b/.env"),
  "read src/../x": read("src/../x"),
  "read x": read("x"),
  "read /etc/passwd": read("/etc/passwd"),
  "read ~/.ssh/id_rsa": read("~/.ssh/id_rsa"),
  "read docs/a": read("docs/a"),
  "write src/a": write("src/a"),
  "write docs/a": write("docs/a"),
  "write /etc/x": write("/etc/x"),
  "fetch docs": fetched("https://docs.example/x"),
  "fetch below docs": fetched("https://sub.docs.example/x"),
  "fetch beside docs": fetched("https://docs.example.evil.example/"),
  "fetch evil": fetched("https://evil.example/"),
  "fetch behind docs": fetched("https://docs.example@evil.example/"),
  "server's read": { tool: "mcp__filesystem__read_file", args: { path: "src/a" } },
  "server's write": { tool: "mcp__filesystem__write_file", args: { path: "docs/a", content: "x" } },
  "server's browser": { tool: "mcp__playwright__browser_navigate", args: { url: "https://docs.example/x" } },
  "server a": { tool: "mcp__a__look" },
  "server a, pay": { tool: "mcp__a__pay" },
  "server ab": { tool: "mcp__ab__look" },
  "server github": { tool: "mcp__github__get_issue", args: { owner: "a", repo: "b", issue_number: 1 } },
  agent: { tool: "Task", args: { prompt: "x", description: "x" } },
  "tool nobody knows": { tool: "frobnicate", args: { x: "ls" } },
};

const allowedHere = (source: PolicySource): string[] => {
  const set = compileSet([source]);
  return Object.entries(CALLS).flatMap(([name, example]) => {
    const action = exampleAction(example);
    return evaluate(set, action, deriveFacts(action)).effect === "allow" ? [name] : [];
  });
};
/** Calls whose name begins so, of those that run no more than one plain command. */
const PLAIN = Object.keys(CALLS).filter(
  (name) => CALLS[name] === name && !/[;&|<>`$=]|^(sudo|timeout|xargs)\b/.test(name),
);
const SHELL = Object.keys(CALLS).filter((name) => CALLS[name] === name);
const startingWith = (...prefixes: string[]) =>
  PLAIN.filter((name) => prefixes.some((prefix) => name === prefix || name.startsWith(`${prefix} `)));

/** A document, and what its own client lets through of the list at most. */
type Row = readonly [document: string, there: readonly string[]];

describe("Claude Code permissions never allow more than there", () => {
  const READS = ["read src/a", "read src/b/.env", "read docs/a", "read x", "read src/../x"];
  test.each<Row>([
    ["!Read", []],
    ["*", []],
    ["Bash*", []],
    ["{Bash,Read}", []],
    ["bash", []],
    ["shell", []],
    ["fs.read", []],
    ["Bash (ls)", []],
    ["mcp__*", []],
    ["mcp__a", ["server a", "server a, pay"]],
    ["mcp__a__*", ["server a", "server a, pay"]],
    ["mcp__a__l*", []],
    ["mcp__a__!pay", []],
    ["WebFetch(domain:!evil.example)", []],
    ["WebFetch(domain:{docs,evil}.example)", []],
    ["WebFetch(domain:docs.example)", ["fetch docs"]],
    ["WebFetch(domain:*.docs.example)", ["fetch below docs"]],
    ["WebFetch(https://docs.example/*)", []],
    ["Read()", []],
    ["Read(src/**)", ["read src/a", "read src/b/.env"]],
    ["Read(!src/**)", []],
    ["Read([!s]rc/**)", []],
    ["Read({src,docs}/**)", []],
    ["Read(./**)", READS],
    ["Read", [...READS, "read /etc/passwd", "read ~/.ssh/id_rsa"]],
    ["Edit(docs/**)", ["write docs/a"]],
    ["Write(docs/**)", []],
    ["Bash(ls ?:*)", ["ls '?'"]],
    ["Bash(ls ?)", []],
    ["Bash(ls:*)", [...startingWith("ls"), "ls 2>&1", "timeout 5 ls", "xargs ls"]],
    ["Bash(ls *)", [...startingWith("ls"), "ls 2>&1", "timeout 5 ls", "xargs ls"]],
    ["Bash(git status)", ["git status"]],
    ["Bash(git * main)", ["git push origin main", "git push --force origin main"]],
    ["Bash(npm run test:*)", ["npm run test"]],
    ["Bash(python3 x.py:*)", ["python3 x.py"]],
    ["Bash(rm \\*)", ["rm *"]],
    ["Bash(:* )", []],
    ["Bash()", []],
  ])("%s", (entry, there) => {
    const source = {
      name: "settings.json",
      dialect: "claude-permissions",
      text: JSON.stringify({ permissions: { allow: [entry] } }),
    };
    expect(allowedHere(source).filter((name) => !there.includes(name))).toEqual([]);
  });
});

describe("Gemini CLI policies never allow more than there", () => {
  const shell = 'toolName = "run_shell_command"';
  test.each<Row>([
    [`${shell} ;; commandPrefix = "rm *"`, ["rm *"]],
    [`${shell} ;; commandPrefix = "ls ?"`, []],
    [`${shell} ;; commandPrefix = "ls"`, startingWith("ls")],
    [`${shell} ;; commandPrefix = ["git status", "ls; rm"]`, startingWith("git status")],
    [`${shell} ;; commandPrefix = "python3 x.py"`, ["python3 x.py"]],
    [`${shell} ;; commandPrefix = "git {status,push}"`, []],
    [`${shell} ;; commandRegex = ".*"`, []],
    [`${shell} ;; argsPattern = '"command":"(git|ls)'`, []],
    [`${shell} ;; argsPattern = '"command":"git status"'`, ["git status"]],
    ['mcpName = "a*"', []],
    ['mcpName = "a{b,c}"', []],
    ['mcpName = "!a"', []],
    ['toolName = "!read_file"', []],
    ['toolName = "shell"', []],
    ['toolName = "fs.read"', []],
    ['toolName = "read_*"', []],
    ['toolName = "{Read,Bash}"', []],
    ['toolName = "*" ;; modes = ["yolo"]', []],
    ['toolName = "*" ;; toolAnnotations = { readOnlyHint = true }', []],
    // A stream into a stream writes nothing: the one redirection that is let through where every command is.
    [shell, SHELL.filter((name) => !/[<>]/.test(name.replace("2>&1", "")))],
  ])("%s", (fields, there) => {
    const text = `[[rule]]\n${fields.split(" ;; ").join("\n")}\ndecision = "allow"\npriority = 1\n`;
    const allowed = allowedHere({ name: "policy.toml", dialect: "gemini-toml", text });
    expect(allowed.filter((name) => !there.includes(name))).toEqual([]);
  });
});

describe("Codex rules never allow more than there", () => {
  test.each<Row>([
    ['["rm", "*"]', ["rm *"]],
    ['["ls", "?"]', ["ls '?'"]],
    ['["git", "{status,push}"]', []],
    ['["python3", "x.py"]', ["python3 x.py"]],
    ['["python", "x.py"]', ["python x.py"]],
    ['["echo", "$HOME"]', []],
    ['["!git"]', []],
    ['["git", ["status", "!push"]]', startingWith("git status")],
    ['["ls"]', startingWith("ls")],
    ['["git", "status"]', startingWith("git status")],
    ['["git", "push", "origin", "main"]', ["git push origin main"]],
    ['["bash"]', [...startingWith("bash"), "bash -c 'rm x'"]],
    ['["sudo"]', ["sudo ls", "sudo rm x"]],
    ['["LD_PRELOAD=/tmp/x", "ls"]', []],
    ['["ls;", "rm"]', []],
    ['["/bin/ls"]', []],
  ])("pattern = %s", (pattern, there) => {
    const text = `prefix_rule(pattern = ${pattern}, decision = "allow")`;
    const allowed = allowedHere({ name: "default.rules", dialect: "codex-rules", text });
    expect(allowed.filter((name) => !there.includes(name))).toEqual([]);
  });
});

test("and the plain ones among them are allowed: the list above would find nothing in documents that allow nothing", () => {
  const claude = (entry: string) =>
    allowedHere({
      name: "s",
      dialect: "claude-permissions",
      text: JSON.stringify({ permissions: { allow: [entry] } }),
    });
  expect(claude("Bash(ls:*)")).toEqual(["ls", "ls -la", "ls a", "ls '?'", "ls 2>&1"]);
  expect(claude("Read(src/**)")).toEqual(["read src/a", "read src/b/.env"]);
  expect(claude("mcp__a__*")).toEqual(["server a", "server a, pay"]);
  const star = `prefix_rule(pattern = ["rm", "*"], decision = "allow")`;
  expect(allowedHere({ name: "r", dialect: "codex-rules", text: star })).toEqual([]);
  const codex = `prefix_rule(pattern = ["git", "status"], decision = "allow")`;
  expect(allowedHere({ name: "r", dialect: "codex-rules", text: codex })).toEqual(["git status", "git status -s"]);
});
