// pack.ts — what arrives together travels together: batching by the traffic itself, without timers
// One flush a lane is in flight; all that arrives meanwhile goes in the next one. Alone, a message leaves at once.

import { limits } from "@holdpoint/wire/limits.ts";

interface Waiting<T> {
  item: T;
  bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** Splits by count and bytes; an item larger than a pack travels alone. Order is kept. */
export function packs<T extends { bytes: number }>(
  items: readonly T[],
  actionsMax: number = limits.packActionsMax,
  bytesMax: number = limits.packBytesMax,
): T[][] {
  const out: T[][] = [];
  let pack: T[] = [];
  let bytes = 0;
  for (const item of items) {
    if (pack.length > 0 && (pack.length >= actionsMax || bytes + item.bytes > bytesMax)) {
      out.push(pack);
      pack = [];
      bytes = 0;
    }
    pack.push(item);
    bytes += item.bytes;
  }
  if (pack.length > 0) out.push(pack);
  return out;
}

export interface Lane<T> {
  /** Resolves when the flush that carried the item is done; rejects with its error. */
  add(item: T, bytes: number): Promise<void>;
  /** Resolves when nothing is waiting or in flight. */
  idle(): Promise<void>;
}

/** `flush` gets packs of one lane; what it throws rejects every item it carried. */
export function lane<T>(flush: (packs: T[][]) => Promise<void>): Lane<T> {
  let waiting: Waiting<T>[] = [];
  let flying: Promise<void> | undefined;

  const fly = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await flush(packs(batch).map((pack) => pack.map(({ item }) => item)));
        for (const each of batch) each.resolve();
      } catch (error) {
        for (const each of batch) each.reject(error);
      }
    }
    flying = undefined;
  };

  return {
    add: (item, bytes) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ item, bytes, resolve, reject });
        // A turn of the event loop gathers what one burst of traffic brought; nobody waits for a clock.
        flying ??= Promise.resolve().then(fly);
      }),
    idle: async () => {
      while (flying) await flying;
    },
  };
}
