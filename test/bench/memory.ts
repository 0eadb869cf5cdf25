// memory.ts — what a process holds: after a collection that keeps no room for later, so that garbage and free room are not in it

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export interface Held {
  /** MB of memory that the operating system counts as this process's */
  residentMb: number;
  /** MB that are in use: objects that somebody still refers to, and buffers outside of the heap */
  liveMb: number;
}

setFlagsFromString("--expose-gc");
/** Without the last resort the young generation stays as large as the traffic before made it: 64 or 128 MB, by chance. */
const collect = runInNewContext("gc") as (how: { type: "major"; execution: "sync"; flavor: "last-resort" }) => void;

export function held(): Held {
  // The second time frees what the first one's finalizers let go.
  for (let turn = 0; turn < 2; turn++) collect({ type: "major", execution: "sync", flavor: "last-resort" });
  const { rss, heapUsed, external } = process.memoryUsage();
  return { residentMb: rss / 2 ** 20, liveMb: (heapUsed + external) / 2 ** 20 };
}
