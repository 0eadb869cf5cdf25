// machine.model.test.ts — random lives of questions against a slow model that counts from the whole history each time

import type { ApprovalAsk } from "@holdpoint/wire/approval.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { plainAsk } from "./ask.ts";
import { type RequestEvent, step } from "./machine.ts";
import { type HeldRole, openRequest, type Request, type Voter } from "./request.ts";

const PEOPLE = ["ann", "bob", "cid", "agent", "owner"] as const;
const ROLES = ["approver", "security"] as const;
const BARRED: readonly string[] = ["agent", "owner"];
const END = 1_000;
/** Lives to live; the proof asks for 100,000. */
const RUNS = Number(process.env["HOLDPOINT_VOTE_SEQUENCES"] ?? 1_500);
const SEED = process.env["HOLDPOINT_SEED"];

/** The model remembers what was accepted and decides by searching it; it shares no code with the machine. */
interface Model {
  over: string | undefined;
  approved: boolean;
  needs: { role: string; quorum: number }[];
  chain: Step[];
  endsAt: number;
  card: string;
  basis: string;
  yes: {
    id: string;
    roles: HeldRole[];
    assurance: string;
    at: number;
    basis: string;
    gone: boolean;
    lenders: string[];
  }[];
  lent: { from: string; roles: HeldRole[]; to: string }[];
}
type Step = ApprovalAsk["chain"][number];
interface Real {
  request: Request;
}

const oldEnough = (roles: readonly HeldRole[]) => roles.filter(({ sinceMs }) => sinceMs <= 0).map(({ role }) => role);

/** How somebody stands for what is asked: as one who was, by a step of the chain, or not at all. */
function standing(model: Model, role: string, roles: readonly HeldRole[], at: number): "own" | Step | undefined {
  const own = oldEnough(roles);
  if (own.includes(role)) return "own";
  if (model.needs.length !== 1) return undefined;
  return model.chain.find((step) => step.afterMs <= at && own.includes(step.role) && !step.vetoOnly);
}

/** A yes that counts for no role that is asked is not taken: its voter may still say no. */
const mightCount = (model: Model, { id, roles }: Voter, at: number): boolean =>
  [roles, ...model.lent.filter(({ to }) => to === id).map((each) => each.roles)].some((each) =>
    model.needs.some(({ role }) => standing(model, role, each, at) !== undefined),
  );

function enough(model: Model): boolean {
  return model.needs.every(({ role, quorum }) => {
    const voices = new Set<string>();
    const instead: Record<string, Set<string>> = { approver: new Set(), security: new Set() };
    for (const vote of model.yes.filter(({ gone, basis }) => !gone && basis === model.basis)) {
      const signedIn = vote.assurance === "signed-in";
      if (quorum > 1 && !signedIn) continue;
      const people = [
        { id: vote.id, roles: vote.roles },
        ...model.lent.filter(({ from }) => vote.lenders.includes(from)).map(({ from, roles }) => ({ id: from, roles })),
      ];
      for (const { id, roles } of people) {
        const by = standing(model, role, roles, vote.at);
        if (by === undefined) continue;
        if (by === "own" || by.quorum === undefined) voices.add(id);
        else if (by.quorum === 1 || signedIn) instead[by.role]?.add(id);
        break;
      }
    }
    const wanted = model.chain.filter((step) => step.quorum !== undefined && !step.vetoOnly);
    return (
      voices.size >= quorum ||
      wanted.some((step) => {
        const most = Math.max(...wanted.map((each) => (each.role === step.role ? (each.quorum ?? 0) : 0)));
        return (instead[step.role]?.size ?? 0) >= most;
      })
    );
  });
}

const mayAnswer = (model: Model, roles: readonly HeldRole[], id: string, at: number): boolean => {
  const wanted = [
    ...model.needs.map(({ role }) => role),
    ...model.chain.filter(({ afterMs }) => afterMs <= at).map(({ role }) => role),
  ];
  const groups = [roles, ...model.lent.filter(({ to }) => to === id).map((each) => each.roles)];
  return groups.some((each) => oldEnough(each).some((role) => wanted.includes(role)));
};

