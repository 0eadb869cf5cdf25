// Postgres goes away and comes back: callers hear `store_unavailable`, nothing acknowledged is lost, listeners listen again.

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
import type { Notice } from "../src/types.ts";
import { activate, digest, log, masterKey, newAction, propose, settlement } from "./fixture.ts";

let folder: string;
let postgres: EmbeddedPostgres;
let store: Store;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdpoint-outage-"));
  postgres = await startEmbeddedPostgres({ dataDir: folder, log });
  await migrate(postgres.url, log);
  store = await openStore({ url: postgres.url, masterKey, log });
  const owner = new pg.Client({ connectionString: postgres.url, options: "-c search_path=holdpoint" });
  await owner.connect();
  await activate(owner, "default", digest);
  await owner.end();
});
afterAll(async () => {
  await store.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

const turn = () => new Promise((next) => setImmediate(next));
async function until<T>(what: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const end = Date.now() + 20_000; Date.now() < end; await turn()) {
    const found = await what();
    if (found !== undefined) return found;
  }
  throw new Error("it never came");
}

test.each([
  ["killed outright", () => process.kill(postgres.pid, "SIGKILL")],
  ["stopped in a hurry", () => process.kill(postgres.pid, "SIGQUIT")],
  ["shut down", () => process.kill(postgres.pid, "SIGINT")],
])("with Postgres %s in the middle of proposals and settles", async (_how, kill) => {
  const notices: Notice[] = [];
  const stop = await store.listen((notice) => notices.push(notice));
  const acknowledged: string[] = [];
  const faults: unknown[] = [];
  let going = true;
  const load = Array.from({ length: 8 }, async () => {
    while (going) {
      try {
        // The commit of the decision takes the proposal along, which did not wait for the disk.
        const proposal = newAction({ principal: { agent: "loaded" } }, { lazily: true });
        const [made] = await store.actions.propose("default", [proposal]);
        if (made?.status !== "created") throw new Error(`${made?.status}`);
        const [done] = await store.actions.settle("default", [settlement(made.row, "denied")]);
        if (done?.status === "settled") acknowledged.push(made.row.action.id);
      } catch (error) {
        faults.push(error);
        await turn();
      }
    }
  });
  await until(() => (acknowledged.length > 20 ? true : undefined));
  const before = postgres.pid;
  kill();
  await until(() => (postgres.pid === before ? undefined : true));
  const had = acknowledged.length;
  await until(() => (acknowledged.length > had + 20 ? true : undefined));
  going = false;
  await Promise.all(load);

  expect(faults.length).toBeGreaterThan(0);
  expect(faults.filter((error) => !(isFault(error) && error.code === "store_unavailable"))).toEqual([]);
  const states = await store.actions.states("default", acknowledged);
  expect([...states.values()].filter(({ state }) => state !== "denied")).toEqual([]);
  expect(states.size).toBe(acknowledged.length);

  await until(() => notices.find(({ kind }) => kind === "reconnected"));
  const row = await propose(store);
  await store.actions.settle("default", [settlement(row, "denied")]);
  await until(() => notices.find((notice) => notice.kind === "settled" && notice.actionIds.includes(row.action.id)));
  await stop();
});
