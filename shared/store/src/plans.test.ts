// Plans are made while tables are small and kept: none of them may walk through what is there when tables are large.

import { afterAll, beforeAll, expect, test } from "vitest";
import { newAction, newApproval, openTestStore, settlement, type TestStore } from "../test/fixture.ts";
import { type Observer, openObserver } from "../test/observer.ts";
import type { NewApproval } from "./types.ts";

let t: TestStore;
let observer: Observer;
beforeAll(async () => {
  t = await openTestStore({ openActionsPerAgentMax: 10_000, pendingApprovalsPerAgentMax: 10_000 });
  // Statistics are made when the test says so.
  for (const table of ["actions", "approvals", "votes", "events", "decisions"])
    await t.owner.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
  observer = await openObserver(t.url);
});
afterAll(async () => {
  await observer.close();
  await t.close();
});

const SWEEP = "SELECT holdpoint.sweep($1)";
const LOCK = "SELECT * FROM holdpoint.hold_request('default', $1, '{}')";
const VOTE = "SELECT holdpoint.cast_vote('default', $1, NULL, $2, '{}', NULL, NULL)";
const MANY = 200;

async function park(count: number): Promise<NewApproval[]> {
  const proposed = await t.store.actions.propose(
    "default",
    Array.from({ length: count }, (_, n) => newAction({ principal: { agent: `agent-${n % 20}` } })),
  );
  const approvals = proposed.map(() => newApproval({ expiresMs: 3_600_000 }));
  await t.store.actions.settle(
    "default",
    proposed.map((made, n) => {
      if (made.status !== "created") throw new Error(made.status);
      return settlement(made.row, "held", { approval: approvals[n] });
    }),
  );
  return approvals;
}
const voteOn = ({ id }: NewApproval, n: number) => [
  JSON.stringify({
    ...{ approval: id, id: `vote-${n}`, voter: "ann", credential: "key_1", channel: "test", vote: "approve" },
    ...{ roles: ["approver"], voices: [], cast_as: { voter: "ann", lenders: [] }, card: "sha256:card" },
  }),
  `evt-${n}`,
];
const allDue = () => t.owner.query("UPDATE actions SET due_at = now() - interval '1 second' WHERE state = 'held'");

test("a sweep looks at each row a few times, however many are due at once", async () => {
  await observer.rowsLookedAt(SWEEP, [MANY]); // the session plans all it can while there is nothing
  await park(MANY);
  await allDue();
  expect(await observer.rowsLookedAt(SWEEP, [MANY])).toBeLessThan(MANY * 40);
  expect(await t.store.sweeper.expire(MANY)).toMatchObject({ held: 0 });
  const { rows } = await t.owner.query("SELECT topic, count(*)::int AS n FROM outbox GROUP BY topic ORDER BY topic");
  expect(rows).toEqual([
    { topic: "approval.opened", n: MANY },
    { topic: "approval.settled", n: MANY },
  ]);
});

test("tables that have doubled are analysed, and then an approval is reached by its id", async () => {
  const [first] = await park(MANY);
  await observer.rowsLookedAt(LOCK, [first?.id]);
  expect(await t.store.sweeper.keepStatistics()).toEqual(expect.arrayContaining(["actions", "approvals"]));
  expect(await observer.rowsLookedAt(LOCK, [first?.id])).toBeLessThan(50);
  expect(await t.store.sweeper.keepStatistics()).toEqual([]);
});

test("a vote is not written by way of all that waits, though statistics say that nothing does", async () => {
  await allDue();
  while ((await t.store.sweeper.expire(MANY)).held > 0);
  await t.owner.query("ANALYZE approvals");
  const [first, second] = await park(MANY);
  if (!first || !second) throw new Error("not parked");
  await observer.rowsLookedAt(VOTE, voteOn(first, 1));
  expect(await observer.rowsLookedAt(VOTE, voteOn(second, 2))).toBeLessThan(50);
});
