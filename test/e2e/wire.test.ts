// wire.test.ts — the HTTP contract, called as a foreign program calls it, on the real product
// Everything here is said in the API page; nothing here knows how the product is built.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, call, type Product, proposal, startProduct } from "./product.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(async () => {
  await product?.stop();
});

const agent = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
  call(product, method, path, { key: product.agentKey, body, headers });
const approver = (method: string, path: string, body?: unknown) =>
  call(product, method, path, { key: product.approverKey, body });
const admin = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  call(product, method, path, { key: product.adminKey, body, headers });
const MIGRATE = "npx prisma migrate deploy";

/** An action that waits for a person, and its approval as the approver sees it. */
async function held(command = MIGRATE, more: Record<string, unknown> = {}) {
  const answer = await agent("POST", "/v1/actions?wait=10000", proposal(command, more));
  expect(answer.body.state).toBe("held");
  const approval = await approver("GET", `/v1/approvals/${answer.body.decision.approval.id}`);
  expect(approval.status).toBe(200);
  return { action: answer.body, approval: approval.body };
}

test("the ready line is exactly one line with every field", () => {
  expect(product.stdout().trim().split("\n")).toHaveLength(1);
  for (const field of [
    "url",
    "metricsUrl",
    "databaseUrl",
    "queueUrl",
    "agentKey",
    "approverKey",
    "adminKey",
    "auditorKey",
    "pid",
  ] as const)
    expect(product[field], field).toBeTruthy();
});

describe("propose", () => {
  test("an everyday command is allowed, with a decision and a receipt", async () => {
    const { status, body } = await agent("POST", "/v1/actions?wait=10000", proposal("git status"));
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: "allowed", replayed: false, decision: { effect: "allow", outcome: "allow" } });
    expect(body.actionId).toMatch(/^act_[0-9a-f-]{36}$/);
    expect(body.argsHash).toMatch(/^sha256-jcs:[0-9a-f]{64}$/);
    expect(body.receipt).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(body.decision.decisionId).toMatch(/^dec_/);
    expect(body.decision.auditId).toBeTruthy();
  });

  test("a destructive command is denied with the generic sentence and nothing an agent could learn from", async () => {
    const { status, body } = await agent("POST", "/v1/actions?wait=10000", proposal("rm -rf /home/dev/other"));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      state: "denied",
      decision: { effect: "deny", outcome: "deny", message: "Tool call denied by policy" },
    });
    for (const secret of ["reason", "rules", "risk", "findings"])
      expect(body.decision, secret).not.toHaveProperty(secret);
  });

  test("without wait the answer comes at once and the action is followed", async () => {
    const first = await agent("POST", "/v1/actions", proposal("git diff"));
    expect([200, 202]).toContain(first.status);
    const later = await agent("GET", `/v1/actions/${first.body.actionId}?wait=10000`);
    expect(later.status).toBe(200);
    expect(later.body.state).toBe("allowed");
  });

  test("a migration is held: 202, with the approval in the same body", async () => {
    const { status, body } = await agent("POST", "/v1/actions?wait=10000", proposal(MIGRATE));
    expect(status).toBe(202);
    expect(body).toMatchObject({ state: "held", decision: { effect: "ask", outcome: "require_approval" } });
    expect(body.decision.approval).toMatchObject({
      id: expect.stringMatching(/^apr_/),
      quorum: 1,
      role: expect.any(String),
    });
    expect(body.decision.approval.requirements[0]).toMatchObject({ votes: 0 });
  });

  test("the same key and body is the same answer, another body is a conflict", async () => {
    const one = proposal("git log");
    const first = await agent("POST", "/v1/actions?wait=10000", one, { "idempotency-key": "k-1" });
    const again = await agent("POST", "/v1/actions?wait=10000", one, { "idempotency-key": "k-1" });
    expect(again.body).toMatchObject({ actionId: first.body.actionId, replayed: true });
    const other = await agent(
      "POST",
      "/v1/actions",
      { ...one, args: { command: "git push" } },
      { "idempotency-key": "k-1" },
    );
    expect(other.status).toBe(409);
    expect(other.body.code).toBe("idempotency_conflict");
  });

  test("client, session and tool call id are the natural key", async () => {
    const one = proposal("git log", { client: "claude-code", toolCallId: "toolu_1" });
    const first = await agent("POST", "/v1/actions?wait=10000", one);
    const again = await agent("POST", "/v1/actions?wait=10000", one);
    expect(again.body.actionId).toBe(first.body.actionId);
    expect(again.body.replayed).toBe(true);
  });

  test("an equal proposal joins the held one: same action, same card", async () => {
    const one = proposal(MIGRATE);
    const first = await agent("POST", "/v1/actions?wait=10000", one);
    const again = await agent("POST", "/v1/actions?wait=10000", one);
    expect(again.body.actionId).toBe(first.body.actionId);
  });

  test("the form { command, writes, paths } is a proposal too", async () => {
    const { principal, session, cwd, home } = proposal("");
    const { status, body } = await agent("POST", "/v1/actions?wait=10000", {
      command: "git status",
      writes: false,
      paths: [],
      principal,
      session,
      cwd,
      home,
    });
    expect([status, body.state]).toEqual([200, "allowed"]);
  });

  test("claim: true decides and claims in one round trip", async () => {
    const { body } = await agent("POST", "/v1/actions?wait=10000", proposal("git status", { claim: true }));
    expect(body).toMatchObject({
      state: "executing",
      args: { command: "git status" },
      grant: { token: expect.any(String) },
    });
  });
});

