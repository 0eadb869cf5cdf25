// postgres.ts — a database of its own for a test: migrated, empty, on a real Postgres

import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { migrate, migrationsFolder } from "@holdpoint/store/migrate.ts";
import pg from "pg";

export interface PrivateDatabase {
  /** of its owner, a superuser where the cluster is the embedded one */
  url: string;
  /** One statement as that owner, who may do what no part of the product may. */
  sql(text: string, values?: unknown[]): Promise<unknown[]>;
  drop(): Promise<void>;
}

let asked: Promise<string> | undefined;

/** The cluster of this test run: HOLDPOINT_TEST_DATABASE_URL, or the embedded one that `global-setup.ts` starts. */
export function clusterUrl(): Promise<string> {
  const given = process.env["HOLDPOINT_TEST_DATABASE_URL"];
  if (given) return Promise.resolve(given);
  asked ??= ring();
  return asked;
}

function ring(): Promise<string> {
  const port = Number(process.env["HOLDPOINT_TEST_DOORBELL"]);
  if (!port) throw new Error("no test cluster: run under vitest, or set HOLDPOINT_TEST_DATABASE_URL");
  return new Promise((done, fail) => {
    let said = "";
    connect(port, "127.0.0.1")
      .setEncoding("utf8")
      .on("data", (text) => {
        said += text;
      })
      .on("error", fail)
      .on("end", () => {
        const { url, error } = JSON.parse(said) as { url?: string; error?: string };
        if (url) done(url);
        else fail(new Error(`the test cluster did not start: ${error}`));
      });
  });
}

const at = (url: string, database: string): string => {
  const moved = new URL(url);
  moved.pathname = `/${database}`;
  return moved.href;
};

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined); // a test may restart the cluster; the query in hand reports it
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Changes with any migration, so that an old template is never taken for the current one. */
function templateName(): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(migrationsFolder).sort())
    hash.update(file).update(readFileSync(`${migrationsFolder}/${file}`));
  return `holdpoint_template_${hash.digest("hex").slice(0, 16)}`;
}

/** Migrates once a cluster: whoever comes second waits at the lock and finds it made. */
async function ensureTemplate(url: string): Promise<string> {
  const name = templateName();
  await withClient(url, async (client) => {
    await client.query("SELECT pg_advisory_lock(4711, 1)");
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [name]);
    if (rowCount) return;
    const raw = `${name}_raw`;
    await client.query(`DROP DATABASE IF EXISTS ${raw} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${raw}`);
    await migrate(at(url, raw), createLogger("testkit", { level: "warn" }));
    await client.query(`ALTER DATABASE ${raw} RENAME TO ${name}`);
  });
  return name;
}

let template: Promise<string> | undefined;

/** @param options.migrated false for an empty database, to test the migrations themselves */
export async function privateDatabase(options: { migrated?: boolean } = {}): Promise<PrivateDatabase> {
  const url = await clusterUrl();
  const name = `test_${process.pid}_${randomBytes(6).toString("hex")}`;
  if (options.migrated === false) {
    await withClient(url, (client) => client.query(`CREATE DATABASE ${name}`));
  } else {
    template ??= ensureTemplate(url);
    const from = await template;
    await withClient(url, async (client) => {
      // one copy at a time: Postgres refuses a template that another copy has open
      await client.query("SELECT pg_advisory_lock(4711, 2)");
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${from}`);
    });
  }
  return {
    url: at(url, name),
    sql: (text, values = []) => withClient(at(url, name), async (client) => (await client.query(text, values)).rows),
    drop: () =>
      withClient(url, async (client) => void (await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}
