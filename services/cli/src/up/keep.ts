// keep.ts — keeps one program running: started again when it dies of itself, never when it was told to end

import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";

export interface KeepOptions {
  /** the program and its arguments; `state` is what it last said of itself, for the one that takes its place */
  launch(state: unknown): { command: string; args: readonly string[]; env: NodeJS.ProcessEnv };
  /** hears, in a sentence, that it died and when it is tried again */
  tell(line: string): void;
  restartsMax?: number;
  /** deaths that are this long ago are forgiven, ms */
  windowMs?: number;
  firstWaitMs?: number;
}

/** What harms `up` twice is denied, so that a few starts bring it past it; more than these are no accident. */
const RESTARTS_MAX = 8;
const WINDOW_MS = 5 * 60_000;
const FIRST_WAIT_MS = 250;
const WAIT_MS_MAX = 8_000;
/** One key press may arrive twice, by the terminal and by whoever started us; a person's second one comes later. */
const SAME_PRESS_MS = 300;

type Ended = { code: number | null; signal: NodeJS.Signals | null };
const exitCodeOf = ({ code, signal }: Ended): number => code ?? 128 + (signal ? constants.signals[signal] : 1);

/**
 * The program says `{ ready: state }` by its IPC channel when it serves; from then on it is started again when it dies. One
 * that dies before it was ever ready is not: what it said is the answer. It is told to end by the signals that we get, and has
 * to end by itself when the channel closes: then we are gone.
 * @returns the exit code to leave with
 */
export async function keep(options: KeepOptions): Promise<number> {
  const { launch, tell, restartsMax = RESTARTS_MAX, windowMs = WINDOW_MS, firstWaitMs = FIRST_WAIT_MS } = options;
  let child: ChildProcess | undefined;
  let toldAt: number | undefined;
  let wake: () => void = () => undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (toldAt !== undefined && now - toldAt < SAME_PRESS_MS) return;
    toldAt = now;
    child?.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
    wake();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);

  let state: unknown;
  const runOnce = () => {
    const { command, args, env } = launch(state);
    // In a session of its own: Ctrl-C is for us, who hand it on once.
    const started = spawn(command, args, { env, stdio: ["inherit", "inherit", "inherit", "ipc"], detached: true });
    child = started;
    started.on("message", (message) => {
      if (typeof message === "object" && message !== null && "ready" in message) state = message.ready;
    });
    return new Promise<Ended>((resolve, reject) => {
      started.once("error", reject);
      started.once("exit", (code, signal) => resolve({ code, signal }));
    });
  };

  const deaths: number[] = [];
  try {
    for (;;) {
      const ended = await runOnce();
      child = undefined;
      const code = exitCodeOf(ended);
      if (toldAt !== undefined || code === 0 || state === undefined) return code;
      const now = performance.now();
      deaths.push(now);
      while ((deaths[0] ?? now) < now - windowMs) deaths.shift();
      const how = ended.signal ?? `exit code ${code}`;
      if (deaths.length > restartsMax) {
        tell(`it ended again (${how}), ${deaths.length} times in a short while: giving up`);
        return code;
      }
      const waitMs = Math.min(WAIT_MS_MAX, firstWaitMs * 2 ** (deaths.length - 1));
      tell(`it ended (${how}): starting again in ${waitMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (toldAt !== undefined) return 0;
    }
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
