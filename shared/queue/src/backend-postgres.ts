// backend-postgres.ts — BullMQ on Postgres: one pool for all, prepared statements, and a commit that need not wait for the disk
// The queue may lose its last moments in a crash: it is a hint, and the reconciler sends again what has no decision.

import { watchDeserted } from "@holdpoint/runtime/deserted.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { SealedPack } from "@holdpoint/wire/job.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import { createPostgresBackend, runMigrations, withBackend } from "bullmq";
import type pg from "pg";
import type { Backend } from "./backend.ts";
import { type BullQueue, type BullWorker, type BullWorkerOptions, bullBackend, quietly, telemetry } from "./bull.ts";
import { PreparedPool } from "./prepared-pool.ts";

const SCHEMA = "bullmq";
/** Sessions that one process has with the server for its queue, whatever it runs. */
export const POOL_MAX = 16;

/** The tables turn over thousands of rows a second: the default thresholds would let them grow by megabytes first. */
const VACUUM = ["job"].map(
  (table) =>
    `ALTER TABLE ${SCHEMA}.${table} SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
       autovacuum_vacuum_cost_delay = 0, autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000)`,
);

/**
 * The library writes a row for everything that happens to a job, five for each, and notifies of each: for listeners that we
 * do not have. Postgres commits what notifies one at a time; without it only an add stands in that line. Its migrations know
 * nothing of this: it comes after them at every start.
 */
const NO_EVENTS = `CREATE OR REPLACE FUNCTION ${SCHEMA}.publish_event(p_queue text, p_event text, p_data jsonb)
   RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 0::bigint'`;

/**
 * The library dates by the clock of whoever calls: a lock, and the last look for what dead workers held. A worker whose clock
 * was an hour ahead for a moment would hold its jobs for an hour, and nobody would look for that long. So the looks go by the
 * clock of the database, and nothing that lies further ahead than it may is left so.
 */
const SET_RIGHT = `WITH clock AS (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms),
   locks AS (UPDATE ${SCHEMA}.job SET locked_until_ms = ms + $2 FROM clock
              WHERE queue = $1 AND state = 'active' AND locked_until_ms > ms + 2 * $2),
   looks AS (DELETE FROM ${SCHEMA}.meta USING clock
              WHERE queue = $1 AND field = 'stalled-check' AND value::bigint > ms)
   SELECT ms FROM clock`;
const TAKE_BACK = `SELECT id FROM ${SCHEMA}.move_stalled_jobs_to_wait($1, $2, $3, $4) AS taken (id)`;

/** What dead workers held goes back to those that wait. Returns the jobs' ids. */
async function takeBack(pool: pg.Pool, stage: Stage, { maxStalledCount }: BullWorkerOptions): Promise<string[]> {
  const { rows: clock } = await pool.query<{ ms: string }>(SET_RIGHT, [stage, limits.jobLockMs]);
  const values = [stage, maxStalledCount, clock[0]?.ms, limits.stalledCheckMs];
  const { rows } = await pool.query<{ id: string }>(TAKE_BACK, values);
  return rows.map(({ id }) => id);
}

async function prepare(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, SCHEMA);
    // Two processes that start together would alter at the same time, which Postgres answers with an error.
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock(hashtext('holdpoint.queue.vacuum'))");
    for (const statement of [...VACUUM, NO_EVENTS]) await client.query(statement);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/**
 * Statements and the library's functions are planned once a session, to reach jobs by their keys: left to itself the planner
 * makes a new plan for many a call, and judges by a table that is empty one moment and full the next. Where 100,000 jobs wait,
 * a completion takes two thirds of the time.
 */
const PLANS = ["plan_cache_mode=force_generic_plan", "enable_seqscan=off", "enable_bitmapscan=off"];
const SESSION = [`search_path=${SCHEMA}`, "synchronous_commit=off", ...PLANS]
  .map((setting) => `-c ${setting}`)
  .join(" ");

/**
 * The one pool of all queues. Each of its connections has somebody who hears that it broke: between two statements of the
 * library's transactions nobody does, and an error that nobody hears ends the process.
 */
export function queuePool(url: string, log: Log): pg.Pool {
  const pool = new PreparedPool({
    connectionString: url,
    max: POOL_MAX,
    options: SESSION,
    application_name: "holdpoint-queue",
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000, // whoever only listens asks nothing that could go unanswered
    connectionTimeoutMillis: 5_000,
  });
  const deserted = watchDeserted({ connectionString: url, application_name: "holdpoint-queue-watch" }, log);
  pool.on("connect", deserted.add);
  // Every queue and every worker listens to it, also one that was replaced: the library takes no listener away.
  pool.setMaxListeners(0);
  pool.on("error", quietly(log, "a queue connection broke"));
  const lost = quietly(log, "a queue connection broke in use");
  pool.on("connect", (client) => client.on("error", lost));
  return pool;
}

export async function postgresBackend(url: string, log: Log): Promise<Backend> {
  const pool = queuePool(url, log);
  try {
    await prepare(pool);
  } catch (error) {
    await pool.end();
    throw new Fault("queue_unavailable", "the Postgres queue could not be opened", {}, { cause: error });
  }
  const bull = withBackend(createPostgresBackend);
  return bullBackend(
    "postgres",
    {
      shards: 1,
      queue: (name) => new bull.Queue<SealedPack>(name, { connection: pool, ...telemetry() }) as unknown as BullQueue,
      worker: (stage, _shard, process, options, opened) => {
        const { Worker } = withBackend((...given: Parameters<typeof createPostgresBackend>) => {
          const backend = createPostgresBackend(...given);
          backend.moveStalledJobsToWait = () => takeBack(pool, stage, options);
          return opened(backend);
        });
        return new Worker<SealedPack, void>(stage, process, {
          connection: pool,
          ...options,
          ...telemetry(),
        }) as unknown as BullWorker;
      },
    },
    {
      log,
      async ready() {
        try {
          await pool.query("SELECT 1");
        } catch (error) {
          throw new Fault("queue_unavailable", "the Postgres queue does not answer", {}, { cause: error });
        }
      },
      close: () => pool.end(),
    },
  );
}
