// A settle commits a decision or says why not: never two, never of an old epoch, an old policy, or against a stop.

import { sampleVerdict } from "@holdpoint/core/sample.ts";
import { describe, expect, test } from "vitest";
import { activate, attempt, decided, digest, newDecision, propose, read, settlement, system } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";
import type { Committed } from "./types.ts";

const t = testStore({ pendingApprovalsPerAgentMax: 3 });

const other = `sha256:${"b".repeat(64)}`;

describe("settle", () => {
  test.each(["allowed", "held", "denied"] as const)(
    "commits %s with decision, evidence and receipt in one step",
    async (state) => {
      const row = await propose(t.store);
      const item = settlement(row, state);
      const [outcome] = await t.store.actions.settle("default", [item]);
      expect(outcome).toMatchObject({ status: "settled", state, version: 2 });
      const after = await read(t.store, row);
      if (outcome?.status !== "settled") throw new Error();
      expect(after).toMatchObject({
        state,
        version: 2,
        receipt: outcome.receipt,
        decision: { ...item.decision, auditId: outcome.eventId },
        verdict: item.verdict,
        facts: item.facts,
        findings: [],
      });
      const events = await t.store.events.ofAction("default", row.action.id);
      expect(events.map(({ id, version, type, previous }) => ({ id, version, type, previous }))).toEqual([
        { id: events[0]?.id, version: 1, type: "proposed", previous: undefined },
        { id: outcome.eventId, version: 2, type: state, previous: row.receipt },
      ]);
      expect(events[1]).toMatchObject({
        command: "git status",
        rules: ["rule-1"],
        policyDigest: digest,
        decisionId: item.decision.decisionId,
        hash: outcome.receipt,
      });
      expect(await t.store.events.verify("default", row.action.id)).toEqual({ sound: true });
      expect(await t.store.decisions.get("default", item.decision.decisionId)).toMatchObject({
        decision: { effect: item.decision.effect },
      });
    },
  );

  test.each(["allowed", "denied"] as const)(
    "tells its own process of one that is %s as a reader of the row would find it",
    async (state) => {
      const told: [string, Committed][] = [];
      const stop = await t.store.listen((notice) => notice.kind === "committed" && told.push(...notice.rows));
      const row = await propose(t.store, { principal: { agent: "teller" } });
      const late = settlement(row, "denied");
      await t.store.actions.settle("default", [settlement(row, state)]);
      await t.store.actions.settle("default", [late]);
      await stop();
      expect(
        told.map(([actionId]) => actionId),
        "the second came too late and was not committed",
      ).toEqual([row.action.id]);
      const { dueAt, findingsAt, ...found } = (await read(t.store, row)) ?? {};
      const { dueAt: toldDue, findingsAt: toldAt, ...committed } = { ...row, ...told[0]?.[1] };
      expect(committed).toEqual({ ...found, deadlineAt: row.deadlineAt });
      expect([toldDue === undefined, toldAt === undefined]).toEqual([dueAt === undefined, findingsAt === undefined]);
    },
  );

  test("says nothing of one that is held: a standing yes may have answered it in the same commit", async () => {
    const told: string[] = [];
    const stop = await t.store.listen((notice) => notice.kind === "committed" && told.push(...notice.rows.keys()));
    await decided(t.store, "held", { principal: { agent: "asker" } });
    await stop();
    expect(told).toEqual([]);
  });

  test("a held one has its approval from the moment it is held", async () => {
    const row = await decided(t.store, "held", { principal: { agent: "holder" } });
    const approval = await t.store.approvals.get("default", row.approvalId ?? "");
    expect(approval).toMatchObject({
      actionId: row.action.id,
      state: "pending",
      role: "approver",
      quorum: 1,
      votes: [],
      card: { text: "the card\n" },
    });
    expect(row.dueAt?.toISOString()).toBe(approval?.expiresAt);
    const { rows } = await t.owner.query("SELECT topic, payload FROM outbox WHERE payload ->> 'actionId' = $1", [
      row.action.id,
    ]);
    expect(rows).toEqual([
      { topic: "approval.opened", payload: { actionId: row.action.id, approvalId: row.approvalId } },
    ]);
  });

  test("an older dispatch is dropped", async () => {
    const row = await propose(t.store);
    await t.store.actions.redispatch("default", [row.action.id]);
    expect(await t.store.actions.settle("default", [settlement(row, "allowed")])).toEqual([
      { status: "stale_epoch", actionId: row.action.id },
    ]);
    expect((await read(t.store, row)).state).toBe("received");
    expect(await t.store.actions.settle("default", [settlement({ ...row, epoch: 2 }, "allowed")])).toMatchObject([
      { status: "settled" },
    ]);
  });

  test("a second decision of the same action is dropped, in the same batch or later", async () => {
    const row = await propose(t.store);
    const outcomes = await t.store.actions.settle("default", [settlement(row, "denied"), settlement(row, "allowed")]);
    expect(outcomes).toMatchObject([
      { status: "settled", state: "denied" },
      { status: "already", state: "denied" },
    ]);
    expect(await t.store.actions.settle("default", [settlement(row, "allowed")])).toMatchObject([
      { status: "already", state: "denied" },
    ]);
    const { rows } = await t.owner.query("SELECT count(*)::int AS n FROM decisions WHERE action_id = $1", [
      row.action.id,
    ]);
    expect(rows).toEqual([{ n: 1 }]);
  });

  test("hundreds of settles of one action at once: one has it", async () => {
    const row = await propose(t.store);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_one, n) =>
        t.store.actions.settle("default", [settlement(row, n % 2 ? "allowed" : "denied")]),
      ),
    );
    const states = answers.flat().map(({ status }) => status);
    expect(states.filter((status) => status === "settled")).toHaveLength(1);
    expect(states.filter((status) => status === "already")).toHaveLength(199);
    expect(await t.store.events.ofAction("default", row.action.id)).toHaveLength(2);
  });

  test("a decision under another policy than the active one is not committed, whatever it says", async () => {
    const rows = [await propose(t.store), await propose(t.store)];
    const stale = rows.map((row, n) =>
      settlement(row, n ? "denied" : "allowed", { decision: newDecision(row.action, { policyDigest: other }) }),
    );
    expect(await t.store.actions.settle("default", stale)).toMatchObject([
      { status: "stale_policy", activeDigest: digest },
      { status: "stale_policy", activeDigest: digest },
    ]);
    expect((await read(t.store, rows[0] as never)).state).toBe("received");
  });

  test("batches in opposite orders do not block each other for ever", async () => {
    const rows = [];
    for (let n = 0; n < 30; n++) rows.push(await propose(t.store));
    const back = [...rows].reverse();
    const halves = await Promise.all(
      [rows, back, rows, back].map((half) =>
        t.store.actions.settle(
          "default",
          half.map((row) => settlement(row, "allowed")),
        ),
      ),
    );
    expect(halves.flat().filter(({ status }) => status === "settled")).toHaveLength(30);
  });

  test("one that is unknown, or of another tenant, spoils nothing", async () => {
    await t.store.tenants.create("neighbour");
    await activate(t.owner, "neighbour", digest);
    const foreign = await propose(t.store, { tenant: "neighbour" });
    const mine = await propose(t.store);
    const outcomes = await t.store.actions.settle("default", [
      settlement(foreign, "allowed"),
      settlement(mine, "allowed"),
    ]);
    expect(outcomes).toMatchObject([{ status: "unknown" }, { status: "settled" }]);
    expect((await read(t.store, foreign)).state).toBe("received");
  });

  test("more pending approvals than one agent may have are refused", async () => {
    const rows = [];
    for (let n = 0; n < 5; n++) rows.push(await propose(t.store, { principal: { agent: "flooder" } }));
    const [first, ...rest] = rows.map((row) => settlement(row, "held"));
    await t.store.actions.settle("default", [first as never]);
    const statuses = (await t.store.actions.settle("default", rest)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(["settled", "settled", "too_many_pending", "too_many_pending"]);
  });
});

