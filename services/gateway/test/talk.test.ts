// talk.test.ts — around a vote, in a fleet: taken back, asked first, lent to somebody else, called by a chain, worn out

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Body, call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

const CHAIN = {
  rules: [
    {
      id: "ask-twice",
      effect: "require_approval",
      when: { commands: ["git push origin release-two"] },
      reason: "changes the world",
      approval: { role: "dba", quorum: 2, expires: "1h" },
    },
    {
      id: "ask-on",
      effect: "require_approval",
      when: { commands: ["git push origin release-on"] },
      reason: "binds the world",
      // biome-ignore lint/suspicious/noThenProperty: the word of the policy language
      approval: { role: "dba", expires: "1h", then: [{ role: "security", after: "30m" }] },
    },
    {
      id: "ask-others",
      effect: "require_approval",
      when: { commands: ["git push origin release-others"] },
      reason: "binds the world",
      // biome-ignore lint/suspicious/noThenProperty: the word of the policy language
      approval: { role: "dba", expires: "1h", then: [{ role: "security", after: "30m", quorum: 2 }] },
    },
    ...["dba", "repo-owner"].map((role) => ({
      id: `ask-both-${role}`,
      effect: "require_approval",
      when: { commands: ["git push origin release-both"] },
      reason: "binds the world",
      // biome-ignore lint/suspicious/noThenProperty: the word of the policy language
      approval: { role, expires: "1h", then: [{ role: "security", after: "30m", quorum: 2 }] },
    })),
  ],
};

let house: House;
const keys: Record<string, string> = {};
const PEOPLE: Record<string, string[]> = {
  alice: ["dba", "repo-owner"],
  bob: ["dba", "repo-owner"],
  carol: ["gardener"],
  sam: ["security"],
  sue: ["security"],
  "dev@example.com": ["dba"],
};

/** As two admins of a fleet would have it. */
const person = (id: string, roles: string[]) =>
  house.engine.store.people.put("default", { id, name: id, roles }, { system: "test" });

beforeAll(async () => {
  house = await openHouse({ onePerson: false });
  for (const [id, roles] of Object.entries(PEOPLE)) {
    await person(id, roles);
    keys[id] = await house.key({ role: "approver", person: id });
  }
  // long-standing members: some questions below are made older than this test
  await house.sql("UPDATE holdpoint.person_roles SET since = since - interval '2 hours'");
  const author = await house.key({ role: "policy-author", person: "alice" });
  const publisher = await house.key({ role: "policy-publisher", person: "bob" });
  const made = await call(house, "POST", "/v1/policies", { key: author, body: { name: "chain", document: CHAIN } });
  expect((await call(house, "POST", `/v1/policies/${made.body.id}/publish`, { key: publisher })).status).toBe(200);
});
afterAll(() => house?.close());

interface Held {
  actionId: string;
  id: string;
  card: string;
}
async function held(command = "git push origin release-on"): Promise<Held> {
  const { body } = await call(house, "POST", "/v1/actions?wait=10000", {
    key: house.agentKey,
    body: proposal(command),
  });
  expect(body.state).toBe("held");
  const id = body.decision.approval.id;
  return { actionId: body.actionId, id, card: (await seen(id)).card.sha256 };
}
const seen = async (id: string): Promise<Body> =>
  (await call(house, "GET", `/v1/approvals/${id}`, { key: house.auditorKey })).body;
const as = (who: string, method: string, path: string, body?: unknown) =>
  call(house, method, path, { key: keys[who], body });
const yes = (who: string, one: Held, more: object = {}) =>
  as(who, "POST", `/v1/approvals/${one.id}/votes`, { vote: "approve", cardSha256: one.card, ...more });
const agent = (method: string, path: string, body?: unknown) =>
  call(house, method, path, { key: house.agentKey, body });
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const events = async (one: Held) =>
  (await house.engine.store.events.ofAction("default", one.actionId)).map(({ type }) => type);

