// turn.ts — how long one operation takes, measured in short turns: what else the machine does in between is left out

export const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
export const ROUNDS = 7;

/**
 * Nanoseconds an operation, in one turn of about `ms`: the median over batches of about half a millisecond, so that what
 * else the machine does in between falls into some batches and not into the figure.
 */
export function turn(operation: (index: number) => unknown, ms: number): number {
  const batches: number[] = [];
  let size = 1;
  let done = 0;
  const endAt = performance.now() + ms;
  while (performance.now() < endAt) {
    const startedAt = performance.now();
    for (let index = 0; index < size; index++) operation(done + index);
    const tookMs = performance.now() - startedAt;
    done += size;
    if (tookMs < 0.25 && size < 5_000) {
      size *= 2;
      batches.length = 0; // still growing: what was measured so far were start-up batches
    } else batches.push((tookMs * 1e6) / size);
  }
  return median(batches);
}
