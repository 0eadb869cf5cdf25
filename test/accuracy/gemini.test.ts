// gemini.test.ts — the reader of Gemini CLI's cases: rules in words, in a helper's call and in code are the same rules

import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { expect, test } from "vitest";
import { type GeminiRow, geminiCall, geminiPolicy } from "./gemini.ts";
import { judgeRow } from "./judge.ts";

const code = (...rules: string[]) => `const rules: PolicyRule[] = [ ${rules.map((rule) => `{ ${rule} }, `).join("")}];`;
const told = "toolName: 'run_shell_command', ";

test.each<[string, Omit<GeminiRow, "id" | "expected">, string]>([
  [
    "a sentence",
    { command: "make all", setup: "ALLOW run_shell_command commandPrefix 'make'; default ASK_USER" },
    "allow",
  ],
  ["a sentence, not met", { command: "makefile", setup: "ALLOW run_shell_command commandPrefix 'make'; x" }, "ask"],
  ["a helper with a list allows", { command: "make & du", setup: "setupEngine(['make', 'du']);" }, "allow"],
  ["a helper with a name blocks", { command: "echo $(boom)", setup: "setupEngine('boom');" }, "deny"],
  [
    "code, the higher priority first",
    {
      command: "make clean",
      setup: code(
        `${told}argsPattern: /"command":"make/, decision: PolicyDecision.ALLOW, priority: 5`,
        `${told}argsPattern: /"command":"make clean"/, decision: PolicyDecision.DENY, priority: 7`,
      ),
    },
    "deny",
  ],
  [
    "a variable that is not shown",
    {
      command: "make && du -s",
      setup: code(
        `${told}argsPattern: new RegExp(argsPatternsMake[0]!), decision: PolicyDecision.ALLOW, priority: 2`,
        `${told}argsPattern: new RegExp(argsPatternsDu[0]!), decision: PolicyDecision.ALLOW, priority: 2`,
      ),
    },
    "allow",
  ],
  [
    "a mode that the case is about",
    {
      command: "anything at all",
      why: "in YOLO mode",
      setup: code("toolName: '*', decision: PolicyDecision.ALLOW, priority: 9, modes: [ApprovalMode.YOLO]"),
    },
    "allow",
  ],
  [
    "a parser that fails",
    {
      command: "anything at all",
      why: "when shell parsing fails",
      setup: code(`${told}decision: PolicyDecision.ALLOW, priority: 9`),
    },
    "ask",
  ],
  [
    "the path checker",
    { tool: "write_file", args: { path: "/srv/b/x" }, setup: "AllowedPathChecker, cwd=/srv/a, workspaces=[/srv/a]" },
    "deny",
  ],
  [
    "a link that leaves the workspace",
    {
      tool: "write_file",
      args: { path: "/srv/a/link" },
      fs: { symlink: { "/srv/a/link": "/etc/hosts" } },
      setup: "AllowedPathChecker, cwd=/srv/a, workspaces=[/srv/a]",
    },
    "deny",
  ],
  [
    "git in a folder nobody trusts",
    { command: "A=1 git status", setup: "isTrustedMock = vi.fn().mockReturnValue(false)" },
    "ask",
  ],
])("%s", (_what, row, effect) => {
  const told = { id: "x", expected: effect, ...row };
  expect(judgeRow(geminiCall(told), compileSet([geminiPolicy(told)])).effect).toBe(effect);
});
