// many.ts — many seeds in a row, with a count and the first problems; run by itself it says what one seed does
// usage: node test/simulation/many.ts [first seed] [how many]

import { simulate } from "./simulate.ts";

export interface Simulated {
  seeds: number;
  steps: number;
  seconds: number;
  /** each names its seed */
  problems: string[];
}

const PROBLEMS_MAX = 20;

export async function simulateMany(first: number, seeds: number): Promise<Simulated> {
  const startedAt = performance.now();
  const problems: string[] = [];
  let steps = 0;
  for (let seed = first; seed < first + seeds && problems.length < PROBLEMS_MAX; seed++) {
    const outcome = await simulate(seed);
    steps += outcome.steps;
    problems.push(...outcome.problems);
  }
  return { seeds, steps, problems, seconds: Math.round((performance.now() - startedAt) / 100) / 10 };
}

if (import.meta.main) {
  const [first = "1", seeds = "1000"] = process.argv.slice(2);
  const { problems, ...simulated } = await simulateMany(Number(first), Number(seeds));
  for (const problem of problems) console.log(problem);
  console.log(JSON.stringify(simulated));
  process.exit(problems.length === 0 ? 0 : 1);
}
