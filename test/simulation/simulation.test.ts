// simulation.test.ts — a sample of the simulated worlds; `npm run proof` runs thousands. A failure names its seed:
// `node test/simulation/many.ts <seed> 1` runs it again, step by step the same

import { expect, test } from "vitest";
import { simulateMany } from "./many.ts";
import { simulate } from "./simulate.ts";

test("whatever crashes, repeats, is late, lost or out of order: each action is decided once, as its policy says", async () => {
  const { problems, steps } = await simulateMany(1, 250);
  expect(problems).toEqual([]);
  expect(steps).toBeGreaterThan(25_000);
}, 120_000);

test("the same seed is the same run", async () => {
  const [one, other] = [await simulate(77), await simulate(77)];
  expect(one).toEqual(other);
});
