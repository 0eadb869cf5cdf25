// What only time changes: at its hour, once, with evidence, and without anybody having to look.

import { describe, expect, test } from "vitest";
import { activate, attempt, decided, digest, newVote, propose } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";
import type { ActionRow } from "./types.ts";

const t = testStore({ openActionsPerAgentMax: 10_000, pendingApprovalsPerAgentMax: 10_000 });

/** Lets time pass for some rows, as the owner: no test waits for a clock. */
const age = (rows: ActionRow[]) =>
  t.owner.query("UPDATE actions SET due_at = now() - interval '1 second' WHERE id = ANY ($1)", [
    rows.map(({ action }) => action.id),
  ]);
const stateOf = async (row: ActionRow) =>
  (await t.owner.query("SELECT state FROM actions WHERE id = $1", [row.action.id])).rows[0].state;

describe("expire", () => {
  test("ends what is held, allowed, approved or executing past its time, each with its event", async () => {
    const held = await decided(t.store, "held");
    const allowed = await decided(t.store, "allowed");
    const approved = await decided(t.store, "held");
    await t.store.approvals.vote(newVote(approved));
    await t.store.approvals.apply("default", approved.approvalId ?? "", { system: "test" });
    const executing = await decided(t.store, "allowed");
    await t.store.actions.claim(attempt(executing));
    const fresh = await decided(t.store, "held");
    const rows = [held, allowed, approved, executing];
    await age(rows);
    expect(await t.store.sweeper.expire(1000)).toEqual({ held: 1, allowed: 1, approved: 1, executing: 1 });
    const states = [];
    for (const row of rows) states.push(await stateOf(row));
    expect(states).toEqual(["expired", "expired", "expired", "outcome_unknown"]);
    expect(await stateOf(fresh)).toBe("held");
    for (const row of rows) {
      expect(await t.store.events.verify("default", row.action.id)).toEqual({ sound: true });
      expect((await t.store.events.ofAction("default", row.action.id)).at(-1)).toMatchObject({
        actor: { system: "sweeper" },
      });
    }
    expect(await t.store.approvals.get("default", held.approvalId ?? "")).toMatchObject({ state: "expired" });
    expect(await t.store.approvals.get("default", approved.approvalId ?? "")).toMatchObject({ state: "approved" });
    expect(await t.store.sweeper.expire(1000)).toEqual({ held: 0, allowed: 0, approved: 0, executing: 0 });
  });

  test("sweepers that race share the work and do nothing twice", async () => {
    const rows = await Promise.all(Array.from({ length: 60 }, () => decided(t.store, "held")));
    await age(rows);
    const counts = await Promise.all(Array.from({ length: 6 }, () => t.store.sweeper.expire(25)));
    let sum = counts.reduce((all, { held }) => all + held, 0);
    for (let more = 1; more > 0; ) sum += more = (await t.store.sweeper.expire(25)).held;
    expect(sum).toBe(60);
    const { rows: events } = await t.owner.query(
      "SELECT count(*)::int AS n FROM events WHERE type = 'expired' AND action_id = ANY ($1)",
      [rows.map(({ action }) => action.id)],
    );
    expect(events).toEqual([{ n: 60 }]);
  });

  test("how many requests wait, and since when, is known for the gauges", async () => {
    const { count } = await t.store.sweeper.pending();
    const row = await decided(t.store, "held");
    await t.owner.query("UPDATE approvals SET opened_at = opened_at - interval '1 hour' WHERE action_id = $1", [
      row.action.id,
    ]);
    const after = await t.store.sweeper.pending();
    expect(after.count).toBe(count + 1);
    expect(after.oldestMs).toBeGreaterThanOrEqual(3_600_000);
  });

  test("any reader after the time sees it expired", async () => {
    const row = await decided(t.store, "held");
    await age([row]);
    expect(await t.store.actions.get("default", row.action.id)).toMatchObject({ state: "expired" });
  });

  test("works across tenants", async () => {
    await t.store.tenants.create("swept");
    await activate(t.owner, "swept", digest);
    const row = await decided(t.store, "held", { tenant: "swept" });
    await age([row]);
    expect(await t.store.sweeper.expire(10)).toMatchObject({ held: 1 });
    expect(await stateOf(row)).toBe("expired");
  });
});

describe("denyOverdue", () => {
  test("denies what nobody decided in time, with a decision that says so", async () => {
    const late = await propose(t.store, {}, { decideWithinMs: 0 });
    const open = await propose(t.store);
    expect(await t.store.sweeper.denyOverdue(100)).toBe(1);
    const row = await t.store.actions.get("default", late.action.id);
    expect(row).toMatchObject({
      state: "denied",
      decision: { effect: "deny", message: "Tool call denied by policy", findings: [{ code: "deadline_exceeded" }] },
    });
    expect(await t.store.decisions.get("default", row?.decision?.decisionId ?? "")).toMatchObject({
      decision: { effect: "deny" },
    });
    expect(await stateOf(open)).toBe("received");
    expect(await t.store.sweeper.denyOverdue(100)).toBe(0);
  });
});

describe("alone", () => {
  test("one process at a time runs the body, and the lock is free afterwards, also after an error", async () => {
    const order: string[] = [];
    const both = await Promise.all(
      [1, 2].map((n) =>
        t.store.sweeper.alone("sweep", async () => {
          order.push(`begin ${n}`);
          await t.owner.query("SELECT pg_sleep(0.05)");
          order.push(`end ${n}`);
          return n;
        }),
      ),
    );
    expect(both.filter((result) => result !== undefined)).toHaveLength(1);
    expect(order).toHaveLength(2);
    await expect(t.store.sweeper.alone("sweep", () => Promise.reject(new Error("broke")))).rejects.toThrow("broke");
    expect(await t.store.sweeper.alone("sweep", async () => "free")).toBe("free");
  });

  test("a connection that is lost meanwhile ends this turn, and nothing else", async () => {
    const held = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 1214606950";
    const turn = t.store.sweeper.alone("sweep", async () => {
      await t.owner.query(`SELECT pg_terminate_backend(pid) FROM (${held}) holders`);
      await expect.poll(async () => (await t.owner.query(held)).rows).toEqual([]);
    });
    await expect(turn).rejects.toThrow();
    expect(await t.store.sweeper.alone("sweep", async () => "free")).toBe("free");
  });
});
