// hooks.test.ts — clients that call their hooks by HTTP: their words in, their words out, and a no for everything unclear

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Body, call, type House, MIGRATE, openHouse } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

let calls = 0;
const claude = (command: string, more: Body = {}) => {
  calls += 1;
  return {
    hook_event_name: "PreToolUse",
    session_id: `hooks-${calls}`,
    tool_use_id: `toolu_${calls}`,
    tool_name: "Bash",
    tool_input: { command },
    cwd: "/home/dev/api",
    ...more,
  };
};
const hook = async (client: string, body: unknown, key: string | undefined = house.agentKey) =>
  call(house, "POST", `/hooks/${client}`, { key, body });
const decision = (body: Body): string => body.hookSpecificOutput?.permissionDecision;

test("a safe call is allowed under a claim, and its end is reported by the hook that follows", async () => {
  const said = claude("git status");
  const before = await hook("claude-code", said);
  expect([before.status, decision(before.body)]).toEqual([200, "allow"]);
  const action = async () =>
    (await call(house, "GET", "/v1/decisions?limit=1", { key: house.auditorKey })).body.items[0].actionId;
  const id = await action();
  const state = async () => (await call(house, "GET", `/v1/actions/${id}`, { key: house.auditorKey })).body.state;
  expect(await state()).toBe("executing");
  const done = { ...said, hook_event_name: "PostToolUse", tool_response: { stdout: "", exitCode: 1 } };
  expect((await hook("claude-code", done)).body).toEqual({});
  expect(await state()).toBe("failed");
});

test("what is denied or held is a no that says why", async () => {
  expect(decision((await hook("claude-code", claude("rm -rf /"))).body)).toBe("deny");
  const held = await hook("claude-code", claude(MIGRATE));
  expect(decision(held.body)).toBe("deny");
  expect(held.body.hookSpecificOutput.permissionDecisionReason).toMatch(/approval pending: apr_/);
});

test("the other clients are answered in their own words", async () => {
  const gemini = {
    hook_event_name: "BeforeTool",
    session_id: "g1",
    tool_name: "run_shell_command",
    tool_input: { command: "rm -rf /" },
    cwd: "/home/dev/api",
  };
  expect((await hook("gemini", gemini)).body).toMatchObject({ decision: "deny" });
  const copilot = { sessionId: "c1", toolName: "bash", toolArgs: '{"command":"rm -rf /"}', cwd: "/home/dev/api" };
  expect((await hook("copilot", copilot)).body).toMatchObject({ permissionDecision: "deny" });
});

describe("is a no, with status 200, because a client takes any other for no opinion", () => {
  test.each<[string, () => unknown, (() => string) | undefined]>([
    ["no JSON", () => "{", undefined],
    ["another event", () => claude("ls", { hook_event_name: "Stop" }), undefined],
    ["no session", () => claude("ls", { session_id: "" }), undefined],
    ["arguments that are none", () => claude("ls", { tool_input: "ls" }), undefined],
    ["a field twice", () => '{"hook_event_name":"PreToolUse","hook_event_name":"Stop"}', undefined],
    ["a key that is none", () => claude("ls"), () => "hp_nobody"],
    ["a person's key", () => claude("ls"), () => house.approverKey],
  ])("%s", async (_what, body, key) => {
    const answer = await hook("claude-code", body(), key?.());
    expect([answer.status, decision(answer.body)]).toEqual([200, "deny"]);
  });
  test("a client that nobody knows is not found", async () => {
    for (const client of ["emacs", "constructor", "__proto__"])
      expect((await hook(client, claude("ls"))).status).toBe(404);
  });
});

describe("refusals of hooks that had no gateway", () => {
  const refusal = {
    at: "2026-11-21T10:00:00.000Z",
    client: "claude-code",
    session: "s",
    tool: "Bash",
    args: "sha256-jcs:00",
    reason: "no answer",
  };
  test("are evidence when they are told", async () => {
    const { status, body } = await call(house, "POST", "/v1/refusals", {
      key: house.agentKey,
      body: { refusals: [refusal, refusal] },
    });
    expect([status, body]).toEqual([200, { noted: 2 }]);
    const noted = async () => {
      await house.engine.store.events.sequence();
      const events = (await house.engine.store.events.after("default", 0, 1_000)).map(({ event }) => event);
      return events.filter(({ type }) => type === "hook.refused");
    };
    await expect.poll(async () => (await noted()).length).toBe(2);
    const { reason, ...rest } = refusal;
    expect((await noted())[0]).toMatchObject({ reason, detail: { ...rest, claimed: true } });
  });
  test.each<[string, unknown]>([
    ["an unknown field", { refusals: [{ ...refusal, command: "ls" }] }],
    ["no time", { refusals: [{ ...refusal, at: "yesterday" }] }],
    ["none at all", { refusals: [] }],
  ])("are refused with %s", async (_what, body) => {
    expect((await call(house, "POST", "/v1/refusals", { key: house.agentKey, body })).status).toBe(422);
  });
});
