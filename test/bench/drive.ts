// drive.ts — load on one operation: closed (so many in flight) or open (so many a second, timed from when each was due)

export interface Measured {
  /** operations that ended, per second */
  perSecond: number;
  operations: number;
  failed: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

export function summary(latenciesMs: number[], seconds: number, failed: number): Measured {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  const round = (value: number) => Math.round(value * 100) / 100;
  return {
    perSecond: Math.round(sorted.length / seconds),
    operations: sorted.length,
    failed,
    p50Ms: round(percentile(sorted, 0.5)),
    p99Ms: round(percentile(sorted, 0.99)),
    maxMs: round(sorted.at(-1) ?? Number.NaN),
  };
}

/** `lanes` callers, each starts its next operation when its last one ended. What ends after the time counts, and so does its time. */
export async function closedLoop(lanes: number, seconds: number, operation: () => Promise<void>): Promise<Measured> {
  const latencies: number[] = [];
  let failed = 0;
  const startedAt = performance.now();
  const end = startedAt + seconds * 1_000;
  const lane = async () => {
    while (performance.now() < end) {
      const begun = performance.now();
      try {
        await operation();
        latencies.push(performance.now() - begun);
      } catch {
        failed++; // counted and reported; a bench that stops at the first failure measures nothing
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return summary(latencies, (performance.now() - startedAt) / 1_000, failed);
}

/**
 * Arrivals at a fixed rate, whatever becomes of the ones before. Latency runs from the moment an operation was due,
 * so that a stall is paid by everyone who had to wait for it (no coordinated omission).
 */
export async function openLoop(perSecond: number, seconds: number, operation: () => Promise<void>): Promise<Measured> {
  const latencies: number[] = [];
  const running: Promise<void>[] = [];
  let failed = 0;
  const startedAt = performance.now();
  const total = Math.floor(perSecond * seconds);
  for (let next = 0; next < total; ) {
    // The first is due at once, each other one a period after the one before.
    const due = Math.min(total, 1 + Math.floor(((performance.now() - startedAt) / 1_000) * perSecond));
    for (; next < due; next++) {
      const dueAt = startedAt + (next / perSecond) * 1_000;
      running.push(
        operation().then(
          () => void latencies.push(performance.now() - dueAt),
          () => void failed++,
        ),
      );
    }
    await new Promise((turn) => setTimeout(turn, 1));
  }
  await Promise.all(running);
  return summary(latencies, (performance.now() - startedAt) / 1_000, failed);
}
