// refused-answers.test.ts — whatever is wrong with an answer: a reason to whoever gave it, an event, and nothing changed

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

const NOBODY = "00000000-0000-7000-8000-000000000000";
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

let house: House;
const keys: Record<string, string> = {};
beforeAll(async () => {
  house = await openHouse({ onePerson: false });
  const roles = ["repo-owner", "approver"];
  for (const [id, own] of Object.entries({ alice: roles, bob: roles, carol: ["gardener"] })) {
    await house.engine.store.people.put("default", { id, name: id, roles: own }, { system: "test" });
    keys[id] = await house.key({ role: "approver", person: id });
  }
  keys["stranger"] = `hp_key_${NOBODY}_${"x".repeat(43)}`;
  keys["nobody's"] = await house.key({ role: "approver" });
  keys["another agent"] = await house.key({ role: "agent" });
  Object.assign(keys, { agent: house.agentKey, admin: house.adminKey, auditor: house.auditorKey });
});
afterAll(() => house?.close());

interface Held {
  actionId: string;
  id: string;
  card: string;
}
async function held(): Promise<Held> {
  const { body } = await call(house, "POST", "/v1/actions?wait=10000", {
    key: house.agentKey,
    body: proposal(MIGRATE, { bindings: { executable: "sha256:1" } }),
  });
  const { id } = body.decision.approval;
  const approval = await call(house, "GET", `/v1/approvals/${id}`, { key: house.auditorKey });
  return { actionId: body.actionId, id, card: approval.body.card.sha256 };
}
/** Everything of it that an answer could have changed. */
const everythingOf = async ({ actionId, id }: Held) => {
  const { store } = house.engine;
  const [row, approval] = [await store.actions.get("default", actionId), await store.approvals.get("default", id)];
  const [grants, lent] = [await store.standing.list("default"), await store.delegations.list("default")];
  return JSON.stringify({ row, approval, grants, lent });
};
/** Types of the events that refusals left, the oldest first. */
const refusals = async (): Promise<string[]> => {
  const rows = await house.sql("SELECT type FROM holdpoint.events WHERE type LIKE '%.refused' ORDER BY at, id");
  return (rows as { type: string }[]).map(({ type }) => type);
};

type Try = (one: Held, as: (who: string, method: string, path: string, body?: unknown) => Promise<Answer>) => unknown;
const votes = ({ id }: Held) => `/v1/approvals/${id}/votes`;
const yes = ({ card }: Held, more: object = {}) => ({ vote: "approve", cardSha256: card, ...more });
const vote =
  (who: string, body: (one: Held) => unknown): Try =>
  (one, as) =>
    as(who, "POST", votes(one), body(one));
const on =
  (who: string, method: string, path: (one: Held) => string, body?: unknown): Try =>
  (one, as) =>
    as(who, method, path(one), body);

