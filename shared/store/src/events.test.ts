// Evidence: hashed, chained, without gap, readable for who has the key, and in an order that never goes back.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { activate, attempt, decided, digest, newVote, propose, system } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";
import { eventBody } from "./evidence.ts";

const t = testStore({ openActionsPerAgentMax: 10_000 });

describe("the chain of an action", () => {
  test("has a version for each transition without gap, each linked to the one before", async () => {
    const row = await decided(t.store, "held");
    await t.store.approvals.vote(newVote(row));
    await t.store.approvals.apply("default", row.approvalId ?? "", system);
    const approved = await t.store.actions.get("default", row.action.id);
    if (!approved) throw new Error();
    await t.store.actions.claim(attempt(approved));
    await t.store.actions.transition({
      tenant: "default",
      actionId: row.action.id,
      from: ["executing"],
      to: "succeeded",
      actor: system,
    });
    const events = (await t.store.events.ofAction("default", row.action.id)).filter(
      ({ version }) => version !== undefined,
    );
    expect(events.map(({ type, version }) => `${version} ${type}`)).toEqual([
      "1 proposed",
      "2 held",
      "3 approved",
      "4 executing",
      "5 succeeded",
    ]);
    for (const [at, event] of events.entries()) expect(event.previous).toBe(events[at - 1]?.hash);
    expect(await t.store.events.verify("default", row.action.id)).toEqual({ sound: true });
  });

  test("the hash is the SHA-256 of a text that anyone can write down again", async () => {
    const row = await decided(t.store, "allowed");
    const { rows } = await t.owner.query(
      "SELECT *, event_body(event_time(at), payload, previous, version) AS body FROM events WHERE action_id = $1",
      [row.action.id],
    );
    for (const raw of rows) {
      expect(eventBody(raw)).toBe(raw.body);
      expect(raw.hash).toBe(`sha256:${createHash("sha256").update(raw.body).digest("hex")}`);
      expect(Object.keys(JSON.parse(raw.body))).toEqual(Object.keys(JSON.parse(raw.body)).sort());
    }
  });

  test.each([
    [
      "a payload",
      "UPDATE events SET payload = replace(payload, 'rule-1', 'rule-2') WHERE action_id = $1 AND version = 2",
    ],
    ["a time", "UPDATE events SET at = at + interval '1 hour' WHERE action_id = $1 AND version = 2"],
    [
      "the content of another event",
      "UPDATE events SET content = (SELECT content FROM events WHERE content IS NOT NULL AND action_id <> $1 LIMIT 1) WHERE action_id = $1 AND version = 2",
    ],
    ["a missing event", "DELETE FROM events WHERE action_id = $1 AND version = 1"],
  ])("%s that an insider with all rights changed is noticed", async (_what, sql) => {
    await decided(t.store, "allowed");
    const row = await decided(t.store, "allowed");
    await t.owner.query("SET session_replication_role = replica"); // switches every trigger off
    await t.owner.query(sql, [row.action.id]);
    await t.owner.query("SET session_replication_role = DEFAULT");
    await expect(
      t.store.events.verify("default", row.action.id).catch((error: Error) => ({ sound: false, error })),
    ).resolves.toMatchObject({ sound: false });
  });

  test("content can be erased and the chain still proves; what an agent said is gone", async () => {
    const row = await decided(t.store, "allowed");
    await t.owner.query("UPDATE events SET content = NULL WHERE action_id = $1", [row.action.id]);
    expect(await t.store.events.verify("default", row.action.id)).toEqual({ sound: true });
    const [, settled] = await t.store.events.ofAction("default", row.action.id);
    expect(settled).toMatchObject({ type: "allowed" });
    expect(settled).not.toHaveProperty("command");
  });

  test("a person's name is content too: sealed, and not in what stays for ever", async () => {
    const row = await decided(t.store, "held");
    await t.store.approvals.vote(newVote(row, { voter: "alice@example.com" }));
    const { rows } = await t.owner.query("SELECT payload FROM events WHERE action_id = $1 AND type = 'voted'", [
      row.action.id,
    ]);
    expect(rows).toHaveLength(1);
    expect(rows[0].payload).not.toContain("alice");
    expect((await t.store.events.ofAction("default", row.action.id)).at(-1)).toMatchObject({
      actor: { person: "alice@example.com" },
    });
  });

  test("a note has no version, changes no state, and hangs on the last event", async () => {
    const row = await decided(t.store, "denied");
    const event = await t.store.actions.note(
      "default",
      row.action.id,
      "claim_refused",
      { credential: "key_1" },
      { reason: "used", count: 2 },
    );
    expect(event).toMatchObject({ type: "claim_refused", previous: row.receipt, reason: "used", detail: { count: 2 } });
    expect(event).not.toHaveProperty("version");
    expect(await t.store.actions.get("default", row.action.id)).toMatchObject({
      version: row.version,
      receipt: row.receipt,
    });
    expect((await t.store.actions.note("default", undefined, "request_refused", {}, {})).actionId).toBeUndefined();
    expect(await t.store.events.verify("default", row.action.id)).toEqual({ sound: true });
  });
});

