// loop.ts — work that repeats: never twice at a time, slower while it fails, and ended on request

import type { Log } from "@holdpoint/runtime/log.ts";

export interface Loop {
  /** Runs as soon as what runs now is done, without waiting for the next turn. */
  now(): void;
  /** Starts nothing more and waits for what is running. */
  stop(): Promise<void>;
}

const BACKOFF_MS_MAX = 5_000;
/** Failures of the same loop come many in a row while a server is away: the first is told, then one in so many. */
const TELL_EVERY = 20;

/** Runs `work` at once and then `everyMs` after each end. A failure is logged and tried again, later each time. */
export function loop(name: string, everyMs: number, log: Log, work: () => Promise<unknown>): Loop {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let failures = 0;

  const turn = async (): Promise<void> => {
    do {
      again = false;
      try {
        await work();
        failures = 0;
      } catch (error) {
        if (failures++ % TELL_EVERY === 0) log.warn({ loop: name, failures, error }, "a repeated task failed");
      }
    } while (again && !stopped && failures === 0);
  };
  const start = () => {
    clearTimeout(timer);
    running = turn().finally(() => {
      running = undefined;
      if (stopped) return;
      const waitMs =
        failures === 0 ? everyMs : Math.max(everyMs, Math.min(BACKOFF_MS_MAX, 100 * 2 ** Math.min(failures, 6)));
      timer = setTimeout(start, waitMs);
    });
  };
  start();

  return {
    now() {
      if (stopped) return;
      if (running === undefined) start();
      else again = true;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
