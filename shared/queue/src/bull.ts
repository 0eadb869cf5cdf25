// bull.ts — BullMQ's queues and workers as a Backend, with the options that measurement found (see docs/performance.md)

import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import type { Log } from "@holdpoint/runtime/log.ts";
import { exportsTraces } from "@holdpoint/runtime/trace.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { SealedPack } from "@holdpoint/wire/job.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { STAGES, type Stage } from "@holdpoint/wire/scalars.ts";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import type { IQueueBackend, Job, Telemetry } from "bullmq";
import { type AtOnce, atOnce, type Taking } from "./at-once.ts";
import { type Backend, type Consumer, packJob } from "./backend.ts";
import { begun } from "./begun.ts";
import { canary, type Mark } from "./canary.ts";
import { topology } from "./topology.ts";

/** The part of a BullMQ Queue and Worker that both backends' classes share. */
export interface BullQueue {
  add(name: string, data: SealedPack | Mark, options?: { jobId: string }): Promise<{ id?: string }>;
  getJob(id: string): Promise<{ data: unknown; updateData(data: SealedPack | Mark): Promise<void> } | undefined>;
  getJobCountByTypes(...types: ("waiting" | "active" | "delayed" | "prioritized")[]): Promise<number>;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
}
export interface BullWorker extends Taking {
  waitUntilReady(): Promise<unknown>;
  run(): Promise<void>;
  close(force?: boolean): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "failed", listener: (job: unknown, error: Error) => void): unknown;
}
export interface BullWorkerOptions {
  autorun: false;
  concurrency: number;
  lockDuration: number;
  stalledInterval: number;
  maxStalledCount: number;
  runRetryDelay: number;
  drainDelay: number;
  removeOnComplete: { count: number };
  removeOnFail: { count: number };
}
/** What a worker does not leave as it is of the backend that it opens. */
export type Opened = <B extends Pick<IQueueBackend, "waitForJob" | "moveStalledJobsToWait">>(backend: B) => B;

/** Of both backends: who asks for a job after one was sent finds it, though that add has no answer yet. */
export interface BullFactory {
  /** key spaces that packs are spread over in turn; a pack lies in one of them as a whole */
  shards: number;
  queue(name: Stage | typeof CANARY, shard: number): BullQueue;
  worker(
    stage: Stage,
    shard: number,
    process: (job: Job<SealedPack>) => Promise<void>,
    options: BullWorkerOptions,
    opened: Opened,
  ): BullWorker;
}

/** A worker's lock outlives one missed renewal and no more: what a dead process held is taken up within seconds. */
const workerOptions = (stage: Stage, shards: number): BullWorkerOptions => ({
  // Its loop would ask a server that it never reached again and again, on Postgres without ever letting go of the event loop.
  autorun: false,
  concurrency: Math.ceil(topology[stage].concurrency / shards),
  lockDuration: limits.jobLockMs,
  stalledInterval: limits.stalledCheckMs,
  // We count tries ourselves, an action each; BullMQ failing a whole pack would lose its neighbours.
  maxStalledCount: 1_000_000,
  runRetryDelay: limits.runRetryMs,
  drainDelay: limits.bellMs / 1_000,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 100 },
});

/** A look for what dead workers held that fails is one that found nothing: BullMQ would look no more for five seconds. */
function lookingOn<B extends Pick<IQueueBackend, "moveStalledJobsToWait">>(
  backend: B,
  onError: (error: Error) => void,
): B {
  const look = backend.moveStalledJobsToWait.bind(backend);
  backend.moveStalledJobsToWait = () =>
    look().catch((error: unknown) => {
      onError(error instanceof Error ? error : new Error(String(error)));
      return [];
    });
  return backend;
}

/** A queue that nobody works on, with one job: the mark. */
const CANARY = "canary";
const MARK_JOB = "mark";

/** BullMQ's own spans, where spans go anywhere at all. They are trees of their own: stages link to them. */
export function telemetry(): { telemetry?: Telemetry } {
  if (!exportsTraces()) return {};
  const { BullMQOtel } = createRequire(import.meta.url)("bullmq-otel") as typeof import("bullmq-otel");
  return { telemetry: new BullMQOtel({ tracerName: "holdpoint.queue" }) as unknown as Telemetry };
}

/** Errors that come while a link is down repeat many times a second: one line a while is enough. */
export function quietly(log: Log, what: string): (error: Error) => void {
  let last = 0;
  let dropped = 0;
  return (error) => {
    const now = Date.now();
    if (now - last < 5_000) {
      dropped++;
      return;
    }
    last = now;
    log.warn({ error: error.message, dropped }, what);
    dropped = 0;
  };
}

