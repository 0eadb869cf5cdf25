// cpu.ts — processor time by process: ours, and that of the servers that we started

import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second; 100 on every Linux that we run on. */
const TICKS_PER_SECOND = 100;

/** Processes below `pid`, itself included. Empty where there is no /proc. */
function family(pid: number): number[] {
  const parents = new Map<number, number>();
  try {
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      const stat = statOf(Number(entry));
      if (stat !== undefined) parents.set(Number(entry), Number(stat[1]));
    }
  } catch {
    return []; // no /proc: the split is left out
  }
  const found = new Set([pid]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [child, parent] of parents) {
      if (found.has(parent) && !found.has(child)) {
        found.add(child);
        grown = true;
      }
    }
  }
  return [...found];
}

/** Fields of /proc/<pid>/stat after the name: state, parent, … */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined; // ended while we were looking
  }
}

const secondsOf = (pid: number): number => {
  const stat = statOf(pid);
  // With the time of children that ended meanwhile: a database starts and ends helpers all the time.
  return stat === undefined ? 0 : [11, 12, 13, 14].reduce((sum, at) => sum + Number(stat[at]), 0) / TICKS_PER_SECOND;
};

export type CpuSeconds = Record<string, number>;

/** @param servers process ids by name; their children count with them */
export function cpuNow(servers: Record<string, number>): CpuSeconds {
  const own = process.cpuUsage();
  const of = Object.entries(servers).map(
    ([name, pid]) => [name, family(pid).reduce((sum, each) => sum + secondsOf(each), 0)] as const,
  );
  return { node: (own.user + own.system) / 1e6, ...Object.fromEntries(of) };
}

/** Microseconds of each process for one operation. */
export function cpuPerOperation(before: CpuSeconds, after: CpuSeconds, operations: number): CpuSeconds {
  return Object.fromEntries(
    Object.keys(after).map((name) => [
      name,
      Math.round((((after[name] ?? 0) - (before[name] ?? 0)) * 1e6) / Math.max(1, operations)),
    ]),
  );
}
