// fleet.test.ts — what an operator does once, against a real database: migrate, and mint the first key and only the first

import { randomBytes } from "node:crypto";
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

test.each([
  ["migrate", ["migrate"], /HOLDPOINT_DATABASE_URL/],
  ["keys bootstrap", ["keys", "bootstrap"], /HOLDPOINT_DATABASE_URL/],
])("%s without a database says which variable is missing", async (_what, args, reason) => {
  const result = await runCli(args);
  expect([result.code, result.stdout]).toEqual([2, ""]);
  expect(result.stderr).toMatch(reason);
});
