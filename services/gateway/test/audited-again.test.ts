// audited-again.test.ts — what is judged again is told to the live audit files too: at a claim, and while it waits

import type { Decision } from "@holdpoint/wire/decision.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Body, call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

let house: House;
const heard: Decision[] = [];
beforeAll(async () => {
  house = await openHouse({
    parts: (engine) =>
      Object.assign(engine, { audit: { record: (_draft: unknown, made: Decision) => heard.push(made) } }),
  });
});
afterAll(() => house?.close());

const decided = async (command: string): Promise<Body> =>
  (await call(house, "POST", "/v1/actions?wait=10000", { key: house.agentKey, body: proposal(command) })).body;
async function publish(effect: string, command: string): Promise<void> {
  const document = { rules: [{ id: `${effect}-now`, effect, when: { commands: [command] }, reason: "closed" }] };
  const key = house.adminKey;
  const made = await call(house, "POST", "/v1/policies", { key, body: { name: `${effect} ${command}`, document } });
  expect((await call(house, "POST", `/v1/policies/${made.body.id}/publish`, { key })).status).toBe(200);
}
const linesOf = ({ actionId }: Body) =>
  heard.filter((each) => each.actionId === actionId).map(({ effect, reason }) => [effect, reason]);

test.each([
  ["deny", "git fetch --all", "git fetch", "closed"],
  [
    "require_approval",
    "git log -1",
    "git log",
    "policy changed: this now needs an approval, so it has to be proposed again",
  ],
])("a claim that %s refuses by now is one line", async (effect, command, rule, reason) => {
  const action = await decided(command);
  expect(action.state).toBe("allowed");
  await publish(effect, rule);
  const claim = () => call(house, "POST", `/v1/actions/${action.actionId}/claim`, { key: house.agentKey, body: {} });
  expect((await claim()).body.reasonCode).toBe("denied");
  expect((await claim()).status).toBe(409);
  expect(linesOf(action)).toEqual([["deny", reason]]);
});

test("what waits for people and is denied by a new policy is one line, without anybody's call", async () => {
  const action = await decided(MIGRATE);
  expect(action.state).toBe("held");
  await publish("deny", "npx prisma");
  await expect.poll(() => linesOf(action), { timeout: 20_000 }).toEqual([["deny", "closed"]]);
});

test("what is asked about anew is one line, of a decision that names the event which tells of it", async () => {
  await publish("require_approval", "git stash");
  const action = await decided("git stash list");
  expect(action.state).toBe("held");
  await publish("deny", "some-other-program");
  // judged again, with the same outcome: no decision, and so no line
  await expect.poll(() => house.engine.store.approvals.outdated(10), { timeout: 20_000 }).toEqual([]);
  await publish("require_approval", "git stash list");
  const lines = () => heard.filter(({ actionId }) => actionId === action.actionId);
  await expect.poll(lines, { timeout: 20_000 }).toHaveLength(1);
  const [line] = lines();
  const key = house.adminKey;
  const stored = (await call(house, "GET", `/v1/decisions/${line?.decisionId}`, { key })).body;
  const told = await house.engine.store.events.ofAction("default", action.actionId);
  expect(told.find(({ id }) => id === stored.auditId)).toMatchObject({
    type: "approval.asked_again",
    decisionId: line?.decisionId,
    approvalId: action.decision.approval.id,
    policyDigest: stored.policyDigest,
    reason: "closed",
  });
});
