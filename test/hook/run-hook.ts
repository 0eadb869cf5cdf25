// run-hook.ts — calls the real hook as a client does: a process, JSON on stdin, an exit code and two streams

import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const node = join(root, "node_modules", "node", "bin", "node");
const cli = join(root, "services", "cli", "src", "main.ts");

export interface HookResult {
  code: number | null;
  stdout: string;
  stderr: string;
  ms: number;
}
export interface HookRun {
  client?: string;
  args?: string[];
  env?: Record<string, string>;
  stdin: unknown;
  /** leave stdin open, as a client that hangs would */
  open?: boolean;
}

export const privateFolder = (): string => mkdtempSync(join(tmpdir(), "holdpoint-hook-"));

/** The environment holds nothing of ours but what the test says. */
export function runHook(run: HookRun): Promise<HookResult> {
  const started = performance.now();
  const child = spawn(
    node,
    ["--disable-warning=ExperimentalWarning", cli, "hook", run.client ?? "claude-code", ...(run.args ?? [])],
    {
      env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", ...run.env },
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  // A hook that refuses before it has read everything closes the pipe: that is no error of the test.
  child.stdin.on("error", () => undefined);
  const text = typeof run.stdin === "string" ? run.stdin : JSON.stringify(run.stdin);
  if (run.open) child.stdin.write(text);
  else child.stdin.end(text);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr, ms: performance.now() - started }));
  });
}

let calls = 0;
/** What Claude Code sends before a call. */
export const before = (command: string, more: Record<string, unknown> = {}) => ({
  session_id: "s-1",
  cwd: "/home/dev/api",
  permission_mode: "bypassPermissions",
  hook_event_name: "PreToolUse",
  tool_name: "Bash",
  tool_input: { command },
  tool_use_id: `toolu_${process.pid}_${++calls}`,
  ...more,
});
export const decisionOf = (result: HookResult): unknown =>
  JSON.parse(result.stdout).hookSpecificOutput?.permissionDecision;
