// votes.test.ts — a courier's vote in the store: self-approval barred in a fleet, the escalation stage told, never twice

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HeldStore, heldStore } from "../test/held.ts";
import { log } from "../test/world.ts";
import { votesByStore } from "./votes.ts";

let held: HeldStore;
beforeAll(async () => {
  held = await heldStore();
});
afterAll(() => held.close());

const told: string[] = [];
const votes = (onePerson = false, resume = async (_row: unknown, id: string) => void told.push(id)) =>
  votesByStore({ store: held.store, onePerson, resume, log });
const of = async (overrides = {}, role?: string) => {
  const approval = await held.hold(overrides, role);
  const given = {
    tenant: "default",
    approval,
    voter: "alice",
    roles: ["repo-owner"],
    cardSha256: approval.card.sha256,
    channel: "ops",
    signedIn: false,
  };
  return { approval, yes: { ...given, vote: "approve" as const } };
};

test("counts once, with its channel, and tells the escalation stage", async () => {
  const { approval, yes } = await of();
  expect(await votes().cast(yes)).toMatchObject({
    status: "counted",
    approval: { votes: [{ voter: "alice", channel: "ops" }] },
  });
  expect(await votes().cast(yes)).toMatchObject({ status: "already_voted" });
  expect(told.filter((id) => id === approval.id)).toHaveLength(1);
});

test("counts also when the escalation stage could not be told", async () => {
  const { yes } = await of();
  expect(await votes(false, async () => Promise.reject(new Error("away"))).cast(yes)).toMatchObject({
    status: "counted",
  });
});

describe("self-approval", () => {
  test.each([
    ["the agent itself", { principal: { agent: "alice" } }],
    ["whom the agent acts for", { principal: { agent: "claude-code", onBehalfOf: "alice" } }],
    ["who edited it", { editedBy: "alice" }],
    ["the key that proposed it", { credential: "alice" }],
  ])("by %s is refused in a fleet", async (_who, overrides) => {
    const { yes } = await of(overrides);
    expect(await votes().cast(yes)).toMatchObject({ status: "own_request" });
  });
});

test("one person alone holds whatever role is asked, where the person's entry says so", async () => {
  const { yes } = await of({}, "repo-owner");
  expect(await votes(false).cast({ ...yes, roles: ["*"] })).toMatchObject({ status: "not_an_approver" });
  expect(await votes(true).cast({ ...yes, roles: ["*"] })).toMatchObject({ status: "counted" });
});

test("a request of another tenant is unknown", async () => {
  const { yes } = await of();
  await held.store.tenants.create("other");
  expect(await votes().cast({ ...yes, tenant: "other" })).toEqual({ status: "unknown" });
});
