// tally.test.ts — votes are counted by distinct voters per role, and one deny is a veto

import type { ApprovalAsk } from "@holdpoint/wire/approval.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinAsks, plainAsk } from "./ask.ts";
import { joinChains } from "./chain.ts";
import { type Ballot, tally } from "./tally.ts";

const yes = (voter: string, ...roles: string[]): Ballot => ({ voter, vote: "approve", roles });
const no = (voter: string, ...roles: string[]): Ballot => ({ voter, vote: "deny", roles });
const needs = (...each: [string, number][]) => each.map(([role, quorum]) => ({ role, quorum }));

test.each([
  // why                                          asked                                   votes                                             state
  ["nobody has answered", needs(["approver", 1]), [], "pending"],
  ["one of one", needs(["approver", 1]), [yes("ann", "approver")], "approved"],
  ["a voter without the role", needs(["approver", 1]), [yes("ann", "owner")], "pending"],
  ["the same person twice", needs(["approver", 2]), [yes("ann", "approver"), yes("ann", "approver")], "pending"],
  ["two people", needs(["approver", 2]), [yes("ann", "approver"), yes("bob", "approver")], "approved"],
  ["one role of two", needs(["owner", 1], ["security", 1]), [yes("ann", "owner")], "pending"],
  [
    "one person who holds both roles",
    needs(["owner", 1], ["security", 1]),
    [yes("ann", "owner", "security")],
    "approved",
  ],
  ["a veto after a quorum", needs(["approver", 1]), [yes("ann", "approver"), no("bob", "approver")], "rejected"],
  ["a veto of someone without the role", needs(["approver", 1]), [no("eve")], "rejected"],
  ["a role in other letters", needs(["approver", 1]), [yes("ann", "Approver")], "pending"],
  ["no requirement at all still needs an approver", [], [], "pending"],
  ["no requirement, one approver", [], [yes("ann", "approver")], "approved"],
  ["a quorum of nothing still needs one", needs(["approver", 0]), [], "pending"],
])("%s", (_why, asked, votes, state) => expect(tally(asked, votes).state).toBe(state));

test("names the first requirement that is still unmet, and how far each one is", () => {
  const asked = needs(["owner", 1], ["security", 2]);
  const votes = [yes("ann", "owner", "security")];
  expect(tally(asked, votes)).toEqual({
    state: "pending",
    role: "security",
    quorum: 2,
    requirements: [
      { role: "owner", quorum: 1, votes: 1 },
      { role: "security", quorum: 2, votes: 1 },
    ],
  });
  expect(tally(asked, [...votes, yes("bob", "security")])).toMatchObject({ state: "approved", role: "owner" });
});

const roles = fc.subarray(["owner", "security", "approver"]);
const ballots = fc.array(
  fc.record({
    voter: fc.constantFrom("ann", "bob", "cid"),
    vote: fc.constantFrom("approve" as const, "deny" as const),
    roles,
  }),
);
const asks = fc.array(
  fc.record({ role: fc.constantFrom("owner", "security", "approver"), quorum: fc.integer({ min: 1, max: 3 }) }),
  { minLength: 1 },
);

describe("whatever the votes", () => {
  test("approved means that no one denied and each role has its number of different people", () => {
    fc.assert(
      fc.property(asks, ballots, (asked, votes) => {
        const enough = asked.every(
          ({ role, quorum }) =>
            ["ann", "bob", "cid"].filter((who) =>
              votes.some((each) => each.voter === who && each.vote === "approve" && each.roles.includes(role)),
            ).length >= quorum,
        );
        const vetoed = votes.some(({ vote }) => vote === "deny");
        expect(tally(asked, votes).state).toBe(vetoed ? "rejected" : enough ? "approved" : "pending");
      }),
    );
  });
  test("order and repetition of votes change nothing", () => {
    fc.assert(
      fc.property(asks, ballots, (asked, votes) => {
        expect(tally(asked, [...votes, ...votes].reverse())).toEqual(tally(asked, votes));
      }),
    );
  });
});

