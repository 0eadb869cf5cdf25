// Limits hold whoever commits: what a verdict rests on is proved under the counters' locks, what never ran is given back,
// and what a report says takes the place of what was announced.

import { sampleAsk, sampleVerdict } from "@holdpoint/core/sample.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { CountAsk, Counted, CountWhat } from "@holdpoint/wire/verdict.ts";
import { describe, expect, test } from "vitest";
import { attempt, log, masterKey, newApproval, newVote, propose, read, settlement, system } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";
import { openStore } from "./open.ts";
import type { Store } from "./store.ts";
import type { ActionRow, Settled, Settlement, Transition } from "./types.ts";

const t = testStore();

let counters = 0;
/** A counter that nothing has been counted in yet. */
const counter = (what: CountWhat, windowMs = 60_000, used = 0): Counted => ({
  name: `agent/${what}/${windowMs}/a-${++counters}`,
  what,
  windowMs,
  used,
});
/** Rests on there being fewer than `most`, as a rule `deny when gte: most` does that did not match. */
const fewer = ({ name }: Counted, most: number): CountAsk => ({ name, own: 0, bounds: { gte: most }, held: false });

function counting(row: ActionRow, state: Settlement["state"], of: Counted[], asks: CountAsk[] = []): Settlement {
  const effect = state === "held" ? "ask" : state === "allowed" ? "allow" : "deny";
  return settlement(row, state, { verdict: sampleVerdict({ effect, counts: { asks, of } }) });
}

async function settled(
  state: Settlement["state"],
  of: Counted[],
  asks: CountAsk[] = [],
  more: Partial<Action> = {},
): Promise<{ row: ActionRow; outcome: Settled | undefined }> {
  const row = await propose(t.store, more);
  const [outcome] = await t.store.actions.settle("default", [counting(row, state, of, asks)]);
  return { row: await read(t.store, row), outcome };
}

const before = async (of: Counted, actionId = "act_other") =>
  (await t.store.actions.countedBefore("default", actionId, [of]))[of.name];
const move = (row: ActionRow, to: Transition["to"], more: Partial<Transition> = {}) =>
  t.store.actions.transition({
    tenant: "default",
    actionId: row.action.id,
    from: ["allowed", "held", "approved", "executing"],
    to,
    actor: system,
    ...more,
  });

describe("what a verdict rests on", () => {
  test("is proved when it is committed; where it is not so, nothing is committed and the counts are told", async () => {
    const of = counter("actions");
    for (const _each of [1, 2])
      expect((await settled("allowed", [of], [fewer(of, 2)])).outcome).toMatchObject({ status: "settled" });
    const third = await settled("allowed", [of], [fewer(of, 2)]);
    expect(third.outcome).toEqual({
      status: "recount",
      actionId: third.row.action.id,
      counts: { [of.name]: 2 },
    });
    expect(third.row.state).toBe("received");
    const denied = { ...fewer(of, 2), held: true };
    const [now] = await t.store.actions.settle("default", [counting(third.row, "denied", [of], [denied])]);
    expect(now).toMatchObject({ status: "settled", state: "denied" });
    expect(await before(of)).toBe(2);
  });

  test.each([
    ["gt", { gt: 4 }, [false, true]],
    ["gte", { gte: 5 }, [false, true]],
    ["lt", { lt: 5 }, [true, false]],
    ["lte", { lte: 4 }, [true, false]],
    ["both ends", { gt: 3, lt: 5 }, [true, false]],
  ] as const)("knows %s, and adds what the action itself uses", async (_what, bounds, [atFour, atFive]) => {
    const of = counter("costUsd", 0, 3);
    await settled("allowed", [of]);
    const held = async (own: number, answer: boolean) =>
      (await settled("denied", [of], [{ name: of.name, own, bounds, held: answer }])).outcome?.status;
    expect([await held(1, atFour), await held(1, !atFour)]).toEqual(["settled", "recount"]);
    expect([await held(2, atFive), await held(2, !atFive)]).toEqual(["settled", "recount"]);
  });

  test("is proved one after the other inside a batch too", async () => {
    const of = counter("actions");
    const rows = await Promise.all([1, 2, 3, 4].map(() => propose(t.store)));
    const outcomes = await t.store.actions.settle(
      "default",
      rows.map((row) => counting(row, "allowed", [of], [fewer(of, 3)])),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["recount", "settled", "settled", "settled"]);
  });

  test("32 at once over four stores: of a limit of ten, ten", async () => {
    const of = [counter("actions"), counter("allows", 0), counter("asks")];
    const [first] = of as [Counted, ...Counted[]];
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore({ url: t.url, masterKey, log })));
    const rows = await Promise.all(Array.from({ length: 32 }, () => propose(t.store)));
    const outcomes = await Promise.all(
      rows.map(async (row, n) => {
        const store = stores[n % stores.length] as Store;
        // each orders its counters in its own way: the locks do not
        const mine = n % 2 === 0 ? of : [...of].reverse();
        const [outcome] = await store.actions.settle("default", [counting(row, "allowed", mine, [fewer(first, 10)])]);
        return outcome?.status;
      }),
    );
    await Promise.all(stores.map((store) => store.close()));
    expect(Map.groupBy(outcomes, (status) => status).get("settled")).toHaveLength(10);
    expect(Map.groupBy(outcomes, (status) => status).get("recount")).toHaveLength(22);
    expect(await before(first)).toBe(10);
  });
});