describe("taking a yes back", () => {
  test("before it is enough: it counts no more, stays as evidence, and is not given twice", async () => {
    const one = await held("git push origin release-two");
    await yes("alice", one);
    const back = await as("alice", "DELETE", `/v1/approvals/${one.id}/votes`);
    expect([back.status, back.body.approval.requirements[0].votes]).toEqual([200, 0]);
    expect(back.body.approval.votes).toMatchObject([{ voter: "alice", void: "withdrawn" }]);
    expect((await yes("alice", one)).body.code).toBe("already_voted");
    expect((await yes("bob", one)).body.approval.state).toBe("pending");
    expect(await events(one)).toContain("vote.withdrawn");
  });

  test("after it was enough: the approval is revoked, and there is nothing to claim", async () => {
    const one = await held();
    expect((await yes("alice", one)).body.approval.state).toBe("approved");
    expect((await as("alice", "DELETE", `/v1/approvals/${one.id}/votes`)).body.approval.state).toBe("cancelled");
    expect((await agent("GET", `/v1/actions/${one.actionId}`)).body.state).toBe("revoked");
    const claimed = await agent("POST", `/v1/actions/${one.actionId}/claim`);
    expect(claimed.body).toMatchObject({ code: "not_claimable", reasonCode: "revoked" });
  });

  test("after the claim, by somebody else, or of what was never given: nothing changes", async () => {
    const one = await held();
    await yes("alice", one);
    const back = (who: string) => as(who, "DELETE", `/v1/approvals/${one.id}/votes`);
    expect((await back("bob")).body.code).toBe("nothing_to_do");
    expect((await agent("POST", `/v1/actions/${one.actionId}/claim`)).body.state).toBe("executing");
    expect((await back("alice")).body.code).toBe("already_settled");
    expect((await agent("GET", `/v1/actions/${one.actionId}`)).body.state).toBe("executing");
  });

  test("a claim and a withdrawal at once: one of them wins, never both", async () => {
    for (let round = 0; round < 8; round += 1) {
      const one = await held();
      await yes("alice", one);
      const [claim, back] = await Promise.all([
        agent("POST", `/v1/actions/${one.actionId}/claim`),
        as("alice", "DELETE", `/v1/approvals/${one.id}/votes`),
      ]);
      const { state } = (await agent("GET", `/v1/actions/${one.actionId}`)).body;
      expect([claim.status === 200, back.status === 200].filter(Boolean)).toHaveLength(1);
      expect(state).toBe(claim.status === 200 ? "executing" : "revoked");
    }
  });
});

describe("a role that is lost", () => {
  test("before it is enough, the vote counts no more", async () => {
    await person("tim", ["dba"]);
    keys["tim"] = await house.key({ role: "approver", person: "tim" });
    const one = await held("git push origin release-two");
    await yes("tim", one);
    await person("tim", ["gardener"]);
    expect((await yes("alice", one)).body.approval.state).toBe("pending");
    expect((await yes("bob", one)).body.approval.state).toBe("approved");
    expect((await seen(one.id)).votes.find(({ voter }: Body) => voter === "tim").void).toBe("not authorised");
  });

  test("after it was enough, the claim revokes", async () => {
    await person("tom", ["dba"]);
    keys["tom"] = await house.key({ role: "approver", person: "tom" });
    const one = await held();
    await yes("tom", one);
    await person("tom", []);
    const claimed = await agent("POST", `/v1/actions/${one.actionId}/claim`);
    expect(claimed.body).toMatchObject({ code: "not_claimable", reasonCode: "revoked" });
  });
});

describe("asking first", () => {
  test("the agent is asked, its answer is on the card, and neither is a yes", async () => {
    const one = await held();
    const asked = await as("alice", "POST", `/v1/approvals/${one.id}/questions`, { text: "which account?" });
    expect(asked.status).toBe(200);
    expect(asked.body.approval.card.text).toContain("question: which account?");
    const open = (await agent("GET", `/v1/actions/${one.actionId}/questions`)).body.items;
    expect(open).toMatchObject([{ by: "alice", text: "which account?" }]);
    const forged = "yes\n\nWHO MUST ANSWER\n  role: nobody \u202eevil";
    expect((await agent("POST", `/v1/actions/${one.actionId}/answers`, { text: forged })).status).toBe(200);
    const now = await seen(one.id);
    expect(now).toMatchObject({ state: "pending", votes: [] });
    expect(now.card.text).toContain("\\u{202e}");
    expect(now.card.text.match(/^WHO MUST ANSWER$/gm)).toHaveLength(1);
    expect((await yes("alice", one)).body.code).toBe("card_changed");
    expect((await yes("alice", { ...one, card: now.card.sha256 })).body.approval.state).toBe("approved");
    expect(await events(one)).toEqual(expect.arrayContaining(["approval.question", "approval.information"]));
  });

  test("a vote that was given before the talk still counts", async () => {
    const one = await held("git push origin release-two");
    await yes("alice", one);
    await as("bob", "POST", `/v1/approvals/${one.id}/questions`, { text: "why?" });
    const { card } = await seen(one.id);
    expect((await yes("bob", { ...one, card: card.sha256 })).body.approval.state).toBe("approved");
  });

  test.each([
    ["by whoever has no say", "carol", 403],
    ["by the owner of the agent", "dev@example.com", 403],
  ])("%s is refused", async (_what, who, status) => {
    const one = await held();
    expect((await as(who, "POST", `/v1/approvals/${one.id}/questions`, { text: "?" })).status).toBe(status);
  });

  test("the owner answers for the agent, a stranger and another agent do not, and nobody answers what was not asked", async () => {
    const one = await held();
    const path = `/v1/actions/${one.actionId}/answers`;
    expect((await agent("POST", path, { text: "hello" })).body.code).toBe("nothing_to_do");
    await as("alice", "POST", `/v1/approvals/${one.id}/questions`, { text: "why?" });
    expect((await as("carol", "POST", path, { text: "because" })).status).toBe(403);
    const stranger = await house.key({ role: "agent" });
    expect((await call(house, "POST", path, { key: stranger, body: { text: "because" } })).status).toBe(404);
    const answered = await as("dev@example.com", "POST", path, { text: "because" });
    expect(answered.body.items).toMatchObject([{ answer: { by: "dev@example.com", text: "because" } }]);
  });
});

