// embedded.ts — a real Postgres in a data folder: made at the first start, kept alive while we live, gone with us

import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, lchown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { Fault } from "@holdpoint/wire/fault.ts";
import pg from "pg";
import { chooseUser, findBinaries, type RunAs, runToEnd, spawnSupervised } from "./embedded-launch.ts";
import { takeFolder } from "./embedded-lock.ts";
import type { Log } from "./log.ts";

export interface EmbeddedPostgres {
  /** of the database `holdpoint`, with its superuser's name and password: for migrations and for openStore */
  readonly url: string;
  /** of the postmaster as it runs now */
  readonly pid: number;
  /** Fast shutdown; resolves when the process has ended. */
  stop(): Promise<void>;
}

const USER = "holdpoint";
const READY = /database system is ready to accept connections/;
const startMs = 30_000;
const stopMs = 10_000;

/** On the command line, so that neither a file nor ALTER SYSTEM can weaken what durability rests on. */
const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  shared_buffers: "128MB",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  autovacuum_naptime: "5s",
  jit: "off",
  log_min_messages: "warning",
  log_statement: "none",
  log_min_error_statement: "panic", // a failed statement's text may quote what an action holds
  log_parameter_max_length: "0",
  log_parameter_max_length_on_error: "0",
};

/**
 * Starts the cluster in `dataDir` (making it when there is none) on 127.0.0.1. `port` 0 or none: a free one.
 * When Postgres dies under us it is started again on the same port; when we die, however, it ends too.
 * Throws `config_invalid` when the folder is in use, or no Postgres can run here.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  port?: number;
  connectionsMax?: number;
  /** see takeFolder */
  holder?: number;
  log: Log;
}): Promise<EmbeddedPostgres> {
  const { log } = options;
  const folder = resolve(options.dataDir);
  const binaries = findBinaries();
  const as = chooseUser(binaries, folder);
  await mkdir(folder, { recursive: true, mode: as.uid === undefined ? 0o700 : 0o711 });
  const lock = await takeFolder(folder, options.holder);
  try {
    const password = await readPassword(folder);
    const data = join(folder, "postgres");
    await initialise(folder, data, password, binaries.initdb, as);
    await own(data, as);

    const { connectionsMax = 100 } = options;
    const launch = (port: number) => launchPostgres(binaries.postgres, data, { port, connectionsMax }, as, log);
    let { child, port } = await untilFree(options.port ?? 0, launch);
    let stopping = false;
    let restarted: Promise<void> = Promise.resolve();
    const watch = (running: ChildProcess) =>
      running.once("exit", (code, signal) => {
        if (stopping) return;
        log.error({ code, signal }, "embedded postgres ended by itself: starting it again");
        restarted = relaunch(launch, port, () => stopping).then(
          (next) => {
            if (!next) return;
            child = next;
            watch(child);
          },
          (error: unknown) => log.fatal({ err: error }, "embedded postgres does not start again"),
        );
      });
    watch(child);

    const admin = (database: string) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
    await createDatabase(admin("postgres"));
    return {
      url: admin(USER),
      get pid() {
        return child.pid ?? 0;
      },
      async stop() {
        stopping = true;
        await restarted;
        await stopPostgres(child);
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function readPassword(folder: string): Promise<string> {
  const path = join(folder, "postgres.password");
  const made = randomBytes(24).toString("base64url");
  return writeFile(path, made, { mode: 0o600, flag: "wx" }).then(
    () => made,
    () => readFile(path, "utf8"),
  );
}

/** Makes the cluster beside its place and moves it there when it is whole: a crash in between leaves nothing half made. */
async function initialise(folder: string, data: string, password: string, initdb: string, as: RunAs): Promise<void> {
  if (await stat(join(data, "PG_VERSION")).catch(() => undefined)) return;
  const made = `${data}.new`;
  const secret = join(folder, "postgres.initial");
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { mode: 0o700 });
  await writeFile(secret, password, { mode: 0o600 });
  if (as.uid !== undefined) for (const path of [made, secret]) await chown(path, as.uid, as.gid ?? as.uid);
  try {
    await runToEnd(as, initdb, [
      `--pgdata=${made}`,
      `--username=${USER}`,
      `--pwfile=${secret}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-instructions",
    ]);
    await rename(made, data);
  } finally {
    await rm(secret, { force: true });
  }
}

/** A folder that was made under another user (root's namespace one day, a real uid the next) is handed over. */
async function own(data: string, as: RunAs): Promise<void> {
  const uid = as.uid ?? process.geteuid?.();
  if (uid === undefined || process.geteuid?.() !== 0 || (await stat(data)).uid === uid) return;
  const gid = as.gid ?? uid;
  for (const entry of await readdir(data, { recursive: true, withFileTypes: true }))
    await lchown(join(entry.parentPath, entry.name), uid, gid);
  await chown(data, uid, gid);
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** A port found free may be taken before Postgres binds it: another one is tried, unless the caller named it. */
async function untilFree(wanted: number, launch: (port: number) => Promise<ChildProcess>) {
  for (let attempt = 1; ; attempt++) {
    const port = wanted || (await freePort());
    try {
      return { child: await launch(port), port };
    } catch (error) {
      const taken = error instanceof Error && /address already in use/i.test(error.message);
      if (!taken || wanted || attempt === 5) throw error;
    }
  }
}

/** After a crash the old backends may hold the shared memory for a moment longer, so a failed start is tried again. */
async function relaunch(launch: (port: number) => Promise<ChildProcess>, port: number, stopped: () => boolean) {
  const until = Date.now() + startMs;
  for (;;) {
    try {
      const child = await launch(port);
      if (!stopped()) return child;
      await stopPostgres(child);
      return undefined;
    } catch (error) {
      if (stopped()) return undefined;
      if (Date.now() > until) throw error;
      await new Promise((next) => setTimeout(next, 100));
    }
  }
}

function launchPostgres(
  postgres: string,
  data: string,
  { port, connectionsMax }: { port: number; connectionsMax: number },
  as: RunAs,
  log: Log,
): Promise<ChildProcess> {
  const all = { ...settings, port, max_connections: connectionsMax };
  const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawnSupervised(as, postgres, ["-D", data, ...flags]);
  return new Promise((done, fail) => {
    let said = "";
    const timer = setTimeout(() => {
      child.kill("SIGQUIT");
      fail(new Fault("not_ready", `embedded postgres was not ready within ${startMs} ms: ${said.slice(-1_000)}`));
    }, startMs);
    child.once("error", fail);
    const ended = (code: number | null) => {
      clearTimeout(timer);
      fail(new Fault("config_invalid", `embedded postgres ended with ${code} while starting: ${said.trim()}`));
    };
    child.once("exit", ended);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      for (const line of text.split("\n")) if (line.trim()) log.debug({ postgres: line.trim() }, "postgres says");
      if (said === "ready") return;
      said = (said + text).slice(-4_000);
      if (!READY.test(said)) return;
      said = "ready";
      clearTimeout(timer);
      child.off("exit", ended);
      done(child);
    });
  });
}

async function createDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  client.on("error", () => undefined); // the query in hand reports it
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [USER]);
    if (!rowCount) await client.query(`CREATE DATABASE ${USER}`);
  } finally {
    await client.end();
  }
}

function stopPostgres(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(() => child.kill("SIGQUIT"), stopMs);
    child.once("exit", () => {
      clearTimeout(timer);
      done();
    });
    child.kill("SIGINT");
  });
}
