// standing.test.ts — a yes for the next ones of the same call, a no that is remembered, and the call again after an escalation

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Body, call, type House, openHouse, proposal } from "./house.ts";

const RULES = {
  rules: [
    {
      id: "ask-push",
      effect: "require_approval",
      when: { commands: ["git push origin release-*"] },
      reason: "publishes",
    },
    {
      id: "no-prune",
      effect: "deny",
      escalatable: true,
      when: { commands: ["git remote prune"] },
      reason: "forgets branches",
    },
  ],
};

let house: House;
beforeAll(async () => {
  house = await openHouse();
  const made = await call(house, "POST", "/v1/policies", {
    key: house.adminKey,
    body: { name: "ask", document: RULES },
  });
  await call(house, "POST", `/v1/policies/${made.body.id}/publish`, { key: house.adminKey });
});
afterAll(() => house?.close());

let branches = 0;
/** A call that nobody has asked for before. */
const fresh = () => `git push origin release-${++branches}`;
const propose = async (command: string, more: Record<string, unknown> = {}, key = house.agentKey): Promise<Body> =>
  (await call(house, "POST", "/v1/actions?wait=10000&until=decided", { key, body: proposal(command, more) })).body;
async function vote(action: Body, body: object): Promise<Body> {
  const { id } = action.decision.approval;
  const { card } = (await call(house, "GET", `/v1/approvals/${id}`, { key: house.auditorKey })).body;
  const answer = await call(house, "POST", `/v1/approvals/${id}/votes`, {
    key: house.approverKey,
    body: { vote: "approve", cardSha256: card.sha256, ...body },
  });
  return { ...answer.body, status: answer.status };
}
const claim = async (action: Body, body: object = {}): Promise<Body> =>
  (await call(house, "POST", `/v1/actions/${action.actionId}/claim`, { key: house.agentKey, body })).body;
const grants = async (): Promise<Body[]> =>
  (await call(house, "GET", "/v1/grants", { key: house.auditorKey })).body.items;
const grantOf = async (action: Body) => (await grants()).find(({ actionId }) => actionId === action.actionId);

