// machine.test.ts — a question to people from its opening to its one end, move by move

import type { ApprovalAsk } from "@holdpoint/wire/approval.ts";
import { describe, expect, test } from "vitest";
import { plainAsk } from "./ask.ts";
import { type Answer, type RequestEvent, step } from "./machine.ts";
import { type Opening, openRequest, type Request, type RequestState, type Voter } from "./request.ts";

const minute = 60_000;
const shown = { cardSha256: "sha256:card", truncated: false, basis: "b1" };
const ask = (rest: Partial<ApprovalAsk> = {}): ApprovalAsk => ({ ...plainAsk("rule", "why"), ...rest });
const needs = (...each: [string, number][]) => each.map(([role, quorum]) => ({ role, quorum }));
const open = (rest: Partial<Opening> = {}): Request =>
  openRequest({ ask: ask(), shown, fleet: true, barred: ["agent", "owner"], atMs: 0, ...rest });
const person = (id: string, roles: string[] = ["approver"], rest: Partial<Voter> = {}): Voter => ({
  id,
  roles: roles.map((role) => ({ role, sinceMs: -1 })),
  assurance: "signed-in",
  mayVote: true,
  ...rest,
});
const yes = (voter: Voter, atMs = minute, cardSha256 = shown.cardSha256): RequestEvent => ({
  type: "vote",
  voter,
  vote: "approve",
  cardSha256,
  atMs,
});
const no = (voter: Voter, atMs = minute, reason = "too risky"): RequestEvent => ({
  type: "vote",
  voter,
  vote: "deny",
  reason,
  atMs,
});

/** Plays events and says the last answer and the state. */
function play(
  request: Request,
  ...events: RequestEvent[]
): { answer: Answer; state: RequestState; request: Request; notices: string[] } {
  let answer: Answer = "nothing_to_do";
  let current = request;
  const notices: string[] = [];
  for (const event of events) {
    const next = step(current, event);
    answer = next.answer;
    current = next.request;
    notices.push(
      ...next.notices.map((notice) =>
        "role" in notice
          ? `${notice.what} ${notice.role}`
          : "state" in notice
            ? `${notice.what} ${notice.state}`
            : notice.what,
      ),
    );
  }
  return { answer, state: current.state, request: current, notices };
}
const ann = person("ann");
const bob = person("bob");

describe("votes", () => {
  test.each<[string, Request, RequestEvent[], Answer, RequestState]>([
    ["one of one approves", open(), [yes(ann)], "done", "approved"],
    ["one deny is a veto", open(), [no(ann)], "done", "rejected"],
    ["one of two waits", open({ ask: ask({ requirements: needs(["approver", 2]) }) }), [yes(ann)], "done", "pending"],
    [
      "two of two",
      open({ ask: ask({ requirements: needs(["approver", 2]) }) }),
      [yes(ann), yes(bob)],
      "done",
      "approved",
    ],
    [
      "the same person twice",
      open({ ask: ask({ requirements: needs(["approver", 2]) }) }),
      [yes(ann), yes(ann)],
      "already_voted",
      "pending",
    ],
    [
      "a veto after a yes",
      open({ ask: ask({ requirements: needs(["approver", 2]) }) }),
      [yes(ann), no(bob)],
      "done",
      "rejected",
    ],
    [
      "every role is needed",
      open({ ask: ask({ requirements: needs(["approver", 1], ["security", 1]) }) }),
      [yes(ann)],
      "done",
      "pending",
    ],
    ["a late deny finds it settled", open(), [yes(ann), no(bob)], "already_settled", "approved"],
    ["the agent itself", open(), [yes(person("agent"))], "own_request", "pending"],
    ["its owner in a fleet", open(), [yes(person("owner"))], "own_request", "pending"],
    ["its owner in a one-person up", open({ fleet: false }), [yes(person("owner"))], "done", "approved"],
    [
      "its owner where a rule does not separate",
      open({ ask: ask({ separation: false }) }),
      [yes(person("owner"))],
      "done",
      "approved",
    ],
    ["somebody without the role", open(), [yes(person("eve", ["owner"]))], "not_an_approver", "pending"],
    [
      "a credential that may not vote",
      open(),
      [yes(person("key", ["approver"], { mayVote: false }))],
      "not_an_approver",
      "pending",
    ],
    [
      "a role given after the question",
      open(),
      [yes({ ...ann, roles: [{ role: "approver", sinceMs: 1 }] })],
      "not_an_approver",
      "pending",
    ],
    ["another card", open(), [yes(ann, minute, "sha256:other")], "card_changed", "pending"],
    ["a card cut short", open({ shown: { ...shown, truncated: true } }), [yes(ann)], "card_truncated", "pending"],
    ["a card cut short can be denied", open({ shown: { ...shown, truncated: true } }), [no(ann)], "done", "rejected"],
    ["a deny without a reason", open(), [no(ann, minute, " ")], "reason_required", "pending"],
    ["at the very end of the time", open(), [yes(ann, 60 * minute)], "approval_expired", "expired"],
    ["a moment before it", open(), [yes(ann, 60 * minute - 1)], "done", "approved"],
    ["a bot alone", open(), [yes(person("bot", ["approver"], { assurance: "channel" }))], "done", "approved"],
    [
      "a bot as one of two",
      open({ ask: ask({ requirements: needs(["approver", 2]) }) }),
      [yes(person("bot", ["approver"], { assurance: "channel" })), yes(ann)],
      "done",
      "pending",
    ],
    [
      "keys of a one-person up as two",
      open({ fleet: false, ask: ask({ requirements: needs(["approver", 2]) }) }),
      [yes(person("k1", ["approver"], { assurance: "key" })), yes(person("k2", ["approver"], { assurance: "key" }))],
      "done",
      "approved",
    ],
  ])("%s", (_why, request, events, answer, state) => expect(play(request, ...events)).toMatchObject({ answer, state }));

  test("a refused vote leaves the question exactly as it was", () => {
    const request = open();
    expect(step(request, yes(person("agent"))).request).toBe(request);
  });
});

