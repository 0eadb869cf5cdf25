// watchdog.ts — a backlog in front of a worker that takes nothing is a fault of ours: said aloud, and the worker is replaced

import type { Queue } from "@holdpoint/queue/types.ts";
import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import { type Loop, loop } from "./loop.ts";
import type { Progress } from "./progress.ts";

/** A backlog and a healthy worker mean progress within five seconds; replaced before those are over. */
const STUCK_MS = 3_000;
const LOOK_MS = 1_000;

export interface Watchdog extends Loop {
  /** why this stage is not well; undefined when it is */
  trouble(): string | undefined;
}

export interface WatchdogDeps {
  stage: Stage;
  queue: Pick<Queue, "depth">;
  progress: Progress;
  clock: Clock;
  log: Log;
  /** gives up the worker that takes nothing and starts another */
  replace(): Promise<void>;
  lookMs?: number;
}

/** Idle with a backlog for too long. Work in hand is no trouble, however slow: it has deadlines of its own. */
export function isStuck(look: { waiting: number; inHand: number; stillMs: number }): boolean {
  return look.waiting > 0 && look.inHand === 0 && look.stillMs >= STUCK_MS;
}

export function startWatchdog(deps: WatchdogDeps): Watchdog {
  const { stage, queue, progress, clock, log } = deps;
  let trouble: string | undefined;
  /** since when there has been a backlog; an old last move before that says nothing */
  let waitingSince: number | undefined;

  const looking = loop(`watchdog ${stage}`, deps.lookMs ?? LOOK_MS, log, async () => {
    const { [stage]: waiting } = await queue.depth();
    const now = clock.now();
    waitingSince = waiting > 0 ? (waitingSince ?? now) : undefined;
    const stillMs = waitingSince === undefined ? 0 : now - Math.max(waitingSince, progress.lastMoveAt());
    if (!isStuck({ waiting, inHand: progress.inHand(), stillMs })) {
      if (progress.lastMoveAt() > (waitingSince ?? 0)) trouble = undefined;
      return;
    }
    trouble = `${waiting} jobs wait for \`${stage}\` and none was taken for ${stillMs} ms`;
    log.error({ stage, waiting, stillMs }, "a backlog and no progress: the worker is replaced");
    waitingSince = now; // the new one gets its time
    await deps.replace();
  });
  return { ...looking, trouble: () => trouble };
}
