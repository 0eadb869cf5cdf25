// memory.test.ts — what a bench calls growth is what is held, and no garbage

import { expect, test } from "vitest";
import { held } from "./memory.ts";

const MB = 2 ** 20;
/** Objects of about so many MB. */
const objects = (mb: number) => Array.from({ length: mb * 1_024 }, (_, at) => new Array<number>(128).fill(at + 0.5));

test("what is referred to is held, what is not is no growth, and neither is the room that it left", () => {
  const before = held();
  let kept: number[][] | undefined = objects(40);
  const full = held();
  expect(full.liveMb - before.liveMb).toBeGreaterThan(30);
  expect(full.residentMb - before.residentMb).toBeGreaterThan(30);
  expect(kept.length).toBe(40 * 1_024);
  kept = undefined;
  const after = held();
  expect(after.liveMb - before.liveMb).toBeLessThan(5);
  expect(after.residentMb - before.residentMb).toBeLessThan(20);
});

test("buffers outside of the heap are held as well", () => {
  const before = held();
  const buffer = Buffer.alloc(20 * MB, 1);
  expect(held().liveMb - before.liveMb).toBeGreaterThanOrEqual(19);
  expect(buffer[0]).toBe(1);
});