/** What must hold after every event, whatever it was. */
function agree(model: Model, { request }: Real): void {
  if (model.over === undefined && model.approved && !enough(model)) model.over = "revoked";
  if (model.over === undefined && !model.approved && enough(model)) model.approved = true;
  expect(request.state).toBe(model.over ?? (model.approved ? "approved" : "pending"));
  expect(request.expiresAtMs).toBe(model.endsAt);
  const active = request.votes.filter((cast) => cast.void !== "other question").map(({ voter }) => voter.id);
  expect(new Set(active).size).toBe(active.length);
  expect(request.votes.some(({ voter }) => BARRED.includes(voter.id) || !voter.mayVote)).toBe(false);
}

const command = (event: RequestEvent, expected: (model: Model) => void): fc.Command<Model, Real> => ({
  check: () => true,
  toString: () => JSON.stringify(event),
  run(model, real) {
    const before = real.request;
    const wasOver = model.over !== undefined;
    const { request, answer, notices } = step(before, event);
    real.request = request;
    if (!wasOver && event.atMs >= model.endsAt) model.over = "expired";
    else if (!wasOver) expected(model);
    agree(model, real);
    if (wasOver) expect(answer).toBe("already_settled");
    if (answer !== "done" && request.state !== "expired") expect(request).toBe(before);
    // Whoever reaches an end says so, once.
    const ends = notices.filter(({ what }) => what === "settled").length;
    expect(ends).toBeLessThanOrEqual(1);
    if (request.state !== before.state && request.state !== "pending") expect(ends).toBe(1);
  },
});

const roles = fc.uniqueArray(fc.record({ role: fc.constantFrom(...ROLES), sinceMs: fc.constantFrom(-1, -1, -1, 5) }), {
  selector: ({ role }) => role,
});
const voter: fc.Arbitrary<Voter> = fc.record({
  id: fc.constantFrom(...PEOPLE),
  roles,
  assurance: fc.constantFrom("signed-in" as const, "signed-in" as const, "key" as const, "channel" as const),
  mayVote: fc.constantFrom(true, true, true, true, false),
});
const needs = fc.uniqueArray(fc.record({ role: fc.constantFrom(...ROLES), quorum: fc.integer({ min: 1, max: 2 }) }), {
  minLength: 1,
  selector: ({ role }) => role,
});
const at = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: END - 1 }) },
  { weight: 1, arbitrary: fc.integer({ min: END - 1, max: END + 50 }) },
);
const card = fc.constantFrom("card-0", "card-0", "card-0", "card-1", "card-2");

const votes = fc
  .record({
    voter,
    vote: fc.constantFrom("approve" as const, "approve" as const, "approve" as const, "deny" as const),
    card,
    reason: fc.constantFrom("because", "because", ""),
    atMs: at,
  })
  .map(({ voter: who, vote, card: cardSha256, reason, atMs }) =>
    command({ type: "vote", voter: who, vote, cardSha256, reason, atMs }, (model) => {
      if (model.approved || BARRED.includes(who.id) || !who.mayVote || !mayAnswer(model, who.roles, who.id, atMs))
        return;
      if (model.yes.some(({ id, basis, gone }) => id === who.id && (gone || basis === model.basis))) return;
      if (vote === "deny") {
        if (reason !== "") model.over = "rejected";
      } else if (cardSha256 === model.card && mightCount(model, who, atMs))
        model.yes.push({
          id: who.id,
          roles: [...who.roles],
          assurance: who.assurance,
          at: atMs,
          basis: model.basis,
          gone: false,
          lenders: model.lent.filter(({ to }) => to === who.id).map(({ from }) => from),
        });
    }),
  );
const undo = fc
  .record({
    type: fc.constantFrom("withdraw" as const, "authority_lost" as const),
    who: fc.constantFrom(...PEOPLE),
    atMs: at,
  })
  .map(({ type, who, atMs }) =>
    command({ type, voter: who, atMs }, (model) => {
      for (const vote of model.yes) if (vote.id === who && vote.basis === model.basis) vote.gone = true;
      if (type === "authority_lost") {
        model.lent = model.lent.filter(({ from }) => from !== who);
        for (const vote of model.yes) vote.lenders = vote.lenders.filter((each) => each !== who);
      }
    }),
  );
