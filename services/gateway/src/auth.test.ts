// auth.test.ts — a key opens the door only while it is valid, and only for the agents it names

import { fixedClock } from "@holdpoint/runtime/clock.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import { expect, test } from "vitest";
import { createDoor, isItsOwn, REMEMBERED_MS, speaksFor } from "./auth.ts";

const credential = (over: Partial<Credential> = {}): Credential => ({
  id: "key_1",
  tenant: "default",
  role: "agent",
  agents: ["*"],
  attests: {},
  ...over,
});

function door(valid = true) {
  const state = { valid, asked: 0 };
  const clock = fixedClock(0);
  const authenticate = async () => {
    state.asked += 1;
    return state.valid ? credential() : undefined;
  };
  return { state, clock, door: createDoor({ keys: { authenticate }, signIns: { authenticate } }, clock) };
}

test.each([
  undefined,
  "",
  "hp_a_b",
  "Basic hp_a_b",
  "Bearer ",
  "Bearer nope",
  "Bearer hp_a b",
  `Bearer hp_${"x".repeat(300)}`,
])("%s never reaches the store", async (header) => {
  const { door: it, state } = door();
  await expect(it.caller(header)).rejects.toMatchObject({ code: "unauthenticated" });
  expect(state.asked).toBe(0);
});

test("a burst asks the store once; a revoked key stops within a second", async () => {
  const { door: it, state, clock } = door();
  await Promise.all(Array.from({ length: 20 }, () => it.caller("Bearer hp_a_b")));
  expect(state.asked).toBe(1);
  state.valid = false;
  clock.advance(REMEMBERED_MS + 1);
  await expect(it.caller("Bearer hp_a_b")).rejects.toMatchObject({ code: "unauthenticated" });
  expect(REMEMBERED_MS).toBeLessThanOrEqual(1_000);
});

test("forgetting makes a revocation here bite at once", async () => {
  const { door: it, state } = door();
  await it.caller("Bearer hp_a_b");
  state.valid = false;
  it.forget();
  await expect(it.caller("Bearer hp_a_b")).rejects.toMatchObject({ code: "unauthenticated" });
});

test("a stranger is not remembered: a key works as soon as it is made", async () => {
  const { door: it, state } = door(false);
  await expect(it.caller("Bearer hp_a_b")).rejects.toMatchObject({ code: "unauthenticated" });
  state.valid = true;
  expect(await it.caller("Bearer hp_a_b")).toMatchObject({ id: "key_1" });
});

test.each<[string[], string, boolean]>([
  [["*"], "claude-code", true],
  [["claude-*"], "claude-code", true],
  [["claude-*"], "codex", false],
  [["codex", "gemini"], "gemini", true],
  [["codex"], "codex2", false],
  [["CODEX"], "codex", false],
  [["{codex,gemini}-*"], "gemini-2", true],
  [["*", "!codex"], "codex", false],
  [[], "codex", false],
])("a key for %j speaks for %s: %s", (agents, agent, may) =>
  expect(speaksFor(credential({ agents }), agent)).toBe(may),
);

test("its own are its own; an executor also has those of the agents it serves", () => {
  const action = { credential: "key_agent", principal: { agent: "codex" } };
  expect(isItsOwn(credential({ id: "key_agent", agents: ["codex"] }), action)).toBe(true);
  expect(isItsOwn(credential({ id: "key_other", agents: ["*"] }), action)).toBe(false);
  expect(isItsOwn(credential({ id: "key_host", role: "executor", agents: ["codex"] }), action)).toBe(true);
  expect(isItsOwn(credential({ id: "key_host", role: "executor", agents: ["gemini"] }), action)).toBe(false);
});