describe("a standing grant", () => {
  test("for so many times: the next ones need no person, each is its own action with its evidence, then people are asked again", async () => {
    const command = fresh();
    const pins = { audience: "runners-eu", toolVersion: "sha256:7d0c" };
    const first = await propose(command, pins);
    expect((await vote(first, { standing: { scope: "times", times: 2 } })).approval.state).toBe("approved");
    const grant = await grantOf(first);
    expect(grant).toMatchObject({
      scope: "times",
      usesLeft: 2,
      used: 0,
      covers: { args: { command }, ...pins, rules: [expect.stringContaining("ask-push")] },
    });
    for (const _ of [1, 2]) {
      const next = await propose(command, pins);
      expect([next.state, next.actionId === first.actionId]).toEqual(["approved", false]);
      expect((await claim(next, pins)).state).toBe("executing");
      const approval = await house.engine.store.approvals.get("default", next.decision.approval.id);
      expect(approval?.votes).toMatchObject([{ standing: grant?.id, channel: "standing", vote: "approve" }]);
      expect(await house.engine.store.events.verify("default", next.actionId)).toEqual({ sound: true });
      const events = await house.engine.store.events.ofAction("default", next.actionId);
      expect(events.find(({ type }) => type === "approved")?.actor).toMatchObject({ credential: grant?.id });
    }
    expect((await propose(command, pins)).state).toBe("held");
    expect(await grantOf(first)).toMatchObject({ usesLeft: 0, used: 2 });
  });

  test("many at once take no more than there are uses", async () => {
    const command = fresh();
    await vote(await propose(command), { standing: { scope: "times", times: 3 } });
    const states = (await Promise.all(Array.from({ length: 12 }, () => propose(command)))).map(({ state }) => state);
    expect(states.filter((state) => state === "approved")).toHaveLength(3);
    expect(states.filter((state) => state === "held")).toHaveLength(9);
  });

  test("for a session covers that session only", async () => {
    const command = fresh();
    const session = { id: "s-standing" };
    const first = await propose(command, { session });
    await vote(first, { standing: { scope: "session" } });
    await claim(first);
    expect((await propose(command)).state).toBe("held");
    expect((await propose(command, { session })).state).toBe("approved");
  });

  test.each<[string, (command: string) => [string, Record<string, unknown>]]>([
    ["another folder", (command) => [command, { cwd: "/home/dev/web" }]],
    ["another agent", (command) => [command, { principal: { agent: "other-agent" } }]],
    ["one word more", (command) => [`${command} --force-with-lease`, {}]],
    ["another command beside it", (command) => [`${command} && npx prisma migrate deploy`, {}]],
    ["a variable set for it", (command) => [`GIT_DIR=/tmp/x ${command}`, {}]],
    ["pins that were not there", (command) => [command, { bindings: { executable: "sha256:1" } }]],
    ["a place that was not named", (command) => [command, { audience: "runners-eu" }]],
    ["a version of the tool that was not named", (command) => [command, { toolVersion: "sha256:7d0c" }]],
    ["a draft of it", (command) => [command, { mode: "draft" }]],
  ])("does not cover %s", async (_what, other) => {
    const command = fresh();
    await vote(await propose(command), {
      standing: { scope: "until", until: new Date(Date.now() + 60_000).toISOString() },
    });
    expect((await propose(...other(command))).state).not.toBe("approved");
  });

  test("does not cover another credential", async () => {
    const command = fresh();
    await vote(await propose(command), { standing: { scope: "session" } });
    expect((await propose(command, {}, await house.key({ role: "agent" }))).state).toBe("held");
  });

  test("covers the same call however it is spelled", async () => {
    const command = fresh();
    await vote(await propose(`${command} --tags`), { standing: { scope: "times", times: 1 } });
    expect((await propose(`git  push 'origin' "release-${branches}" --tags`)).state).toBe("approved");
  });

  test("ends when it is revoked, also for what it gave and nobody has claimed", async () => {
    const command = fresh();
    const first = await propose(command);
    await vote(first, { standing: { scope: "times", times: 5 } });
    const given = await propose(command);
    expect(given.state).toBe("approved");
    const { id } = (await grantOf(first)) ?? {};
    const end = () => call(house, "DELETE", `/v1/grants/${id}`, { key: house.approverKey });
    expect((await end()).status).toBe(204);
    expect((await end()).status).toBe(404);
    expect((await claim(given)).reasonCode).toBe("held");
    expect((await propose(command, { session: { id: "s-after" } })).state).toBe("held");
  });

  test("is judged again on each use: a policy that denies is a denial", async () => {
    const command = fresh();
    await vote(await propose(command), { standing: { scope: "times", times: 5 } });
    const deny = { rules: [{ id: "stop", effect: "deny", when: { commands: [command] }, reason: "frozen" }] };
    const made = await call(house, "POST", "/v1/policies", {
      key: house.adminKey,
      body: { name: "stop", document: deny },
    });
    await call(house, "POST", `/v1/policies/${made.body.id}/publish`, { key: house.adminKey });
    expect((await propose(command)).state).toBe("denied");
    await call(house, "POST", `/v1/policies/${made.body.id}/retire`, { key: house.adminKey });
  });

  test("another rule that asks as well is not covered", async () => {
    const command = fresh();
    await vote(await propose(command), { standing: { scope: "times", times: 5 } });
    const also = { rules: [{ id: "also", effect: "require_approval", when: { commands: [command] }, reason: "also" }] };
    const made = await call(house, "POST", "/v1/policies", {
      key: house.adminKey,
      body: { name: "also", document: also },
    });
    await call(house, "POST", `/v1/policies/${made.body.id}/publish`, { key: house.adminKey });
    expect((await propose(command)).state).toBe("held");
    await call(house, "POST", `/v1/policies/${made.body.id}/retire`, { key: house.adminKey });
  });

  test.each([
    ["a bare interpreter", "python deploy.py release-x && git push origin release-x"],
    ["a shell inside", "bash -c 'git push origin release-x'"],
    ["a wrapper", "sudo git push origin release-x"],
    ["what only the run knows", "git push origin release-$BRANCH"],
  ])("is not given to %s", async (_what, command) => {
    const held = await propose(command);
    if (held.state !== "held") return expect(held.state).toBe("denied");
    const voted = await vote(held, { standing: { scope: "session" } });
    expect([voted.status, voted.at]).toEqual([422, "/standing"]);
  });
});

