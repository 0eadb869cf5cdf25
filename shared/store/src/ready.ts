// ready.ts — whether this database can be trusted with the truth: durable, migrated, and of the same time as we

import { systemClock } from "@holdpoint/runtime/clock.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { readMigrations } from "./migrate.ts";
import type { Database } from "./pool.ts";

interface State {
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
  now_ms: string;
  replica: boolean;
  migrations: string[];
}

const QUESTION = `
  SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
         current_setting('synchronous_commit') AS synchronous_commit, pg_is_in_recovery() AS replica,
         (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms,
         ARRAY(SELECT name FROM holdpoint.migrations ORDER BY name) AS migrations`;

/** Throws `unsafe_store`, `not_ready`, or (where nobody answers) `store_unavailable`. There is no switch that turns it off. */
export async function checkReady(database: Database, clock = systemClock): Promise<void> {
  const before = clock.now();
  const [state] = await database.call<State>("ready", QUESTION, []);
  const after = clock.now();
  if (!state) throw new Fault("not_ready", "the database did not say how it is");
  for (const setting of ["fsync", "full_page_writes", "synchronous_commit"] as const) {
    if (state[setting] === "off")
      throw new Fault(
        "unsafe_store",
        `PostgreSQL runs with \`${setting}=off\`: it may forget what it acknowledged. Set it to \`on\``,
      );
  }
  if (state.replica) throw new Fault("not_ready", "this PostgreSQL is a standby: nothing can be recorded");
  const applied = new Set(state.migrations);
  const missing = readMigrations().filter(({ name }) => !applied.has(name));
  if (missing.length > 0)
    throw new Fault("not_ready", `${missing.length} migrations are missing: run \`holdpoint migrate\``);
  const now = Number(state.now_ms);
  const skewMs = Math.max(before - now, now - after, 0);
  if (skewMs > limits.clockSkewMsMax)
    throw new Fault("not_ready", `the clocks of this process and of the database are ${skewMs} ms apart`);
}