describe("bad input is answered, in its place, and the service stays up", () => {
  const raw = (body: string, headers: Record<string, string> = {}) => agent("POST", "/v1/actions", body, headers);
  const good = () => JSON.stringify(proposal("ls"));
  test.each<[string, () => Promise<Answer>, number, string]>([
    ["not JSON", () => raw("{"), 400, "bad_json"],
    ["a duplicate key", () => raw(`{"tool":"Bash","tool":"Bash"}`), 400, "bad_json"],
    ["too deep", () => raw(`{"tool":"x","args":${'{"a":'.repeat(40)}1${"}".repeat(40)}}`), 400, "bad_json"],
    ["an unsafe integer", () => raw(good().replace('"ls"', "9007199254740993")), 400, "bad_json"],
    ["a lone surrogate", () => raw(good().replace('"ls"', '"\\ud800"')), 400, "bad_json"],
    ["a __proto__ key", () => raw(good().replace('"command"', '"__proto__"')), 400, "bad_json"],
    [
      "bytes that are no UTF-8",
      () => call(product, "POST", "/v1/actions", { key: product.agentKey, body: "\uFFFD" }),
      400,
      "bad_json",
    ],
    ["an unknown field", () => agent("POST", "/v1/actions", { ...proposal("ls"), extra: 1 }), 422, "invalid"],
    [
      "null for an optional field",
      () => agent("POST", "/v1/actions", { ...proposal("ls"), cwd: null }),
      422,
      "invalid",
    ],
    ["an empty tool", () => agent("POST", "/v1/actions", { ...proposal("ls"), tool: "" }), 422, "invalid"],
    ["no session", () => agent("POST", "/v1/actions", { ...proposal("ls"), session: undefined }), 422, "invalid"],
    ["a wait that is no number", () => agent("POST", "/v1/actions?wait=abc", proposal("ls")), 400, "bad_query"],
    ["a wait beyond the limit", () => agent("POST", "/v1/actions?wait=60001", proposal("ls")), 400, "bad_query"],
    ["an unknown query parameter", () => agent("POST", "/v1/actions?wat=1", proposal("ls")), 400, "bad_query"],
    ["another content type", () => raw(good(), { "content-type": "text/plain" }), 415, "unsupported_media_type"],
    ["no credential", () => call(product, "POST", "/v1/actions", { body: proposal("ls") }), 401, "unauthenticated"],
    [
      "a made-up credential",
      () => call(product, "POST", "/v1/actions", { key: "hp_x_y", body: proposal("ls") }),
      401,
      "unauthenticated",
    ],
    ["a body of 2 MiB", () => raw(`{"tool":"${"x".repeat(2 * 1024 * 1024)}"}`), 413, "too_large"],
    ["an unknown action", () => agent("GET", "/v1/actions/act_00000000-0000-7000-8000-000000000000"), 404, "not_found"],
    ["an unknown path", () => agent("GET", "/v1/nothing"), 404, "not_found"],
    ["a wrong method", () => agent("PUT", "/v1/actions", {}), 405, "method_not_allowed"],
    ["a proposal with an approver's key", () => approver("POST", "/v1/actions", proposal("ls")), 403, "forbidden"],
  ])("%s", async (_what, request, status, code) => {
    const answer = await request();
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(answer.body).toMatchObject({
      type: `urn:holdpoint:problem:${code}`,
      status,
      title: expect.any(String),
      detail: expect.any(String),
    });
    expect((await call(product, "GET", "/healthz")).status).toBe(200);
  });

  test("a problem names its place: pointer for a field, line and column for a text", async () => {
    expect(
      (await agent("POST", "/v1/actions", { ...proposal("ls"), principal: { agent: "x", nope: 1 } })).body.at,
    ).toMatch(/^\/principal/);
    expect((await raw('{\n  "tool": }')).body).toMatchObject({ line: 2, column: expect.any(Number) });
  });
});

