// counting.ts — which roles a vote counts for: held in time, sure enough, delegated, or next in the chain

import type { ApprovalAsk, ChainStep, Vote } from "@holdpoint/wire/approval.ts";
import type { CastVote, HeldRole, Request, Voter } from "./request.ts";
import { type Ballot, type Tally, tally } from "./tally.ts";

const isBarred = (request: Request, id: string): boolean =>
  request.fleet && request.ask.separation && request.barred.includes(id);

/** Roles that are older than the question: who gets one afterwards may have been given it for this vote. */
const inTime = (roles: readonly HeldRole[], openedAtMs: number): string[] =>
  roles.filter(({ sinceMs }) => sinceMs <= openedAtMs).map(({ role }) => role);

/** Steps of the chain that have come by a time. */
export const chainDue = (ask: ApprovalAsk, openedAtMs: number, atMs: number): ApprovalAsk["chain"] =>
  ask.chain.filter(({ afterMs }) => openedAtMs + afterMs <= atMs);

/**
 * What a role of the chain may do once its time has come: say no, always; say yes in the place of the role that was
 * asked, only where one role was asked. With several requirements nobody knows whose place it takes, and a guess would
 * loosen the others.
 */
function standsFor(request: Request, roles: readonly string[], atMs: number): ChainStep | undefined {
  const called = chainDue(request.ask, request.openedAtMs, atMs).find(
    ({ role, vetoOnly }) => vetoOnly !== true && roles.includes(role),
  );
  return request.ask.requirements.length === 1 ? called : undefined;
}

/** How somebody holds a role that is asked at a time: as their own, or by a step of the chain. */
function holdsAt(request: Request, { roles }: Voter, role: string, atMs: number): "own" | ChainStep | undefined {
  const own = inTime(roles, request.openedAtMs);
  return own.includes(role) ? "own" : standsFor(request, own, atMs);
}

/** Who has lent somebody a role at a time; never the requester's side. */
export const lendersOf = (request: Request, to: string, atMs: number): Voter[] =>
  request.delegations
    .filter(
      (each) => each.to === to && !isBarred(request, each.from.id) && atMs < (each.untilMs ?? request.expiresAtMs),
    )
    .map(({ from }) => from);

/** More than one person, or nothing weaker: then only a signed-in human counts (rulings §D3). */
const needsSignIn = (request: Request, role: string): boolean =>
  request.fleet && request.ask.requirements.some((each) => each.role === role && each.quorum > 1);

export type Standing = "voter" | "own_request" | "not_an_approver";

/** May this person answer at all, now? For a veto the role of a chain step is enough once it has come. */
export function standingOf(request: Request, voter: Voter, atMs: number): Standing {
  if (isBarred(request, voter.id)) return "own_request";
  if (!voter.mayVote) return "not_an_approver";
  const asked = request.ask.requirements.map(({ role }) => role);
  const called = chainDue(request.ask, request.openedAtMs, atMs).map(({ role }) => role);
  const roles = [voter, ...lendersOf(request, voter.id, atMs)].flatMap((each) =>
    inTime(each.roles, request.openedAtMs),
  );
  return roles.some((role) => asked.includes(role) || called.includes(role)) ? "voter" : "not_an_approver";
}

/** Might a yes of this person count, however they signed in? Whoever is called to say no only, gives none. */
export const mayApprove = (request: Request, voter: Voter, atMs: number): boolean =>
  [voter, ...lendersOf(request, voter.id, atMs)].some((each) =>
    request.ask.requirements.some(({ role }) => holdsAt(request, each, role, atMs) !== undefined),
  );

/**
 * One vote as ballots, one a role. A role that was lent counts under its lender's name: owner and stand-in together are
 * one voice. A human's own role is preferred, so that one vote is one voice in each role.
 */
export function ballotsOf(request: Request, cast: CastVote): Ballot[] {
  if (cast.void !== undefined) return [];
  if (cast.vote === "deny") return [{ voter: cast.voter.id, vote: "deny", roles: [] }];
  return request.ask.requirements.flatMap(({ role }): Ballot[] => {
    const weak = request.fleet && cast.voter.assurance !== "signed-in";
    if (needsSignIn(request, role) && weak) return [];
    const held = [cast.voter, ...cast.lenders].map((each) => ({
      voter: each.id,
      by: holdsAt(request, each, role, cast.atMs),
    }));
    const { voter, by } = held.find((each) => each.by !== undefined) ?? {};
    if (voter === undefined || by === undefined) return [];
    if (by === "own") return [{ voter, vote: "approve", roles: [role] }];
    return weak && (by.quorum ?? 1) > 1 ? [] : [{ voter, vote: "approve", roles: [role], as: by.role }];
  });
}

/**
 * Votes as they are kept and shown, as ballots again: a role that was lent is its lender's voice. What was taken back
 * or belongs to another question counts for nothing.
 */
export const ballotsFrom = (
  votes: readonly Pick<Vote, "voter" | "vote" | "roles" | "lent" | "called" | "void">[],
): Ballot[] =>
  votes.flatMap((vote): Ballot[] => {
    if (vote.void !== undefined) return [];
    if (vote.vote === "deny") return [{ voter: vote.voter, vote: "deny", roles: [] }];
    return vote.roles.map((role) => {
      const as = vote.called?.find((each) => each.role === role)?.as;
      return {
        voter: vote.lent?.find((each) => each.role === role)?.by ?? vote.voter,
        vote: "approve" as const,
        roles: [role],
        ...(as !== undefined && { as }),
      };
    });
  });

/** The votes as they count. */
export const count = (request: Request): Tally =>
  tally(
    request.ask.requirements,
    request.votes.flatMap((cast) => ballotsOf(request, cast)),
    request.ask.chain,
  );
