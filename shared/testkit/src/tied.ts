// tied.ts — a child that ends when we do, however we end: no run leaves servers or services behind

import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/**
 * A shell becomes the program by `exec`, so that the child's pid is the program's. Before that it leaves a watcher behind, which
 * reads from a pipe that only we hold: when we end, by SIGKILL too, the kernel closes it, and the watcher kills the program, also
 * one that is stopped. `done` lets the watcher go.
 */
const TIED = `(
  exec >/dev/null 2>&1 </dev/null
  word=; IFS= read -r word <&3
  [ "$word" = done ] || kill -KILL $$
) & exec 3<&-; exec "$@"`;

/** @param options.stdio of the first three; nothing is inherited beside them */
export function spawnTied(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { stdio: ("ignore" | "pipe")[] },
): ChildProcess {
  const [stdin = "ignore", stdout = "ignore", stderr = "ignore"] = options.stdio;
  const child = spawn("/bin/sh", ["-c", TIED, "holdpoint-tied", command, ...args], {
    ...options,
    stdio: [stdin, stdout, stderr, "pipe"],
  });
  const pipe = child.stdio[3];
  if (pipe && "end" in pipe) {
    pipe.on("error", () => undefined); // the watcher may be gone first; there is nobody left to tell
    child.once("exit", () => pipe.end("done\n"));
  }
  return child;
}
