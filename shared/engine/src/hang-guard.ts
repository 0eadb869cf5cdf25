// hang-guard.ts — ends a process whose event loop stands still: an action that loops for ever must not hold its worker for ever
// The death is what makes it visible: the queue sees its jobs stall, tries them alone, and denies the one that did it.

import { Worker } from "node:worker_threads";
import type { Pulse } from "./pulse.ts";

/**
 * Time of the processor that a loop may burn without a turn: far above any pause that our work or collection makes, far below
 * what a caller waits. By the clock it would say too little: on a machine where fifteen want each core, half a second of honest
 * work stands still for ten.
 */
const SPENT_MS = 8_000;
/**
 * The same within one action. Its job is taken over two seconds after the loop last turned (`limits.jobLockMs`), so whatever
 * else it burns is for nobody; each second of it is one that two workers burn side by side, at the cost of all others.
 */
const SPENT_ON_ONE_MS = 3_000;
/** By the clock, for a loop that waits and burns nothing; no machine is that busy. */
const STILL_MS = 60_000;
const TICK_MS = 500;

export interface HangGuard {
  stop(): Promise<void>;
}

export interface GuardData {
  /** the guarded thread's (pulse.ts) */
  pulse: SharedArrayBuffer;
  tickMs: number;
  /** ms of the processor's time without a turn that end the process */
  spentMs: number;
  /** ms of it within one action that do */
  spentOnOneMs: number;
  /** looks in a row without a turn that end it in any case */
  looksMax: number;
}

/** Looks are counted and not clocked, so that a process which was stopped and goes on again is not taken for a hanging one. */
export function startHangGuard(
  pulse: Pulse,
  options: { spentMs?: number; spentOnOneMs?: number; stillMs?: number; tickMs?: number } = {},
): HangGuard {
  const { spentMs = SPENT_MS, spentOnOneMs = SPENT_ON_ONE_MS, stillMs = STILL_MS, tickMs = TICK_MS } = options;
  const looksMax = Math.ceil(stillMs / tickMs);
  const data: GuardData = { pulse: pulse.memory, tickMs, spentMs, spentOnOneMs, looksMax };
  const guard = new Worker(new URL("./hang-guard-thread.ts", import.meta.url), {
    workerData: data,
    execArgv: [], // what the process was started with (an inline script, a debugger) is not for the thread
  });
  guard.unref();
  const beating = setInterval(pulse.turn, tickMs / 2);
  beating.unref();
  return {
    async stop() {
      clearInterval(beating);
      await guard.terminate();
    },
  };
}
