// pool.ts — connections to Postgres: as the role that owns nothing, prepared by name, with errors that say what to do

import { watchDeserted } from "@holdpoint/runtime/deserted.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import pg from "pg";

/** Runs statements in the transaction it was given for. What is asked without waiting in between goes in one round trip. */
export interface Transaction {
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Prepared under `name` on each connection, as `Database.call` is. */
  call<Row>(name: string, text: string, values: unknown[]): Promise<Row[]>;
  /** The same and the commit behind it, in one round trip: nothing can be asked after it. */
  last<Row>(name: string, text: string, values: unknown[]): Promise<Row[]>;
}

export interface Database {
  /** One statement, one round trip, prepared under `name` on each connection. */
  call<Row>(name: string, text: string, values: unknown[]): Promise<Row[]>;
  /** A transaction that sees and writes the rows of one tenant only. Tried again after a deadlock, so `work` must bear it. */
  inTenant<T>(tenant: string, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** A connection of its own for as long as `work` lasts: session locks. */
  withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  /** A new connection outside the pool, for LISTEN. */
  connect(): Promise<pg.Client>;
  close(): Promise<void>;
}

const ROLE = "holdpoint_app";

/**
 * What every session begins with. The planner is told to reach rows by their keys: it caches a plan for as long as a
 * session lives, and one that was made for an empty table must still be right when there are millions of rows.
 * Durability is not set here: `ready` must see what the server would do.
 */
export const SESSION = [
  `role=${ROLE}`,
  "search_path=holdpoint,pg_temp",
  "timezone=UTC",
  "lock_timeout=8000",
  "idle_in_transaction_session_timeout=20000",
  // A host that died holds the locks of its sessions until the server finds out: by itself it would take hours.
  "tcp_keepalives_idle=10",
  "tcp_keepalives_interval=5",
  "tcp_keepalives_count=3",
  "jit=off",
  "plan_cache_mode=force_generic_plan",
  ...["seqscan", "bitmapscan", "hashjoin", "mergejoin", "material"].map((node) => `enable_${node}=off`),
]
  .map((setting) => `-c ${setting}`)
  .join(" ");

/**
 * The database is away, full, read-only or shutting down: nothing was recorded, or nobody can say; ask again later.
 * A settle or claim that was committed before its answer was lost says so when it is asked again.
 */
const AWAY =
  /^(08|53|57014|57P0|58|25006)|^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOENT)/;
const AWAY_TEXT =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|Query read timeout|not queryable|Client was closed|Connection ended/i;
/** Two transactions met: neither is at fault, one was rolled back. */
const AGAIN = new Set(["40001", "40P01", "55P03"]);
const triesMax = 4;

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : "";

/** A driver's error as ours: `store_unavailable` where trying again may help; bugs stay what they are. */
export function asFault(error: unknown): unknown {
  if (isFault(error) || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (AWAY.test(code) || AGAIN.has(code) || AWAY_TEXT.test(error.message))
    return new Fault("store_unavailable", "the database cannot be reached or cannot record", {}, { cause: error });
  if (code === "42P01" || code === "42883" || error.message === `role "${ROLE}" does not exist`)
    return new Fault("not_ready", "this database is not migrated: run `holdpoint migrate`", {}, { cause: error });
  if (
    code === "28P01" ||
    code === "28000" ||
    code === "3D000" ||
    code === "42501" ||
    code === "22023" ||
    code === "3F000"
  )
    return new Fault("config_invalid", `the database refused us: ${error.message}`, {}, { cause: error });
  return error;
}

const TENANT = { name: "set_tenant", text: "SELECT set_config('holdpoint.tenant', $1, true)" };

/**
 * `BEGIN` and the tenant travel with the first statement. Should they be refused, which no server does to a healthy
 * session, that statement ran as a transaction of its own, its answer is dropped, and nothing follows it.
 */
async function transact<T>(client: pg.PoolClient, tenant: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const began = Promise.all([client.query("BEGIN"), client.query({ ...TENANT, values: [tenant] })]);
  began.catch(() => undefined); // heard of below, after what was sent with it
  let ended = false;
  const send = async <Row>(statement: pg.QueryConfig, commit: boolean): Promise<Row[]> => {
    if (ended) throw new Error("the transaction has ended");
    ended = commit;
    const answers = [client.query(statement), ...(commit ? [client.query("COMMIT")] : [])];
    const [first] = await Promise.allSettled(answers); // none of them may be left without who hears of its failure
    await began;
    await Promise.all(answers);
    return first?.status === "fulfilled" ? (first.value.rows as Row[]) : [];
  };
  try {
    const result = await work({
      query: (text, values = []) => send({ text, values }, false),
      call: (name, text, values) => send({ name, text, values }, false),
      last: (name, text, values) => send({ name, text, values }, true),
    });
    await began;
    if (!ended) await client.query("COMMIT");
    return result;
  } catch (error) {
    if (!ended) await client.query("ROLLBACK");
    throw error;
  }
}

/** @param name what the server shows of our connections, at most 63 characters */
export function openDatabase(url: string, log: Log, connectionsMax = 12, name = "holdpoint"): Database {
  const config: pg.ClientConfig = {
    connectionString: url,
    options: SESSION,
    application_name: name,
    connectionTimeoutMillis: 3_000,
    statement_timeout: 15_000,
    query_timeout: 20_000, // a link that went dead without a word
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    pipeline: true,
  };
  const pool = new pg.Pool({ ...config, max: connectionsMax, idleTimeoutMillis: 60_000, allowExitOnIdle: true });
  pool.on("error", (error) => log.warn({ error: error.message }, "an idle database connection was lost"));
  const deserted = watchDeserted({ connectionString: url, application_name: `${name}-watch`.slice(0, 63) }, log);
  pool.on("connect", deserted.add);

  async function again<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (AGAIN.has(codeOf(error)) && attempt < triesMax) continue;
        throw asFault(error);
      }
    }
  }

  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken = true; // a connection in an unknown state is thrown away
    // Between two statements nobody waits for its answer: without a listener its loss would end the process.
    const lost = (error: Error) => log.warn({ err: error }, "a database connection was lost in use");
    client.on("error", lost);
    try {
      const result = await work(client);
      broken = false;
      return result;
    } finally {
      client.off("error", lost);
      client.release(broken);
    }
  }

  return {
    call: <Row>(name: string, text: string, values: unknown[]) =>
      again(async () => (await pool.query({ name, text, values })).rows as Row[]),
    inTenant: (tenant, work) => again(() => withClient((client) => transact(client, tenant, work))),
    withClient: (work) => withClient(work).catch((error: unknown) => Promise.reject(asFault(error))),
    async connect() {
      const client = new pg.Client({ ...config, statement_timeout: 0, query_timeout: 0 });
      client.on("error", () => undefined); // `end` follows, and whoever listens acts on that
      try {
        await client.connect();
      } catch (error) {
        throw asFault(error);
      }
      deserted.add(client);
      return client;
    },
    close: () => pool.end(),
  };
}