const delegations = fc.record({ from: voter, to: fc.constantFrom(...PEOPLE), atMs: at }).map(({ from, to, atMs }) =>
  command({ type: "delegate", from, to, atMs }, (model) => {
    if (model.approved || from.id === to || BARRED.includes(to) || BARRED.includes(from.id) || !from.mayVote) return;
    if (
      !mayAnswer({ ...model, lent: [] }, from.roles, from.id, atMs) ||
      model.lent.some((each) => each.from === from.id)
    )
      return;
    model.lent.push({ from: from.id, roles: [...from.roles], to });
  }),
);
const rejudged = fc
  .record({
    effect: fc.constantFrom("ask" as const, "ask" as const, "allow" as const, "deny" as const),
    needs,
    card,
    basis: fc.constantFrom("b0", "b0", "b1"),
    expiresMs: fc.constantFrom(END, END, END, END / 2, END * 2),
    atMs: at,
  })
  .map((each) =>
    command(
      {
        type: "rejudged",
        effect: each.effect,
        ask: { ...plainAsk("r", "w"), requirements: each.needs, expiresMs: each.expiresMs },
        shown: { cardSha256: each.card, truncated: false, basis: each.basis },
        why: "",
        atMs: each.atMs,
      },
      (model) => {
        if (each.effect === "deny") model.over = "denied";
        if (each.effect !== "ask") return;
        // Votes on what is not asked any more never come back, even if the old question does.
        if (each.basis !== model.basis) model.yes = [];
        Object.assign(model, {
          needs: each.needs,
          chain: [],
          card: each.card,
          basis: each.basis,
          approved: false,
          endsAt: Math.min(model.endsAt, each.expiresMs),
        });
        if (model.endsAt <= each.atMs) model.over = "expired";
      },
    ),
  );
const ends = fc
  .record({ type: fc.constantFrom("cancel" as const, "claim" as const, "time" as const, "time" as const), atMs: at })
  .map(({ type, atMs }) =>
    command(
      type === "cancel"
        ? { type, by: "agent", why: "", atMs }
        : type === "claim"
          ? { type, by: "agent", atMs }
          : { type, atMs },
      (model) => {
        if (type === "cancel") model.over = "cancelled";
        if (type === "claim" && model.approved) model.over = "consumed";
      },
    ),
  );

test(`the machine and the model agree on every step of ${RUNS} lives`, { timeout: 30_000 + RUNS * 10 }, () => {
  const commands = fc.commands([votes, votes, votes, undo, delegations, rejudged, ends], { maxCommands: 14 });
  const chains = fc.constantFrom<Model["chain"][]>(
    [],
    [{ role: "security", afterMs: 300 }],
    [{ role: "security", afterMs: 300, quorum: 1 }],
    [{ role: "security", afterMs: 300, quorum: 2 }],
    [{ role: "security", afterMs: 300, vetoOnly: true }],
    [
      { role: "security", afterMs: 200, quorum: 2 },
      { role: "security", afterMs: 600, quorum: 1 },
    ],
    [
      { role: "security", afterMs: 100, quorum: 2 },
      { role: "approver", afterMs: 400, quorum: 1 },
    ],
  );
  fc.assert(
    fc.property(commands, needs, chains, (life, requirements, chain) => {
      const ask = { ...plainAsk("r", "w"), requirements, expiresMs: END, chain };
      const shown = { cardSha256: "card-0", truncated: false, basis: "b0" };
      fc.modelRun(
        () => ({
          model: {
            over: undefined,
            approved: false,
            needs: requirements,
            chain,
            endsAt: END,
            card: "card-0",
            basis: "b0",
            yes: [],
            lent: [],
          } as Model,
          real: { request: openRequest({ ask, shown, fleet: true, barred: BARRED, atMs: 0 }) },
        }),
        life,
      );
    }),
    { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) },
  );
});
