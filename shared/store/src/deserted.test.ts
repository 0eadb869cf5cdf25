// deserted.test.ts — links whose other end is gone without a word are found in seconds, their locks are let go, and slow work is left alone

import { type FaultProxy, startFaultProxy } from "@holdpoint/testkit/fault-proxy.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { log } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";
import { openStore } from "./open.ts";
import { type Database, openDatabase } from "./pool.ts";

const t = testStore();
/** Far below what a statement may take, at whose end a link is given up in any case. */
const SOON_MS = 12_000;
let link: FaultProxy;
let url: string;
let database: Database;

beforeEach(async () => {
  const through = new URL(t.url);
  link = await startFaultProxy({ host: through.hostname, port: Number(through.port) });
  through.port = String(link.port);
  url = through.href;
  database = openDatabase(url, log);
});
afterEach(async () => {
  await database.close();
  await link.close();
});

const one = () => database.call<{ one: number }>("one", "SELECT 1 AS one", []);

test("what is asked again is answered, on every connection that there was", async () => {
  await Promise.all(Array.from({ length: 8 }, one));
  link.desert();
  const answered = async () => (await Promise.allSettled(Array.from({ length: 8 }, one))).map(({ status }) => status);
  await expect.poll(answered, { timeout: SOON_MS }).toEqual(Array.from({ length: 8 }, () => "fulfilled"));
}, 60_000);

test(
  "whoever listens hears that its connection ended, and can listen again",
  async () => {
    const listening = await database.connect();
    await one();
    const ended = new Promise<string>((resolve) => void listening.once("end", () => resolve("ended")));
    link.desert();
    const asked = one().then(
      () => "answered",
      () => "refused",
    );
    await expect(ended).resolves.toBe("ended");
    await expect(asked).resolves.toBe("refused");
  },
  SOON_MS,
);

test("a lock that its session took along is free again, though no server would have found out for hours", async () => {
  const store = await openStore({ url, masterKey: Buffer.alloc(32, 7), log });
  let heard: Promise<string> | undefined;
  await new Promise<void>((taken) => {
    const held = store.sweeper.alone("reconcile", async () => {
      link.desert();
      taken();
    });
    heard = held.then(
      () => "given back",
      () => "lost",
    );
  });
  const mine = () => t.store.sweeper.alone("reconcile", async () => "mine");
  await expect.poll(mine, { timeout: SOON_MS }).toBe("mine");
  expect(await heard).toBe("lost");
  await store.close();
}, 60_000);

test("a slow statement is no deserted link", async () => {
  const slow = database.call<{ slept: string }>("slow", "SELECT 'well' AS slept FROM pg_sleep(6)", []);
  await expect(slow).resolves.toEqual([{ slept: "well" }]);
}, 30_000);

test("the server asks for signs of life, so that a host that died keeps no lock", async () => {
  const rows = await database.call(
    "signs",
    "SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp_keepalives_%' ORDER BY name",
    [],
  );
  expect(rows).toEqual([
    { name: "tcp_keepalives_count", setting: "3" },
    { name: "tcp_keepalives_idle", setting: "10" },
    { name: "tcp_keepalives_interval", setting: "5" },
  ]);
});