describe("what is counted", () => {
  test.each([
    ["allowed", { actions: 1, allows: 1, asks: 0, denials: 0, failures: 0, modelCalls: 2, costUsd: 700 }],
    ["held", { actions: 1, allows: 0, asks: 1, denials: 0, failures: 0, modelCalls: 2, costUsd: 700 }],
    ["denied", { actions: 0, allows: 0, asks: 0, denials: 1, failures: 0, modelCalls: 0, costUsd: 0 }],
  ] as const)("of an action that is %s", async (state, expected) => {
    const used: Partial<Record<CountWhat, number>> = { modelCalls: 2, costUsd: 700 };
    const all = Object.keys(expected).map((what) => counter(what as CountWhat, 0, used[what as CountWhat] ?? 0));
    const { row } = await settled(state, all);
    const counts = await t.store.actions.countedBefore("default", "act_other", all);
    expect(Object.fromEntries(all.map(({ name, what }) => [what, counts[name]]))).toEqual(expected);
    const own = await t.store.actions.countedBefore("default", row.action.id, all);
    if (state !== "denied") expect(all.map(({ name }) => own[name])).toEqual(all.map(() => 0));
  });

  test("ends with its window, by the clock of the database", async () => {
    const [short, long] = [counter("actions", 300), counter("actions", 600_000)];
    await settled("allowed", [short, long]);
    expect([await before(short), await before(long)]).toEqual([1, 1]);
    await expect.poll(() => before(short), { timeout: 5_000 }).toBe(0);
    expect(await before(long)).toBe(1);
    await t.owner.query("UPDATE counters SET used_at = used_at - interval '1 hour' WHERE name = $1", [short.name]);
    expect(await t.store.sweeper.pruneCounters(100)).toBe(1);
    expect(await before(long)).toBe(1);
  });

  test("is given back by what never ran", async () => {
    const of = [counter("actions"), counter("costUsd", 0, 5)];
    for (const [state, to] of [
      ["allowed", "cancelled"],
      ["allowed", "denied"],
      ["held", "rejected"],
      ["held", "cancelled"],
    ] as const) {
      const { row } = await settled(state, of);
      expect(await Promise.all(of.map((each) => before(each)))).toEqual([1, 5]);
      await move(row, to);
      expect(await Promise.all(of.map((each) => before(each)))).toEqual([0, 0]);
    }
    expect((await t.owner.query("SELECT 1 FROM reservations WHERE name = $1", [of[0]?.name])).rows).toEqual([]);
  });

  test("is given back when its time is over", async () => {
    const of = counter("actions");
    const { row } = await settled("allowed", [of]);
    await t.owner.query("UPDATE actions SET due_at = clock_timestamp() WHERE id = $1", [row.action.id]);
    await t.store.sweeper.expire(1_000);
    expect([(await read(t.store, row)).state, await before(of)]).toEqual(["expired", 0]);
  });

  test.each([
    ["denied by people", "held", "rejected", 1],
    ["denied on claim", "allowed", "denied", 1],
    ["withdrawn by its agent", "allowed", "cancelled", 0],
  ] as const)("denials: one that is %s", async (_why, state, to, expected) => {
    const of = counter("denials");
    const { row } = await settled(state, [of]);
    await move(row, to);
    expect(await before(of)).toBe(expected);
  });

  test.each([
    ["failed", 1],
    ["sandbox_denied", 1],
    ["succeeded", 0],
  ] as const)("failures: one that is reported as %s", async (to, expected) => {
    const of = counter("failures");
    const { row } = await settled("allowed", [of]);
    await t.store.actions.claim(attempt(row));
    await move(row, to);
    expect(await before(of)).toBe(expected);
  });

  test.each([
    ["more than announced", 900, true, 900],
    ["less than announced, by an executor", 100, true, 100],
    ["more, by an agent", 900, false, 900],
    ["less, by an agent: its word takes nothing away", 100, false, 500],
    ["nothing said", undefined, true, 500],
  ])("money that was really used: %s", async (_why, costUsd, binding, expected) => {
    for (const of of [counter("costUsd", 0, 500), counter("costUsd", 60_000, 500)]) {
      const { row } = await settled("allowed", [of]);
      await t.store.actions.claim(attempt(row));
      await move(row, "succeeded", { usage: { costUsd, binding } });
      expect(await before(of)).toBe(expected);
    }
  });
});

