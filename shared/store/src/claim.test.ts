// Permission to run is handed out once: to one claim, under the active policy, in time, and never past a stop.

import { sampleVerdict } from "@holdpoint/core/sample.ts";
import { describe, expect, test } from "vitest";
import { attempt, decided, newApproval, openTestStore, propose, read, settlement, system } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";

const t = testStore();

describe("claim", () => {
  test("moves to executing, with the stored arguments, a lease and its event", async () => {
    const row = await decided(t.store, "allowed", { args: { command: "make" } });
    const outcome = await t.store.actions.claim(attempt(row, { executor: "host-7" }));
    expect(outcome).toMatchObject({
      status: "claimed",
      repeated: false,
      row: {
        state: "executing",
        version: 3,
        action: { args: { command: "make" } },
        claim: { number: 1, credential: row.action.credential, executor: "host-7" },
      },
    });
    expect(await t.store.events.verify("default", row.action.id)).toEqual({ sound: true });
    expect((await t.store.events.ofAction("default", row.action.id)).map(({ type }) => type)).toEqual([
      "proposed",
      "allowed",
      "executing",
    ]);
  });

  test("hundreds at once: exactly one has it", async () => {
    const row = await decided(t.store, "allowed");
    const outcomes = await Promise.all(
      Array.from({ length: 300 }, (_one, n) => t.store.actions.claim(attempt(row, { idempotencyKey: `k-${n}` }))),
    );
    expect(outcomes.filter(({ status }) => status === "claimed")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.status === "refused" && outcome.reason === "used")).toHaveLength(299);
    expect((await read(t.store, row)).claim?.number).toBe(1);
  });

  test("hundreds of different ones at once: each its own", async () => {
    const rows = [];
    for (let n = 0; n < 100; n++) rows.push(await decided(t.store, "allowed"));
    const outcomes = await Promise.all(rows.map((row) => t.store.actions.claim(attempt(row))));
    expect(outcomes.map((outcome) => outcome.status === "claimed" && outcome.row.action.id)).toEqual(
      rows.map(({ action }) => action.id),
    );
  });

  test("the same credential and key get the same answer until it is reported; nobody else does", async () => {
    const row = await decided(t.store, "allowed");
    const mine = attempt(row, { idempotencyKey: "again" });
    const both = await Promise.all([t.store.actions.claim(mine), t.store.actions.claim(mine)]);
    expect(both.map((outcome) => outcome.status === "claimed" && outcome.repeated)).toEqual([false, true]);
    expect(await t.store.actions.claim(mine)).toMatchObject({
      status: "claimed",
      repeated: true,
      row: { claim: { number: 1 } },
    });
    expect(await t.store.actions.claim({ ...mine, credential: "key_other" })).toMatchObject({
      status: "refused",
      reason: "used",
    });
    expect(await t.store.actions.claim({ ...mine, idempotencyKey: "other" })).toMatchObject({
      status: "refused",
      reason: "used",
    });
    await t.store.actions.transition({
      tenant: "default",
      actionId: row.action.id,
      from: ["executing"],
      to: "succeeded",
      actor: system,
      claimNumber: 1,
    });
    expect(await t.store.actions.claim(mine)).toMatchObject({ status: "refused", reason: "used" });
  });

  test("a claim without a key is never repeated", async () => {
    const row = await decided(t.store, "allowed");
    expect((await t.store.actions.claim(attempt(row))).status).toBe("claimed");
    expect(await t.store.actions.claim(attempt(row))).toMatchObject({ status: "refused", reason: "used" });
  });

  test("what was judged of another version, or under another policy, is judged again", async () => {
    const row = await decided(t.store, "allowed");
    expect(await t.store.actions.claim(attempt(row, { version: 1 }))).toMatchObject({
      status: "stale",
      row: { version: 2 },
    });
    expect(await t.store.actions.claim(attempt(row, { policyDigest: "sha256:old" }))).toMatchObject({
      status: "stale",
    });
    expect((await read(t.store, row)).state).toBe("allowed");
  });

  test("a stale claim in the same flush does not keep the good one out", async () => {
    const row = await decided(t.store, "allowed");
    const outcomes = await Promise.all(
      [attempt(row, { version: 1 }), attempt(row)].map((each) => t.store.actions.claim(each)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(["stale", "claimed"]);
  });

  test.each([["held"], ["denied"]] as const)("an action that is %s is refused as that", async (state) => {
    const row = await decided(t.store, state);
    expect(await t.store.actions.claim(attempt(row))).toMatchObject({ status: "refused", reason: state });
  });

  test("one that is undecided, cancelled or unknown is refused", async () => {
    const row = await propose(t.store);
    expect(await t.store.actions.claim(attempt(row))).toMatchObject({ status: "refused", reason: "held" });
    await t.store.actions.transition({
      tenant: "default",
      actionId: row.action.id,
      from: ["received"],
      to: "cancelled",
      actor: system,
    });
    expect(await t.store.actions.claim(attempt(row))).toMatchObject({ status: "refused", reason: "revoked" });
    expect(await t.store.actions.claim({ ...attempt(row), actionId: "act_unknown" })).toEqual({ status: "unknown" });
  });

  test("for another place or version of the tool it is refused by the database itself, and stays as it was", async () => {
    const pins = { audience: "runners-eu", toolVersion: "sha256:7d0c" };
    const row = await decided(t.store, "allowed", pins);
    const claim = (said: object) => t.store.actions.claim(attempt(row, { idempotencyKey: "k", ...said }));
    for (const [said, reason] of [
      [{}, "wrong_audience"],
      [{ ...pins, audience: "runners-us" }, "wrong_audience"],
      [{ ...pins, audience: "runners-EU" }, "wrong_audience"],
      [{ audience: pins.audience }, "tool_changed"],
      [{ ...pins, toolVersion: "sha256:0bad" }, "tool_changed"],
    ] as const)
      expect(await claim(said)).toMatchObject({ status: "refused", reason, row: { state: "allowed", version: 2 } });
    expect(await claim(pins)).toMatchObject({ status: "claimed", repeated: false, row: { claim: { number: 1 } } });
    expect(await claim(pins)).toMatchObject({ status: "claimed", repeated: true });
    expect(await claim({ ...pins, toolVersion: "sha256:0bad" })).toMatchObject({ status: "refused", reason: "used" });
    const event = (await t.store.events.ofAction("default", row.action.id)).at(-1);
    expect(event).toMatchObject({ type: "executing", detail: pins });
  });

  test("what was pinned to no place and no version may be claimed for any", async () => {
    const row = await decided(t.store, "allowed");
    expect(await t.store.actions.claim(attempt(row, { audience: "x", toolVersion: "y" }))).toMatchObject({
      status: "claimed",
    });
  });

  test("a draft runs never, whether it was proposed so or a rule made it so", async () => {
    const row = await decided(t.store, "allowed", { mode: "draft" });
    expect(await t.store.actions.claim(attempt(row))).toMatchObject({ status: "refused", reason: "draft" });
    const modified = await decided(
      t.store,
      "allowed",
      {},
      { verdict: sampleVerdict({ modifications: { mode: "draft" } }) },
    );
    expect(await t.store.actions.claim(attempt(modified))).toMatchObject({ status: "refused", reason: "draft" });
  });

  test("after its time, by the database's clock, it is expired, sweeper or not", async () => {
    const brief = await openTestStore({ claimWindowMs: 1 });
    const row = await propose(brief.store);
    await brief.store.actions.settle("default", [settlement(row, "allowed")]);
    const outcome = await brief.store.actions.claim(attempt({ ...row, version: 2 }));
    expect(outcome).toMatchObject({ status: "refused", reason: "expired", row: { state: "expired" } });
    await brief.close();
  });

  test("under the kill switch the claim is refused and the action denied", async () => {
    const row = await decided(t.store, "allowed", { principal: { agent: "killed" } });
    await t.store.stops.killSwitch("default", true, undefined, "all stop", system);
    const outcome = await t.store.actions.claim(attempt(row));
    await t.store.stops.killSwitch("default", false, undefined, "go on", system);
    expect(outcome).toMatchObject({ status: "refused", reason: "kill_switch", row: { state: "denied" } });
    const events = await t.store.events.ofAction("default", row.action.id);
    expect(events.at(-1)).toMatchObject({ type: "denied", reason: "stopped: all stop" });
  });

  test("no claim commits after the kill switch, however many race with it", async () => {
    const rows = [];
    for (let n = 0; n < 60; n++) rows.push(await decided(t.store, "allowed", { principal: { agent: "raced" } }));
    const claims = rows.map((row) => t.store.actions.claim(attempt(row)));
    await t.store.stops.killSwitch("default", true, "raced", "now", system);
    await Promise.all(claims);
    const { rows: late } = await t.owner.query(
      `SELECT count(*)::int AS n FROM events e JOIN actions a ON a.id = e.action_id
        WHERE a.agent = 'raced' AND e.type = 'executing' AND e.at > (SELECT engaged_at FROM kill_switches WHERE agent = 'raced')`,
    );
    expect(late).toEqual([{ n: 0 }]);
    await t.store.stops.killSwitch("default", false, "raced", "done", system);
  });
});

describe("the lease", () => {
  test("is extended by a heartbeat of that claim, and of no other", async () => {
    const row = await decided(t.store, "allowed");
    await t.store.actions.claim(attempt(row, { leaseMs: 5_000 }));
    const until = await t.store.actions.heartbeat("default", row.action.id, 1, 60_000);
    expect(until?.getTime()).toBeGreaterThan(Date.now() + 50_000);
    expect((await read(t.store, row)).claim?.leaseUntil).toEqual(until);
    expect(await t.store.actions.heartbeat("default", row.action.id, 2, 60_000)).toBeUndefined();
  });

  test("once over, the same claim is not repeated, though nobody swept", async () => {
    const row = await decided(t.store, "allowed");
    const mine = attempt(row, { idempotencyKey: "again", leaseMs: 5_000 });
    await t.store.actions.claim(mine);
    await t.owner.query("UPDATE actions SET due_at = clock_timestamp() - interval '1 ms' WHERE id = $1", [
      row.action.id,
    ]);
    expect(await t.store.actions.claim(mine)).toMatchObject({ status: "refused", reason: "used" });
  });

  test("once over, the outcome is unknown, and no heartbeat brings it back", async () => {
    const row = await decided(t.store, "allowed");
    await t.store.actions.claim(attempt(row, { leaseMs: 1 }));
    expect(await read(t.store, row)).toMatchObject({ state: "outcome_unknown" });
    expect(await t.store.actions.heartbeat("default", row.action.id, 1, 60_000)).toBeUndefined();
  });
});

test("an approval that expired does not let its action be claimed, though nobody swept", async () => {
  const row = await decided(t.store, "held", {}, { approval: newApproval({ expiresMs: 1 }) });
  expect(await t.store.actions.claim(attempt(row))).toMatchObject({ status: "refused", row: { state: "expired" } });
});
