// bare-chain.ts — the yardstick: three BullMQ queues in a row with empty processors, no store, no seal, one action a job

import { createPostgresBackend, Queue, runMigrations, Worker, withBackend } from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";

export interface Chain {
  /** resolves when the job came out at the end */
  run(): Promise<void>;
  close(): Promise<void>;
}

const HOPS = ["bare-one", "bare-two", "bare-three"] as const;
const CONCURRENCY = 20;
const SCHEMA = "bullmq";
/** A database of its own on the same server: ours is without BullMQ's rows and notices of events, the bare chain is not. */
const DATABASE = "bare_chain";

interface Factory {
  queue(name: string): Pick<Queue, "add" | "close">;
  worker(
    name: string,
    work: (job: { data: { id: number } }) => Promise<void>,
  ): { close(): Promise<void>; on(event: "error", on: () => void): unknown };
  close(): Promise<void>;
}

async function redisFactory(url: string, prefix: string): Promise<Factory> {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  return {
    queue: (name) => new Queue(name, { connection, prefix }),
    worker: (name, work) =>
      new Worker(name, work, { connection, prefix, concurrency: CONCURRENCY, removeOnComplete: { count: 0 } }),
    close: async () => connection.disconnect(),
  };
}

async function ownDatabase(url: string): Promise<string> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const { rowCount } = await admin.query("SELECT FROM pg_database WHERE datname = $1", [DATABASE]);
  if (rowCount === 0) await admin.query(`CREATE DATABASE ${DATABASE}`);
  await admin.end();
  const own = new URL(url);
  own.pathname = `/${DATABASE}`;
  return own.href;
}

async function postgresFactory(url: string): Promise<Factory> {
  const pool = new pg.Pool({
    connectionString: await ownDatabase(url),
    max: 16,
    options: `-c search_path=${SCHEMA} -c synchronous_commit=off`,
  });
  const client = await pool.connect();
  await runMigrations(client, SCHEMA);
  client.release();
  const bull = withBackend(createPostgresBackend);
  return {
    queue: (name) => new bull.Queue(name, { connection: pool }) as unknown as Pick<Queue, "add" | "close">,
    worker: (name, work) =>
      new bull.Worker(name, work, {
        connection: pool,
        concurrency: CONCURRENCY,
        removeOnComplete: { count: 0 },
      }) as unknown as ReturnType<Factory["worker"]>,
    close: () => pool.end(),
  };
}

/** @param space Redis: a key prefix of its own, so that two benches on one server do not take each other's jobs */
export async function startChain(url: string, space: string): Promise<Chain> {
  const factory = await (url.startsWith("redis") ? redisFactory(url, space) : postgresFactory(url));
  const queues = HOPS.map((name) => factory.queue(name));
  const waiting = new Map<number, () => void>();
  let next = 0;
  const workers = HOPS.map((name, hop) =>
    factory.worker(name, async ({ data }) => {
      const onward = queues[hop + 1];
      if (onward !== undefined) await onward.add(name, data);
      else {
        waiting.get(data.id)?.();
        waiting.delete(data.id);
      }
    }),
  );
  for (const worker of workers) worker.on("error", () => undefined); // an unheard `error` would end the bench
  return {
    async run() {
      const id = next++;
      const arrived = new Promise<void>((resolve) => waiting.set(id, resolve));
      await queues[0]?.add("job", { id });
      await arrived;
    },
    async close() {
      for (const worker of workers) await worker.close();
      for (const queue of queues) await queue.close();
      await factory.close();
    },
  };
}
