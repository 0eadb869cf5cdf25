// pack.test.ts — packs keep order and bounds; a lane has one flush in flight and loses nothing

import fc from "fast-check";
import { expect, test } from "vitest";
import { lane, packs } from "./pack.ts";

test("packs keep every item in order, within count and bytes; a large one travels alone", () => {
  fc.assert(
    // Small ones are stopped by their count, middling ones by their bytes, large ones travel alone.
    fc.property(
      fc.array(fc.oneof(...[10, 60, 150].map((max) => fc.integer({ min: 1, max }))), { size: "medium" }),
      (sizes) => {
        const items = sizes.map((bytes, index) => ({ bytes, index }));
        const made = packs(items, 4, 100);
        expect(made.flat()).toEqual(items);
        for (const pack of made) {
          expect(pack.length).toBeLessThanOrEqual(4);
          if (pack.length > 1) expect(pack.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(100);
        }
      },
    ),
  );
});

test("alone, an item leaves at once; what comes while a flush is in flight leaves together", async () => {
  const flushes: number[][] = [];
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const one = lane<number>(async (made) => {
    flushes.push(made.flat());
    if (flushes.length === 1) await gate;
  });
  const first = one.add(1, 1);
  await Promise.resolve();
  const rest = [2, 3, 4].map((item) => one.add(item, 1));
  expect(flushes).toEqual([[1]]);
  release();
  await Promise.all([first, ...rest]);
  expect(flushes).toEqual([[1], [2, 3, 4]]);
});

test("a failed flush fails those it carried and nobody after them", async () => {
  let fail = true;
  const one = lane<number>(async () => {
    if (fail) throw new Error("away");
  });
  await expect(one.add(1, 1)).rejects.toThrow("away");
  fail = false;
  await expect(one.add(2, 1)).resolves.toBeUndefined();
  await one.idle();
});
