// pulse.ts — the signs of life that a process leaves where another thread of it can read them: turns of its loop, actions begun and ended

export interface Pulse {
  /** three counters, at the places of `PULSE` */
  memory: SharedArrayBuffer;
  /** The loop has turned. */
  turn(): void;
  /** Does what is done of one action before the first wait: as long as it takes, the loop stands still on behalf of that action alone. */
  during<T>(work: () => T): T;
}

export const PULSE = { turns: 0, begun: 1, ended: 2 } as const;

export function createPulse(): Pulse {
  const memory = new SharedArrayBuffer(4 * Object.keys(PULSE).length);
  const counters = new Int32Array(memory);
  return {
    memory,
    turn: () => void Atomics.add(counters, PULSE.turns, 1),
    during(work) {
      Atomics.add(counters, PULSE.begun, 1);
      try {
        return work();
      } finally {
        Atomics.add(counters, PULSE.ended, 1);
      }
    },
  };
}