test("settles and claims wait for whoever changes the policy, and then see the change", async () => {
  const [row, ready] = [await propose(t.store), await decided(t.store, "allowed")];
  await t.owner.query("BEGIN");
  await t.owner.query("SELECT lock_policy('default', true)");
  const settles = t.store.actions.settle("default", [settlement(row, "allowed")]);
  const claims = t.store.actions.claim(attempt(ready));
  const waiting =
    "SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = 1214606948";
  let ended = false;
  void Promise.race([settles, claims]).finally(() => {
    ended = true;
  });
  while (!ended && (await t.owner.query(waiting)).rows[0].n < 2);
  await activate(t.owner, "default", other);
  await t.owner.query("COMMIT");
  expect(await settles).toMatchObject([{ status: "stale_policy", activeDigest: other }]);
  expect(await claims).toMatchObject({ status: "stale", activeDigest: other });
  await activate(t.owner, "default", digest);
});

describe("stops", () => {
  test("under the kill switch of its agent only a denial is committed", async () => {
    const agent = { principal: { agent: "stopped" } };
    const row = await propose(t.store, agent);
    await t.store.stops.killSwitch("default", true, "stopped", "it went wild", system);
    expect(await t.store.actions.settle("default", [settlement(row, "allowed")])).toEqual([
      { status: "stopped", actionId: row.action.id, why: "kill_switch", reason: "it went wild" },
    ]);
    expect(await t.store.actions.settle("default", [settlement(row, "denied")])).toMatchObject([{ status: "settled" }]);
    expect(await t.store.actions.settle("default", [settlement(await propose(t.store), "allowed")])).toMatchObject([
      { status: "settled" },
    ]);
    await t.store.stops.killSwitch("default", false, "stopped", "fixed", system);
    expect(
      await t.store.actions.settle("default", [settlement(await propose(t.store, agent), "allowed")]),
    ).toMatchObject([{ status: "settled" }]);
  });

  test("a terminated session is over for what comes, and for what people were asked", async () => {
    const session = { session: { id: "s-over" }, principal: { agent: "over" } };
    const held = await decided(t.store, "held", session);
    const row = await propose(t.store, session);
    await t.store.stops.terminateSession("default", "s-over", "enough", system);
    expect(await t.store.actions.settle("default", [settlement(row, "held")])).toMatchObject([
      { status: "stopped", why: "session_terminated", reason: "enough" },
    ]);
    expect((await read(t.store, held)).state).toBe("denied");
    expect(await t.store.approvals.get("default", held.approvalId ?? "")).toMatchObject({ state: "cancelled" });
    await t.store.stops.resumeSession("default", "s-over", "go on", system);
    expect(await t.store.actions.settle("default", [settlement(row, "held")])).toMatchObject([{ status: "settled" }]);
  });

  test("a decision that terminates ends the session of that credential in the same commit", async () => {
    const session = { session: { id: "s-ended" }, principal: { agent: "ended" } };
    const [row, next] = [await propose(t.store, session), await propose(t.store, session)];
    const stranger = await propose(t.store, { ...session, credential: "key_stranger" });
    await t.store.actions.settle("default", [
      settlement(row, "denied", { verdict: sampleVerdict({ effect: "deny", terminate: true }) }),
    ]);
    expect(
      await t.store.actions.settle("default", [settlement(next, "allowed"), settlement(stranger, "allowed")]),
    ).toMatchObject([{ status: "stopped", why: "session_terminated" }, { status: "settled" }]);
  });
});
