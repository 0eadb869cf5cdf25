// progress.ts — counts what a stage has in hand and has finished, for the watchdog and for draining

import type { StageWork } from "@holdpoint/queue/types.ts";

export interface Progress {
  /** actions that this process works on now */
  inHand(): number;
  /** ms, by the clock that was given, of the last start or end of work */
  lastMoveAt(): number;
  counted(work: StageWork): StageWork;
}

export function createProgress(clock: { now(): number }): Progress {
  let inHand = 0;
  let lastMoveAt = clock.now();
  const ended = () => {
    inHand--;
    lastMoveAt = clock.now();
  };
  return {
    inHand: () => inHand,
    lastMoveAt: () => lastMoveAt,
    counted: (work) => (message, context) => {
      inHand++;
      lastMoveAt = clock.now();
      let answer: ReturnType<StageWork> | undefined;
      try {
        answer = work(message, context);
        return answer instanceof Promise ? answer.finally(ended) : answer;
      } finally {
        if (!(answer instanceof Promise)) ended();
      }
    },
  };
}
