// waking.ts — wakes one mutant after the other and asks the tests that reach it, until one notices
//
// Each is asked in modules that are loaded anew, and asleep: an answer that was kept while another one was awake, or before
// any was, would else be given for this one.

import { join } from "node:path";
import { vi } from "vitest";
import type { Kept } from "./shim.ts";

/** Steps of loops that one test may take while a mutant is awake; without one no test comes near. */
const TICKS_MAX = 3_000_000;

/** The slowest tests are left out for a mutant that many tests reach: what those do not notice, these seldom do. */
const TESTS_MS_MAX = 2_000;

let awake = 0;
let ticks = 0;
let reached = new Set<number>();
Object.assign(globalThis, {
  __mutant(id: number): boolean {
    if (awake === 0) reached.add(id);
    return awake === id;
  },
  __tick(): void {
    ticks += 1;
    if (awake !== 0 && ticks > TICKS_MAX) throw new Error("loops for ever");
  },
});

export type Outcome = "killed" | "looped" | "survived" | "not reached";

/** A test that passed while all mutants slept. */
export interface Measured {
  file: string;
  /** its place in the file */
  index: number;
  ms: number;
  reaches: ReadonlySet<number>;
}

/** The tests of `file`, in modules that nobody has used. */
async function freshTests(file: string): Promise<readonly Kept[]> {
  vi.resetModules();
  const { kept } = (await import(/* @vite-ignore */ join(import.meta.dirname, "shim.ts"))) as { kept: Kept[] };
  await import(/* @vite-ignore */ file);
  return kept;
}

/** @param files whole paths of test files that import the shim. Throws what a test throws that fails by itself. */
export async function measure(files: readonly string[]): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const file of files) {
    for (const [index, { run }] of (await freshTests(file)).entries()) {
      reached = new Set();
      const ms = await msOf(run);
      measured.push({ file, index, ms, reaches: reached });
    }
  }
  return measured;
}

/** Of the processor, the lesser of two runs: what else the machine does is no reason to leave a test out. */
async function msOf(run: () => unknown): Promise<number> {
  const once = async () => {
    const before = process.cpuUsage();
    await run();
    return process.cpuUsage(before).user / 1_000;
  };
  return Math.min(await once(), await once());
}

/** @param file where the mutant is: the tests beside it know most of it, and are asked first */
export async function tryOne(id: number, file: string, measured: readonly Measured[]): Promise<Outcome> {
  const reaching = measured.filter(({ reaches }) => reaches.has(id)).sort((a, b) => a.ms - b.ms);
  const beside = file.replace(/\.ts$/, ".test.ts");
  let ms = 0;
  const asked = reaching.filter((one) => {
    if (one.file === beside) return true;
    ms += one.ms;
    return ms <= TESTS_MS_MAX;
  });
  if (asked.length === 0) return "not reached";
  const byFile = [...Map.groupBy(asked, (one) => one.file)];
  byFile.sort(([a], [b]) => Number(b === beside) - Number(a === beside));
  for (const [testFile, of] of byFile) {
    const outcome = await askedOf(await freshTests(testFile), of, id);
    if (outcome !== "survived") return outcome;
  }
  return "survived";
}

async function askedOf(tests: readonly Kept[], of: readonly Measured[], id: number): Promise<Outcome> {
  awake = id;
  try {
    for (const { index } of of) {
      ticks = 0;
      try {
        await tests[index]?.run();
      } catch {
        return ticks > TICKS_MAX ? "looped" : "killed"; // what a test throws is how it says that it noticed
      }
    }
    return "survived";
  } finally {
    awake = 0;
  }
}
