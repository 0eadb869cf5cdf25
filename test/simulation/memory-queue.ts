// memory-queue.ts — the queue as its backends behave: a job is done once its work is, and taken back from who went silent

import { type KeyRing, type PackItem, packItem, seal } from "@holdpoint/queue/seal.ts";
import type { Sender } from "@holdpoint/queue/topology.ts";
import type { Message, SealedPack } from "@holdpoint/wire/job.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import type { Process } from "./scheduler.ts";

export interface MemoryJob {
  stage: Stage;
  pack: SealedPack;
  stalled: number;
  holder?: Process;
}

export interface MemoryQueue {
  jobs: Set<MemoryJob>;
  wiped: boolean;
  add(from: Sender, to: Stage, messages: readonly Message[]): void;
  waiting(): MemoryJob[];
  active(): MemoryJob[];
  /** gives a job back that its holder still works on, or died with */
  takeBack(job: MemoryJob): void;
}

export function memoryQueue(ring: KeyRing): MemoryQueue {
  const jobs = new Set<MemoryJob>();
  const packed = (from: Sender, to: Stage, items: PackItem[]): SealedPack => ({
    v: 1,
    key: ring.current,
    items: [seal(ring, from, to, items)],
  });
  return {
    jobs,
    wiped: false,
    add: (from, to, messages) =>
      void jobs.add({ stage: to, pack: packed(from, to, messages.map(packItem)), stalled: 0 }),
    waiting: () => [...jobs].filter(({ holder }) => holder === undefined),
    active: () => [...jobs].filter(({ holder }) => holder !== undefined),
    takeBack(job) {
      delete job.holder;
      job.stalled++;
    },
  };
}
