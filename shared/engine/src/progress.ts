// progress.ts — counts what a stage has in hand and has finished, for the watchdog and for draining

import type { StageWork } from "@holdpoint/queue/types.ts";

export interface Progress {
  /** actions that this process works on now */
  inHand(): number;
  /** ms since 1970 of the last start or end of work */
  lastMoveAt(): number;
  counted(work: StageWork): StageWork;
}

export function createProgress(clock: { now(): number }): Progress {
  let inHand = 0;
  let lastMoveAt = clock.now();
  return {
    inHand: () => inHand,
    lastMoveAt: () => lastMoveAt,
    counted: (work) => async (message, context) => {
      inHand++;
      lastMoveAt = clock.now();
      try {
        return await work(message, context);
      } finally {
        inHand--;
        lastMoveAt = clock.now();
      }
    },
  };
}
