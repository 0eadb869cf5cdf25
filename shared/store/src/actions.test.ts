// Proposals on a real Postgres: what is acknowledged is committed, a repeated one is recognised, and what waits is joined.

import { limits } from "@holdpoint/wire/limits.ts";
import { describe, expect, test } from "vitest";
import { attempt, decided, newAction, newVote, propose, settlement } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";

const t = testStore({ openActionsPerAgentMax: 5 });

describe("propose", () => {
  test("commits the action with its first event, and gives the event's hash as receipt", async () => {
    const row = await propose(t.store, { args: { command: "ls" } });
    expect(row).toMatchObject({ state: "received", version: 1, epoch: 1, action: { args: { command: "ls" } } });
    const again = await t.store.actions.get("default", row.action.id);
    expect(again).toEqual({ ...row, dueAt: row.deadlineAt });
    const [event, ...more] = await t.store.events.ofAction("default", row.action.id);
    expect(event).toMatchObject({ type: "proposed", state: "received", version: 1, hash: row.receipt });
    expect(more).toEqual([]);
  });

  test("the same key with the same body is a replay, with another body a conflict, of another credential a new action", async () => {
    const agent = { principal: { agent: "replayer" } };
    const first = newAction(agent, { idempotencyKey: "k1", requestHash: "body" });
    const again = newAction(agent, { idempotencyKey: "k1", requestHash: "body" });
    const other = newAction(agent, { idempotencyKey: "k1", requestHash: "other body" });
    const stranger = newAction({ ...agent, credential: "key_other" }, { idempotencyKey: "k1", requestHash: "body" });
    const [made] = await t.store.actions.propose("default", [first]);
    const answers = await t.store.actions.propose("default", [again, other, stranger]);
    expect(made?.status).toBe("created");
    expect(answers).toMatchObject([
      { status: "replayed", row: { action: { id: first.action.id } } },
      { status: "conflict", actionId: first.action.id },
      { status: "created" },
    ]);
  });

  test("equal keys in one batch, and in batches that race, make one action", async () => {
    const racers = Array.from({ length: 40 }, () =>
      newAction({ principal: { agent: "racer" } }, { idempotencyKey: "race", requestHash: "body" }),
    );
    const halves = [racers.slice(0, 20), racers.slice(20, 30), racers.slice(30)];
    const answers = (await Promise.all(halves.map((half) => t.store.actions.propose("default", half)))).flat();
    expect(answers.filter(({ status }) => status === "created")).toHaveLength(1);
    expect(answers.filter(({ status }) => status === "replayed")).toHaveLength(39);
    expect(new Set(answers.map((answer) => "row" in answer && answer.row.action.id)).size).toBe(1);
  });

  test("replays that travel in one batch each get their own action back, in their own place", async () => {
    const agents = [1, 2, 3].map((n) => ({ principal: { agent: `mixed-${n}` } }));
    const of = (n: number) => newAction(agents[n], { idempotencyKey: `mixed-${n}`, requestHash: "body" });
    const first = [of(0), of(1)];
    await t.store.actions.propose("default", first);
    const answers = await t.store.actions.propose("default", [of(1), of(2), of(0)]);
    expect(answers.map(({ status }) => status)).toEqual(["replayed", "created", "replayed"]);
    const ids = answers.map((answer) => ("row" in answer ? answer.row.action.id : undefined));
    expect([ids[0], ids[2]]).toEqual([first[1]?.action.id, first[0]?.action.id]);
    const row = answers[0] !== undefined && "row" in answers[0] ? answers[0].row : undefined;
    expect(row?.action.principal.agent).toBe("mixed-2");
  });

  test("the same proposal sent again after a lost answer is a replay, not a second action", async () => {
    const item = newAction({ principal: { agent: "lossy" } });
    const [first] = await t.store.actions.propose("default", [item]);
    const [second] = await t.store.actions.propose("default", [item]);
    expect([first?.status, second?.status]).toEqual(["created", "replayed"]);
  });

  test("an equal proposal joins what is held or approved, until it was used", async () => {
    const agent = { principal: { agent: "joiner" } };
    const join = { joinHash: "equal" };
    const row = await propose(t.store, agent, join);
    const early = await propose(t.store, agent, join); // undecided yet: nothing to join
    await t.store.actions.settle("default", [settlement(row, "held"), settlement(early, "denied")]);
    const joined = await t.store.actions.propose("default", [newAction(agent, { ...join, idempotencyKey: "j" })]);
    expect(joined).toMatchObject([{ status: "joined", row: { state: "held", action: { id: row.action.id } } }]);
    const replayed = await t.store.actions.propose("default", [newAction(agent, { ...join, idempotencyKey: "j" })]);
    expect(replayed).toMatchObject([{ status: "conflict" }]); // the body differs: requestHash is per action here

    const held = await t.store.actions.get("default", row.action.id);
    if (!held) throw new Error("gone");
    expect(await t.store.approvals.vote(newVote(held))).toMatchObject({ status: "counted" });
    expect(await t.store.approvals.apply("default", held.approvalId ?? "", { system: "escalation" })).toMatchObject({
      status: "done",
    });
    const [again] = await t.store.actions.propose("default", [newAction(agent, join)]);
    expect(again).toMatchObject({ status: "joined", row: { state: "approved" } });
    if (again?.status !== "joined") throw new Error("not joined");
    expect((await t.store.actions.claim(attempt(again.row))).status).toBe("claimed");
    expect(await t.store.actions.propose("default", [newAction(agent, join)])).toMatchObject([{ status: "created" }]);
  });

  test("an agent may have so many open actions and no more; what is decided is not open", async () => {
    const agent = { principal: { agent: "busy" } };
    const rows = [];
    for (let n = 0; n < 4; n++) rows.push(await propose(t.store, agent));
    const answers = await t.store.actions.propose("default", [newAction(agent), newAction(agent), newAction(agent)]);
    expect(answers.map(({ status }) => status)).toEqual(["created", "too_many_open", "too_many_open"]);
    await t.store.actions.settle(
      "default",
      rows.slice(0, 2).map((row) => settlement(row, "denied")),
    );
    expect(await t.store.actions.propose("default", [newAction(agent)])).toMatchObject([{ status: "created" }]);
  });

  test("hundreds in one batch come back in the order they were given", async () => {
    const items = Array.from({ length: 300 }, (_one, n) =>
      newAction({ principal: { agent: `a-${n}` }, args: { n } }),
    ).reverse();
    const answers = await t.store.actions.propose("default", items);
    expect(answers.map((answer) => "row" in answer && answer.row.action.args)).toEqual(
      items.map(({ action }) => action.args),
    );
    const found = await t.store.actions.many(
      "default",
      items.map(({ action }) => action.id),
    );
    expect(found.map((row) => row?.action)).toEqual(items.map(({ action }) => action));
  });
});