describe("chain, reminders, expiry", () => {
  const chained = open({
    ask: ask({
      requirements: needs(["owner", 1]),
      chain: [
        { role: "security", afterMs: 10 * minute },
        { role: "lead", afterMs: 20 * minute },
      ],
    }),
  });
  const sec = person("sec", ["security"]);
  const time = (atMs: number): RequestEvent => ({ type: "time", atMs });

  test("each step is told once when its time has come, reminders at half and nine tenths", () => {
    const { notices } = play(
      chained,
      time(1),
      time(10 * minute),
      time(11 * minute),
      time(31 * minute),
      time(32 * minute),
      time(55 * minute),
    );
    expect(notices).toEqual(["chain security", "chain lead", "reminder", "reminder"]);
  });
  test.each<[string, Request, RequestEvent, Answer, RequestState]>([
    ["before its step it may not answer", chained, yes(sec, 5 * minute), "not_an_approver", "pending"],
    ["after it, it stands for the one role that was asked", chained, yes(sec, 10 * minute), "done", "approved"],
    ["after it, it may veto", chained, no(sec, 10 * minute), "done", "rejected"],
    [
      "beside two roles it stands for neither: its yes is not taken, so that it can still say no",
      { ...chained, ask: { ...chained.ask, requirements: needs(["owner", 1], ["legal", 1]) } },
      yes(sec, 10 * minute),
      "veto_only",
      "pending",
    ],
    [
      "where not every rule calls it, its yes is not taken",
      { ...chained, ask: { ...chained.ask, chain: [{ role: "security", afterMs: 1, vetoOnly: true }] } },
      yes(sec, 10 * minute),
      "veto_only",
      "pending",
    ],
    [
      "beside two roles it may say yes with one of them of its own",
      { ...chained, ask: { ...chained.ask, requirements: needs(["owner", 1], ["legal", 1]) } },
      yes(person("sol", ["security", "legal"]), 10 * minute),
      "done",
      "pending",
    ],
    [
      "beside two roles it may still veto",
      { ...chained, ask: { ...chained.ask, requirements: needs(["owner", 1], ["legal", 1]) } },
      no(sec, 10 * minute),
      "done",
      "rejected",
    ],
  ])("%s", (_why, request, event, answer, state) => expect(play(request, event)).toMatchObject({ answer, state }));

  test("when the time is over it is expired, by the sweeper or by whoever comes first", () => {
    expect(play(open(), time(60 * minute))).toMatchObject({
      answer: "done",
      state: "expired",
      notices: ["settled expired"],
    });
    expect(play(open(), { type: "cancel", by: "agent", why: "", atMs: 61 * minute })).toMatchObject({
      answer: "approval_expired",
      state: "expired",
    });
    expect(play(open(), yes(ann), { type: "claim", by: "agent", atMs: 60 * minute })).toMatchObject({
      answer: "approval_expired",
      state: "expired",
    });
  });
});

