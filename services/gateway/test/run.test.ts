// run.test.ts — permission to run, once: claims, leases, reports, and everything that stands in the way

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

let house: House;
let executorKey: string;
beforeAll(async () => {
  house = await openHouse();
  executorKey = await house.key({ role: "executor" });
});
afterAll(() => house?.close());

const as = (key: string, method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  call(house, method, path, { key, body, ...(headers && { headers }) });
const agent = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  as(house.agentKey, method, path, body, headers);
const admin = (method: string, path: string, body?: unknown) => as(house.adminKey, method, path, body);

async function decided(command = "git status", more: Record<string, unknown> = {}, key = house.agentKey) {
  const { body } = await as(key, "POST", "/v1/actions?wait=10000", proposal(command, more));
  return { ...body, path: `/v1/actions/${body.actionId}` };
}
async function approved(more: Record<string, unknown> = {}, key = house.approverKey) {
  const action = await decided(MIGRATE, more);
  const approval = (await as(key, "GET", `/v1/approvals/${action.decision.approval.id}`)).body;
  await as(key, "POST", `/v1/approvals/${approval.id}/votes`, { vote: "approve", cardSha256: approval.card.sha256 });
  return { ...action, approval };
}
const claim = (action: { path: string }, body: unknown = {}, headers?: Record<string, string>) =>
  agent("POST", `${action.path}/claim`, body, headers);
const refusal = ({ status, body }: Answer) => [status, body.code, body.reasonCode];
const state = async (action: { path: string }) => (await as(house.auditorKey, "GET", action.path)).body.state;

async function publish(document: unknown, name = `p-${Math.random()}`) {
  const made = await admin("POST", "/v1/policies", { name, document });
  expect(made.status).toBe(201);
  const published = await admin("POST", `/v1/policies/${made.body.id}/publish`, {});
  expect(published.status).toBe(200);
  return () => admin("POST", `/v1/policies/${made.body.id}/retire`);
}

describe("claim", () => {
  test("once; the second finds it used", async () => {
    const action = await decided();
    const first = await claim(action);
    expect([first.status, first.body.state, first.body.args]).toEqual([200, "executing", { command: "git status" }]);
    expect(refusal(await claim(action))).toEqual([409, "not_claimable", "used"]);
  });

  test("of fifty at once exactly one gets it", async () => {
    const action = await decided();
    const all = await Promise.all(Array.from({ length: 50 }, () => claim(action)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(all.filter(({ body }) => body.reasonCode === "used")).toHaveLength(49);
  });

  test("the same idempotency key gets the same answer until it is reported", async () => {
    const action = await decided();
    const again = () => claim(action, {}, { "idempotency-key": "c-1" });
    const [one, two] = [await again(), await again()];
    expect([one.status, two.status, two.body.grant.token]).toEqual([200, 200, one.body.grant.token]);
    expect(refusal(await claim(action, {}, { "idempotency-key": "c-2" }))).toEqual([409, "not_claimable", "used"]);
    await agent("POST", `${action.path}/report`, { grant: one.body.grant.token, outcome: "succeeded" });
    expect(refusal(await again())).toEqual([409, "not_claimable", "used"]);
  });

  test.each([
    ["held", MIGRATE, "held"],
    ["denied", "rm -rf /home/dev/other", "denied"],
  ])("what is %s cannot be claimed", async (_state, command, reason) => {
    expect(refusal(await claim(await decided(command)))).toEqual([409, "not_claimable", reason]);
  });

  test("another agent's action cannot be claimed, an unknown one does not exist", async () => {
    const action = await decided();
    const other = await house.key({ role: "agent" });
    const refused = await as(other, "POST", `${action.path}/claim`, {});
    expect([refused.status, refused.body.code]).toEqual([403, "not_your_action"]);
    expect((await agent("POST", "/v1/actions/act_00000000-0000-7000-8000-000000000000/claim", {})).status).toBe(404);
    expect((await as(house.adminKey, "POST", `${action.path}/claim`, {})).status).toBe(403);
    expect((await claim(action)).status).toBe(200);
  });

  test("what was pinned must be repeated and the same", async () => {
    const bindings = { cwd: "/home/dev/api", files: [{ path: "/home/dev/api/x.sh", sha256: "sha256:1" }] };
    const action = await decided("git status", { bindings });
    expect(refusal(await claim(action, { bindings: { ...bindings, cwd: "/" } }))).toEqual([
      409,
      "not_claimable",
      "bindings_changed",
    ]);
    expect(refusal(await claim(action))).toEqual([409, "not_claimable", "bindings_changed"]);
    expect((await claim(action, { bindings })).status).toBe(200);
  });

  test("a policy that denies by now denies the claim, and the action", async () => {
    const [allowed, held] = [await decided("git fetch --all"), await approved()];
    const retire = await publish({
      rules: [{ id: "no-more", effect: "deny", when: { commands: ["git fetch", "prisma"] }, reason: "closed" }],
    });
    const first = await claim(allowed);
    expect(refusal(first)).toEqual([409, "not_claimable", "denied"]);
    expect(await state(allowed)).toBe("denied");
    const seen = (await as(house.auditorKey, "GET", allowed.path)).body;
    expect(seen.decision.rules).toEqual([expect.objectContaining({ id: "no-more" })]);
    expect(seen.decision.decisionId).toBe(first.body.decisionId);
    // Its votes would still suffice: what was approved is not run against a policy that forbids it by now.
    expect(refusal(await claim(held))).toEqual([409, "not_claimable", "denied"]);
    expect(await state(held)).toBe("denied");
    await retire();
  });

  test("a policy that asks more by now holds what was approved, with the votes that it has", async () => {
    const action = await approved();
    const retire = await publish({
      rules: [
        {
          id: "also-security",
          effect: "require_approval",
          when: { commands: ["npx prisma migrate"] },
          reason: "both must agree",
          approval: { role: "security", quorum: 1 },
        },
      ],
    });
    expect(refusal(await claim(action))).toEqual([409, "not_claimable", "held"]);
    const approval = (await as(house.approverKey, "GET", `/v1/approvals/${action.approval.id}`)).body;
    expect(approval.state).toBe("pending");
    expect(approval.requirements.map(({ role }: { role: string }) => role)).toContain("security");
    expect(approval.votes).toHaveLength(1);
    await retire();
  });

  test("an approval whose voter lost the role is revoked", async () => {
    const { role } = (await decided(MIGRATE)).decision.approval;
    await admin("POST", "/v1/people", { id: "bob", name: "Bob", roles: [role] });
    const bob = await house.key({ role: "approver", person: "bob" });
    const action = await approved({}, bob);
    await admin("POST", "/v1/people", { id: "bob", name: "Bob", roles: [] });
    expect(refusal(await claim(action))).toEqual([409, "not_claimable", "revoked"]);
    expect(await state(action)).toBe("revoked");
  });

  test("the kill switch, of one agent or of all, and a terminated session deny at the claim", async () => {
    const [one, all, ended] = [await decided("git log"), await decided("git log"), await decided("git log")];
    const press = (engaged: boolean, agentName?: string) =>
      admin("PUT", "/v1/kill-switch", { engaged, reason: "drill", ...(agentName && { agent: agentName }) });
    await press(true, "claude-code");
    expect(refusal(await claim(one))).toEqual([409, "not_claimable", "kill_switch"]);
    expect(await state(one)).toBe("denied");
    await press(false, "claude-code");
    await press(true);
    expect(refusal(await claim(all))).toEqual([409, "not_claimable", "kill_switch"]);
    expect((await decided("git log")).state).toBe("denied");
    await press(false);
    const session = (await house.engine.store.actions.get("default", ended.actionId))?.action.session.id;
    await admin("POST", `/v1/sessions/${session}/terminate`, { reason: "odd" });
    expect((await claim(ended)).status).toBe(409);
    expect(await state(ended)).toBe("denied");
    await admin("POST", `/v1/sessions/${session}/resume`, { reason: "fine" });
  });
});

describe("a required sandbox", () => {
  test("only an executor's rungs count, and only one that forbids enough", async () => {
    const retire = await publish({
      rules: [
        {
          id: "caged",
          effect: "modify",
          when: { commands: ["git shortlog"] },
          obligations: { sandbox: { required: { network: "none" } } },
        },
      ],
    });
    const action = await decided("git shortlog");
    expect(action.decision.sandbox.required).toEqual({ network: "none" });
    expect(refusal(await claim(action, { rungs: ["workspace"] }))).toEqual([409, "not_claimable", "rung_missing"]);
    const by = (rungs: string[]) => as(executorKey, "POST", `${action.path}/claim`, { executor: "host-7", rungs });
    expect(refusal(await by(["none", "scrubbed"]))).toEqual([409, "not_claimable", "rung_missing"]);
    expect((await by(["scrubbed", "workspace"])).status).toBe(200);
    await retire();
  });

  test("an executor's resolved paths are judged: a link into a secret place is a denial", async () => {
    const action = await decided("cat notes.txt", {}, executorKey);
    expect(action.state).toBe("allowed");
    const refused = await as(executorKey, "POST", `${action.path}/claim`, {
      bindings: { resolvedPaths: ["/home/dev/.ssh/id_ed25519"] },
    });
    expect(refusal(refused)).toEqual([409, "not_claimable", "denied"]);
  });
});

describe("drafts", () => {
  test("are decided, never claimed, and promoted to a new action that is judged again", async () => {
    const draft = await decided("git status", { mode: "draft" });
    expect(refusal(await claim(draft))).toEqual([409, "not_claimable", "draft"]);
    const promoted = await agent("POST", `${draft.path}/promote?wait=10000`);
    expect(promoted.body).toMatchObject({ state: "allowed", replaces: draft.actionId });
    const old = (await agent("GET", draft.path)).body;
    expect(old).toMatchObject({ state: "cancelled", replacedBy: promoted.body.actionId });
    expect((await agent("POST", `${draft.path}/promote`)).body.actionId).toBe(promoted.body.actionId);
    expect((await agent("POST", `/v1/actions/${promoted.body.actionId}/claim`)).status).toBe(200);
    expect((await agent("POST", `/v1/actions/${promoted.body.actionId}/promote`)).status).toBe(409);
  });
});

describe("the lease", () => {
  test("is renewed and reported under its grant only, by the one who claimed", async () => {
    const action = await decided();
    const { grant } = (await claim(action)).body;
    const other = await house.key({ role: "executor" });
    const beat = (token: string, key = house.agentKey) => as(key, "POST", `${action.path}/heartbeat`, { grant: token });
    expect((await beat("hg_made-up")).status).toBe(403);
    expect((await beat(grant.token, other)).status).toBe(403);
    const kept = await beat(grant.token);
    expect([kept.status, kept.body.grant.token]).toEqual([200, grant.token]);
    expect(Date.parse(kept.body.grant.expiresAt)).toBeGreaterThanOrEqual(Date.parse(grant.expiresAt));
    expect(kept.body).not.toHaveProperty("args");
    const report = (token: string, key = house.agentKey) =>
      as(key, "POST", `${action.path}/report`, { grant: token, outcome: "failed" });
    expect((await report("hg_made-up")).status).toBe(403);
    expect((await report(grant.token, other)).status).toBe(403);
    expect((await report(grant.token)).body.state).toBe("failed");
    expect((await beat(grant.token)).status).toBe(409);
  });

  test("the grant of one action is worthless for another", async () => {
    const [one, two] = [await decided(), await decided()];
    const { grant } = (await claim(one)).body;
    await claim(two);
    expect((await agent("POST", `${two.path}/report`, { grant: grant.token, outcome: "succeeded" })).status).toBe(403);
  });

  test("told twice is told once; told otherwise afterwards is refused", async () => {
    const action = await decided();
    const { grant } = (await claim(action)).body;
    const report = (outcome: string) =>
      agent("POST", `${action.path}/report`, {
        grant: grant.token,
        outcome,
        exitCode: 0,
        summary: "ok",
        output: { sha256: "x", bytes: 1 },
      });
    const [one, two] = [await report("succeeded"), await report("succeeded")];
    expect([one.status, two.status, two.body.version]).toEqual([200, 200, one.body.version]);
    expect((await report("failed")).status).toBe(409);
    expect(await state(action)).toBe("succeeded");
  });

  test("only an executor can say that a sandbox denied; then the agent may ask for a person", async () => {
    const mine = await decided();
    const { grant } = (await claim(mine)).body;
    const said = await agent("POST", `${mine.path}/report`, { grant: grant.token, outcome: "sandbox_denied" });
    expect([said.status, await state(mine)]).toEqual([403, "executing"]);
    const action = await decided();
    const taken = await as(executorKey, "POST", `${action.path}/claim`, {});
    const denied = await as(executorKey, "POST", `${action.path}/report`, {
      grant: taken.body.grant.token,
      outcome: "sandbox_denied",
    });
    expect([denied.status, denied.body.state]).toEqual([200, "sandbox_denied"]);
    const escalated = await agent("POST", `${action.path}/escalate?wait=10000`, { justification: "needs the network" });
    expect([escalated.status, escalated.body.state, escalated.body.replaces]).toEqual([202, "held", action.actionId]);
  });
});

describe("escalate", () => {
  test("only a denial that its rule calls escalatable; the new action asks people, and happens once", async () => {
    const retire = await publish({
      rules: [{ id: "soft", effect: "deny", escalatable: true, when: { commands: ["git gc"] }, reason: "ask first" }],
    });
    const hard = await decided("rm -rf /home/dev/other");
    const refused = await agent("POST", `${hard.path}/escalate`, { justification: "I want to" });
    expect([refused.status, refused.body.code]).toEqual([409, "illegal_transition"]);
    expect(refused.body.detail).toMatch(/this denial is final/);
    const soft = await decided("git gc");
    expect(soft.state).toBe("denied");
    const asked = await agent("POST", `${soft.path}/escalate?wait=10000`, { justification: "disk is full" });
    expect([asked.status, asked.body.state, asked.body.replaces]).toEqual([202, "held", soft.actionId]);
    const card = (await as(house.approverKey, "GET", `/v1/approvals/${asked.body.decision.approval.id}`)).body.card
      .text;
    expect(card).toContain("disk is full");
    const again = await agent("POST", `${soft.path}/escalate?wait=10000`, { justification: "really" });
    expect(again.body.actionId).toBe(asked.body.actionId);
    expect((await agent("POST", `/v1/actions/${asked.body.actionId}/escalate`, { justification: "more" })).status).toBe(
      409,
    );
    await retire();
  });
});

describe("cancel", () => {
  test("ends what waits, and its card; what runs is past it", async () => {
    const held = await decided(MIGRATE);
    const cancelled = await agent("POST", `${held.path}/cancel`, { reason: "not needed" });
    expect([cancelled.status, cancelled.body.state]).toEqual([200, "cancelled"]);
    expect((await agent("POST", `${held.path}/cancel`)).status).toBe(200);
    const approval = await as(house.approverKey, "GET", `/v1/approvals/${held.decision.approval.id}`);
    expect(approval.body.state).toBe("cancelled");
    const running = await decided();
    await claim(running);
    const late = await agent("POST", `${running.path}/cancel`);
    expect([late.status, late.body.code]).toEqual([409, "illegal_transition"]);
  });
});

test("refused claims are evidence", async () => {
  const action = await decided(MIGRATE);
  await claim(action);
  const events = await house.engine.store.events.ofAction("default", action.actionId);
  expect(events.map(({ type }) => type)).toEqual(["proposed", "held", "claim.refused"]);
});

test("the arguments of an ended action can be erased by admin and operator, and by nobody before its end", async () => {
  const action = await decided("git status --short");
  const path = `${action.path}/erase`;
  expect((await agent("POST", path)).status).toBe(403);
  expect(refusal(await admin("POST", path))).toEqual([409, "illegal_transition", undefined]);
  await agent("POST", `${action.path}/cancel`);
  expect((await admin("POST", path, { reason: "asked for by its owner" })).body).toEqual({
    actionId: action.actionId,
    erased: true,
  });
  expect((await as(house.agentKey, "GET", action.path)).body).toMatchObject({
    state: "cancelled",
    argsHash: "[erased]",
  });
  expect((await admin("POST", "/v1/actions/act_01890000-0000-7000-8000-000000000000/erase")).status).toBe(404);
});
