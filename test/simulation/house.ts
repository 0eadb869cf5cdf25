// house.ts — processes in which the real code runs (stages, settler, reconciler, intake), wired to a world in memory

import type { PolicySet } from "@holdpoint/core/rules/compile.ts";
import { messageOf } from "@holdpoint/engine/dispatch.ts";
import { createReconciler } from "@holdpoint/engine/reconciler.ts";
import { createSettler, type SettlerDeps } from "@holdpoint/engine/settler.ts";
import { escalationStage } from "@holdpoint/escalation/stage.ts";
import { createIntake, type Intake } from "@holdpoint/gateway/propose.ts";
import type { KeyRing } from "@holdpoint/queue/seal.ts";
import { type StageProcessor, stageProcessor } from "@holdpoint/queue/stage.ts";
import type { StageWork } from "@holdpoint/queue/types.ts";
import { rulesStage } from "@holdpoint/rules/stage.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { safetyStage } from "@holdpoint/safety/stage.ts";
import { sandboxStage } from "@holdpoint/sandbox/stage.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import { STAGES, type Stage } from "@holdpoint/wire/scalars.ts";
import type { MemoryJob, MemoryQueue } from "./memory-queue.ts";
import { type MemoryStore, rowOf } from "./memory-store.ts";
import type { Process, Scheduler } from "./scheduler.ts";

export interface House {
  scheduler: Scheduler;
  store: MemoryStore;
  queue: MemoryQueue;
  ring: KeyRing;
  sets: ReadonlyMap<string, PolicySet>;
  log: Log;
  /** every worker that ever was, by name */
  workers: Map<string, Process>;
}

export interface Worker extends Process {
  take(job: MemoryJob): void;
  reconcile(): void;
}
export interface Edge extends Process {
  intake: Intake;
}

/** What a process sees of the store: each call is an effect that may be its last. */
function seenBy(process: Process, { scheduler, store, queue, sets }: House) {
  const io = <T>(effect: () => T) => scheduler.io(process, effect);
  const clock = { now: () => store.nowMs };
  // Each process runs the set that it last read, which may not be the active one any more.
  let known = sets.get(store.digest) as PolicySet;
  const policies = {
    active: async () => known,
    refresh: () =>
      io(() => {
        known = sets.get(store.digest) as PolicySet;
        return known;
      }),
  };
  const alone = async <T>(_lock: string, body: () => Promise<T>): Promise<T | undefined> => {
    const mine = await io(() => {
      if (store.lock && (store.lock as Process).alive) return false;
      store.lock = process; // a session's lock: gone with its process
      return true;
    });
    if (!mine) return undefined;
    try {
      return await body();
    } finally {
      await io(() => delete store.lock);
    }
  };
  const actions = (by: "reconciler" | "settler") => ({
    settle: (_tenant: string, items: Parameters<MemoryStore["settle"]>[0][]) => io(() => items.map(store.settle)),
    propose: (_tenant: string, items: Parameters<MemoryStore["propose"]>[0][]) => io(() => items.map(store.propose)),
    get: (_tenant: string, id: string) =>
      io(() => {
        const row = store.actions.get(id);
        return row && rowOf(row);
      }),
    redispatch: (_tenant: string, ids: string[]) => io(() => store.redispatch(ids, by).map(rowOf)),
    overdue: (olderThanMs: number, rows: number) => io(() => store.overdue(olderThanMs, rows)),
  });
  const approvals = {
    unapplied: () => io(() => store.unapplied()),
    apply: (_tenant: string, id: string) => io(() => ({ status: store.apply(id), row: { state: "?" } })),
    get: async () => undefined,
  };
  const send = (from: Stage | "edge", to: Stage, messages: readonly Message[]) =>
    io(() => queue.add(from, to, messages));
  return { io, clock, policies, alone, actions, approvals, send };
}

/** A process with all stages and a reconciler, as in `up`. */
export function startWorker(name: string, house: House): Worker {
  const process: Process = { name, alive: true };
  house.workers.set(name, process);
  const { io, clock, policies, alone, actions, approvals, send } = seenBy(process, house);
  const { log, ring, store, queue } = house;
  const again = async (tenant: string, id: string) => {
    const rows = await actions("settler").redispatch(tenant, [id]);
    await send(
      "edge",
      "rules",
      rows.map((row) => messageOf(row as never, clock.now())),
    );
  };
  const settler = createSettler({
    store: {
      actions: actions("settler") as unknown as SettlerDeps["store"]["actions"],
      tenants: { redactionKey: async () => Buffer.alloc(32, 3) },
    },
    policies,
    again,
    clock,
    log,
  });
  const works: Record<Stage, StageWork> = {
    rules: rulesStage(policies),
    safety: safetyStage([]),
    sandbox: sandboxStage,
    escalation: escalationStage({ store: { actions: actions("settler"), approvals } as never, log }),
  };
  const retake = (messages: readonly Message[]) =>
    io(() => messages.filter((each) => each.resume || store.retake(each)));
  const processors = Object.fromEntries(
    STAGES.map((stage) => [
      stage,
      stageProcessor(stage, works[stage], {
        ring,
        log,
        send,
        ...settler,
        retake,
        self: name,
        fate: async (worker) => ((await io(() => house.workers.get(worker)?.alive)) ? "lives" : "died"),
        closing: () => false,
      }),
    ]),
  ) as Record<Stage, StageProcessor>;
  const reconcile = createReconciler({
    store: { actions: actions("reconciler"), approvals, sweeper: { alone } } as never,
    queue: {
      send: (stage, messages) => send("edge", stage, messages),
      depth: () => io(() => ({ rules: queue.waiting().length, safety: 0, sandbox: 0, escalation: 0 })),
      wiped: () =>
        io(() => {
          const { wiped } = queue;
          queue.wiped = false;
          return wiped;
        }),
    },
    clock,
    log,
  });
  const failed = (error: unknown) => void store.problems.push(`${name}: ${String(error)}`);
  return Object.assign(process, {
    reconcile: () => void reconcile().catch(failed),
    take(job: MemoryJob) {
      job.holder = process;
      const mine = () => job.holder === process;
      const update = (pack: MemoryJob["pack"]) =>
        io(() => {
          if (mine()) job.pack = pack;
        });
      processors[job.stage]
        .process({ pack: job.pack, stalled: job.stalled, update, rest: () => () => undefined })
        .then(() => io(() => mine() && queue.jobs.delete(job)))
        .catch(failed);
    },
  });
}

/** A gateway: takes proposals in and sends what was committed. */
export function startEdge(name: string, house: House): Edge {
  const process: Process = { name, alive: true };
  const { clock, actions, send } = seenBy(process, house);
  const intake = createIntake({
    store: { actions: actions("settler") } as never,
    queue: { send: (stage: Stage, messages: Message[]) => send("edge", stage, messages) } as never,
    waiters: { watch: () => ({ until: async () => undefined, close: () => undefined }) } as never,
    clock,
    log: house.log,
  });
  return Object.assign(process, { intake });
}
