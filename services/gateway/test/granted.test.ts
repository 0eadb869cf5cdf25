// granted.test.ts — what an approval is good for: this very call of this agent, in its time, once; and reports that come too late

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Body, call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

type More = Record<string, unknown>;
const post = (key: string, path: string, body: unknown, headers?: Record<string, string>) =>
  call(house, "POST", path, { key, body, ...(headers && { headers }) });
const stateOf = async (action: Body) =>
  (await call(house, "GET", `/v1/actions/${action.actionId}`, { key: house.auditorKey })).body.state;
const typesOf = async (action: Body) =>
  (await house.engine.store.events.ofAction("default", action.actionId)).map(({ type }) => type);
const claim = (action: Body, body: More = {}, headers?: Record<string, string>) =>
  post(house.agentKey, `/v1/actions/${action.actionId}/claim`, body, headers);
/** Its time is over by the database's clock, and nobody has swept. */
const overdue = (action: Body) =>
  house.sql("UPDATE holdpoint.actions SET due_at = clock_timestamp() - interval '1 ms' WHERE id = $1", [
    action.actionId,
  ]);

let sessions = 0;
/** Approved by a person, with what its agent reads then: the id and token for the call again. */
async function approved(): Promise<Body & { again(more?: More, key?: string): Promise<Answer> }> {
  const session = { id: `s-granted-${++sessions}` };
  const { body } = await post(house.agentKey, "/v1/actions?wait=10000", proposal(MIGRATE, { session }));
  const path = `/v1/approvals/${body.decision.approval.id}`;
  const { card } = (await call(house, "GET", path, { key: house.approverKey })).body;
  await post(house.approverKey, `${path}/votes`, { vote: "approve", cardSha256: card.sha256 });
  const { approval } = (await call(house, "GET", `/v1/actions/${body.actionId}`, { key: house.agentKey })).body;
  const again = (more: More = {}, key = house.agentKey) =>
    post(key, "/v1/actions", proposal(MIGRATE, { session, approval, ...more }));
  return { ...body, again, path };
}

describe("the call again, with approval id and token", () => {
  test.each<[string, More]>([
    ["other arguments", { args: { command: `${MIGRATE} --schema x` } }],
    ["another tool", { tool: "run_shell_command" }],
    ["another folder", { cwd: "/home/dev/web" }],
    ["no folder", { cwd: undefined }],
    ["another session", { session: { id: "s-elsewhere" } }],
    ["another agent of the same key", { principal: { agent: "gemini-cli" } }],
  ])("with %s is another call: refused, noted, and the approval is as good as before", async (_what, other) => {
    const action = await approved();
    const refused = await action.again(other);
    expect([refused.status, refused.body.code, refused.body.reasonCode]).toEqual([
      409,
      "not_claimable",
      "bindings_changed",
    ]);
    expect(await stateOf(action)).toBe("approved");
    expect((await typesOf(action)).at(-1)).toBe("claim.refused");
    expect((await action.again()).body).toMatchObject({ state: "executing", args: { command: MIGRATE } });
  });

  test("of another key finds nothing", async () => {
    const action = await approved();
    expect((await action.again({}, await house.key({ role: "agent" }))).status).toBe(404);
    expect(await stateOf(action)).toBe("approved");
  });

  test.each<[string, string, (action: Body) => Promise<unknown>]>([
    ["expired", "expired", overdue],
    ["revoked", "revoked", ({ path }) => call(house, "DELETE", `${path}/votes`, { key: house.approverKey })],
    [
      "kill_switch",
      "denied",
      () => call(house, "PUT", "/v1/kill-switch", { key: house.adminKey, body: { engaged: true, reason: "drill" } }),
    ],
  ])("and the claim itself, are refused as `%s` where that came first, and stay so", async (reason, state, come) => {
    const action = await approved();
    const other = await approved();
    await come(action);
    await come(other);
    expect((await action.again()).body.reasonCode).toBe(reason);
    expect((await claim(other)).body.reasonCode).toBe(reason);
    if (reason === "kill_switch")
      await call(house, "PUT", "/v1/kill-switch", { key: house.adminKey, body: { engaged: false, reason: "over" } });
    for (const each of [action, other]) {
      expect(await stateOf(each)).toBe(state);
      expect(await typesOf(each)).toContain("claim.refused");
      expect((await claim(each)).body.code).toBe("not_claimable");
    }
  });
});

describe("a lease that is over", () => {
  async function over() {
    const action = await approved();
    const once = { "idempotency-key": `once-${sessions}` };
    const { grant } = (await claim(action, {}, once)).body;
    await overdue(action);
    const report = (outcome: string, key = house.agentKey) =>
      post(key, `/v1/actions/${action.actionId}/report`, { grant: grant.token, outcome });
    return { action, once, report, grant };
  }

  test("has an unknown outcome: its claim is not repeated, and no heartbeat brings it back", async () => {
    const { action, once, grant } = await over();
    expect((await claim(action, {}, once)).body.reasonCode).toBe("used");
    expect(await stateOf(action)).toBe("outcome_unknown");
    const beat = await post(house.agentKey, `/v1/actions/${action.actionId}/heartbeat`, { grant: grant.token });
    expect(beat.status).toBe(409);
  });

  test("a report that comes then is evidence and changes no state, whatever it says and however often", async () => {
    const { action, report } = await over();
    expect(await stateOf(action)).toBe("outcome_unknown");
    for (const outcome of ["succeeded", "failed"]) {
      const late = await report(outcome);
      expect([late.status, late.body.state]).toEqual([200, "outcome_unknown"]);
    }
    const events = await house.engine.store.events.ofAction("default", action.actionId);
    expect(events.slice(-2)).toMatchObject([
      { type: "report.late", detail: { outcome: "succeeded" } },
      { type: "report.late", detail: { outcome: "failed" } },
    ]);
    expect(events.filter(({ type }) => type === "outcome_unknown")).toHaveLength(1);
  });
});