describe("run", () => {
  test("an allowed action is claimed once, kept alive, reported once", async () => {
    const { body } = await agent("POST", "/v1/actions?wait=10000", proposal("git status"));
    const path = `/v1/actions/${body.actionId}`;
    const claim = await agent("POST", `${path}/claim`, {});
    expect([claim.status, claim.body.state]).toEqual([200, "executing"]);
    expect(claim.body.args).toEqual({ command: "git status" });
    const second = await agent("POST", `${path}/claim`, {});
    expect([second.status, second.body.code, second.body.reasonCode]).toEqual([409, "not_claimable", "used"]);
    expect((await agent("POST", `${path}/heartbeat`, { grant: claim.body.grant.token })).status).toBe(200);
    expect(
      (await agent("POST", `${path}/report`, { grant: "made-up", outcome: "succeeded" })).status,
    ).toBeGreaterThanOrEqual(400);
    const report = await agent("POST", `${path}/report`, {
      grant: claim.body.grant.token,
      outcome: "succeeded",
      exitCode: 0,
    });
    expect([report.status, report.body.state]).toEqual([200, "succeeded"]);
  });

  test("a claim repeated under one Idempotency-Key gets the same answer", async () => {
    const { body } = await agent("POST", "/v1/actions?wait=10000", proposal("git status"));
    const claim = () => agent("POST", `/v1/actions/${body.actionId}/claim`, {}, { "idempotency-key": "c-1" });
    const [first, again] = [await claim(), await claim()];
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body.grant.token).toBe(first.body.grant.token);
  });

  test.each([
    ["denied", "rm -rf /home/dev/other", "denied"],
    ["held", MIGRATE, "held"],
  ])("a %s action cannot be claimed", async (_what, command, reasonCode) => {
    const { body } = await agent("POST", "/v1/actions?wait=10000", proposal(command));
    const claim = await agent("POST", `/v1/actions/${body.actionId}/claim`, {});
    expect([claim.status, claim.body.code, claim.body.reasonCode]).toEqual([409, "not_claimable", reasonCode]);
  });

  test("changed bindings are refused", async () => {
    const { body } = await agent(
      "POST",
      "/v1/actions?wait=10000",
      proposal("git status", { bindings: { cwd: "/home/dev/api" } }),
    );
    const claim = await agent("POST", `/v1/actions/${body.actionId}/claim`, { bindings: { cwd: "/elsewhere" } });
    expect([claim.status, claim.body.reasonCode]).toEqual([409, "bindings_changed"]);
  });

  test("a draft is decided and never claimable, until it is promoted", async () => {
    const { body } = await agent("POST", "/v1/actions?wait=10000", proposal("git status", { mode: "draft" }));
    const claim = await agent("POST", `/v1/actions/${body.actionId}/claim`, {});
    expect([claim.status, claim.body.reasonCode]).toEqual([409, "draft"]);
    const promoted = await agent("POST", `/v1/actions/${body.actionId}/promote`, {});
    expect(promoted.status).toBeLessThan(300);
  });

  test("a cancelled action is over", async () => {
    const { action } = await held();
    const cancelled = await agent("POST", `/v1/actions/${action.actionId}/cancel`, { reason: "not needed" });
    expect([cancelled.status, cancelled.body.state]).toEqual([200, "cancelled"]);
    const approval = await approver("GET", `/v1/approvals/${action.decision.approval.id}`);
    expect(approval.body.state).toBe("cancelled");
  });
});

