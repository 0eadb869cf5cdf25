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

test("one that said goodbye left", async () => {
  await asking.workers.gone("nobody");
  expect(await fateOf("nobody", { store: asking })).toBe("left");
});
