// random.ts — a seeded source of choices, so that a run that found something can be run again

export interface Random {
  /** 0 ≤ x < below */
  int(below: number): number;
  pick<T>(from: readonly T[]): T;
  /** true once in `times` */
  once(times: number): boolean;
}

/** mulberry32 */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(next() * below);
  return {
    int,
    pick: (from) => from[int(from.length)] as (typeof from)[number],
    once: (times) => int(times) === 0,
  };
}