describe("approve", () => {
  test("a yes lets the waiting caller go on; the claim returns what was shown", async () => {
    const { action, approval } = await held();
    expect(approval.card.text).toContain(MIGRATE);
    const waiting = agent("GET", `/v1/actions/${action.actionId}?wait=20000&until=settled`);
    const vote = await approver("POST", `/v1/approvals/${approval.id}/votes`, {
      vote: "approve",
      cardSha256: approval.card.sha256,
    });
    expect([vote.status, vote.body.approval.state]).toEqual([200, "approved"]);
    const after = await waiting;
    expect(after.body.state).toBe("approved");
    expect(after.body.approval).toMatchObject({ id: approval.id, token: expect.any(String) });
    const claim = await agent("POST", `/v1/actions/${action.actionId}/claim`, {});
    expect([claim.status, claim.body.args]).toEqual([200, { command: MIGRATE }]);
  });

  test("retrying the call with approval id and token is a claim of the original", async () => {
    const one = proposal(MIGRATE);
    const first = await agent("POST", "/v1/actions?wait=10000", one);
    const approval = (await approver("GET", `/v1/approvals/${first.body.decision.approval.id}`)).body;
    await approver("POST", `/v1/approvals/${approval.id}/votes`, { vote: "approve", cardSha256: approval.card.sha256 });
    const approved = await agent("GET", `/v1/actions/${first.body.actionId}`);
    const retry = await agent("POST", "/v1/actions?wait=10000", { ...one, approval: approved.body.approval });
    expect(retry.body).toMatchObject({ actionId: first.body.actionId, state: "executing", args: { command: MIGRATE } });
  });

  test("one no is enough, and it needs a reason", async () => {
    const { action, approval } = await held();
    expect((await approver("POST", `/v1/approvals/${approval.id}/votes`, { vote: "deny" })).status).toBe(422);
    const vote = await approver("POST", `/v1/approvals/${approval.id}/votes`, { vote: "deny", reason: "not today" });
    expect([vote.status, vote.body.approval.state]).toEqual([200, "rejected"]);
    expect((await agent("GET", `/v1/actions/${action.actionId}`)).body.state).toBe("rejected");
    const late = await approver("POST", `/v1/approvals/${approval.id}/votes`, {
      vote: "approve",
      cardSha256: approval.card.sha256,
    });
    expect([late.status, late.body.code]).toEqual([409, "already_settled"]);
  });

  test("a yes to another card changes nothing", async () => {
    const { approval } = await held();
    expect((await approver("POST", `/v1/approvals/${approval.id}/votes`, { vote: "approve" })).status).toBe(422);
    const vote = await approver("POST", `/v1/approvals/${approval.id}/votes`, {
      vote: "approve",
      cardSha256: `sha256:${"0".repeat(64)}`,
    });
    expect([vote.status, vote.body.code]).toEqual([409, "card_changed"]);
    expect((await approver("GET", `/v1/approvals/${approval.id}`)).body.state).toBe("pending");
  });

  test.each(["agentKey", "adminKey", "auditorKey"] as const)("the %s cannot vote", async (key) => {
    const { approval } = await held();
    const vote = await call(product, "POST", `/v1/approvals/${approval.id}/votes`, {
      key: product[key],
      body: { vote: "approve", cardSha256: approval.card.sha256 },
    });
    expect([vote.status, vote.body.code]).toEqual([403, "not_an_approver"]);
  });

  test("the inbox lists what is pending", async () => {
    const { approval } = await held();
    const inbox = await approver("GET", "/v1/approvals?state=pending&limit=200");
    expect(inbox.body.items.map((item: { id: string }) => item.id)).toContain(approval.id);
    expect((await agent("GET", "/v1/approvals")).status).toBe(403);
  });

  test("an edit cancels the original and makes a new action, judged from the start", async () => {
    const { action, approval } = await held();
    const vote = await approver("POST", `/v1/approvals/${approval.id}/votes`, {
      vote: "approve",
      cardSha256: approval.card.sha256,
      editedArgs: { command: "npx prisma migrate status" },
    });
    expect(vote.status).toBe(200);
    const original = await agent("GET", `/v1/actions/${action.actionId}`);
    expect(original.body).toMatchObject({ state: "cancelled", replacedBy: vote.body.editedActionId });
    const edited = await agent("GET", `/v1/actions/${vote.body.editedActionId}?wait=10000`);
    expect(edited.body.replaces).toBe(action.actionId);
  });
});