describe("lending one's roles", () => {
  const lend = (who: string, body: object) => as(who, "POST", "/v1/delegations", { until: inAnHour(), ...body });

  test("for one request: whoever was asked to stands in, as the lender's voice, and for nothing else", async () => {
    const one = await held();
    const other = await held();
    expect((await yes("carol", one)).body.code).toBe("not_an_approver");
    expect((await lend("alice", { to: "carol", approvalId: one.id })).status).toBe(201);
    const voted = await yes("carol", one);
    expect(voted.body.approval).toMatchObject({
      state: "approved",
      votes: [{ voter: "carol", roles: ["dba"], lent: [{ role: "dba", by: "alice" }] }],
    });
    expect((await yes("carol", other)).body.code).toBe("not_an_approver");
    expect((await agent("POST", `/v1/actions/${one.actionId}/claim`)).body.state).toBe("executing");
  });

  test("lender and stand-in together are one voice: a quorum of two needs another person", async () => {
    const one = await held("git push origin release-two");
    await lend("alice", { to: "carol", approvalId: one.id });
    await yes("alice", one);
    expect((await yes("carol", one)).body.approval).toMatchObject({ state: "pending", requirements: [{ votes: 1 }] });
    expect((await yes("bob", one)).body.approval.state).toBe("approved");
  });

  test("for all requests until it is ended; never in a circle, to oneself, to nobody, for longer than a month", async () => {
    const made = await lend("sam", { to: "carol" });
    expect(made.status).toBe(201);
    expect((await lend("carol", { to: "sam" })).body).toMatchObject({ code: "invalid", at: "/to" });
    expect((await lend("sam", { to: "bob" })).body.code).toBe("already_exists");
    expect((await lend("bob", { to: "bob" })).body.at).toBe("/to");
    expect((await lend("bob", { to: "nobody-known" })).body.code).toBe("invalid");
    const month = new Date(Date.now() + 40 * 86_400_000).toISOString();
    expect((await lend("bob", { to: "carol", until: month })).body.at).toBe("/until");
    expect((await lend("bob", { to: "carol", until: new Date(0).toISOString() })).body.at).toBe("/until");
    const listed = await call(house, "GET", "/v1/delegations", { key: house.auditorKey });
    expect(listed.body.items).toContainEqual(expect.objectContaining({ id: made.body.id, from: "sam", to: "carol" }));
    expect((await as("bob", "DELETE", `/v1/delegations/${made.body.id}`)).status).toBe(404);
    expect((await as("sam", "DELETE", `/v1/delegations/${made.body.id}`)).status).toBe(204);
  });

  test("separation of duties holds: the owner neither lends on this request nor is lent to", async () => {
    const one = await held();
    expect((await lend("dev@example.com", { to: "carol", approvalId: one.id })).body.code).toBe("own_request");
    expect((await lend("alice", { to: "dev@example.com", approvalId: one.id })).body.code).toBe("own_request");
    await lend("dev@example.com", { to: "carol" });
    expect((await yes("carol", one)).body.code).toBe("not_an_approver");
  });

  test("a lender who loses the role takes the vote along", async () => {
    await person("lena", ["dba"]);
    keys["lena"] = await house.key({ role: "approver", person: "lena" });
    const one = await held();
    await lend("lena", { to: "carol", approvalId: one.id });
    expect((await yes("carol", one)).body.approval.state).toBe("approved");
    await person("lena", []);
    expect((await agent("POST", `/v1/actions/${one.actionId}/claim`)).body.reasonCode).toBe("revoked");
  });
});

test("a no is remembered for the credential in a fleet, whatever session asks again", async () => {
  const command = "git push origin release-on --tags";
  const one = await held(command);
  await as("alice", "POST", `/v1/approvals/${one.id}/votes`, { vote: "deny", reason: "never" });
  const again = await call(house, "POST", "/v1/actions?wait=10000", { key: house.agentKey, body: proposal(command) });
  expect(again.body.state).toBe("denied");
});

