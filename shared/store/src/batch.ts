// batch.ts — batching by the traffic itself: one flush in flight a key, and what arrives meanwhile goes in the next

import { isFault } from "@holdpoint/wire/fault.ts";

export interface Batcher<Item, Result> {
  /** Resolves with this item's own result. Alone, an item waits for nobody; there are no timers. */
  submit(key: string, item: Item): Promise<Result>;
  /** Resolves when nothing is in flight or waiting. */
  idle(): Promise<void>;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * `flush` gets the items of one key (a tenant, or tenant and target) and returns their results in the same order.
 * When it throws, the halves are tried apart until the item that spoils the others is alone, and it alone is rejected;
 * a fault that is worth a retry (the database is away) spoils all of them alike, and is given to all at once.
 */
export function createBatcher<Item, Result>(options: {
  flush(key: string, items: Item[]): Promise<Result[]>;
  itemsMax: number;
  /** the size of an item, where a flush is limited by more than their number */
  weigh?: (item: Item) => number;
  weightMax?: number;
}): Batcher<Item, Result> {
  const { flush, itemsMax, weigh, weightMax = Number.POSITIVE_INFINITY } = options;
  const waiting = new Map<string, Waiting<Item, Result>[]>();
  const running = new Set<string>();
  const idlers: (() => void)[] = [];

  function take(key: string): Waiting<Item, Result>[] {
    const queue = waiting.get(key) ?? [];
    let count = 0;
    for (let weight = 0; count < queue.length && count < itemsMax; count++) {
      weight += weigh && queue[count] ? weigh((queue[count] as Waiting<Item, Result>).item) : 0;
      if (count > 0 && weight > weightMax) break; // one that is too heavy travels alone
    }
    const taken = queue.splice(0, count);
    if (queue.length === 0) waiting.delete(key);
    return taken;
  }

  async function deliver(key: string, batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await flush(
        key,
        batch.map(({ item }) => item),
      );
      if (results.length !== batch.length)
        throw new Error(`a flush of ${batch.length} items returned ${results.length} results`);
      for (const [at, { resolve }] of batch.entries()) resolve(results[at] as Result);
    } catch (error) {
      if (batch.length === 1 || (isFault(error) && error.code === "store_unavailable")) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const half = batch.length >> 1;
      await deliver(key, batch.slice(0, half));
      await deliver(key, batch.slice(half));
    }
  }

  async function run(key: string): Promise<void> {
    await undefined; // whatever is submitted in the same turn of the loop goes together
    while (waiting.has(key)) await deliver(key, take(key));
    running.delete(key);
    if (running.size === 0) for (const idler of idlers.splice(0)) idler();
  }

  return {
    submit: (key, item) =>
      new Promise((resolve, reject) => {
        const queue = waiting.get(key);
        if (queue) queue.push({ item, resolve, reject });
        else waiting.set(key, [{ item, resolve, reject }]);
        if (running.has(key)) return;
        running.add(key);
        void run(key);
      }),
    idle: () => (running.size === 0 ? Promise.resolve() : new Promise((done) => idlers.push(done))),
  };
}
