// fate.test.ts — what a real database says of a worker: it is told apart who died, who left, who hangs and who is only late

import { createLogger } from "@holdpoint/runtime/log.ts";
import { openStore } from "@holdpoint/store/open.ts";
import type { Store } from "@holdpoint/store/store.ts";
import { type PrivateDatabase, privateDatabase } from "@holdpoint/testkit/postgres.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fateOf } from "./fate.ts";

const log = createLogger("test", { level: "fatal" });
let database: PrivateDatabase;
let asking: Store;
let other: Store;
const masterKey = Buffer.alloc(32, 1);
beforeAll(async () => {
  database = await privateDatabase();
  asking = await openStore({ url: database.url, masterKey, log, name: "asks" });
  other = await openStore({ url: database.url, masterKey, log, name: "other" });
});
afterAll(async () => {
  await asking?.close(); // `other` ends in its test
  await database?.drop();
});
const beat = (id: string) => other.workers.beat({ id, service: "rules", digests: {} });

test("one that beats lives", async () => {
  await beat("other");
  const asked = fateOf("other", { store: asking, silentMs: 20_000 });
  const beating = setInterval(() => void beat("other"), 20);
  expect(await asked).toBe("lives");
  clearInterval(beating);
});

test("one that is connected and does not beat hangs", async () => {
  expect(await fateOf("other", { store: asking, silentMs: 300 })).toBe("hangs");
});

test("one that is not connected any more died, also when it ends while it is asked after", async () => {
  await beat("nobody");
  expect(await fateOf("nobody", { store: asking })).toBe("died");
  const asked = fateOf("other", { store: asking, silentMs: 20_000 });
  await other.close();
  expect(await asked).toBe("died");
});

test("the silence of one that does not beat is told by the database's clock", async () => {
  await expect.poll(async () => (await asking.workers.sign("nobody")).silentMs).toBeGreaterThan(200);
  await asking.workers.beat({ id: "nobody", service: "rules", digests: {} });
  expect((await asking.workers.sign("nobody")).silentMs).toBeLessThan(60_000);
  expect((await asking.workers.sign("never was")).silentMs).toBe(Number.POSITIVE_INFINITY);
});

const seen = (connected: boolean, silentMs: number, beatAt = "one") => ({ connected, silentMs, beatAt });
test.each([
  ["ended while it was asked after, and silent for long", "hangs", [seen(true, 9_900), seen(false, 10_100)]],
  ["ended while it was asked after, and silent for a moment", "died", [seen(true, 900), seen(false, 1_100)]],
  ["gone before anybody asked, however long ago it beat", "died", [seen(false, 60_000)]],
  ["beat again", "lives", [seen(true, 9_900), seen(true, 10, "two"), seen(false, 60_000)]],
] as const)("one that %s: %s", async (_why, fate, signs) => {
  const left = [...signs];
  const sign = async () => left.shift() ?? seen(true, 0);
  expect(await fateOf("scripted", { store: { workers: { sign } }, silentMs: 10_000 })).toBe(fate);
});

test("one that said goodbye left", async () => {
  await asking.workers.gone("nobody");
  expect(await fateOf("nobody", { store: asking })).toBe("left");
});
