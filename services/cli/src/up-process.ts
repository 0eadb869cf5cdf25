// up-process.ts — for tests: `holdpoint up` as a process of its own, in a folder of its own, that always ends

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Ready } from "./up/start.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

export interface UpProcess {
  child: ChildProcess;
  ready: Ready;
  stdout(): string;
  stderr(): string;
  ended: Promise<number | null>;
  /** SIGKILL, for the end of a test */
  kill(): Promise<void>;
}

/** Rejects with its last words when it ends before it is ready. Its data are in `<folder>/data`. */
export function upProcess(
  folder: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<UpProcess> {
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      main,
      "up",
      "--json",
      "--port",
      "0",
      "--data",
      join(folder, "data"),
      ...args,
    ],
    { cwd: folder, env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      if (!stdout.includes("\n")) return;
      const ready: Ready = JSON.parse(stdout.split("\n")[0] ?? "");
      resolve({ child, ready, stdout: () => stdout, stderr: () => stderr, ended, kill });
    });
    void ended.then((code) => reject(new Error(`it ended with ${code}: ${stderr.slice(-2_000)}`)));
  });
}