describe("asks join", () => {
  test("every role with its highest quorum, the earliest end, all reasons", () => {
    const one = { ...plainAsk("a", "first"), expiresMs: 60_000, requirements: needs(["owner", 1], ["approver", 2]) };
    const two = {
      ...plainAsk("b", "second"),
      separation: false,
      requirements: needs(["owner", 2]),
      chain: [{ role: "security", afterMs: 5 }],
    };
    expect(joinAsks(one, two)).toEqual({
      requirements: needs(["owner", 2], ["approver", 2]),
      expiresMs: 60_000,
      separation: true,
      chain: [{ role: "security", afterMs: 5, vetoOnly: true }],
      because: [
        { rule: "a", reason: "first" },
        { rule: "b", reason: "second" },
      ],
    });
  });
  test("each step of the chains once and in order, each reason once, another voter where either wants one", () => {
    const step = (role: string, afterMs: number) => ({ role, afterMs });
    const of = (separation: boolean, chain: ReturnType<typeof step>[], ...because: [string, string][]) => ({
      ...plainAsk("r", "x"),
      separation,
      chain,
      because: because.map(([rule, reason]) => ({ rule, reason })),
    });
    const one = of(false, [step("ops", 9), step("lead", 5)], ["a", "x"], ["b", "x"]);
    const two = of(false, [step("lead", 5), step("lead", 9), step("ops", 5), step("boss", 5)], ["a", "x"], ["a", "y"]);
    for (const joined of [joinAsks(one, two), joinAsks(two, one)]) {
      expect(joined.chain).toEqual([
        { ...step("boss", 5), vetoOnly: true },
        step("lead", 5),
        { ...step("ops", 5), vetoOnly: true },
        step("lead", 9),
        step("ops", 9),
      ]);
      expect(joined.because).toHaveLength(3);
      expect(joined.separation).toBe(false);
    }
    expect(joinAsks(of(true, []), one).separation && joinAsks(one, of(true, [])).separation).toBe(true);
    expect(joinAsks(one, one)).toMatchObject({ because: one.because, requirements: one.requirements });
    expect(
      joinAsks(plainAsk("a", "x"), { ...plainAsk("a", "x"), requirements: needs(["owner", 3]) }).requirements,
    ).toEqual(needs(["approver", 1], ["owner", 3]));
  });
  test("a step counts for as many people as the most careful of the rules that call it wants", () => {
    const of = (quorum: number, ...chain: ApprovalAsk["chain"]) => ({
      ...plainAsk("r", "x"),
      requirements: needs(["owner", quorum]),
      chain,
    });
    const step = { role: "ops", afterMs: 5 };
    expect(joinAsks(of(1, { ...step, quorum: 2 }), of(1, { ...step, quorum: 3 })).chain).toEqual([
      { ...step, quorum: 3 },
    ]);
    expect(joinAsks(of(1, { ...step, quorum: 1 }), of(3, step)).chain).toEqual([{ ...step, quorum: 3 }]);
    expect(joinAsks(of(1, { ...step, quorum: 1 }), of(1)).chain).toEqual([{ ...step, vetoOnly: true }]);
  });
  const steps = fc.array(
    fc.record(
      {
        role: fc.constantFrom("ops", "boss"),
        afterMs: fc.constantFrom(1, 2, 3),
        quorum: fc.integer({ min: 1, max: 3 }),
      },
      { requiredKeys: ["role", "afterMs"] },
    ),
    { maxLength: 3 },
  );
  test("a joined ask with chains is never easier than one of its parts, at any time", () => {
    const ballot = fc.record(
      {
        voter: fc.constantFrom("ann", "bob", "cid"),
        vote: fc.constant("approve" as const),
        roles: fc.constant(["owner"]),
        as: fc.constantFrom("ops", "boss"),
      },
      { requiredKeys: ["voter", "vote", "roles"] },
    );
    const quorum = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(
        quorum,
        quorum,
        steps,
        steps,
        fc.array(ballot),
        fc.integer({ min: 0, max: 3 }),
        (p, q, c, d, votes, at) => {
          const of = (most: number, chain: ApprovalAsk["chain"]) => ({
            ...plainAsk("r", "x"),
            requirements: needs(["owner", most]),
            chain: joinChains([{ quorum: most, chain }], 1),
          });
          const said = ({ requirements, chain }: ApprovalAsk) =>
            tally(
              requirements,
              votes,
              chain.filter(({ afterMs }) => afterMs <= at),
            ).state === "approved";
          const [one, two] = [of(p, c), of(q, d)];
          if (said(joinAsks(one, two))) expect([said(one), said(two)]).toEqual([true, true]);
          expect(joinAsks(one, two).chain).toEqual(joinAsks(two, one).chain);
        },
      ),
      { numRuns: 2_000 },
    );
  });
  test("where they ask several roles a step of any chain may say no only: nobody knows in whose place it would say yes", () => {
    const of = (role: string) => ({
      ...plainAsk("r", "x"),
      requirements: needs([role, 1]),
      chain: [{ role: "ops", afterMs: 5, quorum: 2 }],
    });
    const said = [{ role: "ops", afterMs: 5, vetoOnly: true }];
    expect(joinAsks(of("owner"), of("security")).chain).toEqual(said);
    expect(joinAsks(joinAsks(of("owner"), of("owner")), of("security")).chain).toEqual(said);
    expect(joinAsks(of("owner"), of("owner")).chain).toEqual([{ role: "ops", afterMs: 5, quorum: 2 }]);
  });
  test("the joined ask is never easier than one of its parts", () => {
    fc.assert(
      fc.property(asks, asks, ballots, (a, b, votes) => {
        const of = (requirements: typeof a) => ({ ...plainAsk("r", "x"), requirements });
        const both = tally(joinAsks(of(a), of(b)).requirements, votes).state;
        const each = [tally(a, votes).state, tally(b, votes).state];
        expect(both === "approved").toBe(each.every((state) => state === "approved"));
      }),
    );
  });
});
