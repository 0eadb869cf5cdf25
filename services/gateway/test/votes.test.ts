// votes.test.ts — people answer: who may, what they must bring, what happens then; in a one-person house and in a fleet

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Body, call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

interface Held {
  action: Body;
  approval: Body;
  path: string;
}

async function held(house: House, more: Record<string, unknown> = {}, key = house.agentKey): Promise<Held> {
  const action = (await call(house, "POST", "/v1/actions?wait=10000", { key, body: proposal(MIGRATE, more) })).body;
  expect(action.state).toBe("held");
  const { id } = action.decision.approval;
  const approval = (await call(house, "GET", `/v1/approvals/${id}`, { key: house.auditorKey })).body;
  return { action, approval, path: `/v1/approvals/${id}` };
}
const yes = ({ approval }: Held, more: object = {}) => ({ vote: "approve", cardSha256: approval.card.sha256, ...more });
const no = (reason = "not today") => ({ vote: "deny", reason });

describe("in a house of one person", () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse();
  });
  afterAll(() => house?.close());
  const vote = ({ path }: Held, body: unknown, key = house.approverKey) =>
    call(house, "POST", `${path}/votes`, { key, body });
  const agent = (method: string, path: string, body?: unknown) =>
    call(house, method, path, { key: house.agentKey, body });

  test("a yes ends the agent's waiting call, and the claim runs what was shown", async () => {
    const one = await held(house);
    expect(one.approval.card.text).toContain(MIGRATE);
    const waiting = agent("GET", `/v1/actions/${one.action.actionId}?wait=20000&until=settled`);
    const voted = await vote(one, yes(one));
    expect([voted.status, voted.body.approval.state]).toEqual([200, "approved"]);
    const after = await waiting;
    expect(after.body).toMatchObject({
      state: "approved",
      approval: { id: one.approval.id, token: expect.any(String) },
    });
    const others = await call(house, "GET", `/v1/actions/${one.action.actionId}`, { key: house.auditorKey });
    expect(others.body).not.toHaveProperty("approval");
    const claimed = await agent("POST", `/v1/actions/${one.action.actionId}/claim`);
    expect(claimed.body).toMatchObject({ state: "executing", args: { command: MIGRATE } });
  });

  test("a call that is repeated with claim joins, waits for the yes, and comes back with the grant", async () => {
    const session = { id: "s-repeat" };
    const one = await held(house, { session });
    const waiting = agent("POST", "/v1/actions?wait=20000&until=settled", proposal(MIGRATE, { session, claim: true }));
    await vote(one, yes(one));
    expect((await waiting).body).toMatchObject({
      actionId: one.action.actionId,
      state: "executing",
      replayed: false,
      args: { command: MIGRATE },
    });
  });

  test("seed 002: the call again with approval id and token claims the original, once, and only that call", async () => {
    const session = { id: "s-002" };
    const one = await held(house, { session });
    await vote(one, yes(one));
    const { approval } = (await agent("GET", `/v1/actions/${one.action.actionId}`)).body;
    const again = (more: object) => agent("POST", "/v1/actions", proposal(MIGRATE, { session, approval, ...more }));
    expect((await again({ approval: { ...approval, token: "made up" } })).body.code).toBe("not_your_action");
    expect((await again({ args: { command: "rm -rf /" } })).body).toMatchObject({
      code: "not_claimable",
      reasonCode: "bindings_changed",
    });
    const stranger = await house.key({ role: "agent" });
    expect(
      (await call(house, "POST", "/v1/actions", { key: stranger, body: proposal(MIGRATE, { session, approval }) }))
        .status,
    ).toBe(404);
    const claimed = await again({});
    expect(claimed.body).toMatchObject({
      actionId: one.action.actionId,
      state: "executing",
      args: { command: MIGRATE },
    });
    expect((await again({})).body.reasonCode).toBe("used");
  });

  test("one no is enough; who comes later hears who, when and what", async () => {
    const one = await held(house);
    const voted = await vote(one, no());
    expect([voted.status, voted.body.approval.state]).toEqual([200, "rejected"]);
    expect((await agent("GET", `/v1/actions/${one.action.actionId}`)).body.state).toBe("rejected");
    expect((await agent("POST", `/v1/actions/${one.action.actionId}/claim`)).body.reasonCode).toBe("denied");
    const late = await vote(one, yes(one));
    expect([late.status, late.body.code]).toEqual([409, "already_settled"]);
    expect(late.body.detail).toMatch(/^this is settled already: \w+ by \S+, 20\d\d-\d\d-\d\d \d\d:\d\d UTC$/);
    expect(late.body.approval).toMatchObject({
      state: "rejected",
      settledAt: expect.any(String),
      votes: [{ vote: "deny", voter: expect.any(String), at: expect.any(String), reason: "not today" }],
    });
  });

  test.each<[string, (one: Held) => unknown, number, string, string | undefined]>([
    ["a yes without its card", () => ({ vote: "approve" }), 422, "invalid", "/cardSha256"],
    ["a no without a reason", () => ({ vote: "deny" }), 422, "invalid", "/reason"],
    ["a no with a blank reason", () => no("  "), 422, "invalid", "/reason"],
    ["a no that edits", () => ({ ...no(), editedArgs: {} }), 422, "invalid", "/editedArgs"],
    ["a third answer", () => ({ vote: "maybe" }), 422, "invalid", "/vote"],
    ["times without a number", (one) => yes(one, { standing: { scope: "times" } }), 422, "invalid", "/standing/times"],
    ["until without a time", (one) => yes(one, { standing: { scope: "until" } }), 422, "invalid", "/standing/until"],
    ["a no that grants", () => ({ ...no(), standing: { scope: "session" } }), 422, "invalid", "/standing"],
    ["another card", (one) => yes(one, { cardSha256: `sha256:${"0".repeat(64)}` }), 409, "card_changed", undefined],
    ["an edit of another card", (one) => yes(one, { cardSha256: "x", editedArgs: {} }), 409, "card_changed", undefined],
  ])("%s changes nothing", async (_what, body, status, code, at) => {
    const one = await held(house);
    const voted = await vote(one, body(one));
    expect([voted.status, voted.body.code, voted.body.at]).toEqual([status, code, at]);
    expect((await call(house, "GET", one.path, { key: house.approverKey })).body).toMatchObject({
      state: "pending",
      votes: [],
    });
  });

  test.each(["agentKey", "adminKey", "auditorKey"] as const)("the %s cannot vote", async (name) => {
    const one = await held(house);
    const voted = await vote(one, yes(one), house[name]);
    expect([voted.status, voted.body.code]).toEqual([403, "not_an_approver"]);
  });

  test("an approval that is none does not exist", async () => {
    const none = { path: "/v1/approvals/apr_00000000-0000-7000-8000-000000000000" } as Held;
    expect((await vote(none, no())).status).toBe(404);
  });

  test("an edit ends the original and makes a new action, judged from the start", async () => {
    const one = await held(house, { bindings: { executable: "sha256:1" } });
    const voted = await vote(one, yes(one, { editedArgs: { command: "npx prisma migrate status" } }));
    expect([voted.status, voted.body.approval.state]).toEqual([200, "cancelled"]);
    const original = (await agent("GET", `/v1/actions/${one.action.actionId}`)).body;
    expect(original).toMatchObject({ state: "cancelled", replacedBy: voted.body.editedActionId });
    const edited = (await agent("GET", `/v1/actions/${voted.body.editedActionId}?wait=10000`)).body;
    expect(edited.replaces).toBe(one.action.actionId);
    expect(["allowed", "held", "denied"]).toContain(edited.state);
    const row = await house.engine.store.actions.get("default", voted.body.editedActionId);
    expect(row?.action).toMatchObject({ args: { command: "npx prisma migrate status" }, editedBy: expect.any(String) });
    expect(row?.action.bindings).toBeUndefined();
  });

  test("an edit cannot slip past policy", async () => {
    const one = await held(house);
    const voted = await vote(one, yes(one, { editedArgs: { command: "rm -rf /home/dev/other" } }));
    expect((await agent("GET", `/v1/actions/${voted.body.editedActionId}?wait=10000`)).body.state).toBe("denied");
  });

  test("of two edits at once one is judged, and the other hears that it came too late", async () => {
    const one = await held(house);
    const both = await Promise.all(
      ["npx prisma migrate status", "npx prisma migrate diff"].map((command) =>
        vote(one, yes(one, { editedArgs: { command } })),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test("a yes and a no at once: one of them settles it, and the other is told", async () => {
    const one = await held(house);
    const second = await house.key({ role: "approver" });
    const both = await Promise.all([vote(one, yes(one)), vote(one, no(), second)]);
    const now = (await call(house, "GET", one.path, { key: house.approverKey })).body;
    expect(["approved", "rejected"]).toContain(now.state);
    for (const { status, body } of both)
      expect([200, 409]).toContain(status === 200 ? 200 : body.code === "already_settled" ? 409 : 0);
  });

  test("the card masks a secret; reveal shows it to an approver and leaves a trace", async () => {
    const secret = `${"AKIA"}${"IOSFODNN7EXAMPLE"}`;
    const one = await held(house, { args: { command: `AWS_ACCESS_KEY_ID=${secret} ${MIGRATE}` } });
    expect(one.approval.card.text).not.toContain(secret);
    const reveal = (key: string) => call(house, "GET", `${one.path}?reveal=true`, { key });
    const shown = await reveal(house.approverKey);
    expect(shown.body.card.text).toContain(secret);
    expect(shown.body.card.sha256).toBe(one.approval.card.sha256);
    expect((await reveal(house.auditorKey)).status).toBe(403);
    const events = await house.engine.store.events.ofAction("default", one.action.actionId);
    expect(events.map(({ type }) => type)).toContain("approval.revealed");
  });

  test("the inbox lists what is pending by role, page by page; agents see none of it", async () => {
    const ones = [await held(house), await held(house), await held(house)];
    const seen: string[] = [];
    let cursor = "";
    do {
      const page = await call(house, "GET", `/v1/approvals?state=pending&limit=2${cursor && `&cursor=${cursor}`}`, {
        key: house.approverKey,
      });
      expect(page.body.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.body.items.map(({ id }: Body) => id));
      cursor = page.body.next ?? "";
    } while (cursor !== "");
    expect(seen).toEqual(expect.arrayContaining(ones.map(({ approval }) => approval.id)));
    expect(new Set(seen).size).toBe(seen.length);
    const nobody = await call(house, "GET", "/v1/approvals?role=nobody-has-this", { key: house.approverKey });
    expect(nobody.body.items).toEqual([]);
    expect((await call(house, "GET", "/v1/approvals", { key: house.agentKey })).status).toBe(403);
    expect((await call(house, "GET", ones[0]?.path ?? "", { key: house.agentKey })).status).toBe(403);
  });
});

describe("in a fleet", () => {
  let house: House;
  let role: string;
  const keys: Record<string, string> = {};
  const TWO = {
    rules: [
      {
        id: "two-people",
        effect: "require_approval",
        when: { commands: ["npx prisma migrate"] },
        reason: "two must agree",
        approval: { role: "dba", quorum: 2 },
      },
    ],
  };
  beforeAll(async () => {
    house = await openHouse({ onePerson: false });
    const admin = (path: string, body: unknown) => call(house, "POST", path, { key: house.adminKey, body });
    const first = await held(house);
    role = first.approval.role;
    for (const id of ["alice", "bob", "carol"]) {
      await admin("/v1/people", { id, name: id, roles: id === "carol" ? ["gardener"] : [role, "dba"] });
      keys[id] = await house.key({ role: "approver", person: id });
    }
    await admin("/v1/people", { id: "dev@example.com", name: "Dev", roles: [role, "dba"] });
    keys["owner"] = await house.key({ role: "approver", person: "dev@example.com" });
    keys["bot"] = await house.key({ role: "approver" });
  });
  afterAll(() => house?.close());
  const vote = ({ path }: Held, body: unknown, who: string) =>
    call(house, "POST", `${path}/votes`, { key: keys[who] ?? "", body });

  test.each([
    ["the owner of the agent", "owner", "own_request"],
    ["a person without the role", "carol", "not_an_approver"],
    ["a key that is nobody's", "bot", "not_an_approver"],
  ])("%s cannot answer", async (_what, who, code) => {
    const one = await held(house);
    const voted = await vote(one, yes(one), who);
    expect([voted.status, voted.body.code]).toEqual([403, code]);
    expect((await call(house, "GET", one.path, { key: house.auditorKey })).body.state).toBe("pending");
  });

  test("nor can the owner edit, which would be answering too", async () => {
    const one = await held(house);
    const voted = await vote(one, yes(one, { editedArgs: { command: "ls" } }), "owner");
    expect([voted.status, voted.body.code]).toEqual([403, "own_request"]);
  });

  test.each<[string, string, (one: Held) => Promise<unknown>, string]>([
    [
      "whose role is newer than the request",
      "erin",
      async () => {
        const body = { id: "erin", name: "Erin", roles: [role] };
        await call(house, "POST", "/v1/people", { key: house.adminKey, body });
        keys["erin"] = await house.key({ role: "approver", person: "erin" });
      },
      "not_an_approver",
    ],
    ["who has answered it before", "bob", (one) => vote(one, no(), "bob"), "already_settled"],
    ["of another role", "carol", () => Promise.resolve(), "not_an_approver"],
  ])("nor does anybody edit %s", async (_whose, who, before, code) => {
    // a call of its own: a no to it is remembered
    const one = await held(house, { args: { command: `${MIGRATE} --schema ${who}.prisma` } });
    await before(one);
    const edited = await vote(one, yes(one, { editedArgs: { command: "ls" } }), who);
    expect([edited.body.code, edited.body.editedActionId]).toEqual([code, undefined]);
    const { state } = (await call(house, "GET", one.path, { key: house.auditorKey })).body;
    expect(state).toBe(code === "already_settled" ? "rejected" : "pending");
  });

  test("an owner that is only claimed is barred as well", async () => {
    const key = await house.key({ role: "agent" });
    const one = await held(house, { principal: { agent: "claude-code", onBehalfOf: "alice" } }, key);
    expect((await vote(one, yes(one), "alice")).body.code).toBe("own_request");
    expect((await vote(one, yes(one), "bob")).status).toBe(200);
  });

  test("roles that are newer than the request do not count", async () => {
    const one = await held(house);
    await call(house, "POST", "/v1/people", { key: house.adminKey, body: { id: "dave", name: "Dave", roles: [role] } });
    keys["dave"] = await house.key({ role: "approver", person: "dave" });
    expect((await vote(one, yes(one), "dave")).body.code).toBe("not_an_approver");
  });

  test("policy takes two people: its author cannot publish it, an admin neither writes nor publishes", async () => {
    const admin = await call(house, "POST", "/v1/policies", {
      key: house.adminKey,
      body: { name: "two", document: TWO },
    });
    expect(admin.status).toBe(403);
    const author = await house.key({ role: "policy-author", person: "alice" });
    const same = await house.key({ role: "policy-publisher", person: "alice" });
    const other = await house.key({ role: "policy-publisher", person: "bob" });
    const made = await call(house, "POST", "/v1/policies", { key: author, body: { name: "two", document: TWO } });
    const publish = (key: string) => call(house, "POST", `/v1/policies/${made.body.id}/publish`, { key });
    expect((await publish(author)).status).toBe(403);
    expect((await publish(same)).body.code).toBe("two_person_required");
    expect((await publish(other)).status).toBe(200);

    const one = await held(house);
    expect((await vote(one, yes(one), "alice")).body.approval).toMatchObject({
      state: "pending",
      votes: [{ voter: "alice" }],
    });
    expect((await vote(one, yes(one), "alice")).body.code).toBe("already_voted");
    const waiting = await call(house, "GET", `/v1/actions/${one.action.actionId}`, { key: house.agentKey });
    expect(waiting.body.state).toBe("held");
    expect((await vote(one, yes(one), "bot")).body.code).toBe("not_an_approver");
    expect((await vote(one, yes(one), "bob")).body.approval.state).toBe("approved");
  });
});
