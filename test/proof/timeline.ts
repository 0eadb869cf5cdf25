// timeline.ts — a load second by second: how long those took that began then, and what was done to the fleet meanwhile

import { percentile } from "../bench/drive.ts";

export interface Timeline {
  /** `at`: performance.now() of its beginning */
  took(at: number, ms: number): void;
  happened(what: string): void;
  /** one line a second; seconds are counted from the first thing that happened */
  lines(): string[];
}

export function timeline(): Timeline {
  const operations: { at: number; ms: number }[] = [];
  const events: { at: number; what: string }[] = [];
  return {
    took: (at, ms) => void operations.push({ at, ms }),
    happened: (what) => void events.push({ at: performance.now(), what }),
    lines() {
      const zero = events[0]?.at ?? operations[0]?.at ?? 0;
      const second = ({ at }: { at: number }) => Math.floor((at - zero) / 1_000);
      const happened = Map.groupBy(events, second);
      const took = Map.groupBy(operations, second);
      return [...took].map(([which, those]) => {
        const ms = those.map((each) => each.ms).sort((a, b) => a - b);
        const what = (happened.get(which) ?? []).map((each) => each.what).join(", ");
        return `${which} s: ${ms.length} took p50 ${percentile(ms, 0.5).toFixed(0)} ms, max ${ms.at(-1)?.toFixed(0)} ms; ${what}`;
      });
    },
  };
}
