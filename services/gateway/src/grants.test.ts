// grants.test.ts — a report handle is good for one claim of one action by one credential of one tenant, and for nothing else

import { sampleAction } from "@holdpoint/core/sample.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import { expect, test } from "vitest";
import { createGrants } from "./grants.ts";

const ids = ["act_00000000-0000-7000-8000-000000000001", "act_00000000-0000-7000-8000-000000000002"] as const;
const rowOf = (tenant: string, id: (typeof ids)[number], credential: string, number: number): ActionRow => ({
  action: sampleAction({ tenant, id }),
  state: "executing",
  version: 3,
  epoch: 1,
  deadlineAt: new Date(0),
  trace: {},
  receipt: "sha256:",
  claim: { number, credential, leaseUntil: new Date(0) },
});
const grants = createGrants(Buffer.alloc(32, 1));
const row = rowOf("default", ids[0], "key_1", 1);
const token = grants.token(row);

test("the same claim has the same handle in every gateway with the same master key", () => {
  expect(createGrants(Buffer.alloc(32, 1)).token(row)).toBe(token);
  expect(grants.matches(row, token)).toBe(true);
});

test.each<[string, ActionRow]>([
  ["another tenant", rowOf("other", ids[0], "key_1", 1)],
  ["another action", rowOf("default", ids[1], "key_1", 1)],
  ["another credential", rowOf("default", ids[0], "key_2", 1)],
  ["another claim of the same action", rowOf("default", ids[0], "key_1", 2)],
  ["parts that only join to the same text", rowOf("default", ids[0], "key_11", 1)],
])("%s has another one, and this one is worthless there", (_what, other) => {
  expect(grants.token(other)).not.toBe(token);
  expect(grants.matches(other, token)).toBe(false);
});

test.each(["", "hg_", `${token}A`, token.slice(0, -1), token.toUpperCase(), token.slice(3)])(
  "what is not exactly the handle is none: %j",
  (given) => expect(grants.matches(row, given)).toBe(false),
);

test("another master key knows none of them, and nothing matches where nobody claimed", () => {
  expect(createGrants(Buffer.alloc(32, 2)).matches(row, token)).toBe(false);
  const { claim: _nobody, ...unclaimed } = row;
  expect(grants.matches(unclaimed, token)).toBe(false);
});