describe("dispatch", () => {
  test("a new dispatch has a new epoch, and only what is undecided gets one", async () => {
    const open = await propose(t.store, { principal: { agent: "epoch" } });
    const done = await decided(t.store, "denied", { principal: { agent: "epoch" } });
    const rows = await t.store.actions.redispatch("default", [open.action.id, done.action.id, "act_unknown"]);
    expect(rows).toMatchObject([{ epoch: 2, action: { id: open.action.id } }]);
  });

  test("what is taken up again counts as dispatched some seconds from now, and only what is undecided", async () => {
    const open = await propose(t.store, { principal: { agent: "retake" } });
    const moved = await propose(t.store, { principal: { agent: "retake" } });
    const done = await decided(t.store, "denied", { principal: { agent: "retake" } });
    await t.store.actions.redispatch("default", [moved.action.id]);
    const before = await t.store.actions.get("default", open.action.id);
    const ids = [open, moved, done].map(({ action }) => action.id);
    expect(await t.store.actions.retake("default", ids)).toEqual(new Set([open.action.id, moved.action.id]));
    const after = await t.store.actions.get("default", open.action.id);
    // Long enough that what hangs its worker is found out before it would be sent again, unmarked.
    expect(after?.dispatchedAt?.getTime()).toBeGreaterThanOrEqual(
      (before?.dispatchedAt?.getTime() ?? Number.POSITIVE_INFINITY) + limits.retakenMs,
    );
    expect([after?.epoch, after?.version]).toEqual([before?.epoch, before?.version]);
  });

  test("overdue lists what was not decided since its last dispatch, oldest first", async () => {
    const mine = await propose(t.store, { principal: { agent: "overdue" } });
    expect(await t.store.actions.overdue(60_000, 1000)).toEqual([]);
    const late = await t.store.actions.overdue(0, 1000);
    expect(late).toContainEqual({ tenant: "default", actionId: mine.action.id });
    expect(late.at(-1)).toEqual({ tenant: "default", actionId: mine.action.id });
  });

  test("states are read without opening anything", async () => {
    const row = await decided(t.store, "allowed", { principal: { agent: "states" } });
    const states = await t.store.actions.states("default", [row.action.id, "act_unknown"]);
    expect([...states]).toEqual([[row.action.id, { state: "allowed", version: 2 }]]);
  });
});
