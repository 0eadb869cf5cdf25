// ending.ts — the end of a run by a signal: what it started ends with it, and what it made is cleared away

import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
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

/** Ends whatever runs a program of this folder, in a group of its own or not: a bug may be that something outlives its parent. */
export function endStrays(folder: string): void {
  if (!existsSync("/proc/self/cmdline")) return; // elsewhere the group is all that is known
  for (const pid of readdirSync("/proc").map(Number).filter(Number.isInteger)) {
    try {
      if (pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${folder}/`))
        process.kill(pid, "SIGKILL");
    } catch (error) {
      if (!["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error; // it has ended meanwhile
    }
  }
}
