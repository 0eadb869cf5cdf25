// executor.ts — runs what was granted, and only that: the arguments that came back with the grant, in the scratch folder

import { spawn } from "node:child_process";
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, relative, resolve } from "node:path";

export interface Ran {
  outcome: "succeeded" | "failed";
  exitCode?: number;
  /** one line of what came back */
  note: string;
  output: string;
}

const runMs = 30_000;
const outputCharsMax = 65_536;

/** The executor has its own idea of the workspace: a grant for another place is a bug, and nothing is touched. */
function within(project: string, file: string): string {
  const path = resolve(project, file);
  const way = relative(realpathSync(project), join(realpathSync(dirname(path)), path.slice(dirname(path).length + 1)));
  if (way.startsWith("..")) throw new Error(`\`${file}\` lies outside the demo's project`);
  return path;
}

function shell(project: string, command: string): Promise<Ran> {
  // A clean environment: what the person's shell holds is none of the agent's business.
  const env = {
    PATH: [dirname(process.execPath), process.env["PATH"] ?? "/usr/bin:/bin"].join(delimiter),
    HOME: join(dirname(project), "home"),
    LANG: "C.UTF-8",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    npm_config_update_notifier: "false",
  };
  const child = spawn("/bin/sh", ["-c", command], {
    cwd: project,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  const keep = (chunk: Buffer) => {
    if (output.length < outputCharsMax) output += chunk;
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  // The whole group: a test runner has children of its own.
  const timer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, runMs);
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      clearTimeout(timer);
      const exitCode = code ?? 137;
      done({ outcome: exitCode === 0 ? "succeeded" : "failed", exitCode, note: noteOf(output, exitCode), output });
    });
  });
}

/** A test runner's counts say more than its last line. */
function noteOf(output: string, exitCode: number): string {
  const count = (word: string) => new RegExp(`^. ${word} (\\d+)$`, "m").exec(output)?.[1];
  const [pass, failed] = [count("pass"), count("fail")];
  if (pass !== undefined && failed !== undefined) return `${pass} passed, ${failed} failed`;
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  if (exitCode !== 0) return `exit ${exitCode}`;
  return lines.length === 0 ? "done" : lines.length === 1 ? (lines[0] ?? "") : `${lines.length} lines`;
}

/** Throws only for what is a bug: a failing command is an outcome. */
export async function execute(project: string, tool: string, args: Record<string, unknown>): Promise<Ran> {
  const text = (name: string): string => {
    const value = args[name];
    if (typeof value !== "string") throw new Error(`the grant holds no \`${name}\``);
    return value;
  };
  if (tool === "Bash") return shell(project, text("command"));
  const path = within(project, text("file_path"));
  const before = readFileSync(path, "utf8");
  if (tool === "Read") return { outcome: "succeeded", note: `${before.length} characters`, output: before };
  if (tool !== "Edit") throw new Error(`the demo runs no \`${tool}\``);
  if (!before.includes(text("old_string"))) return { outcome: "failed", note: "nothing to replace", output: "" };
  writeFileSync(
    path,
    before.replace(text("old_string"), () => text("new_string")),
  );
  return { outcome: "succeeded", note: "1 line changed", output: "" };
}
