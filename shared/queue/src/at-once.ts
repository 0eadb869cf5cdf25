// at-once.ts — a stage that has room takes what this very process has just added for it, and waits for no bell
// The server rings for every job. While all that this process adds is taken without it, its bell says what is known already:
// the worker's loop then rests until our traffic pauses, and listens again. What others added is met on the way: the oldest job
// is taken, so whoever gets another one than the one it added has left its own behind, and the loop looks at once.

import type { SealedPack } from "@holdpoint/wire/job.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { IQueueBackend, Job } from "bullmq";

/** The part of a BullMQ worker that takes one job and works on it, beside the loop of its own. */
export interface Taking {
  getNextJob(token: string, options: { block: false }): Promise<Job<SealedPack> | undefined>;
  processJob(job: Job<SealedPack>, token: string, fetchNext: () => boolean): Promise<unknown>;
  /** jobs in hand from which on the loop takes no more */
  concurrency: number;
  /** stops the loop where it stands; `true`: without waiting for what is in hand */
  pause(doNotWaitActive: true): Promise<void>;
}

export interface AtOnce {
  /** the work of the stage; while as much as may be is in hand, nothing is taken here */
  process(job: Job<SealedPack>): Promise<void>;
  /** The backend with the bell that the worker's loop is to wait for. */
  heard<B extends Pick<IQueueBackend, "waitForJob">>(backend: B): B;
  /** From now on `worker` takes what is offered. */
  takeBy(worker: Taking): void;
  /**
   * Says that so many jobs are being added just now, and that their ids will be told. Returns at once: one alone is taken and
   * worked on beside, or left to the loop.
   */
  offer(jobs: number, ids: Promise<readonly (string | undefined)[]>): void;
  /** Nothing is taken until what is returned is called, by the loop neither; what it had asked for already, it may get. */
  rest(): () => void;
  /** Takes no more, and resolves when what was taken here is done. */
  close(): Promise<void>;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const RUNG = { member: "", score: 0 } as const;

/**
 * @param name begins the lock tokens of what is taken here, and no other's
 * @param most jobs in hand, whoever took them, from which on the next one is left to the loop, which counts its own
 */
export function atOnce(
  work: (job: Job<SealedPack>) => Promise<void>,
  name: string,
  most: number,
  now: () => number = () => performance.now(),
): AtOnce {
  let worker: Taking | undefined;
  let tokens = 0;
  let inHand = 0;
  const running = new Set<Promise<void>>();
  /** there while the server is asked for a job */
  let asked: Promise<unknown> | undefined;
  let takenAt = Number.NEGATIVE_INFINITY;
  let closed = false;
  /** a job was added since the loop's last look, and not taken here */
  let missed = false;
  /** there while the loop rests, and ends its rest */
  let wake: (() => void) | undefined;
  let resting = 0;
  /** there while nothing is to be taken */
  let rested: PromiseWithResolvers<void> | undefined;

  const leaveToLoop = () => {
    missed = true;
    wake?.();
  };
  /** The loop asks on a connection of its own: before the add is answered it might find nothing, and then it rests. */
  const leaveOnceAdded = (ids: Promise<unknown>) => ids.then(leaveToLoop, leaveToLoop);
  /** for how long yet the bell would ring for nothing but what was taken here, in ms */
  const knownMs = () => (closed || missed ? 0 : limits.ownTrafficMs - (now() - takenAt));
  const quiet = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => wake?.(), ms);
      wake = () => {
        clearTimeout(timer);
        wake = undefined;
        resolve();
      };
    });

  async function ask(from: Taking, token: string): Promise<Job<SealedPack> | undefined> {
    const asking = from.getNextJob(token, { block: false });
    asked = asking;
    try {
      return await asking;
    } finally {
      asked = undefined;
    }
  }

  async function take(from: Taking, ids: Promise<readonly (string | undefined)[]>): Promise<void> {
    const token = `${name}:${tokens++}`;
    const job = await ask(from, token);
    if (job === undefined) return leaveOnceAdded(ids); // another worker has it, or the server was asked before it saw the job
    takenAt = now();
    const told = ids.then(([id]) => id === job.id || leaveToLoop(), leaveToLoop);
    await from.processJob(job, token, () => false);
    await told;
  }

  return {
    async process(job) {
      inHand++;
      try {
        await work(job);
      } finally {
        inHand--;
      }
      // What it handed on goes first: that this one is done can be said while others are at work.
      if (!closed && job.token?.startsWith(name)) await pause(limits.ownDoneAfterMs);
    },
    heard(backend) {
      const bell = backend.waitForJob.bind(backend);
      backend.waitForJob = async (seconds) => {
        const rung = knownMs() > 0 ? RUNG : await bell(seconds);
        await asked?.catch(() => undefined); // it rang for what is being taken: whether it was there is known in a moment
        for (let ms = knownMs(); ms > 0; ms = knownMs()) await quiet(ms);
        await rested?.promise; // the loop is held here: its next step is to take a job
        missed = false;
        return rung;
      };
      return backend;
    },
    takeBy(taking) {
      worker = taking;
    },
    offer(jobs, ids) {
      if (worker === undefined || closed) return;
      if (jobs > 1 || inHand >= most || asked || rested) {
        void leaveOnceAdded(ids);
        return;
      }
      const mine = take(worker, ids)
        .catch(() => leaveOnceAdded(ids)) // the loop meets the same trouble, says so, and takes the job when that is over
        .finally(() => running.delete(mine));
      running.add(mine);
    },
    rest() {
      resting++;
      rested ??= Promise.withResolvers();
      if (worker) worker.concurrency = 1; // as many as are in hand at least
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        resting--;
        if (resting > 0) return;
        if (worker) worker.concurrency = most;
        rested?.resolve();
        rested = undefined;
      };
    },
    async close() {
      closed = true;
      wake?.();
      rested?.resolve();
      if (running.size === 0) return;
      await worker?.pause(true);
      await Promise.all(running);
    },
  };
}
