// deliveries.test.ts — the outbox spread over endpoints on a real Postgres: once, in order, leased, and never lost

import { randomUUID } from "node:crypto";
import { sampleAsk } from "@holdpoint/core/sample.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { decided, newApproval, newVote, openTestStore, system, type TestStore } from "../test/fixture.ts";
import type { DeliveryRow } from "./store.ts";

let t: TestStore;
let endpoint: string;
beforeAll(async () => {
  t = await openTestStore({ openActionsPerAgentMax: 10_000, pendingApprovalsPerAgentMax: 10_000 });
});
afterAll(() => t.close());
beforeEach(() => {
  endpoint = `hook-${randomUUID()}`;
});

const put = async (payload: object, topic = "approval.opened", tenant = "default") => {
  const { rows } = await t.owner.query("INSERT INTO outbox (tenant, topic, payload) VALUES ($1, $2, $3) RETURNING id", [
    tenant,
    topic,
    JSON.stringify(payload),
  ]);
  return String(rows[0].id);
};
/** Spreads all that waits to this test's endpoint. */
async function spread(subject?: string): Promise<void> {
  const items = await t.store.deliveries.waiting(1_000);
  await t.store.deliveries.spread(
    items.map((item) => ({ item, endpoints: [endpoint], ...(subject === undefined ? {} : { subject }) })),
  );
}
const take = (rows = 10, leaseMs = 60_000) => t.store.deliveries.due(leaseMs, [{ endpoint, rows }]);
const one = async (): Promise<DeliveryRow> => {
  const [row] = await take();
  if (row === undefined) throw new Error("nothing is due");
  return row;
};

describe("what opens and ends a request is told in the same transaction", () => {
  test.each(["approve", "deny"] as const)("by a vote to %s", async (vote) => {
    const { row, approvalId } = await hold();
    await t.store.approvals.vote(newVote(row, { vote, ...(vote === "deny" ? { reason: "no" } : {}) }));
    await t.store.approvals.apply("default", approvalId, system);
    expect(await toldOf(approvalId)).toEqual([
      { topic: "approval.opened", payload: { approvalId, actionId: row.action.id } },
      { topic: "approval.settled", payload: { approvalId, actionId: row.action.id } },
    ]);
  });
  test("by its time, in the sweeper, which looks across tenants", async () => {
    const { approvalId } = await hold({ expiresMs: -1 });
    await t.store.sweeper.expire(100);
    expect((await toldOf(approvalId)).map(({ topic }) => topic)).toEqual(["approval.opened", "approval.settled"]);
  });
  test("by a cancel", async () => {
    const { row, approvalId } = await hold();
    const change = { tenant: "default", actionId: row.action.id, from: ["held" as const], to: "cancelled" as const };
    await t.store.actions.transition({ ...change, actor: system });
    expect((await toldOf(approvalId)).map(({ topic }) => topic)).toEqual(["approval.opened", "approval.settled"]);
  });
  test("a vote that settles nothing tells nothing", async () => {
    const { row, approvalId } = await hold({ ask: sampleAsk({ requirements: [{ role: "approver", quorum: 2 }] }) });
    await t.store.approvals.vote(newVote(row));
    await t.store.approvals.apply("default", approvalId, system);
    expect((await toldOf(approvalId)).map(({ topic }) => topic)).toEqual(["approval.opened"]);
  });

  async function hold(approval: Parameters<typeof newApproval>[0] = {}) {
    const row = await decided(t.store, "held", {}, { approval: newApproval(approval) });
    return { row, approvalId: row.approvalId ?? "" };
  }
  async function toldOf(approvalId: string) {
    const { rows } = await t.owner.query(
      "SELECT topic, payload FROM outbox WHERE payload ->> 'approvalId' = $1 ORDER BY id",
      [approvalId],
    );
    return rows;
  }
});

describe("spreading", () => {
  test("makes one delivery an endpoint, and is done once however often it is tried", async () => {
    const id = await put({ n: 1 });
    const items = await t.store.deliveries.waiting(1_000);
    const item = items.find((each) => each.id === id);
    if (item === undefined) throw new Error("the item does not wait");
    const spreading = [{ item, endpoints: [endpoint, `${endpoint}-2`], subject: "apr_1" }];
    await Promise.all([1, 2, 3].map(() => t.store.deliveries.spread(spreading)));
    expect((await t.store.deliveries.waiting(1_000)).some((each) => each.id === id)).toBe(false);
    expect(await take()).toMatchObject([
      { tenant: "default", endpoint, payload: { n: 1 }, subject: "apr_1", attempts: 0 },
    ]);
    expect(await take()).toEqual([]);
  });
  test("an item without endpoints is finished", async () => {
    const id = await put({});
    const items = await t.store.deliveries.waiting(1_000);
    await t.store.deliveries.spread(items.map((item) => ({ item, endpoints: [] })));
    expect((await t.store.deliveries.waiting(1_000)).some((each) => each.id === id)).toBe(false);
  });
});

