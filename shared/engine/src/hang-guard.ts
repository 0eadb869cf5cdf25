// hang-guard.ts — ends a process whose event loop stands still: an action that loops for ever must not hold its worker for ever
// The death is what makes it visible: the queue sees its jobs stall, tries them alone, and denies the one that did it.

import { Worker } from "node:worker_threads";

/**
 * Time of the processor that a loop may burn without a turn: far above any pause that our work or collection makes, far below
 * what a caller waits. By the clock it would say too little: on a machine where fifteen want each core, half a second of honest
 * work stands still for ten.
 */
const SPENT_MS = 8_000;
/** By the clock, for a loop that waits and burns nothing; no machine is that busy. */
const STILL_MS = 60_000;
const TICK_MS = 500;

export interface HangGuard {
  stop(): Promise<void>;
}

export interface GuardData {
  /** one counter that the guarded thread raises */
  beats: SharedArrayBuffer;
  tickMs: number;
  /** ms of the processor's time without a beat that end the process */
  spentMs: number;
  /** looks in a row without a beat that end it in any case */
  looksMax: number;
}

/** Looks are counted and not clocked, so that a process which was stopped and goes on again is not taken for a hanging one. */
export function startHangGuard(options: { spentMs?: number; stillMs?: number; tickMs?: number } = {}): HangGuard {
  const { spentMs = SPENT_MS, stillMs = STILL_MS, tickMs = TICK_MS } = options;
  const beats = new SharedArrayBuffer(4);
  const counter = new Int32Array(beats);
  const data: GuardData = { beats, tickMs, spentMs, looksMax: Math.ceil(stillMs / tickMs) };
  const guard = new Worker(new URL("./hang-guard-thread.ts", import.meta.url), {
    workerData: data,
    execArgv: [], // what the process was started with (an inline script, a debugger) is not for the thread
  });
  guard.unref();
  const beating = setInterval(() => Atomics.add(counter, 0, 1), tickMs / 2);
  beating.unref();
  return {
    async stop() {
      clearInterval(beating);
      await guard.terminate();
    },
  };
}
