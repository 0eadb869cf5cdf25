// probe.ts — small real attempts, each with a time limit: what a machine says it has is not what works on it

import { spawn } from "node:child_process";

export interface Probe {
  /** null: it could not be started, or it was killed for being late */
  code: number | null;
  stdout: string;
  stderr: string;
  late: boolean;
}

/** Never throws and never hangs. */
export function probe(
  command: string,
  args: readonly string[],
  options: { timeoutMs: number; stdin?: string; env?: NodeJS.ProcessEnv },
): Promise<Probe> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    let stdout = "";
    let stderr = "";
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, options.timeoutMs);
    const done = (code: number | null) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr, late });
    };
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.stdin.on("error", () => undefined); // it ended without reading: its exit code says the rest
    child.on("error", (error) => {
      stderr += error.message;
      done(null);
    });
    child.on("close", done);
    child.stdin.end(options.stdin ?? "");
  });
}

export const why = ({ late, stderr, code }: Probe): string =>
  late ? "it did not answer in time" : (stderr.trim().split("\n").at(-1) ?? "") || `it ended with ${code}`;