describe("taking", () => {
  test("two couriers never hold the same delivery", async () => {
    for (let n = 0; n < 20; n += 1) await put({ n });
    await spread();
    const taken = (await Promise.all(Array.from({ length: 4 }, () => take(20)))).flat().map(({ id }) => id);
    expect(taken).toHaveLength(20);
    expect(new Set(taken).size).toBe(20);
  });
  test("never more than there is room for, and none of an endpoint without room", async () => {
    for (let n = 0; n < 5; n += 1) await put({ n });
    await spread();
    expect(await take(2)).toHaveLength(2);
    expect(await t.store.deliveries.due(60_000, [])).toEqual([]);
  });
  test("what somebody had in hand comes back when the lease is over", async () => {
    await put({});
    await spread();
    const first = await take(10, 1);
    await expect.poll(async () => (await take()).map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  });
  test("about one subject the younger waits for the elder", async () => {
    await put({ n: 1 });
    await put({ n: 2 });
    await spread("apr_x");
    const elder = await one();
    expect(elder.payload).toEqual({ n: 1 });
    expect(await take()).toEqual([]);
    await t.store.deliveries.failed("default", elder.id, "down", 3_600_000);
    expect(await take()).toEqual([]);
    await t.store.deliveries.wake(endpoint);
    const again = await one();
    expect([again.id, again.attempts]).toEqual([elder.id, 1]);
    await t.store.deliveries.done("default", elder.id);
    expect((await one()).payload).toEqual({ n: 2 });
  });
  test("a failed one is due when it was said to be", async () => {
    await put({});
    await spread();
    const row = await one();
    await t.store.deliveries.failed("default", row.id, "down", 50);
    await expect.poll(async () => (await take()).map(({ attempts }) => attempts)).toEqual([1]);
  });
  test("waking an endpoint hands out nothing that is in somebody's hand", async () => {
    await put({});
    await spread();
    await one();
    await t.store.deliveries.wake(endpoint);
    expect(await take()).toEqual([]);
  });
});

describe("ending", () => {
  test("where its message is, is known to those that follow", async () => {
    await put({});
    await spread("apr_y");
    await t.store.deliveries.done("default", (await one()).id, { channel: "C1", ts: "1.2" });
    expect(await t.store.deliveries.refs("default", endpoint, "apr_y")).toEqual([{ channel: "C1", ts: "1.2" }]);
    expect(await t.store.deliveries.refs("other", endpoint, "apr_y")).toEqual([]);
  });
  test("a dead letter is visible, sent again once, and another tenant can do neither", async () => {
    await put({ n: 9 });
    await spread();
    const { id } = await one();
    await t.store.deliveries.dead("default", id, "gone for good");
    expect(await take()).toEqual([]);
    const mine = (await t.store.deliveries.deadLetters("default", 100)).filter((each) => each.endpoint === endpoint);
    expect(mine).toMatchObject([{ id, error: "gone for good", payload: { n: 9 } }]);
    expect(await t.store.deliveries.deadLetters("other", 100)).toEqual([]);
    expect(await t.store.deliveries.resend("other", id)).toBe(false);
    expect(await t.store.deliveries.resend("default", id)).toBe(true);
    expect(await t.store.deliveries.resend("default", id)).toBe(false);
    expect(await one()).toMatchObject({ id, attempts: 0 });
  });
  test("what is ended stays ended, whatever a courier that was thought dead reports", async () => {
    await put({});
    await spread();
    const { id } = await one();
    await t.store.deliveries.done("default", id);
    await t.store.deliveries.failed("default", id, "late", 0);
    await t.store.deliveries.dead("default", id, "late");
    expect(await take()).toEqual([]);
    expect((await t.store.deliveries.deadLetters("default", 100)).some((each) => each.id === id)).toBe(false);
  });
  test("pruning removes what was delivered long ago, and no dead letter", async () => {
    await put({});
    await put({});
    await spread();
    const [done, dead] = await take();
    await t.store.deliveries.done("default", done?.id ?? "");
    await t.store.deliveries.dead("default", dead?.id ?? "", "x");
    expect(await t.store.deliveries.prune(3_600_000, 1_000)).toBe(0);
    expect(await t.store.deliveries.prune(-1_000, 1_000)).toBeGreaterThan(0);
    const { rows } = await t.owner.query("SELECT state FROM deliveries WHERE endpoint = $1", [endpoint]);
    expect(rows).toEqual([{ state: "dead" }]);
  });
  test("so is news that no courier fetched", async () => {
    await decided(t.store, "held");
    const waiting = async () => (await t.owner.query("SELECT count(*)::int AS n FROM outbox")).rows[0].n;
    expect(await waiting()).toBeGreaterThan(0);
    await t.store.deliveries.prune(3_600_000, 1_000);
    expect(await waiting()).toBeGreaterThan(0);
    await t.store.deliveries.prune(-1_000, 1_000);
    expect(await waiting()).toBe(0);
  });
});

describe("used nonces", () => {
  const later = Date.now() + 3_600_000;
  test("of many at once one wins, for each person and tenant", async () => {
    const hash = randomUUID();
    const tries = await Promise.all(
      Array.from({ length: 20 }, () => t.store.usedNonces.spend("default", hash, "alice", later)),
    );
    expect(tries.filter(Boolean)).toHaveLength(1);
    expect(await t.store.usedNonces.spend("default", hash, "bob", later)).toBe(true);
    expect(await t.store.usedNonces.spend("other", hash, "alice", later)).toBe(true);
  });
  test("one that was given back can be used again", async () => {
    const hash = randomUUID();
    await t.store.usedNonces.spend("default", hash, "alice", later);
    await t.store.usedNonces.release("other", hash, "alice");
    expect(await t.store.usedNonces.spend("default", hash, "alice", later)).toBe(false);
    await t.store.usedNonces.release("default", hash, "alice");
    expect(await t.store.usedNonces.spend("default", hash, "alice", later)).toBe(true);
  });
});
