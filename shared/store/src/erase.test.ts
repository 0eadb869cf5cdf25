// What an ended action was given can be erased: nothing of it is left to open, and its evidence still proves.

import { sampleAtom, sampleFacts } from "@holdpoint/core/sample.ts";
import { describe, expect, test } from "vitest";
import {
  attempt,
  decided,
  log,
  masterKey,
  newApproval,
  newDecision,
  newVote,
  propose,
  read,
  settlement,
  system,
} from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";
import { openDatabase } from "./pool.ts";
import { tenantKeys } from "./seal.ts";

const t = testStore();

const SAID = "correct-horse-battery-staple";
const admin = { credential: "key_admin" };

/** An action of which every part quotes its arguments: asked about, answered, run and reported. */
async function finished() {
  const row = await propose(t.store, { args: { command: SAID }, plan: { why: SAID }, cwd: `/${SAID}` });
  const decision = newDecision(row.action, { effect: "ask", outcome: "require_approval", reason: SAID });
  const item = settlement(row, "held", {
    decision,
    facts: sampleFacts(row.action, { atoms: [sampleAtom({ text: SAID })] }),
    approval: newApproval({ card: { text: SAID, sha256: "sha256:card", truncated: false } }),
    command: SAID,
  });
  await t.store.actions.settle("default", [item]);
  const held = await read(t.store, row);
  await t.store.approvals.vote(newVote(held, { reason: "because" }));
  await t.store.approvals.apply("default", held.approvalId ?? "", system);
  await t.store.actions.claim(attempt(await read(t.store, row), { bindings: { cwd: `/${SAID}` } }));
  const report = { from: ["executing" as const], to: "succeeded" as const, reason: SAID, detail: { summary: SAID } };
  await t.store.actions.transition({ tenant: "default", actionId: row.action.id, actor: system, ...report });
  return { row: await read(t.store, row), decisionId: decision.decisionId, approvalId: held.approvalId ?? "" };
}

/** Everything that is sealed of an action, opened. */
async function everything(actionId: string): Promise<string> {
  const database = openDatabase(t.url, log);
  const key = await tenantKeys(database, masterKey).of("default");
  const of = (part: "action" | "decision" | "approval" | "event", sql: string) =>
    t.owner.query(sql, [actionId]).then(({ rows }) => rows.map(({ id, sealed }) => key.open(id, part, sealed)));
  const texts = [
    await of("action", "SELECT id, sealed FROM actions WHERE id = $1"),
    await of("decision", "SELECT id, sealed FROM decisions WHERE action_id = $1"),
    await of("approval", "SELECT id, sealed FROM approvals WHERE action_id = $1"),
    await of("event", "SELECT id, content AS sealed FROM events WHERE action_id = $1 AND content IS NOT NULL"),
  ];
  await database.close();
  return JSON.stringify(texts);
}

describe("erasing", () => {
  test("leaves nothing that quotes the arguments, keeps who decided what, and the chain proves", async () => {
    const { row, decisionId, approvalId } = await finished();
    const id = row.action.id;
    expect(await everything(id)).toContain(SAID);
    const before = (await t.store.events.ofAction("default", id)).map(({ hash }) => hash);
    expect(await t.store.actions.erase("default", id, admin, "asked for by its owner")).toEqual({ status: "erased" });

    const left = await everything(id);
    expect(left).not.toContain(SAID);
    expect(left).not.toContain(row.action.argsHash);
    const after = await read(t.store, row);
    expect(after).toMatchObject({
      state: "succeeded",
      action: { args: {}, argsHash: "[erased]", tool: row.action.tool },
    });
    expect((await t.store.decisions.get("default", decisionId))?.decision).toMatchObject({
      effect: "ask",
      reason: "[erased]",
      rules: [{ id: "rule-1" }],
    });
    const approval = await t.store.approvals.get("default", approvalId);
    expect(approval).toMatchObject({
      state: "approved",
      card: { text: "[erased]" },
      votes: [{ voter: "alice", reason: "because" }],
    });

    const events = await t.store.events.ofAction("default", id);
    expect(events.map(({ hash }) => hash).slice(0, -1)).toEqual(before);
    expect(events.at(-1)).toMatchObject({ type: "erased", actor: admin, reason: "asked for by its owner" });
    expect(events.find(({ type }) => type === "voted")).toMatchObject({
      actor: { person: "alice" },
      reason: "because",
    });
    expect(await t.store.events.verify("default", id)).toEqual({ sound: true });
  });

  test("is done once, and not to a stranger's action", async () => {
    const row = await decided(t.store, "denied");
    expect(await t.store.actions.erase("default", row.action.id, admin)).toEqual({ status: "erased" });
    expect(await t.store.actions.erase("default", row.action.id, admin)).toEqual({ status: "already" });
    expect(await t.store.events.ofAction("default", row.action.id)).toHaveLength(3);
    expect(await t.store.actions.erase("default", "act_none", admin)).toEqual({ status: "unknown" });
    await t.store.tenants.create("other");
    expect(await t.store.actions.erase("other", row.action.id, admin)).toEqual({ status: "unknown" });
  });

  test.each(["allowed", "held"] as const)("waits until an action has ended: not while it is %s", async (state) => {
    const row = await decided(t.store, state);
    expect(await t.store.actions.erase("default", row.action.id, admin)).toEqual({ status: "open" });
    expect((await read(t.store, row)).action.args).toEqual(row.action.args);
  });

  test("and nothing else of a decision or an event can be changed, by anybody who obeys triggers", async () => {
    const row = await decided(t.store, "denied");
    for (const sql of [
      "UPDATE decisions SET effect = 'allow' WHERE action_id = $1",
      "DELETE FROM decisions WHERE action_id = $1",
      "UPDATE events SET payload = '{}' WHERE action_id = $1",
      "UPDATE events SET type = 'x' WHERE action_id = $1",
    ])
      await expect(t.owner.query(sql, [row.action.id])).rejects.toMatchObject({ code: "23514" });
  });
});
