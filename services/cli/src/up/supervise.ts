// supervise.ts — `holdpoint up` in two processes: this one only keeps the other, which does the work, so that what hangs or
// kills the work is found again and denied without anybody's hand

import { createLogger } from "@holdpoint/runtime/log.ts";
import { keep } from "./keep.ts";

/** Where the process that works had its ports: one that takes its place serves at the same. */
export interface Places {
  port: number;
  metricsPort: number;
  /** of the embedded Postgres, where there is one */
  databasePort?: number;
}

/** Set for the process that works, and taken away by it before it reads any other. */
const VARIABLE = "HOLDPOINT_UP_WORK";

export interface Work {
  /** of the process that its user started and may signal */
  pid: number;
  /** where the one before it was; none at the first start */
  again?: Places;
  ready(places: Places): void;
}

/** What the process that keeps us said; undefined in that process itself. */
export function workOf(): Work | undefined {
  const told = process.env[VARIABLE];
  if (told === undefined || process.send === undefined) return undefined;
  delete process.env[VARIABLE];
  // Whoever keeps us is gone, in whatever way: nothing may stay behind.
  process.once("disconnect", () => process.exit(1));
  const again = JSON.parse(told) as Places | null;
  return {
    pid: process.ppid,
    ...(again !== null && { again }),
    ready: (places) => void process.send?.({ ready: places }),
  };
}

/** Runs the same command once more as the process that works, and keeps it. @returns the exit code */
export function supervise(argv: readonly string[]): Promise<number> {
  const log = createLogger("up");
  return keep({
    launch: (state) => ({
      command: process.execPath,
      args: [...process.execArgv, ...argv.slice(1)],
      env: { ...process.env, [VARIABLE]: JSON.stringify(state ?? null) },
    }),
    tell: (line) => log.error(line),
  });
}