describe("a claim", () => {
  test("rests on counts without the action's own", async () => {
    const of = counter("actions");
    const { row } = await settled("allowed", [of], [fewer(of, 1)]);
    const counts = { asks: [fewer(of, 1)], of: [of] };
    expect(await t.store.actions.claim(attempt(row, { counts }))).toMatchObject({ status: "claimed" });
    expect(await before(of)).toBe(1);
  });

  test("of what was allowed before there was a limit counts, and no more than the limit are given", async () => {
    const of = counter("actions");
    const rows = await Promise.all(Array.from({ length: 8 }, () => settled("allowed", []).then(({ row }) => row)));
    const claimed = await Promise.all(
      rows.map((row) => t.store.actions.claim(attempt(row, { counts: { asks: [fewer(of, 3)], of: [of] } }))),
    );
    expect(claimed.map(({ status }) => status).sort()).toEqual([
      ...["claimed", "claimed", "claimed"],
      ...["stale", "stale", "stale", "stale", "stale"],
    ]);
    expect(await before(of)).toBe(3);
  });
});

describe("a question that holds its run", () => {
  const holding = () => newApproval({ ask: sampleAsk({ holds: "run" }) });
  let runs = 0;
  const hold = async (more: Partial<Action> = {}) => {
    const session = { id: `run-${++runs}` };
    const credential = `key_${runs}`;
    const row = await propose(t.store, { session, credential, ...more });
    const approval = { ...holding(), ...(more.usage?.runId && { run: more.usage.runId }) };
    await t.store.actions.settle("default", [settlement(row, "held", { approval })]);
    return { row: await read(t.store, row), session, credential };
  };
  const allow = async (row: ActionRow, more: Partial<Settlement> = {}) =>
    (await t.store.actions.settle("default", [settlement(row, "allowed", more)]))[0];

  test("lets what is allowed of it wait, denies what is denied, and concerns nobody else", async () => {
    const { row: held, session, credential } = await hold();
    const sibling = await propose(t.store, { session, credential });
    expect(await allow(sibling)).toEqual({
      status: "waiting",
      actionId: sibling.action.id,
      approvalId: held.approvalId,
    });
    const refused = await propose(t.store, { session, credential });
    const [denied] = await t.store.actions.settle("default", [settlement(refused, "denied")]);
    expect(denied).toMatchObject({ status: "settled" });
    const elsewhere = await propose(t.store, { session: { id: "another" }, credential });
    expect(await allow(elsewhere)).toMatchObject({ status: "settled" });
    const stranger = await propose(t.store, { session });
    expect(await allow(stranger)).toMatchObject({ status: "settled" });
  });

  test("knows siblings of other sessions by the name of the run", async () => {
    const { row: held } = await hold({ usage: { runId: "nightly" } });
    const sibling = await propose(t.store);
    expect(await allow(sibling, { run: "nightly" })).toMatchObject({ approvalId: held.approvalId });
  });

  test("who waits is not lost, not overdue, and sent again once there is an answer", async () => {
    const { row: held, session, credential } = await hold();
    const sibling = await propose(t.store, { session, credential });
    await allow(sibling);
    const waiting = await read(t.store, sibling);
    expect(waiting.dueAt?.getTime()).toBeGreaterThan(sibling.deadlineAt.getTime());
    const ids = async (found: Promise<{ actionId: string }[]>) => (await found).map(({ actionId }) => actionId);
    expect(await ids(t.store.actions.overdue(0, 1_000))).not.toContain(sibling.action.id);
    expect(await ids(t.store.sweeper.wake(1_000))).not.toContain(sibling.action.id);
    await t.store.approvals.vote(newVote(held));
    await t.store.approvals.apply("default", held.approvalId ?? "", system);
    expect(await ids(t.store.sweeper.wake(1_000))).toContain(sibling.action.id);
    const [again] = await t.store.actions.redispatch("default", [sibling.action.id]);
    expect(await ids(t.store.sweeper.wake(1_000))).not.toContain(sibling.action.id);
    expect(await allow(again as ActionRow)).toMatchObject({ status: "settled", state: "allowed" });
  });

  test("what was allowed before it cannot be claimed meanwhile", async () => {
    const session = { id: "claims" };
    const early = await propose(t.store, { session, credential: "key_claims" });
    await allow(early);
    const { row: held } = await hold({ session, credential: "key_claims" });
    const now = await read(t.store, early);
    expect(await t.store.actions.claim(attempt(now))).toMatchObject({ status: "refused", reason: "held" });
    await move(held, "rejected");
    expect(await t.store.actions.claim(attempt(now))).toMatchObject({ status: "claimed" });
  });
});
