// counted.ts — what anybody may cause as often as they like, written at once the first time and then as a number

import type { Clock } from "./clock.ts";

export interface Counted<T> {
  /** Writes it with the number of its like since the last time, or only counts it. */
  note(key: string, what: T): Promise<void>;
  /** Writes the counts that are still open. */
  flush(): Promise<void>;
}

/** Whoever floods us writes one event in this time, with their number, and not a million. */
const COUNT_MS = 10_000;

/** @param write `times` ≥ 1. @param key of few values: each is remembered until the next flush */
export function createCounted<T>(clock: Clock, write: (what: T, times: number) => Promise<void>): Counted<T> {
  const counted = new Map<string, { what: T; since: number; times: number }>();
  return {
    async note(key, what) {
      const now = clock.now();
      const open = counted.get(key);
      if (open !== undefined && now - open.since < COUNT_MS) {
        open.times += 1;
        return;
      }
      counted.set(key, { what, since: now, times: 0 });
      await write(what, 1 + (open?.times ?? 0));
    },
    async flush() {
      const open = [...counted.values()].filter(({ times }) => times > 0);
      counted.clear();
      for (const { what, times } of open) await write(what, times);
    },
  };
}