describe("is refused with a reason and an event, and nothing changed:", () => {
  test.each<[what: string, attempt: Try, status: number, code: string, reason: RegExp, type: string]>([
    // fields
    ["a yes without its card", vote("alice", () => ({ vote: "approve" })), 422, "invalid", /cardSha256/, "vote"],
    ["a no without its reason", vote("alice", () => ({ vote: "deny" })), 422, "invalid", /reason/, "vote"],
    ["a blank reason", vote("alice", () => ({ vote: "deny", reason: " \n" })), 422, "invalid", /reason/, "vote"],
    ["no vote at all", vote("alice", () => ({})), 422, "invalid", /vote/, "vote"],
    ["a third vote", vote("alice", (one) => yes(one, { vote: "maybe" })), 422, "invalid", /vote/, "vote"],
    ["an unknown field", vote("alice", (one) => yes(one, { force: true })), 422, "invalid", /force/, "vote"],
    ["null for a field", vote("alice", (one) => yes(one, { reason: null })), 422, "invalid", /reason/, "vote"],
    ["free text", vote("alice", () => '"yes, do it"'), 422, "invalid", /./, "vote"],
    ["what is no JSON", vote("alice", () => "yes"), 400, "bad_json", /./, "vote"],
    ["a list of votes", vote("alice", (one) => [yes(one), yes(one)]), 422, "invalid", /body/, "vote"],
    ["another card", vote("alice", (one) => yes(one, { cardSha256: "sha256:0" })), 409, "card_changed", /card/, "vote"],
    [
      "a standing yes without its number",
      vote("alice", (one) => yes(one, { standing: { scope: "times" } })),
      422,
      "invalid",
      /times/,
      "vote",
    ],
    [
      "a standing yes until yesterday",
      vote("alice", (one) => yes(one, { standing: { scope: "until", until: "2020-01-01T00:00:00Z" } })),
      422,
      "invalid",
      /until/,
      "vote",
    ],
    [
      "an edit of another card",
      vote("alice", (one) => yes(one, { cardSha256: "x", editedArgs: {} })),
      409,
      "card_changed",
      /card/,
      "vote",
    ],
    // ids
    [
      "no such approval",
      on("alice", "POST", () => `/v1/approvals/apr_${NOBODY}/votes`, { vote: "deny", reason: "x" }),
      404,
      "not_found",
      /nothing here/,
      "vote",
    ],
    [
      "an action's id for an approval's",
      on("alice", "POST", (one) => `/v1/approvals/${one.actionId}/votes`, { vote: "deny", reason: "x" }),
      404,
      "not_found",
      /nothing here/,
      "vote",
    ],
    // who
    ["nobody", (one) => call(house, "POST", votes(one), { body: yes(one) }), 401, "unauthenticated", /key/, "vote"],
    ["a key that is none", on("stranger", "DELETE", votes), 401, "unauthenticated", /key/, "vote.withdrawal"],
    ["the agent's own key", vote("agent", yes), 403, "not_an_approver", /`agent`.* approver/, "vote"],
    ["an admin's key", vote("admin", yes), 403, "not_an_approver", /`admin`/, "vote"],
    ["an auditor's key", vote("auditor", yes), 403, "not_an_approver", /`auditor`/, "vote"],
    ["a person of another role", vote("carol", yes), 403, "not_an_approver", /role/, "vote"],
    ["a key of nobody without the role", vote("nobody's", yes), 403, "not_an_approver", /./, "vote"],
    // around the vote
    ["taking back what was not given", on("alice", "DELETE", votes), 409, "nothing_to_do", /./, "vote.withdrawal"],
    [
      "taking back with an agent's key",
      on("agent", "DELETE", votes),
      403,
      "not_an_approver",
      /`agent`/,
      "vote.withdrawal",
    ],
    [
      "a question of whoever has no say",
      on("carol", "POST", (one) => `/v1/approvals/${one.id}/questions`, { text: "?" }),
      403,
      "not_an_approver",
      /role/,
      "question",
    ],
    [
      "an empty question",
      on("alice", "POST", (one) => `/v1/approvals/${one.id}/questions`, { text: "" }),
      422,
      "invalid",
      /text/,
      "question",
    ],
    [
      "an answer to what nobody asked",
      on("agent", "POST", (one) => `/v1/actions/${one.actionId}/answers`, { text: "yes" }),
      409,
      "nothing_to_do",
      /./,
      "answer",
    ],
    [
      "an answer of another agent",
      on("another agent", "POST", (one) => `/v1/actions/${one.actionId}/answers`, { text: "yes" }),
      404,
      "not_found",
      /./,
      "answer",
    ],
    [
      "lending to nobody known",
      (one, as) => as("alice", "POST", "/v1/delegations", { to: "nobody", until: inAnHour(), approvalId: one.id }),
      422,
      "invalid",
      /nobody of this name/,
      "delegation",
    ],
    [
      "lending everything to nobody known",
      (_one, as) => as("alice", "POST", "/v1/delegations", { to: "nobody", until: inAnHour() }),
      422,
      "invalid",
      /nobody of this name/,
      "delegation",
    ],
    [
      "lending to oneself",
      (_one, as) => as("bob", "POST", "/v1/delegations", { to: "bob", until: inAnHour() }),
      422,
      "invalid",
      /somebody else/,
      "delegation",
    ],
    [
      "lending until yesterday",
      (_one, as) => as("alice", "POST", "/v1/delegations", { to: "bob", until: "2020-01-01T00:00:00Z" }),
      422,
      "invalid",
      /until/,
      "delegation",
    ],
    [
      "lending what a key of nobody holds",
      (_one, as) => as("nobody's", "POST", "/v1/delegations", { to: "bob", until: inAnHour() }),
      403,
      "not_an_approver",
      /person/,
      "delegation",
    ],
    [
      "ending what nobody lent",
      on("alice", "DELETE", () => `/v1/delegations/dlg_${NOBODY}`),
      404,
      "not_found",
      /./,
      "delegation",
    ],
    [
      "revoking a grant that there is not",
      on("alice", "DELETE", () => `/v1/grants/grt_${NOBODY}`),
      404,
      "not_found",
      /./,
      "request",
    ],
    [
      "forgetting a denial that there is not",
      on("alice", "DELETE", () => `/v1/denials/apr_${NOBODY}`),
      404,
      "not_found",
      /./,
      "request",
    ],
    [
      "a secret revealed to an auditor",
      on("auditor", "GET", (one) => `/v1/approvals/${one.id}?reveal=true`),
      403,
      "forbidden",
      /approvers/,
      "approval.reveal",
    ],
    // what an approval gives
    [
      "a claim before the answer",
      on("agent", "POST", (one) => `/v1/actions/${one.actionId}/claim`, {}),
      409,
      "not_claimable",
      /waits/,
      "claim",
    ],
    [
      "a claim with a made-up token",
      (one, as) => as("agent", "POST", `/v1/actions/${one.actionId}/claim`, { approval: { id: one.id, token: "x" } }),
      403,
      "not_your_action",
      /approval/,
      "claim",
    ],
    [
      "a claim of another agent",
      on("another agent", "POST", (one) => `/v1/actions/${one.actionId}/claim`, {}),
      403,
      "not_your_action",
      /another/,
      "access",
    ],
    [
      "escalating what is not denied",
      on("agent", "POST", (one) => `/v1/actions/${one.actionId}/escalate`, { justification: "please" }),
      409,
      "illegal_transition",
      /held/,
      "request",
    ],
    [
      "escalating with a person's key",
      on("alice", "POST", (one) => `/v1/actions/${one.actionId}/escalate`, { justification: "please" }),
      403,
      "forbidden",
      /`approver`/,
      "request",
    ],
    [
      "promoting what is no draft",
      on("agent", "POST", (one) => `/v1/actions/${one.actionId}/promote`, {}),
      409,
      "illegal_transition",
      /held/,
      "request",
    ],
  ])("%s", async (_what, attempt, status, code, reason, type) => {
    const one = await held();
    const before = await everythingOf(one);
    const known = (await refusals()).length;
    const as = (who: string, method: string, path: string, body?: unknown) =>
      call(house, method, path, { key: keys[who], body });
    const answer = (await attempt(one, as)) as Answer;
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.detail).toMatch(reason);
    expect(await everythingOf(one)).toBe(before);
    expect((await refusals()).slice(known)).toEqual([`${type}.refused`]);
  });
});

test("the event says who, what and why, and hangs on the action that it is about", async () => {
  const one = await held();
  await call(house, "POST", votes(one), { key: keys["alice"], body: yes(one, { force: true }) });
  await expect
    .poll(async () => (await house.engine.store.events.ofAction("default", one.actionId)).at(-1))
    .toMatchObject({
      type: "vote.refused",
      actor: { person: "alice" },
      reason: expect.stringContaining("force"),
      detail: { code: "invalid", operation: "vote", at: "/force", times: 1 },
    });
});

test("whoever knocks without a key, however often, is one event and a number", async () => {
  const known = (await refusals()).length;
  const knock = () => call(house, "DELETE", `/v1/grants/grt_${NOBODY}`, { key: keys["stranger"] });
  expect((await Promise.all(Array.from({ length: 20 }, knock))).map(({ status }) => status)).toEqual(
    Array.from({ length: 20 }, () => 401),
  );
  expect((await refusals()).slice(known)).toEqual(["request.refused"]);
});
