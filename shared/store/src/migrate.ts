// migrate.ts — brings a database to this version: numbered files, once each, in order, under a lock

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Log } from "@holdpoint/runtime/log.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import pg from "pg";
import { asFault } from "./pool.ts";

export const migrationsFolder = fileURLToPath(new URL("../migrations", import.meta.url));

export interface Migration {
  name: string;
  text: string;
  checksum: string;
}

/** The files as they ship. Within a major version they only add, so that old processes run on (rulings §E9). */
export function readMigrations(): Migration[] {
  return readdirSync(migrationsFolder)
    .filter((file) => /^\d{3}_[a-z_]+\.sql$/.test(file))
    .sort()
    .map((name) => {
      const text = readFileSync(join(migrationsFolder, name), "utf8");
      return { name, text, checksum: createHash("sha256").update(text).digest("hex") };
    });
}

const LOCK = 1_214_606_947;

/**
 * Applies what is missing; each file is one transaction, and processes that come at the same time wait for each other.
 * Migrations that a newer version applied are left alone. Throws `config_invalid` where an applied file was changed
 * since, `store_unavailable` where the database cannot be reached.
 * @param url of a role that may create schemas and roles
 */
export async function migrate(url: string, log: Log): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: "holdpoint-migrate" });
  client.on("error", () => undefined); // the query in hand reports it
  try {
    await client.connect();
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    await client.query("CREATE SCHEMA IF NOT EXISTS holdpoint");
    await client.query(
      `CREATE TABLE IF NOT EXISTS holdpoint.migrations (
         name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())`,
    );
    const { rows } = await client.query<{ name: string; checksum: string }>(
      "SELECT name, checksum FROM holdpoint.migrations",
    );
    const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]));
    const fresh: string[] = [];
    for (const migration of readMigrations()) {
      const known = applied.get(migration.name);
      if (known === undefined) {
        await apply(client, migration);
        fresh.push(migration.name);
      } else if (known !== migration.checksum)
        throw new Fault("config_invalid", `migration \`${migration.name}\` was changed after it was applied here`);
    }
    if (fresh.length > 0) log.info({ migrations: fresh }, "migrated");
  } catch (error) {
    throw asFault(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function apply(client: pg.Client, { name, text, checksum }: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query("SET LOCAL search_path = holdpoint, pg_temp");
    await client.query("SET LOCAL check_function_bodies = off"); // functions may name what a later line makes
    await mayOwn(client, "GRANT");
    await client.query(text);
    await mayOwn(client, "REVOKE");
    await client.query("INSERT INTO holdpoint.migrations (name, checksum) VALUES ($1, $2)", [name, checksum]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** A function can be handed only to a role that may create in its schema; ours may for as long as a migration lasts. */
async function mayOwn(client: pg.Client, verb: "GRANT" | "REVOKE"): Promise<void> {
  const { rows } = await client.query(
    "SELECT rolname FROM pg_roles WHERE rolname IN ('holdpoint_core', 'holdpoint_clock')",
  );
  for (const { rolname } of rows as { rolname: string }[])
    await client.query(`${verb} CREATE ON SCHEMA holdpoint ${verb === "GRANT" ? "TO" : "FROM"} ${rolname}`);
}
