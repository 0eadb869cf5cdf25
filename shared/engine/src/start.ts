// start.ts — wires a stage's work to the queue and the settler, under a watchdog; stopping drains it

import type { StageWork, StageWorker } from "@holdpoint/queue/types.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import type { Engine } from "./deps.ts";
import { fateOf } from "./fate.ts";
import { createProgress } from "./progress.ts";
import { startWatchdog } from "./watchdog.ts";

export interface RunningStage {
  /** why this stage is not well; undefined when it is */
  trouble(): string | undefined;
  /** Takes no new job and finishes what is in hand. */
  stop(): Promise<void>;
}

/** Time to finish what is in hand; the rest of the drain budget is for closing connections. */
const STAGE_DRAIN_MS = limits.drainMs - 2_000;

/** How long nothing moved is no matter of the time of day: one that is set back an hour would hide a stuck worker for as long. */
const steady = { now: () => Math.round(performance.now()) };

export function startStage(stage: Stage, work: StageWork, engine: Engine): RunningStage {
  const { queue, log, pulse } = engine;
  const progress = createProgress(steady);
  /** A vote's job is about an action that is parked; all others are about one that nobody has decided yet. */
  const retake = async (messages: readonly Message[]): Promise<readonly Message[]> => {
    const ids = messages.map(({ action }) => action.id);
    const open = await engine.store.actions.retake(messages[0]?.action.tenant ?? "", ids);
    return messages.filter(({ action, resume }) => resume !== undefined || open.has(action.id));
  };
  const open = (): StageWorker =>
    queue.work(
      stage,
      progress.counted((message, context) => pulse.during(() => work(message, context))),
      {
        settle: engine.settle,
        exhausted: engine.exhausted,
        retake,
        self: engine.worker,
        fate: (worker) => fateOf(worker, engine),
      },
    );
  let worker = open();
  const watchdog = startWatchdog({
    stage,
    queue,
    progress,
    clock: steady,
    log,
    async replace() {
      const old = worker;
      worker = open();
      // Not awaited for long: a worker that takes nothing may not end well either.
      await old.drain(1_000);
    },
  });
  return {
    trouble: watchdog.trouble,
    async stop() {
      await watchdog.stop();
      await worker.drain(STAGE_DRAIN_MS);
    },
  };
}
