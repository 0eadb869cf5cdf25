// A real Postgres in a folder: made once, ours alone, safe settings, and gone with us, also after kill -9.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmbeddedPostgres } from "./embedded.ts";
import { createLogger } from "./log.ts";

const log = createLogger("embedded-test", { level: "silent" });
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "holdpoint-embedded-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const lives = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // no such process
  }
};

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 15_000; Date.now() < end; await new Promise((next) => setImmediate(next)))
    if (await what()) return;
  throw new Error("it never came");
}

/** Another process that starts a Postgres in the folder, says its pid and URL, and hangs. */
async function startElsewhere(dataDir: string): Promise<{ child: ChildProcess; pid: number; url: string }> {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(import.meta.resolve("./embedded.ts"))};
    import { createLogger } from ${JSON.stringify(import.meta.resolve("./log.ts"))};
    const { pid, url } = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, log: createLogger("x", { level: "silent" }) });
    console.log(JSON.stringify({ pid, url }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of child.stdout.setEncoding("utf8"))
    return { child, ...(JSON.parse(line) as { pid: number; url: string }) };
  throw new Error("it said nothing");
}

describe("embedded postgres", () => {
  test("is made at the first start and found at the next, with its data, its password kept from others", async () => {
    const dataDir = join(root, "kept");
    const first = await startEmbeddedPostgres({ dataDir, log });
    await ask(first.url, "CREATE TABLE kept AS SELECT 1 AS n");
    await first.stop();
    expect(lives(first.pid)).toBe(false);
    const second = await startEmbeddedPostgres({ dataDir, log });
    expect(await ask(second.url, "SELECT n FROM kept")).toEqual([{ n: 1 }]);
    await second.stop();
    expect((await stat(join(dataDir, "postgres.password"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, "postgres"))).mode & 0o777).toBe(0o700);
  });

  test("runs with what durability needs, listens on the loopback only, and wants the password", async () => {
    const postgres = await startEmbeddedPostgres({ dataDir: join(root, "safe"), log });
    await ask(postgres.url, "ALTER SYSTEM SET fsync = off").catch(() => undefined);
    await ask(postgres.url, "SELECT pg_reload_conf()");
    const names = [
      "fsync",
      "full_page_writes",
      "synchronous_commit",
      "listen_addresses",
      "unix_socket_directories",
      "data_checksums",
    ];
    expect(
      await ask(postgres.url, `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join()}`),
    ).toEqual([
      {
        fsync: "on",
        full_page_writes: "on",
        synchronous_commit: "on",
        listen_addresses: "127.0.0.1",
        unix_socket_directories: "",
        data_checksums: "on",
      },
    ]);
    const wrong = Object.assign(new URL(postgres.url), { password: "guess" }).href;
    await expect(ask(wrong, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    await postgres.stop();
  });

  test("a second start in the same folder fails and says who has it, in this process and in another", async () => {
    const dataDir = join(root, "taken");
    const other = await startElsewhere(dataDir);
    await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining(`in use by process ${other.child.pid}`),
    });
    const gone = once(other.child, "exit");
    other.child.kill("SIGKILL");
    await gone;
    const mine = await startEmbeddedPostgres({ dataDir, log });
    await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toMatchObject({ code: "config_invalid" });
    expect(await ask(mine.url, "SELECT 1 AS n")).toEqual([{ n: 1 }]);
    await mine.stop();
  });

  test.each(["SIGKILL", "SIGTERM"] as const)(
    "ends with its parent after %s, and leaves nothing in the way of the next start",
    async (signal) => {
      const dataDir = join(root, `orphan-${signal}`);
      const { child, pid, url } = await startElsewhere(dataDir);
      await ask(url, "CREATE TABLE written AS SELECT 1 AS n");
      child.kill(signal);
      await until(() => !lives(pid));
      const next = await startEmbeddedPostgres({ dataDir, log });
      expect(await ask(next.url, "SELECT n FROM written")).toEqual([{ n: 1 }]);
      await next.stop();
    },
  );

  test("killed under us, it is back on the same port with what was committed", async () => {
    const postgres = await startEmbeddedPostgres({ dataDir: join(root, "killed"), log });
    await ask(postgres.url, "CREATE TABLE committed AS SELECT 1 AS n");
    const { url, pid } = postgres;
    process.kill(pid, "SIGKILL");
    await until(() => postgres.pid !== pid);
    expect(postgres.url).toBe(url);
    expect(await ask(url, "SELECT n FROM committed")).toEqual([{ n: 1 }]);
    await postgres.stop();
  });

  test("a first start that was cut off is begun again", async () => {
    const dataDir = join(root, "cut");
    await mkdir(join(dataDir, "postgres.new"), { recursive: true });
    await writeFile(join(dataDir, "postgres.new", "PG_VERSION"), "18");
    await writeFile(join(dataDir, "postgres.owner"), '{"pid": 1');
    const postgres = await startEmbeddedPostgres({ dataDir, log });
    await postgres.stop();
    expect((await readdir(dataDir)).toSorted()).toEqual(["postgres", "postgres.password"]);
    expect(await readFile(join(dataDir, "postgres", "PG_VERSION"), "utf8")).toMatch(/^\d+/);
  });

  test("works below a folder that nobody else may enter, as root too", async () => {
    const home = join(root, "private");
    await mkdir(home, { mode: 0o700 });
    const postgres = await startEmbeddedPostgres({ dataDir: join(home, "data"), log });
    expect(await ask(postgres.url, "SELECT 1 AS n")).toEqual([{ n: 1 }]);
    await postgres.stop();
  });

  test("a port that is named and taken is an error, not another port", async () => {
    const one = await startEmbeddedPostgres({ dataDir: join(root, "one"), log });
    const port = Number(new URL(one.url).port);
    await expect(startEmbeddedPostgres({ dataDir: join(root, "two"), port, log })).rejects.toMatchObject({
      code: "config_invalid",
    });
    await one.stop();
  });
});
