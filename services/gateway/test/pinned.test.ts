// pinned.test.ts — the place and the tool that a call is meant for: bound on its card, and equal at its claim or nothing happens

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
const propose = async (command: string, more: More = {}, key = house.agentKey): Promise<Body> =>
  (await post(key, "/v1/actions?wait=10000", proposal(command, more))).body;
const claim = (action: Body, body: More = {}, key = house.agentKey, headers?: Record<string, string>) =>
  post(key, `/v1/actions/${action.actionId}/claim`, body, headers);
const refusal = ({ status, body }: Answer) => [status, body.reasonCode, body.at];
const cardOf = async (action: Body) =>
  (await call(house, "GET", `/v1/approvals/${action.decision.approval.id}`, { key: house.approverKey })).body.card;
async function approve(action: Body, more: More = {}) {
  const { sha256 } = await cardOf(action);
  const path = `/v1/approvals/${action.decision.approval.id}/votes`;
  const { body } = await post(house.approverKey, path, { vote: "approve", cardSha256: sha256, ...more });
  return body;
}
const row = (action: Body) => house.engine.store.actions.get("default", action.actionId);
const typesOf = async (action: Body) =>
  (await house.engine.store.events.ofAction("default", action.actionId)).map(({ type }) => type);

const PINS = { audience: "runners-eu", toolVersion: "sha256:7d0c" };

describe("confused deputy", () => {
  test.each<[string, More, unknown[]]>([
    ["another place", { ...PINS, audience: "runners-us" }, [409, "wrong_audience", "/audience"]],
    ["no place at all", { toolVersion: PINS.toolVersion }, [409, "wrong_audience", "/audience"]],
    ["another version of the tool", { ...PINS, toolVersion: "sha256:0bad" }, [409, "tool_changed", "/toolVersion"]],
    ["no version of the tool", { audience: PINS.audience }, [409, "tool_changed", "/toolVersion"]],
    ["a place in other letters", { ...PINS, audience: "Runners-EU" }, [409, "wrong_audience", "/audience"]],
  ])("a claim for %s is refused, noted and consumes nothing", async (_what, said, want) => {
    const [allowed, approved] = [await propose("git status", PINS), await propose(MIGRATE, PINS)];
    await approve(approved);
    for (const action of [allowed, approved]) {
      const before = await row(action);
      expect(refusal(await claim(action, said))).toEqual(want);
      expect(await row(action)).toMatchObject({ state: before?.state, version: before?.version });
      expect((await typesOf(action)).at(-1)).toBe("claim.refused");
      expect((await claim(action, PINS)).body).toMatchObject({ state: "executing" });
    }
  });

  test("an executor that is pinned to another place cannot claim it, whatever it says; the right one can", async () => {
    const [here, there] = await Promise.all(
      ["runners-eu", "runners-us"].map((audience) => house.key({ role: "executor", attests: { audience } })),
    );
    const action = await propose("git status", { audience: "runners-eu" });
    expect(refusal(await claim(action, {}, there))).toEqual([409, "wrong_audience", "/audience"]);
    expect(refusal(await claim(action, { audience: "runners-eu" }, there))).toEqual([
      409,
      "wrong_audience",
      "/audience",
    ]);
    expect((await claim(action, {}, here)).body.state).toBe("executing");
  });

  test("a pinned key has no word of its own about its place, also where the call names none", async () => {
    const there = await house.key({ role: "executor", attests: { audience: "runners-us" } });
    const action = await propose("git status");
    expect(refusal(await claim(action, { audience: "runners-eu" }, there))).toEqual([
      409,
      "wrong_audience",
      "/audience",
    ]);
    expect((await claim(action, { audience: "anywhere" })).body.state).toBe("executing");
  });

  test("what a pinned key proposes is meant for its place, said or not; for another place it proposes nothing", async () => {
    const key = await house.key({ role: "agent", attests: { audience: "runners-eu", home: "/home/dev" } });
    const action = await propose("git status", {}, key);
    expect((await row(action))?.action).toMatchObject({
      audience: "runners-eu",
      attested: expect.arrayContaining(["audience"]),
    });
    const elsewhere = await house.key({ role: "executor", attests: { audience: "runners-us" } });
    expect(refusal(await claim(action, {}, elsewhere))).toEqual([409, "wrong_audience", "/audience"]);
    expect((await claim(action, {}, key)).body.state).toBe("executing");
    const refused = await post(key, "/v1/actions", proposal("git status", { audience: "runners-us" }));
    expect([refused.status, refused.body.code, refused.body.at]).toEqual([403, "forbidden", "/audience"]);
  });

  test("a claim that is repeated for another place is not the same claim", async () => {
    const action = await propose("git status", PINS);
    const once = { "idempotency-key": "pinned-1" };
    const first = await claim(action, PINS, house.agentKey, once);
    expect((await claim(action, PINS, house.agentKey, once)).body.grant.token).toBe(first.body.grant.token);
    expect(refusal(await claim(action, { ...PINS, audience: "x" }, house.agentKey, once))).toEqual([
      409,
      "wrong_audience",
      "/audience",
    ]);
  });

  test("whoever is not meant does not even have it judged again", async () => {
    const action = await propose("git fetch --all", PINS);
    const document = { rules: [{ id: "closed", effect: "deny", when: { commands: ["git fetch"] }, reason: "closed" }] };
    const made = await post(house.adminKey, "/v1/policies", { name: "closed", document });
    await post(house.adminKey, `/v1/policies/${made.body.id}/publish`, {});
    expect(refusal(await claim(action, { ...PINS, audience: "x" }))).toEqual([409, "wrong_audience", "/audience"]);
    expect((await row(action))?.state).toBe("allowed");
    expect(refusal(await claim(action, PINS))).toEqual([409, "denied", undefined]);
    await post(house.adminKey, `/v1/policies/${made.body.id}/retire`, {});
  });
});