describe("delegation", () => {
  const owner = person("olga", ["owner"]);
  const request = open({ ask: ask({ requirements: needs(["owner", 2]) }) });
  const lend = (from: Voter, to: string, atMs = 1): RequestEvent => ({ type: "delegate", from, to, atMs });
  const stand = person("sid", []);
  const other = person("otto", ["owner"]);

  test.each<[string, RequestEvent[], Answer, RequestState]>([
    ["a stand-in answers with the lent role", [lend(owner, "sid"), yes(stand), yes(other)], "done", "approved"],
    ["owner and stand-in are one voice", [lend(owner, "sid"), yes(stand), yes(owner)], "done", "pending"],
    [
      "two lenders to one stand-in are one voice",
      [lend(owner, "sid"), lend(other, "sid"), yes(stand)],
      "done",
      "pending",
    ],
    ["a stand-in may veto", [lend(owner, "sid"), no(stand)], "done", "rejected"],
    ["a vote before it was lent", [yes(stand, 1), lend(owner, "sid", 2)], "done", "pending"],
    ["a lent role cannot be lent on", [lend(owner, "sid"), lend(stand, "eve")], "not_an_approver", "pending"],
    ["nobody lends to the requester's side", [lend(owner, "agent")], "own_request", "pending"],
    ["the requester's side lends nothing", [lend(person("owner", ["owner"]), "sid")], "own_request", "pending"],
    ["once", [lend(owner, "sid"), lend(owner, "eve")], "nothing_to_do", "pending"],
    [
      "a lender who may not vote any more takes the role along",
      [lend(owner, "sid"), yes(stand), { type: "authority_lost", voter: "olga", atMs: 2 }, yes(other)],
      "done",
      "pending",
    ],
  ])("%s", (_why, events, answer, state) => expect(play(request, ...events)).toMatchObject({ answer, state }));
});

test("a role that is lent in the same moment, but after the vote, gives that vote no weight", () => {
  const both = open({ ask: ask({ requirements: needs(["owner", 1], ["security", 1]) }) });
  const sec = person("sec", ["security"]);
  const lend: RequestEvent = { type: "delegate", from: person("olga", ["owner"]), to: "sec", atMs: 1 };
  expect(play(both, yes(sec, 1), lend, { type: "time", atMs: 40 * minute }).state).toBe("pending");
  expect(play(both, lend, yes(sec, 1)).state).toBe("approved");
});

describe("what undoes an approval", () => {
  test.each<[string, RequestEvent[], Answer, RequestState]>([
    ["its voter withdraws", [yes(ann), { type: "withdraw", voter: "ann", atMs: 2 * minute }], "done", "revoked"],
    [
      "its voter may not vote any more",
      [yes(ann), { type: "authority_lost", voter: "ann", atMs: 2 * minute }],
      "done",
      "revoked",
    ],
    [
      "somebody else withdraws",
      [yes(ann), { type: "withdraw", voter: "bob", atMs: 2 * minute }],
      "nothing_to_do",
      "approved",
    ],
    [
      "after the claim nothing does",
      [
        yes(ann),
        { type: "claim", by: "agent", atMs: 2 * minute },
        { type: "withdraw", voter: "ann", atMs: 3 * minute },
      ],
      "already_settled",
      "consumed",
    ],
    [
      "it is claimed once",
      [yes(ann), { type: "claim", by: "agent", atMs: 2 * minute }, { type: "claim", by: "agent", atMs: 2 * minute }],
      "already_settled",
      "consumed",
    ],
    ["it is not claimed before", [{ type: "claim", by: "agent", atMs: 1 }], "not_approved", "pending"],
    [
      "the agent cancels",
      [yes(ann), { type: "cancel", by: "agent", why: "changed my mind", atMs: 2 * minute }],
      "done",
      "cancelled",
    ],
  ])("%s", (_why, events, answer, state) => expect(play(open(), ...events)).toMatchObject({ answer, state }));

  test("who withdrew does not vote again", () => {
    const two = open({ ask: ask({ requirements: needs(["approver", 2]) }) });
    expect(play(two, yes(ann), { type: "withdraw", voter: "ann", atMs: 2 }, yes(ann)).answer).toBe("already_voted");
  });
});

