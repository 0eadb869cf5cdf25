// so-far.test.ts — who has answered and who is missing, in the words that stand beside a card

import type { Vote } from "@holdpoint/wire/approval.ts";
import { expect, test } from "vitest";
import { soFar } from "./so-far.ts";

let votes = 0;
const yes = (voter: string, roles: string[], more: Partial<Vote> = {}): Vote => ({
  id: `vote_019a0000-0000-7000-8000-${String(++votes).padStart(12, "0")}`,
  voter,
  channel: "api",
  vote: "approve",
  roles,
  at: "2026-01-01T00:00:00Z",
  ...more,
});
const needs = (...each: [string, number, number][]) =>
  each.map(([role, quorum, given]) => ({ role, quorum, votes: given }));
const at = "2026-01-01T00:30:00Z";
const lead = [{ role: "lead", quorum: 2, at }];

test.each<[string, Parameters<typeof soFar>[0], string[]]>([
  ["nobody yet", { requirements: needs(["approver", 1, 0]), votes: [] }, ["approver 0 of 1, 1 more needed"]],
  [
    "one role done, the other half",
    {
      requirements: needs(["repo-owner", 1, 1], ["security", 2, 1]),
      votes: [yes("ann", ["repo-owner"]), yes("sam", ["security"])],
    },
    ["repo-owner 1 of 1, by ann", "security 1 of 2, by sam, 1 more needed"],
  ],
  [
    "one person for both roles",
    { requirements: needs(["a", 1, 1], ["b", 1, 1]), votes: [yes("ann", ["a", "b"])] },
    ["a 1 of 1, by ann", "b 1 of 1, by ann"],
  ],
  [
    "a role that was lent",
    { requirements: needs(["a", 1, 1]), votes: [yes("ann", ["a"], { lent: [{ role: "a", by: "bob" }] })] },
    ["a 1 of 1, by ann for bob"],
  ],
  [
    "a step that counts like those who were asked",
    {
      requirements: needs(["a", 2, 1]),
      votes: [yes("zoe", ["a"], { called: [{ role: "a", as: "lead" }] })],
      chain: [{ role: "lead", at }],
    },
    ["a 1 of 2, by zoe as lead, 1 more needed"],
  ],
  [
    "a step that answers in their place",
    {
      requirements: needs(["a", 1, 0]),
      votes: [yes("zoe", ["a"], { called: [{ role: "a", as: "lead" }] })],
      chain: lead,
    },
    ["a 0 of 1, 1 more needed", "or lead 1 of 2, by zoe"],
  ],
  [
    "a yes that was taken back, and a no",
    {
      requirements: needs(["a", 1, 0]),
      votes: [yes("ann", ["a"], { void: "withdrawn" }), yes("bob", [], { vote: "deny" })],
    },
    ["a 0 of 1, 1 more needed", "counts no more: ann"],
  ],
])("%s", (_what, approval, words) => expect(soFar(approval)).toEqual(words));