describe("the call again", () => {
  test("with `claim` claims what it names itself", async () => {
    expect(await propose("git status", { ...PINS, claim: true })).toMatchObject({ state: "executing" });
  });

  test.each<[string, More]>([
    ["another place", { ...PINS, audience: "runners-us" }],
    ["no place", { toolVersion: PINS.toolVersion }],
    ["another version of the tool", { ...PINS, toolVersion: "sha256:0bad" }],
    ["no version of the tool", { audience: PINS.audience }],
  ])("for %s joins no card of it, and its approval is no good there", async (_what, other) => {
    const session = { id: `s-pinned-${Math.random()}` };
    const first = await propose(MIGRATE, { session, ...PINS });
    expect((await propose(MIGRATE, { session, ...PINS })).actionId).toBe(first.actionId);
    const second = await propose(MIGRATE, { session, ...other });
    expect([second.state, second.actionId === first.actionId]).toEqual(["held", false]);
    expect((await cardOf(second)).text).not.toBe((await cardOf(first)).text);
    await approve(first);
    const { approval } = (await call(house, "GET", `/v1/actions/${first.actionId}`, { key: house.agentKey })).body;
    const again = (pins: More) =>
      post(house.agentKey, "/v1/actions?wait=10000", proposal(MIGRATE, { session, ...pins, approval }));
    expect((await again(other)).body.reasonCode).toMatch(/^(wrong_audience|tool_changed)$/);
    expect((await row(first))?.state).toBe("approved");
    expect((await again(PINS)).body.state).toBe("executing");
  });
});

test("the card names both and who vouches for them; the hash of a vote covers them; what is not named is not pinned", async () => {
  const pinned = await propose(MIGRATE, PINS);
  const { text, sha256 } = await cardOf(pinned);
  expect(text).toContain("pinned audience [claimed]: runners-eu\n");
  expect(text).toContain("pinned toolVersion [claimed]: sha256:7d0c\n");
  const bare = await cardOf(await propose(MIGRATE));
  expect(bare.text).toContain("NOT PINNED: audience, toolVersion, cwd,");
  expect(bare.sha256).not.toBe(sha256);
  const key = await house.key({ role: "agent", attests: { audience: "runners-eu" } });
  expect((await cardOf(await propose(MIGRATE, {}, key))).text).toContain("pinned audience [attested]: runners-eu\n");
});

test("an edited call is meant for the same place and tool, and its bindings are gone", async () => {
  const original = await propose(MIGRATE, { ...PINS, bindings: { cwd: "/home/dev/api" } });
  const { editedActionId } = await approve(original, { editedArgs: { command: "npx prisma migrate status" } });
  expect((await row({ actionId: editedActionId }))?.action).toMatchObject(PINS);
  expect((await row({ actionId: editedActionId }))?.action).not.toHaveProperty("bindings");
});

test("AuthZEN: a yes is a claim for the place and tool that were named, and a pinned key asks for its own place only", async () => {
  const evaluation = (more: More) => ({
    subject: { type: "agent", id: "claude-code" },
    action: { name: "Bash" },
    resource: { type: "repository", id: "/home/dev/api" },
    context: { args: { command: "git status" }, cwd: "/home/dev/api", ...more },
  });
  const key = await house.key({ role: "authzen", attests: { home: "/home/dev", audience: "runners-eu" } });
  const path = "/access/v1/evaluation";
  expect((await post(key, path, evaluation(PINS))).body).toMatchObject({ decision: true });
  expect((await post(key, path, evaluation({}))).body).toMatchObject({ decision: true });
  const refused = await post(key, path, evaluation({ audience: "runners-us" }));
  expect([refused.status, refused.body.at]).toEqual([403, "/context/audience"]);
});
