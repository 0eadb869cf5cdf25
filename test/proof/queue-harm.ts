// queue-harm.ts — what somebody with access to the queue can do to it, on either backend: wipe, delete, put back, forge

import { cp, rm } from "node:fs/promises";
import type { RunningRedis } from "@holdpoint/testkit/redis.ts";
import { STAGES, type Stage } from "@holdpoint/wire/scalars.ts";
import { createPostgresBackend, Queue, withBackend } from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";

export interface QueueHarm {
  /** removes every key */
  wipe(): Promise<void>;
  /** removes a random part of the keys */
  deleteSome(random: () => number): Promise<void>;
  /** takes a copy, lets the load go on for `meanwhile`, and puts the copy in the place of what is there */
  putBack(meanwhile: () => Promise<void>): Promise<void>;
  /** jobs of a hostile client: garbage, truncated, altered, in the wrong queue, and true ones once more */
  forge(random: () => number): Promise<number>;
  /** jobs that wait or are in hand, as `rules: 2 active` */
  left(): Promise<string[]>;
  close(): Promise<void>;
}

interface Pack {
  v: number;
  key: string;
  items: string[];
}
/** The part of BullMQ's queues, on either backend, that a hostile client needs. */
interface Jobs {
  getJobs(types: ("waiting" | "active")[], start: number, end: number): Promise<({ data: Pack } | undefined)[]>;
  getJobCountByTypes(state: (typeof STATES)[number]): Promise<number>;
  add(name: string, data: Pack): Promise<unknown>;
  on(event: "error", listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}
type Queues = Record<Stage, Jobs>;
const STATES = ["waiting", "active", "delayed", "prioritized"] as const;
const DELETED = 0.4;
const FORGED = 40;

/** True packs that were seen before: replayed long after they were worked on. */
const SEEN_MAX = 200;

function forger(queues: Queues): Pick<QueueHarm, "forge" | "left"> {
  const seen: Pack[] = [];
  const look = async () => {
    for (const stage of STAGES) {
      const jobs = await queues[stage].getJobs(["waiting", "active"], 0, 20);
      for (const job of jobs) if (Array.isArray(job?.data?.items)) seen.push(job.data);
    }
    seen.splice(0, Math.max(0, seen.length - SEEN_MAX));
  };
  return {
    async forge(random) {
      await look();
      const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
      let added = 0;
      for (let index = 0; index < FORGED; index++) {
        const stage = pick(STAGES) ?? "rules";
        const like = pick(seen) ?? { v: 1, key: "k1", items: ["W10.AAAA"] };
        const [item = ""] = like.items;
        const at = Math.floor(random() * item.length);
        const other = item[at] === "A" ? "B" : "A";
        const made: unknown[] = [
          like, // once more, and mostly in a queue that it was not for
          { ...like, items: [item.slice(0, at)] },
          { ...like, items: [item.slice(0, at) + other + item.slice(at + 1)] },
          { ...like, key: "k9", items: ["not a pack"] },
          { v: 99, items: "nothing" },
        ];
        await queues[stage].add(stage, made[index % made.length] as Pack);
        added++;
      }
      return added;
    },
    async left() {
      const kinds = STAGES.flatMap((stage) => STATES.map((state) => [stage, state] as const));
      const counts = await Promise.all(kinds.map(([stage, state]) => queues[stage].getJobCountByTypes(state)));
      return kinds.flatMap(([stage, state], at) => (counts[at] ? [`${stage}: ${counts[at]} ${state}`] : []));
    },
  };
}

const openQueues = (open: (stage: Stage) => Jobs): Queues =>
  Object.fromEntries(
    STAGES.map((stage) => {
      const queue = open(stage);
      queue.on("error", () => undefined); // the server is killed on purpose; the next call says if it is away
      return [stage, queue];
    }),
  ) as Queues;
const closeQueues = (queues: Queues) => Promise.allSettled(STAGES.map((stage) => queues[stage].close()));

export function redisHarm(redis: RunningRedis): QueueHarm {
  const client = new Redis(redis.url, { maxRetriesPerRequest: 1, retryStrategy: () => 200 });
  client.on("error", () => undefined); // see above
  const queues = openQueues(
    (stage) => new Queue<Pack>(stage, { connection: client, prefix: "{holdpoint}" }) as unknown as Jobs,
  );
  return {
    ...forger(queues),
    wipe: async () => void (await client.flushall()),
    async deleteSome(random) {
      const keys = (await client.keys("*")).filter(() => random() < DELETED);
      if (keys.length > 0) await client.del(...keys);
    },
    async putBack(meanwhile) {
      if (!redis.folder || !redis.crash) throw new Error("only a server of our own can be put back");
      const files = `${redis.folder}/appendonlydir`;
      const copy = `${redis.folder}-copy`;
      await rm(copy, { recursive: true, force: true });
      await cp(files, copy, { recursive: true });
      await meanwhile();
      const { crash } = redis;
      await crash(async () => {
        await rm(files, { recursive: true, force: true });
        await cp(copy, files, { recursive: true });
        // A copy of files that are being written may be torn and not load: then an operator starts with none.
      }).catch(() => crash(() => rm(files, { recursive: true, force: true })));
    },
    async close() {
      await closeQueues(queues);
      client.disconnect();
    },
  };
}

export function postgresHarm(url: string): QueueHarm {
  const pool = new pg.Pool({ connectionString: url, max: 3, options: "-c search_path=bullmq" });
  pool.on("error", () => undefined); // see above
  const bull = withBackend(createPostgresBackend);
  const queues = openQueues((stage) => new bull.Queue<Pack>(stage, { connection: pool }) as unknown as Jobs);
  return {
    ...forger(queues),
    wipe: async () => void (await pool.query("TRUNCATE bullmq.job CASCADE")),
    deleteSome: async () => void (await pool.query("DELETE FROM bullmq.job WHERE random() < $1", [DELETED])),
    async putBack(meanwhile) {
      await pool.query("DROP TABLE IF EXISTS public.queue_copy");
      await pool.query("CREATE TABLE public.queue_copy AS SELECT * FROM bullmq.job");
      await meanwhile();
      await pool.query(
        "BEGIN; TRUNCATE bullmq.job CASCADE; INSERT INTO bullmq.job SELECT * FROM public.queue_copy; COMMIT",
      );
    },
    async close() {
      await closeQueues(queues);
      await pool.end();
    },
  };
}
