// verdict.test.ts — the examination can fail: each kind of damage to a whole history is found, under its own name

import { type PrivateDatabase, privateDatabase } from "@holdpoint/testkit/postgres.ts";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { emptyLedger, type Ledger } from "./load.ts";
import { type Check, examine, isClean } from "./verdict.ts";

const ID = "act_1";
const DIGEST = "sha256:set";

/** One allowed action with all that belongs to it. Triggers are off: here the judge is judged, not the database. */
const WHOLE = `
  SET session_replication_role = replica;
  SET search_path = holdpoint, pg_temp;
  TRUNCATE actions, events, decisions, event_batches, approvals, votes, idempotency_keys CASCADE;
  INSERT INTO events (tenant, id, action_id, version, type, state, at, payload, hash)
    SELECT 'default', 'evt_1', '${ID}', 1, 'proposed', 'received', t, '{"n":1}', event_hash(event_time(t), '{"n":1}', NULL, 1)
      FROM (SELECT date_trunc('milliseconds', clock_timestamp()) AS t) now;
  INSERT INTO events (tenant, id, action_id, version, type, state, at, payload, previous, hash)
    SELECT 'default', 'evt_2', '${ID}', 2, 'allowed', 'allowed', at, '{"decision":"dec_1"}', hash, event_hash(event_time(at), '{"decision":"dec_1"}', hash, 2)
      FROM events;
  INSERT INTO actions (tenant, id, state, version, epoch, credential, agent, session_id, tool, mode, sealed, join_mac, trace,
      proposed_at, dispatched_at, deadline_at, due_at, decision_id, receipt)
    SELECT 'default', '${ID}', 'allowed', 2, 1, 'key_1', 'a', 's', 'Bash', 'auto', '', '', '{}', at, at, at, at, 'dec_1', hash
      FROM events WHERE version = 2;
  INSERT INTO decisions (tenant, id, action_id, decided_at, effect, outcome, tool, agent, session_id, rules, policy_digest, sealed)
    VALUES ('default', 'dec_1', '${ID}', now(), 'allow', 'allow', 'Bash', 'a', 's', '{}', '${DIGEST}', '');
  INSERT INTO event_batches (tenant, event_ids, first_cursor, last_cursor) VALUES ('default', '{evt_1,evt_2}', 1, 2)`;

let database: PrivateDatabase;
let judge: pg.Client;
beforeAll(async () => {
  database = await privateDatabase();
  judge = new pg.Client(database.url);
  await judge.connect();
});
afterAll(async () => {
  await judge?.end();
  await database?.drop();
});
beforeEach(async () => void (await judge.query(WHOLE)));

const examined = (
  ledger: Partial<Ledger> = {},
  effect: "allow" | "ask" | "deny" = "allow",
  left: readonly string[] = [],
  by: pg.ClientBase = judge,
) =>
  examine(
    by,
    {
      ...emptyLedger(),
      acknowledged: [{ actionId: ID, command: "ls", key: "k", sentAt: 0 }],
      ...ledger,
    },
    [{ digest: DIGEST, command: "ls", effect }],
    left,
  );

test("a whole history is clean", async () => expect(isClean(await examined())).toBe(true));

test("so is one whose last event gets its cursor while we look", async () => {
  await judge.query("UPDATE event_batches SET first_cursor = NULL");
  const looks: string[] = [];
  const query = async (text: string, values?: unknown[]) => {
    const result = await judge.query(text, values);
    if (!text.includes("first_cursor IS NULL")) return result;
    looks.push(`${result.rows.length} without`);
    await judge.query("UPDATE event_batches SET first_cursor = 1");
    return result;
  };
  expect(isClean(await examined({}, "allow", [], { query } as unknown as pg.ClientBase))).toBe(true);
  expect(looks).toEqual(["1 without", "0 without"]);
});

test("so is one whose question was asked again: that is a decision and an event, and no transition", async () => {
  const decided = `
    INSERT INTO decisions SELECT tenant, 'dec_2', action_id, decided_at, effect, outcome, tool, agent, session_id, rules, policy_digest, sealed
      FROM decisions`;
  await judge.query(decided);
  expect((await examined()).doubled).toEqual([`${ID}: 1 × dec_2 told by 0`]);
  await judge.query(`
    INSERT INTO events (tenant, id, action_id, type, at, payload, hash)
    SELECT tenant, 'evt_3', action_id, 'approval.asked_again', at, '{"decision":"dec_2"}', event_hash(event_time(at), '{"decision":"dec_2"}', NULL, NULL)
      FROM events WHERE version = 1`);
  expect(isClean(await examined())).toBe(true);
});

