// lazily.test.ts — proposals whose commit does not wait for the disk: what is told of them is on it all the same (ADR 15)

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@holdpoint/runtime/embedded.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "../src/migrate.ts";
import { openStore } from "../src/open.ts";
import type { Store } from "../src/store.ts";
import { activate, digest, log, masterKey, newAction, propose, settlement } from "./fixture.ts";

let folder: string;
let postgres: EmbeddedPostgres;
let store: Store;
let owner: pg.Client;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdpoint-lazily-"));
  postgres = await startEmbeddedPostgres({ dataDir: folder, log });
  await migrate(postgres.url, log);
  store = await openStore({ url: postgres.url, masterKey, log });
  owner = new pg.Client({ connectionString: postgres.url, options: "-c search_path=holdpoint" });
  owner.on("error", () => undefined);
  await owner.connect();
  await activate(owner, "default", digest);
});
afterAll(async () => {
  await owner.end();
  await store.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

const place = async (what: "insert" | "flush"): Promise<string> =>
  (await owner.query<{ lsn: string }>(`SELECT pg_current_wal_${what}_lsn() AS lsn`)).rows[0]?.lsn ?? "";
/** Is all that was written up to there on the disk? */
const onDisk = async (lsn: string): Promise<boolean> =>
  (await owner.query<{ there: boolean }>("SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn AS there", [lsn])).rows[0]
    ?.there === true;
const proposed = async (lazily: boolean) => {
  const row = await propose(store, {}, { lazily });
  return { row, lsn: await place("insert") };
};
const TIMES = 20;

test("only a proposal that says so leaves the disk for later", async () => {
  await expect.poll(async () => onDisk((await proposed(true)).lsn)).toBe(false);
  const before = await place("insert");
  await propose(store, {}, { lazily: false });
  expect(await onDisk(before)).toBe(true);
});

test("one that does not say so makes the disk be waited for, with all that is proposed beside it", async () => {
  for (let time = 0; time < TIMES; time++) {
    const together = [newAction({}, { lazily: true }), newAction()];
    expect((await store.actions.propose("default", together)).map(({ status }) => status)).toEqual([
      "created",
      "created",
    ]);
    expect(await onDisk(await place("insert"))).toBe(true);
  }
});

test("the commit of its decision takes it along", async () => {
  for (let time = 0; time < TIMES; time++) {
    const { row, lsn } = await proposed(true);
    const [settled] = await store.actions.settle("default", [settlement(row, "allowed")]);
    expect(settled?.status).toBe("settled");
    expect(await onDisk(lsn)).toBe(true);
  }
});

test("what is assured is on the disk, and what does not exist is not assured", async () => {
  for (let time = 0; time < TIMES; time++) {
    const { row, lsn } = await proposed(true);
    const { id } = row.action;
    expect([...(await store.actions.assure("default", [id, "act_none"]))]).toEqual([id]);
    expect(await onDisk(lsn)).toBe(true);
  }
});

test("killed outright, the database has all that was assured, and assures nothing that it lost", async () => {
  const made: string[] = [];
  const assured: string[] = [];
  let down = false;
  const load = Array.from({ length: 4 }, async () => {
    while (!down) {
      try {
        const { action } = await propose(store, {}, { lazily: true });
        made.push(action.id);
        if (made.length % 3 === 0)
          for (const id of await store.actions.assure("default", [action.id])) assured.push(id);
      } catch (error) {
        if (!isFault(error) || error.code !== "store_unavailable") throw error;
        down = true;
      }
    }
  });
  await expect.poll(() => assured.length, { timeout: 20_000 }).toBeGreaterThan(20);
  process.kill(postgres.pid, "SIGKILL");
  await Promise.all(load);
  await expect
    .poll(
      () =>
        store.ready().then(
          () => true,
          () => false,
        ),
      { timeout: 20_000 },
    )
    .toBe(true);
  const there = await store.actions.assure("default", made);
  const states = await store.actions.states("default", made);
  expect([...there].sort()).toEqual([...states.keys()].sort());
  expect(assured.filter((id) => !there.has(id))).toEqual([]);
}, 60_000);