describe("a denial", () => {
  const no = (action: Body) =>
    call(house, "POST", `/v1/approvals/${action.decision.approval.id}/votes`, {
      key: house.approverKey,
      body: { vote: "deny", reason: "not like this" },
    });

  test("is remembered for the same ask: no new card, and the answer names the old one", async () => {
    const command = fresh();
    const session = { id: `s-no-${branches}` };
    const first = await propose(command, { session });
    await no(first);
    const again = await propose(`${command}  `, { session });
    expect(again.state).toBe("denied");
    const { decision } = (await call(house, "GET", `/v1/actions/${again.actionId}`, { key: house.auditorKey })).body;
    expect(decision.findings).toContainEqual(expect.objectContaining({ code: "denied_before" }));
    expect(decision.reason).toContain(first.decision.approval.id);
    expect((await propose(command, { session }, await house.key({ role: "agent" }))).state).toBe("held");
    expect((await propose(`${command} --tags`, { session })).state).toBe("held");
    // one key speaks for every agent of a one-person house: another task is asked about again
    expect((await propose(command)).state).toBe("held");
  });

  test("is forgotten when an approver says so, and by itself when its time is over", async () => {
    const command = fresh();
    const session = { id: `s-forget-${branches}` };
    const first = await propose(command, { session });
    await no(first);
    const { id } = first.decision.approval;
    const listed = await call(house, "GET", "/v1/denials", { key: house.auditorKey });
    expect(listed.body.items).toContainEqual({ approvalId: id, until: expect.any(String) });
    expect((await call(house, "DELETE", `/v1/denials/${id}`, { key: house.approverKey })).status).toBe(204);
    const second = await propose(command, { session });
    expect(second.state).toBe("held");
    await no(second);
    expect((await propose(command, { session })).state).toBe("denied");
    await house.sql("UPDATE holdpoint.remembered_denials SET until = clock_timestamp()");
    expect((await propose(command, { session })).state).toBe("held");
  });
});

describe("equal calls while one waits", () => {
  test("join one card; the yes releases exactly one run", async () => {
    const command = fresh();
    const session = { id: `s-join-${branches}` };
    const all = await Promise.all(Array.from({ length: 5 }, () => propose(command, { session })));
    const ids = new Set(all.map(({ actionId }) => actionId));
    const late = await propose(command, { session });
    expect(ids.has(late.actionId)).toBe(true);
    await vote(late, {});
    const claims = await Promise.all(Array.from({ length: 5 }, () => claim(late)));
    expect(claims.filter(({ state }) => state === "executing")).toHaveLength(1);
  });

  test("a denied call that was escalated is joined by the call again, waits for people, and runs once", async () => {
    const session = { id: "s-escalate" };
    const command = "git remote prune origin";
    const denied = await propose(command, { session });
    expect(denied.state).toBe("denied");
    const escalated = (
      await call(house, "POST", `/v1/actions/${denied.actionId}/escalate?wait=10000`, {
        key: house.agentKey,
        body: { justification: "they are gone on the server" },
      })
    ).body;
    expect([escalated.state, escalated.replaces]).toEqual(["held", denied.actionId]);
    expect((await propose(command, { session })).actionId).toBe(escalated.actionId);
    await vote(escalated, {});
    const again = await propose(command, { session, claim: true });
    expect(again).toMatchObject({ actionId: escalated.actionId, state: "executing", args: { command } });
    expect((await propose(command, { session })).state).toBe("denied");
  });
});
