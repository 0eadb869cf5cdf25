// propose.test.ts — proposals over HTTP: decided, held, denied, replayed, joined, claimed in one round trip

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const agent = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  call(house, method, path, { key: house.agentKey, body, ...(headers && { headers }) });
const propose = (body: unknown, headers?: Record<string, string>) =>
  agent("POST", "/v1/actions?wait=10000", body, headers);

describe("the answer", () => {
  test("an everyday command is allowed, with a decision and a receipt", async () => {
    const { status, body } = await propose(proposal("git status"));
    expect([status, body.state, body.decision.effect]).toEqual([200, "allowed", "allow"]);
    expect(body).toMatchObject({
      replayed: false,
      version: 2,
      receipt: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      argsHash: expect.stringMatching(/^sha256-jcs:[0-9a-f]{64}$/),
      decision: { decisionId: expect.stringMatching(/^dec_/), auditId: expect.stringMatching(/^evt_/) },
    });
    for (const secret of ["grant", "args", "approval"]) expect(body).not.toHaveProperty(secret);
  });

  test("an agent learns nothing from a denial that its documents do not disclose; people learn all", async () => {
    const { status, body } = await propose(proposal("rm -rf /home/dev/other"));
    expect([status, body.state, body.decision.message]).toEqual([200, "denied", "Tool call denied by policy"]);
    for (const secret of ["reason", "rules", "risk", "findings", "policyDigest"])
      expect(body.decision).not.toHaveProperty(secret);
    const seen = await call(house, "GET", `/v1/actions/${body.actionId}`, { key: house.auditorKey });
    expect(seen.body.decision).toMatchObject({
      reason: expect.any(String),
      rules: expect.arrayContaining([expect.objectContaining({ id: expect.any(String) })]),
      risk: { score: expect.any(Number) },
      policyDigest: expect.stringMatching(/^sha256:/),
    });
  });

  test("a migration is held, with its approval in the same body", async () => {
    const { status, body } = await propose(proposal(MIGRATE));
    expect([status, body.state]).toEqual([202, "held"]);
    expect(body.decision.approval).toMatchObject({ id: expect.stringMatching(/^apr_/), quorum: 1 });
  });

  test("without wait it comes at once, and following it finds the decision", async () => {
    const { status, body } = await agent("POST", "/v1/actions", proposal("git diff"));
    expect([status, body.state]).toEqual([202, "evaluating"]);
    const later = await agent("GET", `/v1/actions/${body.actionId}?wait=10000`);
    expect([later.status, later.body.state]).toEqual([200, "allowed"]);
  });

  test("a wait that is over answers with what there is, and one for a person goes on past the holding", async () => {
    const { body } = await propose(proposal(MIGRATE));
    const startedAt = performance.now();
    const over = await agent("GET", `/v1/actions/${body.actionId}?wait=150&until=settled`);
    expect([over.status, over.body.state]).toEqual([200, "held"]);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(140);
    expect((await agent("GET", `/v1/actions/${body.actionId}?wait=10000&until=decided`)).body.state).toBe("held");
  });

  test("the form { command, writes, paths } is a proposal, and its paths are judged", async () => {
    const { tool: _tool, args: _args, ...rest } = proposal("");
    const fine = await propose({ ...rest, command: "git status", writes: false, paths: [] });
    expect([fine.status, fine.body.state]).toEqual([200, "allowed"]);
    const bad = await propose({ ...rest, command: "git status", writes: true, paths: ["/etc/passwd"] });
    expect(bad.body.state).not.toBe("allowed");
  });

  test("the caller's trace goes on in the decision", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const { body } = await propose(proposal("git status"), { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
    const seen = await call(house, "GET", `/v1/actions/${body.actionId}`, { key: house.auditorKey });
    // Without a telemetry SDK in this process nothing propagates; a trace id that is there must be the caller's.
    expect([undefined, traceId]).toContain(seen.body.decision.traceId);
  });
});

describe("who may ask, and who may see", () => {
  test("a key speaks only for the agents it names", async () => {
    const key = await house.key({ role: "agent", agents: ["codex-*"] });
    const asked = await call(house, "POST", "/v1/actions", { key, body: proposal("ls") });
    expect([asked.status, asked.body.code, asked.body.at]).toEqual([403, "forbidden", "/principal/agent"]);
    const own = proposal("ls", { principal: { agent: "codex-1" } });
    expect((await call(house, "POST", "/v1/actions", { key, body: own })).status).toBe(202);
  });

  test("another agent's action does not exist; people see it", async () => {
    const { body } = await propose(proposal("git status"));
    const path = `/v1/actions/${body.actionId}`;
    const other = await house.key({ role: "agent" });
    expect((await call(house, "GET", path, { key: other })).status).toBe(404);
    const author = await house.key({ role: "policy-author" });
    expect((await call(house, "GET", path, { key: author })).status).toBe(403);
    for (const key of [house.approverKey, house.adminKey, house.auditorKey])
      expect((await call(house, "GET", path, { key })).status).toBe(200);
  });
});

describe("said twice is one action", () => {
  test("the same key and body: the same answer; white space and order do not matter", async () => {
    const one = proposal("git log", { args: { command: "git log", description: "look" } });
    const first = await propose(one, { "idempotency-key": "k-1" });
    const shuffled = JSON.stringify({ ...one, args: { description: "look", command: "git log" } }, null, 2);
    const again = await propose(shuffled, { "idempotency-key": "k-1" });
    expect(again.body).toMatchObject({ actionId: first.body.actionId, replayed: true, state: "allowed" });
  });

  test.each<[string, object]>([
    ["another command", { args: { command: "git push" } }],
    ["another cwd", { cwd: "/elsewhere" }],
    ["another agent", { principal: { agent: "codex" } }],
    ["another kind", { kind: "agent_step" }],
    ["another session", { session: { id: "other" } }],
  ])("the same key with %s is a conflict", async (what, over) => {
    const one = proposal("git log");
    const headers = { "idempotency-key": `conflict ${what}` };
    const first = await propose(one, headers);
    const other = await propose({ ...one, ...over }, headers);
    expect([other.status, other.body.code]).toEqual([409, "idempotency_conflict"]);
    expect(other.body.actionId).toBe(first.body.actionId);
  });

  test("a key belongs to its credential: another one's is another action", async () => {
    const one = proposal("git log");
    const headers = { "idempotency-key": "k-shared" };
    const first = await propose(one, headers);
    const key = await house.key({ role: "agent" });
    const other = await call(house, "POST", "/v1/actions?wait=10000", { key, body: one, headers });
    expect(other.body.actionId).not.toBe(first.body.actionId);
    expect(other.body.replayed).toBe(false);
  });

  test("client, session and tool call are the natural key", async () => {
    const one = proposal("git log", { client: "claude-code", toolCallId: "toolu_1" });
    const first = await propose(one);
    expect((await propose(one)).body).toMatchObject({ actionId: first.body.actionId, replayed: true });
    expect((await propose({ ...one, toolCallId: "toolu_2" })).body.actionId).not.toBe(first.body.actionId);
  });

  test("fifty at once under one key are one action", async () => {
    const one = proposal("git log");
    const all = await Promise.all(Array.from({ length: 50 }, () => propose(one, { "idempotency-key": "k-50" })));
    expect(new Set(all.map(({ body }) => body.actionId)).size).toBe(1);
    expect(all.filter(({ body }) => body.replayed === false)).toHaveLength(1);
  });

  test("an equal call joins what is held: same action, same card, not a replay", async () => {
    const one = proposal(MIGRATE);
    const first = await propose(one);
    const again = await propose({ ...one, toolCallId: "toolu_9", client: "claude-code" });
    expect(again.body).toMatchObject({ actionId: first.body.actionId, replayed: false, state: "held" });
  });

  test("with other pins it is another call, with a card of its own", async () => {
    const one = proposal(MIGRATE);
    const first = await propose({ ...one, bindings: { executable: "sha256:1" } });
    const other = await propose({ ...one, bindings: { executable: "sha256:2" } });
    expect(other.body.actionId).not.toBe(first.body.actionId);
  });

  test("what was allowed is not joined: it is judged anew", async () => {
    const one = proposal("git status");
    expect((await propose(one)).body.actionId).not.toBe((await propose(one)).body.actionId);
  });
});

describe("claim: true", () => {
  test("decides and claims in one round trip", async () => {
    const { status, body } = await propose(proposal("git status", { claim: true }));
    expect([status, body.state]).toEqual([200, "executing"]);
    expect(body).toMatchObject({
      args: { command: "git status" },
      grant: { token: expect.any(String) },
      replayed: false,
    });
    expect(Date.parse(body.grant.expiresAt)).toBeGreaterThan(Date.now() + 60_000);
  });

  test("a replay shows the same grant and says that it is a replay", async () => {
    const one = proposal("git status", { claim: true, client: "c", toolCallId: "t-1" });
    const first = await propose(one);
    const again = await propose(one);
    expect(again.body).toMatchObject({ replayed: true, state: "executing" });
    expect(again.body.grant.token).toBe(first.body.grant.token);
  });

  test.each([
    ["held", MIGRATE, 202],
    ["denied", "rm -rf /home/dev/other", 200],
  ])("what is %s comes without a grant", async (state, command, status) => {
    const answer = await propose(proposal(command, { claim: true }));
    expect([answer.status, answer.body.state]).toEqual([status, state]);
    expect(answer.body).not.toHaveProperty("grant");
    expect(answer.body).not.toHaveProperty("args");
  });

  test("a draft is decided and not run; the answer says why there is no grant", async () => {
    const { body } = await propose(proposal("git status", { claim: true, mode: "draft" }));
    expect(body).toMatchObject({ state: "allowed", reasonCode: "draft" });
    expect(body).not.toHaveProperty("grant");
  });
});
