// backend-postgres.test.ts — the contract on a real Postgres

import { createLogger } from "@holdpoint/runtime/log.ts";
import { type PrivateDatabase, privateDatabase } from "@holdpoint/testkit/postgres.ts";
import { STAGES } from "@holdpoint/wire/scalars.ts";
import { Queue as BullQueue, createPostgresBackend } from "bullmq";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { POOL_MAX, queuePool } from "./backend-postgres.ts";
import { message, until } from "./fixtures.ts";
import { openQueue } from "./open.ts";
import { contractRing, queueContract } from "./queue.contract.ts";

const log = createLogger("test", { level: "fatal" });

test("a connection that breaks between two statements of a transaction ends nothing but that", async () => {
  const database = await privateDatabase({ migrated: false });
  const pool = queuePool(database.url, log);
  const client = await pool.connect();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const broke = new Promise<void>((heard) => void client.once("end", heard));
  // Whoever takes a connection out of a pool takes it without a listener: an error would have nobody.
  expect(client.listenerCount("error")).toBe(1);
  await database.sql("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
  await broke;
  client.release(true);
  expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await pool.end();
  await database.drop();
});

test.each([
  ["its lock", 3_600_000, 0],
  ["its look for what others held", -1, 3_600_000],
])("what a worker dated while its clock was ahead holds nothing up: %s", async (_what, lockMs, lookMs) => {
  const database = await privateDatabase({ migrated: false });
  const queue = await openQueue({ url: database.url, ring: contractRing(), log });
  const [one, other] = [message(), message()];
  await queue.send("rules", [one]);
  await database.sql(
    `UPDATE bullmq.job SET state = 'active', lock_token = 'of a dead worker',
            locked_until_ms = extract(epoch FROM now()) * 1000 + $1::int WHERE queue = 'rules'`,
    [lockMs],
  );
  await database.sql(
    `INSERT INTO bullmq.meta (queue, field, value)
     VALUES ('rules', 'stalled-check', (extract(epoch FROM now()) * 1000 + $1::int)::bigint)`,
    [lookMs],
  );
  await queue.send("rules", [other]);
  const settled: string[] = [];
  const worker = queue.work("rules", (each) => ({ settle: { message: each } as never }), {
    settle: async ({ message: done }) => void settled.push(done.action.id),
    exhausted: async () => undefined,
  });
  await until(() => settled.length === 2);
  expect(settled).toEqual([other.action.id, one.action.id]);
  await worker.drain(5_000);
  await queue.close();
  await database.drop();
});

test("no row and no notice is written for what happens to a job: nobody reads them", async () => {
  const database = await privateDatabase({ migrated: false });
  const queue = await openQueue({ url: database.url, ring: contractRing(), log });
  const listening = new pg.Client({ connectionString: database.url });
  await listening.connect();
  const heard = new Set<string>();
  const over = new Promise<void>((resolve) => {
    listening.on("notification", ({ channel }) => {
      heard.add(channel);
      if (channel === "over") resolve();
    });
  });
  for (const channel of ["bullmq_events", "bullmq_jobs", "over"]) await listening.query(`LISTEN ${channel}`);
  const settled: string[] = [];
  const worker = queue.work("rules", (each) => ({ settle: { message: each } as never }), {
    settle: async ({ message: done }) => void settled.push(done.action.id),
    exhausted: async () => undefined,
  });
  await queue.send("rules", [message()]);
  await until(() => settled.length === 1);
  await worker.drain(5_000);
  await queue.close();
  await database.sql("NOTIFY over");
  await over; // notices come in the order of their commits
  expect([...heard]).toEqual(["bullmq_jobs", "over"]);
  expect(await database.sql("SELECT event FROM bullmq.event")).toEqual([]);
  await listening.end();
  await database.drop();
});

test("all of a pipeline's queues and workers share one pool: never more sessions than it may have, and no other's", async () => {
  const database = await privateDatabase({ migrated: false });
  const queue = await openQueue({ url: database.url, ring: contractRing(), log });
  const settled = new Set<string>();
  const next = { rules: "safety", safety: "sandbox", sandbox: "escalation", escalation: undefined } as const;
  const workers = STAGES.map((stage) =>
    queue.work(
      stage,
      (each) => {
        const to = next[stage];
        return to === undefined ? { settle: { message: each } as never } : { to, message: each };
      },
      { settle: async ({ message: done }) => void settled.add(done.action.id), exhausted: async () => undefined },
    ),
  );
  const looking = new pg.Client({ connectionString: database.url });
  await looking.connect();
  const sessions = async () =>
    (
      await looking.query<{ all: number; named: number }>(
        `SELECT count(*)::int AS all, count(*) FILTER (WHERE application_name = ANY ($1))::int AS named FROM pg_stat_activity
          WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
        [["holdpoint-queue", ...STAGES]], // whoever waits for a stage's jobs is called by its name
      )
    ).rows[0];
  // More asks at a time than one pool has connections: it fills up, and any other one would come on top.
  const sent = Array.from({ length: 2 * POOL_MAX }, () => message());
  await Promise.all(sent.flatMap((each) => [queue.send("rules", [each]), queue.depth()]));
  expect(await sessions()).toEqual({ all: POOL_MAX, named: POOL_MAX });
  await until(() => settled.size === sent.length);
  expect(await sessions()).toEqual({ all: POOL_MAX, named: POOL_MAX });
  await looking.end();
  await Promise.all(workers.map((worker) => worker.drain(5_000)));
  await queue.close();
  await database.drop();
});

describe("tuned for a queue", () => {
  let database: PrivateDatabase;
  let pool: pg.Pool;
  beforeAll(async () => {
    database = await privateDatabase({ migrated: false });
    await (await openQueue({ url: database.url, ring: contractRing(), log })).close();
    pool = queuePool(database.url, log);
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });

  test("the table of jobs is swept by what changed and not by how large it is, at once and without pauses", async () => {
    const { rows } = await pool.query<{ options: string[] }>(
      "SELECT reloptions AS options FROM pg_class WHERE oid = 'bullmq.job'::regclass",
    );
    expect(rows[0]?.options).toEqual(
      expect.arrayContaining([
        "autovacuum_vacuum_scale_factor=0",
        "autovacuum_vacuum_threshold=5000",
        "autovacuum_vacuum_cost_delay=0",
        "autovacuum_vacuum_insert_threshold=20000",
      ]),
    );
  });

  test("its own sessions do not wait for the disk, and nobody else's are told so", async () => {
    const own = await pool.query<{ synchronous_commit: string }>("SHOW synchronous_commit");
    expect(own.rows).toEqual([{ synchronous_commit: "off" }]);
    expect(await database.sql("SHOW synchronous_commit")).toEqual([{ synchronous_commit: "on" }]);
  });

  test("what it asks again and again is prepared once, and planned once", async () => {
    // One after another, so by one connection.
    for (const value of [1, 2, 3]) await pool.query("SELECT $1::int + 1", [value]);
    const prepared =
      "SELECT generic_plans::int, custom_plans::int FROM pg_prepared_statements WHERE statement = 'SELECT $1::int + 1'";
    expect((await pool.query(prepared)).rows).toEqual([{ generic_plans: 3, custom_plans: 0 }]);
  });
});

describe("on Postgres", () => {
  queueContract(async () => {
    const database = await privateDatabase({ migrated: false });
    const options = {
      url: database.url,
      ring: contractRing(),
      log,
    };
    const queue = await openQueue(options);
    const pool = new pg.Pool({ connectionString: database.url, options: "-c search_path=bullmq", max: 4 });
    const others: { close(): Promise<void> }[] = [];
    return {
      queue,
      second: async (keys) => {
        const second = await openQueue({ ...options, ring: contractRing(keys) });
        others.push(second);
        return second;
      },
      raw: async () => JSON.stringify((await pool.query("SELECT * FROM bullmq.job")).rows),
      wipe: () => pool.query("TRUNCATE bullmq.job CASCADE"),
      forge: async (stage, items) => {
        const foreign = new BullQueue(stage, { connection: pool }, createPostgresBackend);
        for (const item of items) await foreign.add(stage, { v: 1, key: "k1", items: [item] });
        await foreign.close();
      },
      close: async () => {
        for (const other of others) await other.close();
        await queue.close();
        await pool.end();
        await database.drop();
      },
    };
  });
});
