// backend-redis.ts — BullMQ on Redis or Valkey: producers fail fast, workers wait; a wrong Redis is refused with the fix

import type { Log } from "@holdpoint/runtime/log.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { SealedPack } from "@holdpoint/wire/job.ts";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import type { Backend } from "./backend.ts";
import { type BullQueue, type BullWorker, bullBackend, quietly } from "./bull.ts";

/** All keys in one hash slot, so that the same names work on a cluster. */
const PREFIX = "{holdpoint}";
const MARKER = `${PREFIX}:owner`;
const VERSION_MIN = [6, 2] as const;

const unsafe = (message: string): never => {
  throw new Fault("unsafe_queue", message);
};
const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim();

/** Refuses a Redis that evicts, is too old, or holds somebody else's keys. */
export async function checkRedis(redis: Redis, prefix: string = PREFIX): Promise<void> {
  const info = await redis.info();
  const version = field(info, "redis_version") ?? "0";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1])) {
    unsafe(`Redis ${version} is too old: ${VERSION_MIN.join(".")} or newer is needed`);
  }
  const policy = field(info, "maxmemory_policy");
  if (policy !== "noeviction") {
    unsafe(
      `Redis evicts keys (maxmemory-policy \`${policy ?? "unknown"}\`), which loses jobs: set \`maxmemory-policy noeviction\``,
    );
  }
  const marker = `${prefix}:owner`;
  if ((await redis.get(marker)) === "holdpoint") return;
  if ((await redis.dbsize()) > 0) {
    const [, some] = await redis.scan("0", "COUNT", 1_000);
    const foreign = some.find((key) => !key.startsWith(`${prefix}:`));
    if (foreign !== undefined)
      unsafe(
        `this Redis database holds other data (\`${foreign.slice(0, 60)}\`): give Holdpoint an empty one (\`redis://…/<number>\`)`,
      );
  }
  await redis.set(marker, "holdpoint");
}

const connect = (url: string, options: { producer: boolean }, log: Log): Redis => {
  const redis = new Redis(url, {
    // A producer answers a caller: it fails fast. A worker has nothing better to do than to wait.
    maxRetriesPerRequest: options.producer ? 1 : null,
    enableOfflineQueue: !options.producer,
    connectTimeout: 5_000,
    ...(options.producer && { commandTimeout: 5_000 }),
    retryStrategy: (times: number) => Math.min(50 * times, 500),
    lazyConnect: true,
  });
  redis.on("error", quietly(log, "the connection to Redis is in trouble"));
  return redis;
};

export async function redisBackend(url: string, log: Log, options: { prefix?: string } = {}): Promise<Backend> {
  const prefix = options.prefix ?? PREFIX;
  const producer = connect(url, { producer: true }, log);
  const consumer = connect(url, { producer: false }, log);
  const closeAll = async () => {
    producer.disconnect();
    consumer.disconnect();
  };
  try {
    await Promise.all([producer.connect(), consumer.connect()]);
    await checkRedis(producer, prefix);
  } catch (error) {
    await closeAll();
    if (error instanceof Fault) throw error;
    throw new Fault("queue_unavailable", "Redis does not answer", {}, { cause: error });
  }
  return bullBackend(
    "redis",
    {
      queue: (stage) =>
        new Queue<SealedPack>(stage, {
          connection: producer,
          prefix,
          streams: { events: { maxLen: 100 } },
        }) as unknown as BullQueue,
      worker: (stage, process, workerOptions) =>
        new Worker<SealedPack, void>(stage, process, {
          connection: consumer,
          prefix,
          ...workerOptions,
        }) as unknown as BullWorker,
    },
    {
      log,
      async ready() {
        try {
          await producer.ping();
          await checkRedis(producer, prefix);
        } catch (error) {
          if (error instanceof Fault) throw error;
          throw new Fault("queue_unavailable", "Redis does not answer", {}, { cause: error });
        }
      },
      close: closeAll,
    },
  );
}

/** Where the marker stands: its absence in a Redis that had it tells that the queue was wiped. */
export const redisMarker = MARKER;
