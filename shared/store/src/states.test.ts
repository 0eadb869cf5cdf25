// The state table of rulings §C1 lives in the database: every legal move passes there, and every other one is refused,
// also for raw SQL of the tables' owner. TRANSITIONS in wire/action.ts is the same table, pair by pair.

import { ACTION_STATES, type ActionState, TRANSITIONS } from "@holdpoint/wire/action.ts";
import { describe, expect, test } from "vitest";
import { decided, propose } from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";

const t = testStore({ openActionsPerAgentMax: 10_000 });

const DUE = ["received", "held", "allowed", "approved", "executing"];

/** As the owner: sets what the row's constraints want beside the state, and moves it. */
const raw = (id: string, to: ActionState) =>
  t.owner.query(
    `UPDATE actions SET state = $2, version = version + 1, receipt = 'sha256:' || random()::text, decision_id = 'dec', approval_id = 'apr',
            claim_number = CASE WHEN $2 = 'executing' THEN claim_number + 1 ELSE claim_number END, claim_credential = 'key',
            due_at = CASE WHEN $2 = ANY ($3) THEN now() + interval '1 hour' END
      WHERE id = $1`,
    [id, to, DUE],
  );

/** The shortest legal way to each state. */
const WAY: Record<ActionState, ActionState[]> = {
  received: [],
  held: ["held"],
  allowed: ["allowed"],
  approved: ["held", "approved"],
  denied: ["denied"],
  rejected: ["held", "rejected"],
  expired: ["held", "expired"],
  cancelled: ["cancelled"],
  revoked: ["held", "approved", "revoked"],
  executing: ["allowed", "executing"],
  succeeded: ["allowed", "executing", "succeeded"],
  failed: ["allowed", "executing", "failed"],
  sandbox_denied: ["allowed", "executing", "sandbox_denied"],
  outcome_unknown: ["allowed", "executing", "outcome_unknown"],
};

async function actionIn(state: ActionState): Promise<string> {
  const { action } = await propose(t.store);
  for (const step of WAY[state]) await raw(action.id, step);
  return action.id;
}

describe.each(ACTION_STATES)("from %s", (from) => {
  const others = ACTION_STATES.filter((to) => to !== from);
  test.each(others.filter((to) => TRANSITIONS[from].includes(to)))("to %s is legal", async (to) => {
    await expect(raw(await actionIn(from), to)).resolves.toMatchObject({ rowCount: 1 });
  });
  test(`to anything else is refused by the database`, async () => {
    const id = await actionIn(from);
    const refused: string[] = [];
    for (const to of others.filter((to) => !TRANSITIONS[from].includes(to)))
      await raw(id, to).then(
        () => expect.fail(`${from} → ${to} was let through`),
        (error: { constraint?: string }) => refused.push(`${to}: ${error.constraint}`),
      );
    expect(refused).toEqual(
      others.filter((to) => !TRANSITIONS[from].includes(to)).map((to) => `${to}: actions_legal_move`),
    );
  });
});

describe("the owner of the tables cannot", () => {
  test.each([
    [
      "change state without counting the version",
      "UPDATE actions SET state = 'cancelled', due_at = NULL, receipt = 'x' WHERE id = $1",
    ],
    [
      "change state without a new receipt",
      "UPDATE actions SET state = 'cancelled', due_at = NULL, version = version + 1 WHERE id = $1",
    ],
    [
      "skip a version",
      "UPDATE actions SET state = 'cancelled', due_at = NULL, version = version + 2, receipt = 'x' WHERE id = $1",
    ],
    ["count the version without a move", "UPDATE actions SET version = version + 1 WHERE id = $1"],
    ["take the epoch back", "UPDATE actions SET epoch = epoch - 1 WHERE id = $1"],
    ["give it to another credential", "UPDATE actions SET credential = 'other' WHERE id = $1"],
    ["move it to another tenant", "UPDATE actions SET tenant = 'other' WHERE id = $1"],
    ["delete it", "DELETE FROM actions WHERE id = $1"],
    [
      "allow it without a decision",
      "UPDATE actions SET state = 'allowed', version = version + 1, receipt = 'x' WHERE id = $1",
    ],
    ["leave it without an end", "UPDATE actions SET due_at = NULL WHERE id = $1"],
    ["rewrite its evidence", "UPDATE events SET payload = '{}' WHERE action_id = $1"],
    ["backdate its evidence", "UPDATE events SET at = at - interval '1 day' WHERE action_id = $1"],
    ["delete its evidence", "DELETE FROM events WHERE action_id = $1"],
  ])("%s", async (_what, sql) => {
    const { action } = await propose(t.store);
    await expect(t.owner.query(sql, [action.id])).rejects.toMatchObject({ code: "23514" });
  });

  test("bring an action into the world in another state", async () => {
    const { action } = await propose(t.store);
    const sql = `INSERT INTO actions SELECT (jsonb_populate_record(a, '{"id": "act_forged", "state": "approved", "approval_id": "apr", "decision_id": "dec"}')).*
                   FROM actions a WHERE id = $1`;
    await expect(t.owner.query(sql, [action.id])).rejects.toMatchObject({ constraint: "actions_legal_move" });
  });

  test("write a second event for one version", async () => {
    const { action } = await propose(t.store);
    const sql = `INSERT INTO events SELECT (jsonb_populate_record(e, '{"id": "evt_forged"}')).* FROM events e WHERE action_id = $1`;
    await expect(t.owner.query(sql, [action.id])).rejects.toMatchObject({ code: "23505" });
  });
});

describe("the application's role", () => {
  const asApp = async (sql: string, values: unknown[] = []) => {
    await t.owner.query("BEGIN");
    try {
      await t.owner.query("SET LOCAL ROLE holdpoint_app");
      await t.owner.query("SELECT set_config('holdpoint.tenant', 'default', true)");
      return await t.owner.query(sql, values);
    } finally {
      await t.owner.query("ROLLBACK");
    }
  };
  test.each([
    ["UPDATE actions SET epoch = epoch + 1"],
    ["INSERT INTO actions SELECT * FROM actions"],
    ["DELETE FROM actions"],
    ["INSERT INTO events SELECT * FROM events"],
    ["UPDATE events SET content = NULL"],
    ["INSERT INTO votes SELECT * FROM votes"],
    ["UPDATE approvals SET state = 'approved'"],
    ["INSERT INTO decisions SELECT * FROM decisions"],
    ["UPDATE event_batches SET first_cursor = 1"],
    ["ALTER TABLE actions DISABLE TRIGGER ALL"],
    ["TRUNCATE events"],
  ])("may not: %s", async (sql) => {
    await decided(t.store, "allowed");
    await expect(asApp(sql)).rejects.toMatchObject({ code: expect.stringMatching(/42501|0A000/) });
  });
});