export function bullBackend(
  name: Backend["name"],
  factory: BullFactory,
  deps: { log: Log; ready(): Promise<void>; close(): Promise<void> },
): Backend {
  const queues = new Map<string, BullQueue>();
  const consumers = new Set<Consumer>();
  const takers = new Map<string, AtOnce>();
  const onError = quietly(deps.log, "the queue is in trouble");
  const shards = Array.from({ length: factory.shards }, (_, shard) => shard);
  let turn = 0;
  const queueOf = (stage: Stage | typeof CANARY, shard: number): BullQueue => {
    const key = `${stage} ${shard}`;
    const known = queues.get(key);
    if (known) return known;
    const queue = factory.queue(stage, shard);
    queue.on("error", onError);
    queues.set(key, queue);
    // One whose first words to the server failed answers with that failure for ever: the next call makes another. Without it
    // the watchdog could not count what waits, and would leave a worker that began no better as it is.
    queue.waitUntilReady().catch((error: unknown) => {
      if (queues.get(key) === queue) queues.delete(key);
      onError(error instanceof Error ? error : new Error(String(error)));
    });
    return queue;
  };
  const marks = shards.map((shard) =>
    canary({
      read: async () => (await queueOf(CANARY, shard).getJob(MARK_JOB))?.data,
      async write(mark) {
        const job = await queueOf(CANARY, shard).getJob(MARK_JOB);
        await (job === undefined
          ? queueOf(CANARY, shard).add(CANARY, mark, { jobId: MARK_JOB })
          : job.updateData(mark));
      },
    }),
  );
  const allQueues = (stage: Stage) => shards.map((shard) => queueOf(stage, shard));

  return {
    name,
    async add(stage, packs) {
      const shard = turn++ % factory.shards;
      const queue = queueOf(stage, shard);
      try {
        // Many actions share a job: its spans belong to none of their trees, also not to the one that is active now; neither do
        // those of whoever takes it at once.
        // One by one, side by side: on Postgres `addBulk` makes temporary tables each time, which costs 10 ms a call.
        const added = context.with(ROOT_CONTEXT, () => Promise.all(packs.map((data) => queue.add(stage, data))));
        const taker = takers.get(`${stage} ${shard}`);
        const ids = added.then((jobs) => jobs.map(({ id }) => id));
        ids.catch(() => undefined); // whoever adds hears of it below
        // The add is written by then, or about to be: the server has it first.
        process.nextTick(() => context.with(ROOT_CONTEXT, () => taker?.offer(packs.length, ids)));
        await added;
      } catch (error) {
        throw new Fault("queue_unavailable", "the queue does not take jobs", { stage }, { cause: error });
      }
    },
    consume(stage, process) {
      const options = workerOptions(stage, factory.shards);
      const taking = new Map<number, AtOnce>();
      const rest = () => {
        const ends = [...taking.values()].map((taker) => taker.rest());
        return () => {
          for (const end of ends) end();
        };
      };
      const working = shards.map((shard) =>
        begun(() => {
          const tokens = `${stage}:${shard}:${randomUUID()}`;
          const taker = atOnce((job) => process(packJob(job, rest)), tokens, options.concurrency);
          taking.set(shard, taker);
          const opened: Opened = (backend) => lookingOn(taker.heard(backend), onError);
          const worker = factory.worker(stage, shard, taker.process, options, opened);
          worker.on("error", onError);
          worker.on("failed", (_job, error) => onError(error));
          return {
            async ready() {
              await worker.waitUntilReady();
              worker.run().catch(onError);
              taker.takeBy(worker);
              takers.set(`${stage} ${shard}`, taker);
            },
            async close() {
              await taker.close();
              await worker.close();
            },
          };
        }, onError),
      );
      const consumer: Consumer = {
        async close() {
          consumers.delete(consumer);
          await Promise.all(working.map((each) => each.close()));
        },
      };
      consumers.add(consumer);
      return consumer;
    },
    async waiting(stage) {
      try {
        const counts = await Promise.all(
          allQueues(stage).map((queue) => queue.getJobCountByTypes("waiting", "prioritized", "delayed")),
        );
        return counts.reduce((sum, count) => sum + count, 0);
      } catch (error) {
        throw new Fault("queue_unavailable", "the queue does not answer", { stage }, { cause: error });
      }
    },
    async wiped() {
      try {
        return (await Promise.all(marks.map((look) => look()))).includes(true);
      } catch (error) {
        throw new Fault("queue_unavailable", "the queue does not answer", {}, { cause: error });
      }
    },
    async ready() {
      await deps.ready();
      await Promise.all(STAGES.flatMap(allQueues).map((queue) => queue.waitUntilReady()));
    },
    async close() {
      await Promise.allSettled([...consumers].map((consumer) => consumer.close()));
      await Promise.allSettled([...queues.values()].map((queue) => queue.close()));
      await deps.close();
    },
  };
}
