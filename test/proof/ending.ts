// ending.ts — the end of a run by a signal: what it started ends with it, and what it made is cleared away

import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";

let listening = false;

/** Calls `clear` when this process exits, which from now on a signal makes it do. Nothing in `clear` can wait. */
export function endWith(clear: () => void): void {
  process.once("exit", clear);
  if (listening) return;
  listening = true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

/** Signals a child that was started as the head of a group, and all that it started in turn. */
export function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // all of it has ended
  }
}
