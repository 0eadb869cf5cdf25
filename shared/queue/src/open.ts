// open.ts — opens the queue that a URL names and gives it the shape of the port

import { performance } from "node:perf_hooks";
import type { Log } from "@holdpoint/runtime/log.ts";
import { setQueueDepth } from "@holdpoint/runtime/metrics.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { Message, SealedPack } from "@holdpoint/wire/job.ts";
import { STAGES, type Stage } from "@holdpoint/wire/scalars.ts";
import type { Backend } from "./backend.ts";
import { postgresBackend } from "./backend-postgres.ts";
import { redisBackend } from "./backend-redis.ts";
import { ownPacks } from "./own-packs.ts";
import { type Lane, lane } from "./pack.ts";
import { isRedisUrl, parseRedisUrl } from "./redis-url.ts";
import { type KeyRing, type PackItem, packItem, seal, sizeOf } from "./seal.ts";
import { stageProcessor } from "./stage.ts";
import { mayEnter, type Sender } from "./topology.ts";
import type { Queue, StageWorker } from "./types.ts";

export interface QueueOptions {
  /** `postgres://…` or `redis://…` (also `rediss://`) */
  url: string;
  ring: KeyRing;
  log: Log;
  /** Redis only: another key prefix, for tests that share one server */
  prefix?: string;
}

/** A mark is one write; a queue that is away must not hold up the end of a process. */
const RELEASE_MS = 300;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

const openBackend = ({ url, log, prefix }: QueueOptions): Promise<Backend> => {
  if (/^postgres(ql)?:\/\//.test(url)) return postgresBackend(url, log);
  if (isRedisUrl(url)) return redisBackend(parseRedisUrl(url), log, { prefix });
  throw new Fault("config_invalid", "the queue's URL is not understood: expected postgres://… or redis://…");
};

/** Opens and checks the queue. Throws `queue_unavailable`, `unsafe_queue` or `config_invalid`. */
export async function openQueue(options: QueueOptions): Promise<Queue> {
  const { ring, log } = options;
  const backend = await openBackend(options);
  const lanes = new Map<string, Lane<PackItem>>();
  const own = ownPacks();
  /** stages that this process works itself */
  const worked = new Set<Stage>();
  let closing = false;

  const sealed = (from: Sender, to: Stage, items: PackItem[]): SealedPack => {
    const text = seal(ring, from, to, items);
    if (worked.has(to)) {
      own.keep(
        to,
        text,
        items.map(({ message }) => message),
      );
    }
    return { v: 1, key: ring.current, items: [text] };
  };

  /** One lane a way and tenant: packs never mix tenants. */
  const laneOf = (from: Sender, to: Stage, tenant: string): Lane<PackItem> => {
    const key = `${from} ${to} ${tenant}`;
    const known = lanes.get(key);
    if (known) return known;
    const made = lane<PackItem>((packs) =>
      backend.add(
        to,
        packs.map((items) => sealed(from, to, items)),
      ),
    );
    lanes.set(key, made);
    return made;
  };

  const send = async (from: Sender, to: Stage, messages: Message[]): Promise<void> => {
    if (!mayEnter(from, to)) throw new Error(`\`${from}\` may not send to \`${to}\``);
    await Promise.all(
      messages.map((message) => {
        const item = packItem(message);
        return laneOf(from, to, item.tenant).add(item, sizeOf(item));
      }),
    );
  };

  return {
    backend: backend.name,
    send: (stage, messages) => send("edge", stage, messages),
    work(stage, work, deps): StageWorker {
      let ending = false;
      worked.add(stage);
      const processor = stageProcessor(stage, work, {
        ring,
        log,
        send,
        own: (item) => own.take(stage, item),
        ...deps,
        closing: () => closing || ending,
      });
      const consumer = backend.consume(stage, processor.process);
      return {
        async drain(timeoutMs) {
          const end = performance.now() + timeoutMs;
          const closed = consumer.close();
          // Half of the time for what is in hand; then what only waits for infrastructure is told to give up.
          const half = setTimeout(() => {
            ending = true;
          }, timeoutMs / 2);
          const late = await Promise.race([
            closed.then(() => false),
            new Promise<true>((resolve) => setTimeout(resolve, Math.max(0, end - performance.now()), true).unref()),
          ]);
          clearTimeout(half);
          if (late) await Promise.race([processor.release(), pause(RELEASE_MS)]);
        },
      };
    },
    async depth() {
      const counts = await Promise.all(STAGES.map((stage) => backend.waiting(stage)));
      const depth = Object.fromEntries(STAGES.map((stage, index) => [stage, counts[index] ?? 0])) as Record<
        Stage,
        number
      >;
      for (const stage of STAGES) setQueueDepth(stage, depth[stage]);
      return depth;
    },
    wiped: () => backend.wiped(),
    ready: () => backend.ready(),
    async close() {
      if (closing) return;
      closing = true;
      await Promise.allSettled([...lanes.values()].map((each) => each.idle()));
      await backend.close();
    },
  };
}
