// fleet.test.ts — what an operator does once, against a real database: migrate, and mint the first key and only the first

import { randomBytes } from "node:crypto";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { openStore } from "@holdpoint/store/open.ts";
import { privateDatabase } from "@holdpoint/testkit/postgres.ts";
import { expect, test } from "vitest";
import { runCli } from "./run-cli.ts";

const masterKey = randomBytes(32).toString("base64");

test("migrate makes the schema and may be called again; the first key is minted once", async () => {
  const database = await privateDatabase({ migrated: false });
  try {
    const env = { HOLDPOINT_DATABASE_URL: database.url, HOLDPOINT_MASTER_KEY: masterKey, HOLDPOINT_LOG_LEVEL: "error" };
    const early = await runCli(["keys", "bootstrap"], { env });
    expect([early.code, early.stdout]).toEqual([2, ""]);
    for (let time = 0; time < 2; time++) {
      const migrated = await runCli(["migrate"], { env });
      expect([migrated.code, migrated.stderr]).toEqual([0, ""]);
    }
    const first = await runCli(["keys", "bootstrap"], { env });
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(first.stdout).toMatch(/^hp_key_[0-9a-f-]{36}_[\w-]{43}\n$/);
    const second = await runCli(["keys", "bootstrap"], { env });
    expect([second.code, second.stdout]).toEqual([2, ""]);
    expect(second.stderr).toContain("has keys already");
  } finally {
    await database.drop();
  }
});

test("dead letters are listed and tried again", async () => {
  const database = await privateDatabase();
  const env = { HOLDPOINT_DATABASE_URL: database.url, HOLDPOINT_MASTER_KEY: masterKey, HOLDPOINT_LOG_LEVEL: "error" };
  const key = Buffer.from(masterKey, "base64");
  const store = await openStore({ url: database.url, masterKey: key, log: createLogger("test", { level: "silent" }) });
  try {
    await database.sql("INSERT INTO holdpoint.outbox (tenant, topic, payload) VALUES ('default', 'alert', '{}')");
    const [item] = await store.deliveries.waiting(1);
    if (item === undefined) throw new Error("nothing waits");
    await store.deliveries.spread([{ item, endpoints: ["ops"] }]);
    const [row] = await store.deliveries.due(1, [{ endpoint: "ops", rows: 1 }]);
    await store.deliveries.dead("default", row?.id ?? "", "gone");
    const list = await runCli(["deliveries", "list"], { env });
    expect([list.code, JSON.parse(list.stdout)]).toEqual([
      0,
      expect.objectContaining({ endpoint: "ops", error: "gone" }),
    ]);
    const { id } = JSON.parse(list.stdout);
    expect(await runCli(["deliveries", "resend", id], { env })).toMatchObject({
      code: 0,
      stdout: `${id} is sent again\n`,
    });
    expect((await runCli(["deliveries", "list"], { env })).stdout).toBe("");
    expect((await runCli(["deliveries", "resend", id], { env })).code).toBe(1);
    expect((await runCli(["deliveries", "resend", "x"], { env })).code).toBe(2);
  } finally {
    await store.close();
    await database.drop();
  }
});

test.each([
  ["migrate", ["migrate"], /HOLDPOINT_DATABASE_URL/],
  ["keys bootstrap", ["keys", "bootstrap"], /HOLDPOINT_DATABASE_URL/],
])("%s without a database says which variable is missing", async (_what, args, reason) => {
  const result = await runCli(args);
  expect([result.code, result.stdout]).toEqual([2, ""]);
  expect(result.stderr).toMatch(reason);
});
