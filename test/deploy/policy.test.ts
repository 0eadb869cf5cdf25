// policy.test.ts — the policies that ship as files compile, and say what their comments promise

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decide } from "@holdpoint/core/decide.ts";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { sampleAction } from "@holdpoint/core/sample.ts";
import { loadPolicySources } from "@holdpoint/engine/policy-files.ts";
import { describe, expect, test } from "vitest";

const folder = join(import.meta.dirname, "..", "..", "deploy", "policy.d");
const set = compileSet(loadPolicySources([folder]));
const judged = (tool: string, args: Record<string, string>) => decide(set, sampleAction({ tool, args })).verdict;

test("the limits of the documentation compile, and count what they say", () => {
  const docs = readFileSync(join(import.meta.dirname, "..", "..", "docs", "limits.md"), "utf8");
  const [, text = ""] = /```yaml\n([\s\S]*?)```/.exec(docs) ?? [];
  const { counters } = compileSet([{ name: "limits", dialect: "native-yaml", text }]);
  expect(counters.map(({ scope, what, windowMs }) => [scope, what, windowMs])).toEqual([
    ["agent", "actions", 60_000],
    ["run", "costUsd", 0],
    ["session", "denials", 600_000],
    ["tenant", "modelCalls", 86_400_000],
  ]);
});

describe("deploy/policy.d", () => {
  test.each([
    ["looks", "Bash", { command: "ls" }, "allow"],
    ["writes at home", "Bash", { command: "echo x > ~/notes.txt" }, "allow"],
    ["writes to the system", "Bash", { command: "echo x > /etc/motd" }, "deny"],
    ["asks for privilege", "Bash", { command: "sudo ls" }, "ask"],
    ["deletes a tree", "Bash", { command: "rm -rf ~/x" }, "ask"],
    ["commits", "Bash", { command: "git commit -m x" }, "ask"],
    ["applies a patch", "apply_patch", { input: "*** Begin Patch" }, "ask"],
  ])("%s", (_what, tool, args, effect) => expect(judged(tool, args).effect).toBe(effect));

  test("limits what runs", () => {
    expect(judged("Bash", { command: "ls" }).modifications).toMatchObject({
      limits: { wallSeconds: 120, cpuPercent: 80, memoryMb: 2048 },
    });
  });
});
