// circuit.ts — waiting longer after each failure, and leaving an endpoint alone that does not answer

import { limits } from "@holdpoint/wire/limits.ts";

/** ms to wait after the `failures`-th failure: doubling up to a maximum, and half of it by chance, so that no two meet again. */
export function backoffMs(failures: number, baseMs: number, maxMs: number, random: () => number): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 40));
  return Math.round(full / 2 + (random() * full) / 2);
}

export type CircuitState = "closed" | "open" | "probing";

export interface Circuit {
  state(now: number): CircuitState;
  /** how many may be tried now */
  room(now: number, inFlight: number): number;
  /** True when it was not closed: the endpoint is back. */
  succeeded(): boolean;
  failed(now: number): void;
  failures(): number;
}

/** Opens after some failures in a row; when its time is over, one attempt goes out as a probe. */
export function createCircuit(random: () => number): Circuit {
  let failures = 0;
  let openUntil = 0;
  const state = (now: number): CircuitState =>
    failures < limits.circuitFailures ? "closed" : now < openUntil ? "open" : "probing";
  return {
    state,
    failures: () => failures,
    room(now, inFlight) {
      const most = { closed: limits.deliverPerEndpoint, open: 0, probing: 1 }[state(now)];
      return Math.max(0, most - inFlight);
    },
    succeeded() {
      const was = failures >= limits.circuitFailures;
      failures = 0;
      openUntil = 0;
      return was;
    },
    failed(now) {
      failures += 1;
      const over = failures - limits.circuitFailures + 1;
      if (over > 0) openUntil = now + backoffMs(over, limits.circuitOpenMs, limits.circuitOpenMsMax, random);
    },
  };
}
