// Transactions: what is said with what, so that nobody waits for an answer that says nothing; and all or nothing all the same.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decided, log, newVote, openTestStore, system, type TestStore } from "../test/fixture.ts";
import { turnsOf } from "../test/turns.ts";
import { type Database, openDatabase, type Transaction } from "./pool.ts";

let t: TestStore;
let database: Database;
beforeAll(async () => {
  t = await openTestStore({ approvalsPerHourMax: 10_000 });
  database = openDatabase(t.url, log);
  await database.inTenant("default", (tx) => tx.query("SELECT 1"));
});
afterAll(async () => {
  await database.close();
  await t.close();
});

const NONCE = "INSERT INTO used_nonces (tenant, nonce_hash, used_by, keep_until) VALUES ('default', $1, 'ann', now())";
const spend = (tx: Transaction, nonce: string) => tx.query(NONCE, [nonce]);
const spent = async (nonce: string) =>
  (await t.owner.query("SELECT FROM used_nonces WHERE nonce_hash = $1", [nonce])).rows.length === 1;
const inTenant = <T>(work: (tx: Transaction) => Promise<T>) => database.inTenant("default", work);

describe("a transaction", () => {
  test.each<[string, number, (tx: Transaction) => Promise<unknown>]>([
    ["a statement begins it, and its commit is waited for apart", 2, (tx) => tx.query("SELECT 1")],
    ["its last statement takes the commit along", 1, (tx) => tx.last("one", "SELECT 1", [])],
    [
      "what is asked at once travels at once",
      2,
      (tx) => Promise.all([tx.query("SELECT 1"), tx.query("SELECT 2"), tx.query("SELECT 3")]),
    ],
  ])("round trips: %s", async (_what, turns, work) => expect(await turnsOf(() => inTenant(work))).toBe(turns));

  test("the last statement is committed when its answer is here", async () => {
    await inTenant((tx) => tx.last("spend", NONCE, ["last"]));
    expect(await spent("last")).toBe(true);
  });

  test("a last statement that fails takes all before it along", async () => {
    const failing = inTenant(async (tx) => {
      await spend(tx, "before");
      await tx.last("spend", NONCE, ["before"]);
    });
    await expect(failing).rejects.toMatchObject({ code: "23505" });
    expect(await spent("before")).toBe(false);
  });

  test("what a commit was said behind takes nothing more", async () => {
    const late = inTenant(async (tx) => {
      await tx.last("spend", NONCE, ["first"]);
      await spend(tx, "second");
    });
    await expect(late).rejects.toThrow("has ended");
    expect([await spent("first"), await spent("second")]).toEqual([true, false]);
  });

  test("work that throws leaves nothing", async () => {
    const failing = inTenant(async (tx) => {
      await spend(tx, "thrown");
      throw new Error("of ours");
    });
    await expect(failing).rejects.toThrow("of ours");
    expect(await spent("thrown")).toBe(false);
  });

  test("another tenant's rows are hidden from the first statement on", async () => {
    const others = "SELECT tenant FROM tenants WHERE tenant <> current_setting('holdpoint.tenant')";
    await t.store.tenants.create("other");
    expect(await inTenant((tx) => tx.query(others))).toEqual([]);
    expect(await inTenant((tx) => tx.last("others", others, []))).toEqual([]);
  });
});

describe("round trips of an answer, commits included", () => {
  test("a vote is read under its lock and written with the approval as it then is: two", async () => {
    const warm = await decided(t.store, "held");
    await t.store.approvals.vote(newVote(warm));
    const row = await decided(t.store, "held");
    expect(await turnsOf(() => t.store.approvals.vote(newVote(row)))).toBe(2);
  });

  test("its consequence is two, and what is shown of it is read afterwards", async () => {
    const row = await decided(t.store, "held");
    await t.store.approvals.vote(newVote(row));
    // Lock, move and commit; then the row, and its event in a transaction of its own.
    expect(await turnsOf(() => t.store.approvals.apply("default", row.approvalId ?? "", system))).toBe(5);
  });
});