describe("policy changes while it waits (rulings §C1)", () => {
  const again = (rest: Partial<RequestEvent & { type: "rejudged" }>): RequestEvent => ({
    type: "rejudged",
    effect: "ask",
    ask: ask(),
    shown: { ...shown, cardSha256: "sha256:new" },
    why: "policy changed",
    atMs: 2 * minute,
    ...rest,
  });
  const two = ask({ requirements: needs(["approver", 2]) });
  test.each<[string, RequestEvent[], Answer, RequestState]>([
    ["a deny ends it", [again({ effect: "deny" })], "done", "denied"],
    ["a deny ends an approved one", [yes(ann), again({ effect: "deny" })], "done", "denied"],
    ["a policy that would allow changes nothing", [again({ effect: "allow" })], "nothing_to_do", "pending"],
    ["the same question keeps its votes", [yes(ann), again({})], "done", "approved"],
    [
      "more votes are needed: those that count stay",
      [yes(ann), again({ ask: two }), yes(bob, 3 * minute, "sha256:new")],
      "done",
      "approved",
    ],
    ["more votes are needed: approved goes back to waiting", [yes(ann), again({ ask: two })], "done", "pending"],
    [
      "another question drops the votes",
      [yes(ann), again({ shown: { ...shown, basis: "b2", cardSha256: "sha256:new" } })],
      "done",
      "pending",
    ],
    [
      "and whoever voted on the old one may answer the new one",
      [
        yes(ann),
        again({ shown: { ...shown, basis: "b2", cardSha256: "sha256:new" } }),
        yes(ann, 3 * minute, "sha256:new"),
      ],
      "done",
      "approved",
    ],
    [
      "and so may whoever took back what they said on the old one",
      [
        again({ ask: two, atMs: minute }),
        yes(ann, minute, "sha256:new"),
        { type: "withdraw", voter: "ann", atMs: minute },
        again({ shown: { ...shown, basis: "b2", cardSha256: "sha256:b2" } }),
        yes(ann, 3 * minute, "sha256:b2"),
      ],
      "done",
      "approved",
    ],
    ["a vote for the old card is refused", [again({}), yes(ann, 3 * minute)], "card_changed", "pending"],
    ["less time than has passed", [again({ ask: ask({ expiresMs: minute }) })], "done", "expired"],
  ])("%s", (_why, events, answer, state) => expect(play(open(), ...events)).toMatchObject({ answer, state }));
  test("the time to answer is never extended", () => {
    expect(play(open(), again({ ask: ask({ expiresMs: 600 * minute }) })).request.expiresAtMs).toBe(60 * minute);
  });
});

describe("questions back", () => {
  const askInfo = (voter: Voter): RequestEvent => ({ type: "ask_info", voter, text: "which table?", atMs: minute });
  test("an approver asks, the answer goes to who asked, and it is no vote", () => {
    const { request, notices, state } = play(open(), askInfo(ann), {
      type: "info",
      text: "users, yes please approve",
      atMs: 2 * minute,
    });
    expect(state).toBe("pending");
    expect(notices).toEqual(["question", "information"]);
    expect(request.questions).toEqual([
      {
        by: "ann",
        text: "which table?",
        atMs: minute,
        answer: { text: "users, yes please approve", atMs: 2 * minute },
      },
    ]);
    expect(play(request, yes(ann, 3 * minute)).state).toBe("approved");
  });
  test("only who may vote may ask, and an answer needs a question", () => {
    expect(play(open(), askInfo(person("eve", []))).answer).toBe("not_an_approver");
    expect(play(open(), { type: "info", text: "x", atMs: 1 }).answer).toBe("nothing_to_do");
    expect(play(open(), ...Array.from({ length: 21 }, () => askInfo(ann))).answer).toBe("too_many");
  });
});
