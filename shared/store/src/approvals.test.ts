// A vote is one authenticated person, once, in time, on the card that was shown; enough of them release exactly one action.

import { sampleAsk } from "@holdpoint/core/sample.ts";
import { describe, expect, test } from "vitest";
import {
  attempt,
  decided,
  log,
  masterKey,
  newApproval,
  newVote,
  propose,
  read,
  settlement,
  system,
} from "../test/fixture.ts";
import { testStore } from "../test/opened.ts";
import { openStore } from "./open.ts";
import type { ActionRow, NewVote } from "./types.ts";

const t = testStore();

const held = (requirements = [{ role: "approver", quorum: 1 }], expiresMs = 60_000) =>
  decided(t.store, "held", {}, { approval: newApproval({ ask: sampleAsk({ requirements }), expiresMs }) });
const vote = (row: ActionRow, overrides: Partial<NewVote> = {}) => t.store.approvals.vote(newVote(row, overrides));
const apply = (row: ActionRow) => t.store.approvals.apply("default", row.approvalId ?? "", { system: "escalation" });

describe("a vote", () => {
  test("is counted and shown, with its reason opened for readers and nowhere readable in the table", async () => {
    const row = await held();
    const outcome = await vote(row, { reason: "looks right to me" });
    expect(outcome).toMatchObject({
      status: "counted",
      actionId: row.action.id,
      approval: { votes: [{ voter: "alice", vote: "approve", reason: "looks right to me", roles: ["approver"] }] },
    });
    const { rows } = await t.owner.query("SELECT reason FROM votes WHERE approval_id = $1", [row.approvalId]);
    expect(rows[0].reason.toString("latin1")).not.toContain("looks right");
    expect((await t.store.events.ofAction("default", row.action.id)).at(-1)).toMatchObject({
      type: "voted",
      vote: "approve",
      cardSha256: "sha256:card",
      actor: { person: "alice", channel: "cli" },
      reason: "looks right to me",
    });
  });

  test.each<[string, Partial<NewVote>, string]>([
    ["without the role", { roles: ["developer"] }, "not_an_approver"],
    ["of no role at all", { roles: [] }, "not_an_approver"],
    ["of the requester's own chain, by person", { barred: ["bob", "alice"] }, "own_request"],
    ["of the requester's own chain, by credential", { credential: "key_agent", barred: ["key_agent"] }, "own_request"],
    ["on another card", { cardSha256: "sha256:other" }, "card_changed"],
    ["on no card", { cardSha256: undefined }, "card_changed"],
    ["on an approval that is not there", { approvalId: "apr_unknown" }, "unknown"],
    ["of another tenant", { tenant: "neighbour" }, "unknown"],
  ])("%s is refused", async (_why, overrides, status) => {
    await t.store.tenants.create("neighbour");
    const row = await held();
    expect(await vote(row, overrides)).toMatchObject({ status });
    expect((await t.store.approvals.get("default", row.approvalId ?? ""))?.votes).toEqual([]);
  });

  test("counts once a voter, however many race", async () => {
    const row = await held([{ role: "approver", quorum: 2 }]);
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => vote(row)));
    expect(outcomes.filter(({ status }) => status === "counted")).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === "already_voted")).toHaveLength(49);
    expect(await apply(row)).toEqual({ status: "waiting" });
  });

  test("after the time is over counts for nothing, by the database's clock", async () => {
    const row = await propose(t.store);
    await t.store.actions.settle("default", [settlement(row, "held", { approval: newApproval({ expiresMs: -1 }) })]);
    const { rows } = await t.owner.query("SELECT approval_id FROM actions WHERE id = $1", [row.action.id]);
    expect(await vote({ ...row, approvalId: rows[0].approval_id })).toMatchObject({ status: "approval_expired" });
  });

  test("a denial needs no card, and one is enough", async () => {
    const row = await held([{ role: "approver", quorum: 3 }]);
    await vote(row, { voter: "bob" });
    expect(await vote(row, { voter: "carol", vote: "deny", reason: "no", cardSha256: undefined })).toMatchObject({
      status: "counted",
    });
    expect(await apply(row)).toMatchObject({ status: "done", row: { state: "rejected" }, event: { reason: "no" } });
    expect(await vote(row, { voter: "dave" })).toMatchObject({
      status: "already_settled",
      approval: { state: "rejected" },
    });
  });

  test("is final when it is a no, also before anybody drew the conclusion from it", async () => {
    const row = await held([{ role: "approver", quorum: 2 }]);
    await vote(row, { voter: "bob", vote: "deny", reason: "no", cardSha256: undefined });
    const back = { tenant: "default", approvalId: row.approvalId ?? "", voter: "bob", actor: system };
    expect(await t.store.approvals.withdraw(back)).toEqual({ status: "nothing_to_do" });
    expect(await apply(row)).toMatchObject({ status: "done", row: { state: "rejected" } });
  });

  test("of one person too often within an hour is refused; a no is never too often", async () => {
    const strict = await openStore({ url: t.url, masterKey, log, approvalsPerHourMax: 3 });
    const rows = [await held(), await held(), await held(), await held()];
    const statuses = [];
    for (const row of rows) statuses.push((await strict.approvals.vote(newVote(row, { voter: "tired" }))).status);
    expect(statuses).toEqual(["counted", "counted", "counted", "too_many"]);
    const no = newVote(rows[3] as ActionRow, { voter: "tired", vote: "deny", reason: "enough" });
    expect((await strict.approvals.vote(no)).status).toBe("counted");
    await strict.close();
  });

  test("a role that is newer than the action does not count in a fleet, an older one does", async () => {
    await t.store.people.put("default", { id: "eve", name: "Eve", roles: ["approver"] }, system);
    const row = await held();
    await t.store.people.put("default", { id: "mallory", name: "Mallory", roles: ["approver"] }, system);
    await t.store.people.put("default", { id: "eve", name: "Eve B.", roles: ["approver", "dba"] }, system);
    expect(await vote(row, { voter: "mallory" })).toMatchObject({ status: "not_an_approver" });
    expect(await vote(row, { voter: "eve" })).toMatchObject({ status: "counted" });
  });
});

