// prepared-pool.test.ts — who takes a job rides behind the add that is on its way, on a real Postgres

import { createLogger } from "@holdpoint/runtime/log.ts";
import { startFaultProxy } from "@holdpoint/testkit/fault-proxy.ts";
import { type PrivateDatabase, privateDatabase } from "@holdpoint/testkit/postgres.ts";
import { createPostgresBackend, withBackend } from "bullmq";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { queuePool } from "./backend-postgres.ts";
import { openQueue } from "./open.ts";
import { contractRing } from "./queue.contract.ts";

const log = createLogger("test", { level: "silent" });
const { Queue, Worker } = withBackend(createPostgresBackend);
const NAME = "rules";
let database: PrivateDatabase;
let pool: pg.Pool;
/** A session that holds up what is added to the queue, and nothing else. */
let gate: pg.Client;

beforeAll(async () => {
  database = await privateDatabase({ migrated: false });
  await (await openQueue({ url: database.url, ring: contractRing(), log })).close();
  pool = queuePool(database.url, log);
  gate = new pg.Client({ connectionString: database.url });
  await gate.connect();
});
afterAll(async () => {
  await gate?.end();
  await pool?.end();
  await database?.drop();
});

const shut = () => gate.query("SELECT pg_advisory_lock(hashtext('bullmq:finalization'), hashtext($1))", [NAME]);
const open = () => gate.query("SELECT pg_advisory_unlock_all()");
/** Resolves once an add waits at the gate. */
async function heldUp(): Promise<void> {
  const waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
  while ((await gate.query(waiting)).rowCount === 0);
}

test("a job that is only being added is found by who asks right behind it, and every connection is given back", async () => {
  const queue = new Queue(NAME, { connection: pool });
  const worker = new Worker(NAME, async () => undefined, { connection: pool, autorun: false });
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  await shut();
  const added = queue.add(NAME, { n: 1 });
  await heldUp();
  const taken = worker.getNextJob("token", { block: false });
  await pool.query("SELECT $1::int", [1]); // time enough for one that does not ride to find nothing
  await open();
  expect((await taken)?.id).toBe((await added).id);
  // One that rides on nothing: everything is answered.
  expect(await worker.getNextJob("token", { block: false })).toBeUndefined();
  await queue.close();
  await worker.close(true);
  expect(pool.idleCount).toBe(pool.totalCount);
});

test("an add that the server refuses spoils the answer of nobody who rides behind it, and its connection is used no more", async () => {
  const add = (options: string) =>
    pool.query("SELECT add_job($1, NULL, $1, $2::jsonb, $3::jsonb, 0, 0, 1, 1, NULL, NULL, NULL, NULL, NULL, false)", [
      NAME,
      "{}",
      options,
    ]);
  const take = () => pool.query("SELECT * FROM move_to_active($1, $2, 2000, 1, NULL, NULL, NULL)", [NAME, "token"]);
  await add("{}");
  const before = pool.totalCount;
  const [refused, taken] = await Promise.allSettled([add("no json"), take()]);
  expect(refused).toMatchObject({ status: "rejected", reason: { code: "22P02" } });
  expect(taken).toMatchObject({ status: "fulfilled", value: { rowCount: 1 } });
  expect(pool.totalCount).toBe(before - 1);
  expect(pool.idleCount).toBe(pool.totalCount);
});

test("an add that found no connection is ridden on by nobody: who takes a job afterwards asks by itself", async () => {
  const url = new URL(database.url);
  const link = await startFaultProxy({ host: url.hostname, port: Number(url.port) });
  url.host = `127.0.0.1:${link.port}`;
  const cut = queuePool(url.href, log);
  link.cut();
  const add = cut.query("SELECT add_job($1, NULL, $1, '{}', '{}', 0, 0, 1, 1, NULL, NULL, NULL, NULL, NULL, false)", [
    NAME,
  ]);
  await expect(add).rejects.toThrow();
  link.heal();
  const taken = cut.query("SELECT * FROM move_to_active($1, $2, 2000, 1, NULL, NULL, NULL)", [NAME, "token"]);
  await expect(taken).resolves.toMatchObject({ command: "SELECT" });
  await cut.end();
  await link.close();
});
