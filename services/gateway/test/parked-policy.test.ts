// parked-policy.test.ts — a policy changes while actions wait: denied, asked anew, or left as they were, without anybody's call

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Body, call, type House, openHouse, proposal } from "./house.ts";

const COMMAND = "npx prisma migrate deploy";
let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const admin = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  call(house, method, path, { key: house.adminKey, body, headers });
const seen = async (id: string): Promise<Body> =>
  (await call(house, "GET", `/v1/approvals/${id}`, { key: house.auditorKey })).body;
const actionNow = async (id: string): Promise<Body> =>
  (await call(house, "GET", `/v1/actions/${id}`, { key: house.auditorKey })).body;

async function held(command = COMMAND) {
  const { body } = await call(house, "POST", "/v1/actions?wait=10000", {
    key: house.agentKey,
    body: proposal(command),
  });
  expect(body.state).toBe("held");
  return { actionId: body.actionId as string, approvalId: body.decision.approval.id as string };
}

/** Publishes rules; returns what takes them back. */
async function publish(rules: object[]): Promise<() => Promise<void>> {
  const made = await admin("POST", "/v1/policies", { name: `p-${Math.random()}`, document: { rules } });
  expect(made.status).toBe(201);
  expect((await admin("POST", `/v1/policies/${made.body.id}/publish`)).status).toBe(200);
  return async () => void (await admin("POST", `/v1/policies/${made.body.id}/retire`));
}
const outdated = () => house.engine.store.approvals.outdated(1_000);
const judgedByAll = () => expect.poll(outdated, { timeout: 15_000 }).toEqual([]);
const rule = (effect: string, reason: string, more: object = {}) => ({
  id: `r-${reason.replaceAll(" ", "-")}`,
  effect,
  when: { commands: ["npx prisma migrate"] },
  reason,
  ...more,
});

describe("while an action waits", () => {
  test("a policy that denies it ends it, with the new decision as its reason", async () => {
    const one = await held();
    const undo = await publish([rule("deny", "no migrations today")]);
    await expect.poll(async () => (await actionNow(one.actionId)).state, { timeout: 15_000 }).toBe("denied");
    expect((await actionNow(one.actionId)).decision).toMatchObject({ effect: "deny", reason: "no migrations today" });
    expect((await seen(one.approvalId)).state).toBe("cancelled");
    await undo();
  });

  test("a policy that asks for more opens another question: a vote on the old one counts no more", async () => {
    const first = await publish([rule("require_approval", "three look", { approval: { role: "dba", quorum: 3 } })]);
    const one = await held();
    const before = await seen(one.approvalId);
    const yes = (card: string, key: string) =>
      call(house, "POST", `/v1/approvals/${one.approvalId}/votes`, {
        key,
        body: { vote: "approve", cardSha256: card },
      });
    const second = await house.key({ role: "approver" });
    expect((await yes(before.card.sha256, house.approverKey)).body.approval.state).toBe("pending");
    // Whoever took a yes back may not give it again, but may answer another question.
    expect((await yes(before.card.sha256, second)).body.approval.state).toBe("pending");
    const back = await call(house, "DELETE", `/v1/approvals/${one.approvalId}/votes`, { key: second });
    expect(back.status).toBe(200);
    expect((await yes(before.card.sha256, second)).body.code).toBe("already_voted");
    const undo = await publish([rule("require_approval", "and a third reason")]);
    await expect
      .poll(async () => (await seen(one.approvalId)).card.text, { timeout: 15_000 })
      .toContain("third reason");
    const now = await seen(one.approvalId);
    expect(now).toMatchObject({
      state: "pending",
      expiresAt: before.expiresAt,
      votes: [{ void: "other question" }, { void: "other question" }],
    });
    expect((await yes(before.card.sha256, second)).body.code).toBe("card_changed");
    expect((await yes(now.card.sha256, second)).body.approval.state).toBe("pending");
    expect((await yes(now.card.sha256, house.approverKey)).body.approval.state).toBe("pending");
    const third = await house.key({ role: "approver" });
    expect((await yes(now.card.sha256, third)).body.approval.state).toBe("approved");
    await undo();
    await first();
  });

  test("a policy that changes nothing for it changes nothing of it: the same card, the votes that were given", async () => {
    const first = await publish([rule("require_approval", "two eyes", { approval: { role: "dba", quorum: 2 } })]);
    const one = await held();
    const before = await seen(one.approvalId);
    const yes = (key: string) =>
      call(house, "POST", `/v1/approvals/${one.approvalId}/votes`, {
        key,
        body: { vote: "approve", cardSha256: before.card.sha256 },
      });
    await yes(house.approverKey);
    const undo = await publish([
      { id: "else", effect: "deny", when: { commands: ["shutdown"] }, reason: "something else" },
    ]);
    await judgedByAll();
    expect((await seen(one.approvalId)).card.sha256).toBe(before.card.sha256);
    expect((await yes(await house.key({ role: "approver" }))).body.approval.state).toBe("approved");
    await undo();
    await first();
  });

  test("a policy that would allow it by now changes nothing: there is no way from held to allowed", async () => {
    const undo = await publish([rule("require_approval", "for a while")]);
    const one = await held("npx prisma migrate deploy --schema a");
    await undo();
    await judgedByAll();
    expect((await actionNow(one.actionId)).state).toBe("held");
  });
});
