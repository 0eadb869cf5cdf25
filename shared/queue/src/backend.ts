// backend.ts — what the queue needs of BullMQ, whichever of its two backends stands behind it

import type { SealedPack } from "@holdpoint/wire/job.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import type { Job } from "bullmq";

export interface PackJob {
  pack: SealedPack;
  /** how often the job was taken back from a worker that went silent */
  stalled: number;
  /** replaces the pack in the queue, so that the next worker sees what this one tried */
  update(pack: SealedPack): Promise<void>;
  /** From now on this process takes no other job of the stage, until what is returned is called: others may have them. */
  rest(): () => void;
}

export interface Consumer {
  /** stops taking jobs; those in hand go on */
  close(): Promise<void>;
}

export interface Backend {
  name: "postgres" | "redis";
  /** One job a pack. */
  add(stage: Stage, packs: SealedPack[]): Promise<void>;
  consume(stage: Stage, process: (job: PackJob) => Promise<void>): Consumer;
  waiting(stage: Stage): Promise<number>;
  /** see Queue */
  wiped(): Promise<boolean>;
  /** Throws `queue_unavailable` or `unsafe_queue`. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export const packJob = (job: Job<SealedPack>, rest: PackJob["rest"]): PackJob => ({
  pack: job.data,
  stalled: job.stalledCounter ?? 0,
  update: (pack) => job.updateData(pack),
  rest,
});