describe("a chain", () => {
  const due = (one: Held) => house.engine.store.approvals.passTime("default", one.id);
  const told = async (one: Held) => {
    const rows = await house.engine.store.deliveries.waiting(1_000);
    return rows
      .filter(({ payload }) => (payload as { approvalId?: string }).approvalId === one.id)
      .map(({ topic }) => topic);
  };
  /** Moves the opening of a request into the past, so that its time has come without waiting for it. */
  const older = (one: Held, by: string) =>
    house.sql(
      `UPDATE holdpoint.approvals SET opened_at = opened_at - $2::interval, expires_at = expires_at - $2::interval,
              next_due_at = next_due_at - $2::interval WHERE id = $1`,
      [one.id, by],
    );

  test("the next role may say yes when its time has come, and not before; it is told once", async () => {
    const one = await held();
    expect((await seen(one.id)).chain).toMatchObject([{ role: "security", at: expect.any(String) }]);
    expect((await yes("sam", one)).body.code).toBe("not_an_approver");
    await due(one);
    expect(await told(one)).toEqual(["approval.opened"]);
    await older(one, "31 minutes");
    await due(one);
    await due(one);
    expect(await told(one)).toEqual(["approval.opened", "approval.chain", "approval.reminder"]);
    expect((await yes("sam", one)).body.approval).toMatchObject({
      state: "approved",
      votes: [{ voter: "sam", roles: ["dba"], called: [{ role: "dba", as: "security" }] }],
    });
    expect((await agent("POST", `/v1/actions/${one.actionId}/claim`)).body.state).toBe("executing");
  });

  test("a step with a quorum of its own is met by so many different people of its role, claimed and all", async () => {
    const one = await held("git push origin release-others");
    expect((await seen(one.id)).card.text).toContain(
      "still open after 30 minutes: security is told as well; a yes of 2 different people of it is enough in their place",
    );
    await older(one, "31 minutes");
    expect((await yes("sam", one)).body.approval).toMatchObject({ state: "pending", chain: [{ quorum: 2 }] });
    expect((await yes("sam", one)).body.code).toBe("already_voted");
    expect((await agent("POST", `/v1/actions/${one.actionId}/claim`)).status).not.toBe(200);
    expect((await yes("sue", one)).body.approval.state).toBe("approved");
    expect((await agent("POST", `/v1/actions/${one.actionId}/claim`)).body.state).toBe("executing");
  });
  test("and one of those who were asked still suffices; one of theirs who lost the role does not count", async () => {
    const one = await held("git push origin release-others");
    await older(one, "31 minutes");
    await yes("sam", one);
    expect((await yes("bob", one)).body.approval.state).toBe("approved");

    const two = await held("git push origin release-others");
    await older(two, "31 minutes");
    await yes("sam", two);
    expect((await yes("sue", two)).body.approval.state).toBe("approved");
    await person("sue", ["gardener"]);
    expect((await agent("POST", `/v1/actions/${two.actionId}/claim`)).body.reasonCode).toBe("revoked");
  });

  test("where several roles are asked it may say no only: its yes is refused and says so, the card too, and its no stands", async () => {
    const one = await held("git push origin release-both");
    expect((await seen(one.id)).card.text).toContain("security is told as well; it may say no, and not yes\n");
    await older(one, "31 minutes");
    const refused = await yes("sam", one);
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      403,
      "not_an_approver",
      expect.stringContaining("to say no only"),
    ]);
    expect((await events(one)).at(-1)).toBe("vote.refused");
    expect((await seen(one.id)).votes).toEqual([]);
    const no = await as("sam", "POST", `/v1/approvals/${one.id}/votes`, { vote: "deny", reason: "not like this" });
    expect(no.body.approval.state).toBe("rejected");
  });

  test("its role may say no as well, with a reason", async () => {
    const one = await held();
    await older(one, "31 minutes");
    const no = await as("sam", "POST", `/v1/approvals/${one.id}/votes`, { vote: "deny", reason: "not like this" });
    expect(no.body.approval.state).toBe("rejected");
  });

  test("people are reminded twice, by the sweeper, and then the time is over", async () => {
    const one = await held(MIGRATE);
    await older(one, "55 minutes");
    await expect.poll(() => told(one), { timeout: 10_000 }).toEqual(["approval.opened", "approval.reminder"]);
    expect(await house.engine.store.approvals.due(1_000)).not.toContainEqual(
      expect.objectContaining({ approvalId: one.id }),
    );
  });
});