describe("the sequencer", () => {
  test("gives cursors from 1 without gap, an action's events in their order, however many write and sequence at once", async () => {
    await t.store.tenants.create("ordered");
    await activate(t.owner, "ordered", digest);
    let writing = true;
    const sequencing = (async () => {
      while (writing) await Promise.all([t.store.events.sequence(), t.store.events.sequence()]);
    })();
    const rows = await Promise.all(
      Array.from({ length: 80 }, () => decided(t.store, "allowed", { tenant: "ordered" })),
    );
    await Promise.all(rows.map((row) => t.store.actions.claim(attempt(row))));
    writing = false;
    await sequencing;
    await t.store.events.sequence();
    const all = await t.store.events.after("ordered", 0, 10_000);
    expect(all).toHaveLength(240);
    expect(all.map(({ cursor }) => cursor)).toEqual(Array.from({ length: 240 }, (_one, n) => n + 1));
    expect(await t.store.events.last("ordered")).toBe(240);
    const seen = new Map<string, number>();
    for (const { event } of all) {
      expect(event.version).toBe((seen.get(event.actionId ?? "") ?? 0) + 1);
      seen.set(event.actionId ?? "", event.version ?? 0);
    }
    expect(await t.store.events.sequence()).toBe(0);
  });

  test("is one at a time: who does not get its lock leaves the work to who has it", async () => {
    await decided(t.store, "denied");
    await t.owner.query("BEGIN");
    await t.owner.query("SELECT pg_advisory_xact_lock(1214606949, 0)");
    expect(await t.store.events.sequence()).toBe(0);
    await t.owner.query("COMMIT");
    expect(await t.store.events.sequence()).toBe(2);
  });

  test("pages begin after any cursor, also in the middle of what was committed together", async () => {
    const all = await t.store.events.after("ordered", 0, 10_000);
    const paged = [];
    for (let cursor = 0; ; ) {
      const page = await t.store.events.after("ordered", cursor, 7);
      if (page.length === 0) break;
      paged.push(...page);
      cursor = page.at(-1)?.cursor ?? 0;
    }
    expect(paged).toEqual(all);
  });

  test("an event whose transaction commits late comes later, not before what was already read", async () => {
    await t.store.tenants.create("late");
    await activate(t.owner, "late", digest);
    await t.owner.query("BEGIN");
    await t.owner.query("SELECT note('late', NULL, 'evt_slow', 'slow', '{}', NULL)");
    await propose(t.store, { tenant: "late" });
    await t.store.events.sequence();
    expect(await t.store.events.last("late")).toBe(1);
    await t.owner.query("COMMIT");
    await t.store.events.sequence();
    const { rows } = await t.owner.query(
      "SELECT first_cursor::int AS at FROM event_batches WHERE 'evt_slow' = ANY (event_ids)",
    );
    expect(rows).toEqual([{ at: 2 }]);
  });
});
