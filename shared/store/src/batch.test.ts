// Batching by the traffic itself: what arrives while a flush is in flight goes in the next one, and one bad item spoils no other.

import { Fault } from "@holdpoint/wire/fault.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBatcher } from "./batch.ts";

/** A flush that ends when told. */
function controlled() {
  const flushes: { key: string; items: number[]; end: () => void }[] = [];
  const batcher = createBatcher<number, number>({
    itemsMax: 10,
    flush: (key, items) =>
      new Promise((done) => flushes.push({ key, items, end: () => done(items.map((n) => n * 2)) })),
  });
  return { flushes, batcher };
}
const turn = () => new Promise((next) => setImmediate(next));

describe("a batcher", () => {
  test("sends the first at once, and together what came meanwhile", async () => {
    const { flushes, batcher } = controlled();
    const first = batcher.submit("a", 1);
    await turn();
    const later = [2, 3, 4].map((n) => batcher.submit("a", n));
    await turn();
    expect(flushes.map(({ items }) => items)).toEqual([[1]]);
    flushes[0]?.end();
    expect(await first).toBe(2);
    await turn();
    expect(flushes.map(({ items }) => items)).toEqual([[1], [2, 3, 4]]);
    flushes[1]?.end();
    expect(await Promise.all(later)).toEqual([4, 6, 8]);
  });

  test("one key does not wait for another", async () => {
    const { flushes, batcher } = controlled();
    void batcher.submit("a", 1);
    void batcher.submit("b", 2);
    await turn();
    expect(flushes.map(({ key }) => key)).toEqual(["a", "b"]);
    for (const { end } of flushes) end();
    await batcher.idle();
  });

  test("no flush is larger than allowed, by number or by weight", async () => {
    const sizes: number[][] = [];
    const batcher = createBatcher<number, number>({
      itemsMax: 4,
      weigh: (n) => n,
      weightMax: 10,
      flush: async (_key, items) => {
        sizes.push(items);
        return items;
      },
    });
    await Promise.all([1, 1, 1, 1, 1, 9, 5, 50, 2].map((n) => batcher.submit("a", n)));
    expect(sizes).toEqual([[1, 1, 1, 1], [1, 9], [5], [50], [2]]);
  });

  test("a bad item is rejected alone; the others are flushed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), async (bad) => {
        const done: number[] = [];
        const batcher = createBatcher<number, number>({
          itemsMax: 100,
          flush: async (_key, items) => {
            if (items.some((n) => bad[n])) throw new Error("spoiled");
            done.push(...items);
            return items;
          },
        });
        const outcomes = await Promise.allSettled(bad.map((_one, n) => batcher.submit("a", n)));
        expect(outcomes.map(({ status }) => status === "rejected")).toEqual(bad);
        expect(done).toEqual(bad.flatMap((isBad, n) => (isBad ? [] : [n])));
      }),
      { numRuns: 50 },
    );
  });

  test("when the store is away everybody hears it at once, and the next flush works again", async () => {
    let calls = 0;
    const batcher = createBatcher<number, number>({
      itemsMax: 100,
      flush: async (_key, items) => {
        calls++;
        if (calls === 1) throw new Fault("store_unavailable", "away");
        return items;
      },
    });
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => batcher.submit("a", n)));
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(calls).toBe(1);
    expect(await batcher.submit("a", 4)).toBe(4);
  });

  test("a flush that loses answers is an error, not somebody else's answer", async () => {
    const batcher = createBatcher<number, number>({ itemsMax: 9, flush: async () => [] });
    await expect(batcher.submit("a", 1)).rejects.toThrow("returned 0 results");
  });
});
