// backend-redis.ts — BullMQ on Redis or Valkey: single, Sentinel or Cluster; a wrong one is refused with the fix

import type { Log } from "@holdpoint/runtime/log.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { SealedPack } from "@holdpoint/wire/job.ts";
import { createRedisBackend, Queue, withBackend } from "bullmq";
import type { Cluster, Redis } from "ioredis";
import type { Backend } from "./backend.ts";
import { type BullQueue, type BullWorker, bullBackend, quietly, telemetry } from "./bull.ts";
import { type RedisAddress, redisClient } from "./redis-url.ts";

/** The braces are a hash tag: all keys of a shard lie in one slot, as BullMQ's scripts need on a cluster. */
const PREFIX = "holdpoint";
const shardPrefix = (prefix: string, shard: number): string => `{${prefix}${shard === 0 ? "" : `-${shard}`}}`;
const VERSION_MIN = [6, 2] as const;
const OWNER = "holdpoint";

const unsafe = (message: string): never => {
  throw new Fault("unsafe_queue", message);
};
const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim();

/** Version and eviction of one server: a queue on a Redis that evicts loses jobs without a word. */
async function checkServer(redis: Redis): Promise<void> {
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
}

const serversOf = (client: Redis | Cluster): Redis[] => ("nodes" in client ? client.nodes("master") : [client]);

/** Refuses a database with somebody else's keys, and marks an empty one as ours. */
async function checkOwner(client: Redis | Cluster, prefix: string): Promise<void> {
  const marker = `${shardPrefix(prefix, 0)}:owner`;
  if ((await client.get(marker)) === OWNER) return;
  for (const server of serversOf(client)) {
    const [, some] = await server.scan("0", "COUNT", 1_000);
    const foreign = some.find((key) => !key.startsWith(`{${prefix}`));
    if (foreign !== undefined) {
      unsafe(
        `this Redis database holds other data (\`${foreign.slice(0, 60)}\`): give Holdpoint an empty one (\`redis://host:port/<number>\`)`,
      );
    }
  }
  await client.set(marker, OWNER);
}

async function checkRedis(client: Redis | Cluster, prefix: string): Promise<void> {
  await Promise.all(serversOf(client).map(checkServer));
  await checkOwner(client, prefix);
}

export async function redisBackend(
  address: RedisAddress,
  log: Log,
  options: { prefix?: string } = {},
): Promise<Backend> {
  const prefix = options.prefix ?? PREFIX;
  const onError = quietly(log, "the connection to Redis is in trouble");
  const [producer, worker] = (["producer", "worker"] as const).map((role) => {
    const client = redisClient(address, role);
    client.on("error", onError);
    return client;
  }) as [Redis | Cluster, Redis | Cluster];
  const close = async () => {
    producer.disconnect();
    worker.disconnect();
  };
  const check = async () => {
    try {
      await checkRedis(producer, prefix);
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw new Fault("queue_unavailable", "Redis does not answer", {}, { cause: error });
    }
  };
  try {
    await Promise.all([producer.connect(), worker.connect()]);
    await check();
  } catch (error) {
    await close();
    if (error instanceof Fault) throw error;
    throw new Fault("queue_unavailable", "Redis does not answer", {}, { cause: error });
  }
  return bullBackend(
    "redis",
    {
      shards: address.shards,
      queue: (name, shard) =>
        new Queue<SealedPack>(name, {
          connection: producer,
          prefix: shardPrefix(prefix, shard),
          streams: { events: { maxLen: 100 } },
          ...telemetry(),
        }) as unknown as BullQueue,
      worker: (stage, shard, process, workerOptions, opened) => {
        const { Worker } = withBackend((...given: Parameters<typeof createRedisBackend>) =>
          opened(createRedisBackend(...given)),
        );
        return new Worker<SealedPack, void>(stage, process, {
          connection: worker,
          prefix: shardPrefix(prefix, shard),
          ...workerOptions,
          ...telemetry(),
        }) as unknown as BullWorker;
      },
    },
    { log, ready: check, close },
  );
}