describe("found under its name", () => {
  test.each<[string, string, Check]>([
    ["an action that is gone", "DELETE FROM actions", "lost"],
    ["an action that nobody decided", "UPDATE actions SET state = 'received'", "undecided"],
    [
      "two decisions",
      `INSERT INTO decisions SELECT tenant, 'dec_2', action_id, decided_at, effect, outcome, tool, agent, session_id, rules, policy_digest, sealed
         FROM decisions`,
      "doubled",
    ],
    ["an event of a decision that there is not", "DELETE FROM decisions", "doubled"],
    [
      "one decision told of twice",
      `INSERT INTO events (tenant, id, action_id, type, at, payload, hash)
       SELECT tenant, 'evt_3', action_id, 'note', at, payload, event_hash(event_time(at), payload, NULL, NULL) FROM events WHERE version = 2`,
      "doubled",
    ],
    [
      "settled without a decision",
      `DELETE FROM decisions; UPDATE events SET payload = '{}', hash = event_hash(event_time(at), '{}', previous, version) WHERE version = 2;
       UPDATE actions SET receipt = (SELECT hash FROM events WHERE version = 2)`,
      "doubled",
    ],
    [
      "two keys for one action",
      `INSERT INTO idempotency_keys VALUES ('default', 'key_1', 'k', '${ID}', ''), ('default', 'key_1', 'k2', '${ID}', '')`,
      "doubled",
    ],
    ["a version without its event", "DELETE FROM events WHERE version = 1", "gaps"],
    ["a transition that there is not", "UPDATE events SET state = 'executing' WHERE version = 2", "illegal"],
    ["an event that was rewritten", `UPDATE events SET payload = '{"n":3}' WHERE version = 1`, "chain"],
    ["an event that hangs on another one", "UPDATE events SET previous = 'sha256:x' WHERE version = 2", "chain"],
    ["a receipt of another event", "UPDATE actions SET receipt = 'sha256:x'", "chain"],
    ["events without a cursor", "UPDATE event_batches SET first_cursor = NULL", "unsequenced"],
    ["a policy that nobody published", "UPDATE decisions SET policy_digest = 'sha256:other'", "loosened"],
    ["a healthy one in quarantine", "UPDATE decisions SET rules = '{holdpoint/quarantine}'", "quarantined"],
    ["a second run", "UPDATE events SET state = 'executing'", "ranTwice"],
  ])("%s", async (_what, damage, check) => {
    await judge.query(damage);
    const findings = await examined();
    expect(isClean(findings)).toBe(false);
    expect(findings[check].length).toBeGreaterThan(0);
  });

  test.each<[string, Parameters<typeof examined>, Check]>([
    ["an allow that a fault-free run denies", [{}, "deny"], "loosened"],
    ["an allow that a fault-free run asks about", [{}, "ask"], "loosened"],
    ["a permission that the evidence does not know", [{ grants: [{ actionId: ID, token: "t" }] }], "ranTwice"],
    ["a vote that is gone", [{ votes: [{ approvalId: "apr_1", actionId: ID }] }], "votes"],
    ["one key answered with two actions", [{ contradictions: ["k"] }], "contradictions"],
    ["jobs that nobody takes", [{}, "allow", ["rules: 3 waiting"]], "leftInQueue"],
  ])("%s", async (_what, given, check) => {
    const findings = await examined(...given);
    expect(isClean(findings)).toBe(false);
    expect(findings[check].length).toBeGreaterThan(0);
  });
});

describe("votes that sufficed and settled nothing", () => {
  /** The action waits for two approvers and an owner. */
  const ASKED = `
    UPDATE actions SET state = 'held', approval_id = 'apr_1';
    INSERT INTO approvals (tenant, id, action_id, state, agent, requirements, roles, risk, card_sha256, sealed, basis, policy_digest,
        opened_at, expires_at)
      VALUES ('default', 'apr_1', '${ID}', 'pending', 'a', '[{"role":"approver","quorum":2},{"role":"owner","quorum":1}]',
        '{approver,owner}', '{}', '', '', '', '${DIGEST}', now(), now() + interval '1 hour')`;
  const vote = (voter: string, roles: string[], more: { vote?: string; void?: string; voiceOf?: string } = {}) =>
    judge.query(
      `INSERT INTO votes (tenant, approval_id, voter, id, credential, channel, card_sha256, vote, roles, voices, cast_as, at, void)
       VALUES ('default', 'apr_1', $1, 'vote_' || $1, 'key_2', 'test', '', $2, $3, $4, '{}', now(), $5)`,
      [
        voter,
        more.vote ?? "approve",
        roles,
        JSON.stringify(roles.map((role) => ({ role, holder: more.voiceOf ?? voter }))),
        more.void,
      ],
    );
  test.each<[string, boolean, () => Promise<unknown>]>([
    ["enough for each role", true, () => vote("bo", ["approver", "owner"])],
    ["one no, whatever else was said", true, () => vote("bo", ["owner"], { vote: "deny" })],
    ["one role has too few", false, () => vote("bo", ["owner"])],
    [
      "a role that was lent is its lender's voice, and that is heard already",
      false,
      () => vote("bo", ["approver", "owner"], { voiceOf: "al" }),
    ],
    ["what was taken back does not count", false, () => vote("bo", ["approver", "owner"], { void: "withdrawn" })],
    ["a no that was taken back is none", false, () => vote("bo", ["owner"], { vote: "deny", void: "withdrawn" })],
    [
      "time is over",
      false,
      async () => {
        await vote("bo", ["approver", "owner"]);
        await judge.query("UPDATE approvals SET expires_at = now()");
      },
    ],
    [
      "they did settle it",
      false,
      async () => {
        await vote("bo", ["approver", "owner"]);
        await judge.query("UPDATE actions SET state = 'approved'");
      },
    ],
  ])("%s", async (_what, found, more) => {
    await judge.query(ASKED);
    await vote("al", ["approver"]);
    await more();
    expect((await examined()).votes).toEqual(found ? ["apr_1"] : []);
  });
});
