// try.mutants.ts — runs inside vitest: wakes one mutant after the other and asks the tests that reach it, until one notices

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { kept } from "./shim.ts";
import { root, tests } from "./targets.ts";

/** Steps of loops that one test may take while a mutant is awake; without one no test comes near. */
const TICKS_MAX = 3_000_000;

/** The slowest tests are left out for a mutant that many tests reach: what those do not notice, these seldom do. */
const TESTS_MS_MAX = 2_000;
/** Of the processor, the lesser of two runs: what else the machine does is no reason to leave a test out. */
async function msOf(run: () => unknown): Promise<number> {
  const once = async () => {
    const before = process.cpuUsage();
    await run();
    return process.cpuUsage(before).user / 1_000;
  };
  return Math.min(await once(), await once());
}

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

type Outcome = "killed" | "looped" | "survived" | "not reached";

test("every mutant is tried", { timeout: 24 * 3_600_000 }, async () => {
  const { chosen, outcomesFile } = JSON.parse(process.env["HOLDPOINT_MUTANTS"] ?? "{}") as {
    chosen: { id: number; file: string }[];
    outcomesFile: string;
  };
  const fileOf = new Map<(typeof kept)[number], string>();
  for (const file of tests) {
    await import(/* @vite-ignore */ join(root, file));
    for (const one of kept) if (!fileOf.has(one)) fileOf.set(one, file);
  }
  /** The quickest first, each with the mutants that it reaches. */
  const measured: { run(): unknown; file: string; ms: number; reaches: Set<number> }[] = [];
  for (const one of kept) {
    reached = new Set();
    const ms = await msOf(one.run);
    measured.push({ run: one.run, file: fileOf.get(one) ?? "", ms, reaches: reached });
  }
  measured.sort((a, b) => a.ms - b.ms);
  const outcomes: Record<number, Outcome> = {};
  for (const [index, { id, file }] of chosen.entries()) {
    const reaching = measured.filter((one) => one.reaches.has(id));
    // The tests beside a file know most of it.
    const [own = [], others = []] = [true, false].map((beside) =>
      reaching.filter((one) => (one.file === file.replace(/\.ts$/, ".test.ts")) === beside),
    );
    let ms = 0;
    const quick = others.filter((one) => {
      ms += one.ms;
      return ms <= TESTS_MS_MAX;
    });
    outcomes[id] = await tried(id, [...own, ...quick]);
    if (index % 50 === 0) writeFileSync(outcomesFile, JSON.stringify(outcomes));
  }
  // No mutant may have left anything behind: asleep, all is as it was.
  awake = 0;
  for (const { run } of kept) await run();
  writeFileSync(outcomesFile, JSON.stringify(outcomes));
});

async function tried(id: number, covering: { run(): unknown }[]): Promise<Outcome> {
  if (covering.length === 0) return "not reached";
  awake = id;
  try {
    for (const { run } of covering) {
      ticks = 0;
      try {
        await run();
      } catch {
        return ticks > TICKS_MAX ? "looped" : "killed"; // what a test throws is how it says that it noticed
      }
    }
    return "survived";
  } finally {
    awake = 0;
  }
}