describe("apply", () => {
  test("releases the action when every role's quorum is met by different people, and not before", async () => {
    const row = await held([
      { role: "approver", quorum: 2 },
      { role: "dba", quorum: 1 },
    ]);
    await vote(row, { voter: "alice" });
    expect(await apply(row)).toEqual({ status: "waiting" });
    await vote(row, { voter: "bob" });
    expect(await apply(row)).toEqual({ status: "waiting" });
    const outcome = await vote(row, { voter: "carol", roles: ["dba", "developer"] });
    expect(outcome).toMatchObject({
      approval: {
        requirements: [
          { role: "approver", votes: 2 },
          { role: "dba", votes: 1 },
        ],
      },
    });
    const place = { tenant: "default", approvalId: row.approvalId, actionId: row.action.id };
    expect(await t.store.approvals.unapplied(0, 100)).toContainEqual(place);
    expect(await t.store.approvals.unapplied(3_600_000, 100)).not.toContainEqual(place); // its own job may be on its way
    expect(await apply(row)).toMatchObject({
      status: "done",
      row: { state: "approved", approvalToken: expect.any(String) },
    });
    expect(await t.store.approvals.get("default", row.approvalId ?? "")).toMatchObject({
      state: "approved",
      settledAt: expect.any(String),
    });
    expect(await apply(row)).toMatchObject({ status: "illegal", state: "approved" });
    expect(await t.store.approvals.unapplied(0, 100)).not.toContainEqual(
      expect.objectContaining({ approvalId: row.approvalId }),
    );
    expect((await t.store.actions.claim(attempt(await read(t.store, row)))).status).toBe("claimed");
  });

  test("many at once apply once", async () => {
    const row = await held();
    await vote(row);
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => apply(row)));
    expect(outcomes.filter(({ status }) => status === "done")).toHaveLength(1);
    expect(
      (await t.store.events.ofAction("default", row.action.id)).filter(({ type }) => type === "approved"),
    ).toHaveLength(1);
  });

  test("the database itself lets nothing be approved without the votes, after a veto, or after the time", async () => {
    const approve = (row: ActionRow) =>
      t.store.actions.transition({
        tenant: "default",
        actionId: row.action.id,
        from: ["held"],
        to: "approved",
        actor: system,
      });
    const none = await held();
    expect(await approve(none)).toMatchObject({ status: "illegal", state: "held" });
    await vote(none, { voter: "alice" });
    await vote(none, { voter: "bob", vote: "deny", reason: "no" });
    expect(await approve(none)).toMatchObject({ status: "illegal", state: "held" });
    const half = await held([{ role: "approver", quorum: 2 }]);
    await vote(half);
    expect(await approve(half)).toMatchObject({ status: "illegal", state: "held" });
  });

  test("a cancelled action takes its approval with it", async () => {
    const row = await held();
    await t.store.actions.transition({
      tenant: "default",
      actionId: row.action.id,
      from: ["held"],
      to: "cancelled",
      actor: system,
      replacedBy: "act_next",
    });
    expect(await read(t.store, row)).toMatchObject({ state: "cancelled", replacedBy: "act_next" });
    expect(await vote(row)).toMatchObject({ status: "already_settled", approval: { state: "cancelled" } });
  });

  test("asked for more on re-judging, an approved action is held again and keeps the votes that were given", async () => {
    const row = await held();
    await vote(row);
    await apply(row);
    const approved = await read(t.store, row);
    const again = settlement(approved, "held");
    const outcome = await t.store.actions.transition({
      tenant: "default",
      actionId: row.action.id,
      from: ["approved"],
      to: "held",
      actor: { system: "gateway" },
      decision: again.decision,
      verdict: again.verdict,
      facts: again.facts,
      findings: [],
      approval: newApproval({
        id: approved.approvalId as never,
        ask: sampleAsk({ requirements: [{ role: "approver", quorum: 2 }] }),
      }),
    });
    expect(outcome).toMatchObject({
      status: "done",
      row: { state: "held", decision: { decisionId: again.decision.decisionId } },
    });
    expect(await t.store.approvals.get("default", row.approvalId ?? "")).toMatchObject({
      state: "pending",
      requirements: [{ role: "approver", quorum: 2, votes: 1 }],
    });
    await vote(row, { voter: "bob" });
    expect(await apply(row)).toMatchObject({ status: "done", row: { state: "approved" } });
  });
});

describe("the inbox", () => {
  test("lists by state and by any role that is asked for, newest first, page by page", async () => {
    const mine = [];
    for (let n = 0; n < 5; n++)
      mine.push(
        await held([
          { role: "approver", quorum: 1 },
          { role: "inbox-role", quorum: 1 },
        ]),
      );
    const first = await t.store.approvals.list("default", { state: "pending", role: "inbox-role", limit: 3 });
    expect(first.items).toHaveLength(3);
    const rest = await t.store.approvals.list("default", {
      state: "pending",
      role: "inbox-role",
      limit: 3,
      cursor: first.next ?? "",
    });
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(mine.map((row) => row.approvalId).reverse());
    expect(rest.next).toBeUndefined();
    expect((await t.store.approvals.list("default", { role: "nobody-has-it", limit: 3 })).items).toEqual([]);
  });
});