describe("administer and watch", () => {
  test("another agent's key does not see the action", async () => {
    const made = await admin("POST", "/v1/keys", { role: "agent", agents: ["other"] });
    expect(made.status).toBe(201);
    expect(made.body.key).toMatch(/^hp_/);
    const { body } = await agent("POST", "/v1/actions?wait=10000", proposal("git status"));
    expect((await call(product, "GET", `/v1/actions/${body.actionId}`, { key: made.body.key })).status).toBe(404);
    const speaksForAnother = await call(product, "POST", "/v1/actions", { key: made.body.key, body: proposal("ls") });
    expect([speaksForAnother.status, speaksForAnother.body.code]).toEqual([403, "forbidden"]);
    expect((await admin("DELETE", `/v1/keys/${made.body.id}`)).status).toBeLessThan(300);
    expect((await call(product, "POST", "/v1/actions", { key: made.body.key, body: proposal("ls") })).status).toBe(401);
  });

  test("a published rule decides the very next action", async () => {
    const made = await admin("POST", "/v1/policies", {
      name: "no-status",
      document: {
        rules: [{ id: "no-git-stash", effect: "deny", when: { commands: ["git stash"] }, reason: "no stashing" }],
      },
    });
    expect([made.status, made.body.status]).toEqual([201, "draft"]);
    expect((await agent("POST", "/v1/actions?wait=10000", proposal("git stash list"))).body.state).not.toBe("denied");
    const published = await admin("POST", `/v1/policies/${made.body.id}/publish`, {});
    expect(published.status).toBe(200);
    expect((await agent("POST", "/v1/actions?wait=10000", proposal("git stash list"))).body.state).toBe("denied");
    expect((await admin("POST", `/v1/policies/${made.body.id}/retire`, {})).status).toBe(200);
    expect((await agent("POST", "/v1/actions?wait=10000", proposal("git stash list"))).body.state).not.toBe("denied");
  });

  test("a broken policy is refused with file, line and column, and a change needs its ETag", async () => {
    const broken = await admin("POST", "/v1/policies", {
      name: "broken",
      document: "rules:\n  - id: x\n    effect: allwo\n",
    });
    expect([broken.status, broken.body.code]).toEqual([422, "policy_invalid"]);
    expect(broken.body).toMatchObject({ line: 3, column: expect.any(Number) });
    const made = await admin("POST", "/v1/policies", {
      name: "row",
      scope: "tool",
      selector: "shell",
      effect: "deny",
      rule_expr: { when: { commands: ["true"] } },
    });
    expect(made.status).toBe(201);
    const row = { name: "row", scope: "global", effect: "deny", rule_expr: { when: { commands: ["true"] } } };
    expect((await admin("PUT", `/v1/policies/${made.body.id}`, row)).status).toBe(428);
    expect((await admin("PUT", `/v1/policies/${made.body.id}`, row, { "if-match": '"nope"' })).status).toBe(412);
    const etag = (await admin("GET", `/v1/policies/${made.body.id}`)).headers.get("etag") ?? "";
    expect((await admin("PUT", `/v1/policies/${made.body.id}`, row, { "if-match": etag })).status).toBe(200);
  });

  test("decisions are listed and explained to people, not to agents", async () => {
    const { body } = await agent("POST", "/v1/actions?wait=10000", proposal("rm -rf /home/dev/other"));
    const auditor = (path: string) => call(product, "GET", path, { key: product.auditorKey });
    const list = await auditor("/v1/decisions?effect=deny&limit=5");
    expect(list.body.items[0]).toMatchObject({
      effect: "deny",
      decisionId: expect.any(String),
      rules: expect.any(Array),
      reason: expect.any(String),
    });
    const one = await auditor(`/v1/decisions/${body.decision.decisionId}`);
    expect(one.body).toMatchObject({ decisionId: body.decision.decisionId, risk: { score: expect.any(Number) } });
    expect((await auditor(`/v1/decisions/${body.decision.decisionId}/explanation`)).status).toBe(200);
    expect((await agent("GET", "/v1/decisions")).status).toBe(403);
  });

  test("a terminated session and an engaged kill switch deny everything until lifted", async () => {
    const one = proposal("git status");
    expect((await admin("POST", `/v1/sessions/${one.session.id}/terminate`, { reason: "odd" })).status).toBeLessThan(
      300,
    );
    expect((await agent("POST", "/v1/actions?wait=10000", one)).body.state).toBe("denied");
    expect((await admin("POST", `/v1/sessions/${one.session.id}/resume`, { reason: "fine" })).status).toBeLessThan(300);
    expect((await agent("POST", "/v1/actions?wait=10000", one)).body.state).toBe("allowed");

    const allowed = await agent("POST", "/v1/actions?wait=10000", proposal("git diff"));
    expect((await admin("PUT", "/v1/kill-switch", { engaged: true, reason: "drill" })).status).toBeLessThan(300);
    const claim = await agent("POST", `/v1/actions/${allowed.body.actionId}/claim`, {});
    expect([claim.status, claim.body.reasonCode]).toEqual([409, "kill_switch"]);
    expect((await agent("POST", "/v1/actions?wait=10000", proposal("git diff"))).body.state).toBe("denied");
    expect((await admin("PUT", "/v1/kill-switch", { engaged: false, reason: "over" })).status).toBeLessThan(300);
    expect((await agent("POST", "/v1/actions?wait=10000", proposal("git diff"))).body.state).toBe("allowed");
  });

  test("events stream from where a reader left off, in order, not to agents", async () => {
    expect((await agent("GET", "/v1/events")).status).toBe(403);
    const { body } = await agent("POST", "/v1/actions?wait=10000", proposal("git status"));
    const controller = new AbortController();
    const response = await fetch(`${product.url}/v1/events`, {
      headers: { authorization: `Bearer ${product.auditorKey}`, "last-event-id": "0" },
      signal: controller.signal,
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (new RegExp(`action\\.allowed\\ndata: .*${body.actionId}`).test(text)) break;
    }
    controller.abort();
    const cursors = [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
    expect(cursors.length).toBeGreaterThan(1);
    expect(cursors).toEqual([...cursors].sort((a, b) => a - b));
    const data = JSON.parse(/action\.allowed\ndata: (.*)/.exec(text)?.[1] ?? "{}");
    expect(data).toMatchObject({
      type: "action.allowed",
      state: "allowed",
      version: 2,
      cursor: expect.anything(),
      at: expect.any(String),
    });
  });

  test("health, readiness, metrics and the description of the API", async () => {
    expect((await call(product, "GET", "/healthz")).status).toBe(200);
    expect((await call(product, "GET", "/readyz")).status).toBe(200);
    const api = await call(product, "GET", "/openapi.json");
    expect(api.body.openapi).toMatch(/^3\.1/);
    expect(api.body.paths["/v1/actions"].post).toBeTruthy();
    const metrics = await fetch(product.metricsUrl).then((response) => response.text());
    expect(metrics).toContain("holdpoint_decisions");
    expect(metrics).not.toContain("act_");
  });
});
