// hang-guard.ts — ends a process whose event loop stands still: an action that loops for ever must not hold its worker for ever
// The death is what makes it visible: the queue sees its jobs stall, tries them alone, and denies the one that did it.

import { Worker } from "node:worker_threads";

/** Far above any pause that collection or a busy machine makes, far below what a caller waits. */
const STILL_MS = 10_000;
const TICK_MS = 500;

export interface HangGuard {
  stop(): Promise<void>;
}

export interface GuardData {
  /** one counter that the guarded thread raises */
  beats: SharedArrayBuffer;
  tickMs: number;
  /** looks in a row without a beat that end the process */
  looksMax: number;
}

/** Looks are counted and not clocked, so that a process which was stopped and goes on again is not taken for a hanging one. */
export function startHangGuard(options: { stillMs?: number; tickMs?: number } = {}): HangGuard {
  const { stillMs = STILL_MS, tickMs = TICK_MS } = options;
  const beats = new SharedArrayBuffer(4);
  const counter = new Int32Array(beats);
  const data: GuardData = { beats, tickMs, looksMax: Math.ceil(stillMs / tickMs) };
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
