// The store refuses what may forget, what is not migrated, what cannot record, and what lives in another time.

import { privateDatabase } from "@holdpoint/testkit/postgres.ts";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { log, masterKey } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";
import { migrate, readMigrations } from "./migrate.ts";
import { openStore } from "./open.ts";
import { openDatabase } from "./pool.ts";
import { checkReady } from "./ready.ts";

const t = testStore();

const name = () => new URL(t.url).pathname.slice(1);

describe("readiness", () => {
  test("a sound store is ready", async () => {
    await expect(t.store.ready()).resolves.toBeUndefined();
  });

  test("synchronous_commit=off is refused at start", async () => {
    await t.owner.query(`ALTER DATABASE ${name()} SET synchronous_commit = off`);
    await expect(openStore({ url: t.url, masterKey, log })).rejects.toMatchObject({
      code: "unsafe_store",
      message: expect.stringContaining("synchronous_commit=off"),
    });
    await t.owner.query(`ALTER DATABASE ${name()} RESET synchronous_commit`);
  });

  test.each(["fsync", "full_page_writes"])("%s=off is refused", async (setting) => {
    const database = openDatabase(t.url, log);
    const lying = {
      ...database,
      // the test cluster must not be made unsafe for the suites beside this one, so just the answer is
      call: async <Row>(...asked: Parameters<typeof database.call>) =>
        (await database.call<Row>(...asked)).map((row) => ({ ...row, [setting]: "off" })),
    };
    await expect(checkReady(lying)).rejects.toMatchObject({
      code: "unsafe_store",
      message: expect.stringContaining(`${setting}=off`),
    });
    await expect(checkReady(database)).resolves.toBeUndefined();
    await database.close();
  });

  test.each([-6_000, 6_000])("a clock that is %d ms off is not ready", async (offMs) => {
    const database = openDatabase(t.url, log);
    await expect(checkReady(database, { now: () => Date.now() + offMs })).rejects.toMatchObject({ code: "not_ready" });
    await expect(checkReady(database, { now: () => Date.now() + offMs / 2 })).resolves.toBeUndefined();
    await database.close();
  });

  test("an empty database says what to do", async () => {
    const empty = await privateDatabase({ migrated: false });
    await expect(openStore({ url: empty.url, masterKey, log })).rejects.toMatchObject({
      message: expect.stringMatching(/migrate/),
    });
    await empty.drop();
  });

  test("nobody there is store_unavailable, wrong credentials are a matter of configuration", async () => {
    await expect(openStore({ url: "postgres://x:y@127.0.0.1:1/z", masterKey, log })).rejects.toMatchObject({
      code: "store_unavailable",
    });
    const wrong = new URL(t.url);
    wrong.password = "wrong";
    await expect(openStore({ url: wrong.href, masterKey, log })).rejects.toMatchObject({ code: "config_invalid" });
  });
});

describe("migrate", () => {
  test("many processes at once migrate once, and again is nothing", async () => {
    const empty = await privateDatabase({ migrated: false });
    await Promise.all([1, 2, 3, 4].map(() => migrate(empty.url, log)));
    await migrate(empty.url, log);
    const client = new pg.Client({ connectionString: empty.url });
    await client.connect();
    const { rows } = await client.query("SELECT name FROM holdpoint.migrations ORDER BY name");
    expect(rows.map((row) => row.name)).toEqual(readMigrations().map((migration) => migration.name));
    await client.query("UPDATE holdpoint.migrations SET checksum = 'changed' WHERE name LIKE '003%'");
    await expect(migrate(empty.url, log)).rejects.toMatchObject({ code: "config_invalid" });
    await client.query("DELETE FROM holdpoint.migrations WHERE name LIKE '010%'");
    await client.end();
    await expect(openStore({ url: empty.url, masterKey, log })).rejects.toMatchObject({ code: "not_ready" });
    await empty.drop();
  });

  test("a newer version's migrations do not trouble this one", async () => {
    const database = await privateDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query("INSERT INTO holdpoint.migrations (name, checksum) VALUES ('999_future.sql', 'x')");
    await client.end();
    await migrate(database.url, log);
    const store = await openStore({ url: database.url, masterKey, log });
    await expect(store.ready()).resolves.toBeUndefined();
    await store.close();
    await database.drop();
  });

  test("works for an owner who is no superuser, and the store for a login that only may become the application's role", async () => {
    const empty = await privateDatabase({ migrated: false });
    const database = new URL(empty.url).pathname.slice(1);
    const password = "synthetic";
    await t.owner.query(`CREATE ROLE ${database}_owner LOGIN CREATEROLE PASSWORD '${password}'`);
    await t.owner.query(`ALTER DATABASE ${database} OWNER TO ${database}_owner`);
    for (const role of ["app", "core", "clock"])
      await t.owner.query(`GRANT holdpoint_${role} TO ${database}_owner WITH ADMIN OPTION`);
    const as = (user: string) => Object.assign(new URL(empty.url), { username: user, password }).href;
    await migrate(as(`${database}_owner`), log);
    await t.owner.query(`CREATE ROLE ${database}_login LOGIN PASSWORD '${password}'`);
    await t.owner.query(`GRANT holdpoint_app TO ${database}_login`);
    const store = await openStore({ url: as(`${database}_login`), masterKey, log });
    const { key } = await store.keys.create("default", { role: "agent" }, {});
    expect(key).toMatch(/^hp_key_/);
    await store.close();
    await empty.drop();
    await t.owner.query(`DROP OWNED BY ${database}_owner`);
    await t.owner.query(`DROP ROLE ${database}_login, ${database}_owner`);
  });
});
