// processes.ts — the four workers as processes of their own, to be killed and to be asked for their health

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Stage } from "@holdpoint/wire/scalars.ts";

const root = join(import.meta.dirname, "..", "..");

export interface WorkerProcess {
  stage: Stage;
  child: ChildProcess;
  /** base URL of its health listener; resolves when it listens */
  health: Promise<string>;
  /** everything it logged so far */
  log(): string;
  /** sends a signal and waits for the end: exit code or signal, and how long it took */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null; ms: number }>;
}

export function startWorker(stage: Stage, env: Record<string, string>): WorkerProcess {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(root, "services", stage, "src", "main.ts")],
    {
      env: { ...process.env, HOLDPOINT_PORT: "0", HOLDPOINT_LOG_LEVEL: "info", ...env },
      stdio: ["ignore", "inherit", "pipe"],
    },
  );
  let log = "";
  const health = new Promise<string>((resolve, reject) => {
    child.stderr?.on("data", (chunk) => {
      log += chunk;
      const url = /"health":"([^"]+)"/.exec(log)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once("exit", (code, signal) =>
      reject(new Error(`${stage} ended (${code ?? signal}) before it listened\n${log}`)),
    );
  });
  health.catch(() => undefined); // whoever waits for it hears of it; others look at the exit
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    stage,
    child,
    health,
    log: () => log,
    async end(signal) {
      const startedAt = performance.now();
      child.kill(signal);
      const [code, by] = await ended;
      return { code, signal: by, ms: performance.now() - startedAt };
    },
  };
}
