// machine.ts — the whole life of a question to people as one pure function: (request, event) → (request, answer, notices)

import type { ApprovalAsk } from "@holdpoint/wire/approval.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Effect } from "@holdpoint/wire/scalars.ts";
import { chainDue, count, lendersOf, mayApprove, standingOf } from "./counting.ts";
import { type CastVote, isOpen, type Request, type RequestState, type Shown, type Voter } from "./request.ts";

export type RequestEvent = { atMs: number } & (
  | { type: "vote"; voter: Voter; vote: "approve" | "deny"; cardSha256?: string; reason?: string }
  | { type: "withdraw"; voter: string }
  | { type: "authority_lost"; voter: string }
  | { type: "delegate"; from: Voter; to: string; untilMs?: number }
  | { type: "ask_info"; voter: Voter; text: string }
  | { type: "info"; text: string }
  | { type: "time" }
  | { type: "cancel"; by: string; why: string }
  | { type: "rejudged"; effect: Effect; ask?: ApprovalAsk; shown: Shown; why: string }
  | { type: "claim"; by: string }
);

/** `done` changed something; every other word is a refusal that changed nothing but, at most, the expiry. */
export type Answer =
  | "done"
  | "already_settled"
  | "already_voted"
  | "approval_expired"
  | "own_request"
  | "not_an_approver"
  | "veto_only"
  | "card_changed"
  | "card_truncated"
  | "reason_required"
  | "too_many"
  | "not_approved"
  | "nothing_to_do";

/** Whom to tell what; delivery is the courier's. Roles, persons, or the agent that waits. */
export type Notice =
  | { what: "chain"; role: string }
  | { what: "reminder"; roles: string[] }
  | { what: "question"; text: string }
  | { what: "information"; to: string; text: string }
  | { what: "asked_again"; roles: string[] }
  | { what: "settled"; state: RequestState };

export interface Step {
  request: Request;
  answer: Answer;
  notices: Notice[];
}

/** Parts of the waiting time after which people are reminded. */
export const REMINDERS = [0.5, 0.9] as const;

const refuse = (request: Request, answer: Answer): Step => ({ request, answer, notices: [] });
const askedRoles = ({ ask }: Request): string[] => ask.requirements.map(({ role }) => role);

function settle(request: Request, state: RequestState, atMs: number, by: string, why: string): Step {
  return {
    request: { ...request, state, settled: { atMs, by, why } },
    answer: "done",
    notices: [{ what: "settled", state }],
  };
}

/** Approved is settled for the approvers and still open for what may undo it; so it says who and when as well. */
function recount(request: Request, atMs: number, by: string): Step {
  const { state } = count(request);
  if (state === "rejected") return settle(request, "rejected", atMs, by, "one deny is a veto");
  if (state === "approved" && request.state === "pending")
    return settle(request, "approved", atMs, by, "every quorum is reached");
  if (state === "pending" && request.state === "approved")
    return settle(request, "revoked", atMs, by, "the votes that are left do not suffice");
  return { request, answer: "done", notices: [] };
}

function vote(request: Request, event: RequestEvent & { type: "vote" }): Step {
  const { voter, atMs } = event;
  if (request.state !== "pending") return refuse(request, "already_settled");
  const standing = standingOf(request, voter, atMs);
  if (standing !== "voter") return refuse(request, standing);
  // Counted for nothing, it would only keep its voter from saying no.
  if (event.vote === "approve" && !mayApprove(request, voter, atMs)) return refuse(request, "veto_only");
  // A vote on another question than this one does not use up the right to answer this one.
  if (request.votes.some((cast) => cast.voter.id === voter.id && cast.void !== "other question"))
    return refuse(request, "already_voted");
  if (event.vote === "approve" && event.cardSha256 !== request.shown.cardSha256) return refuse(request, "card_changed");
  if (event.vote === "approve" && request.shown.truncated) return refuse(request, "card_truncated");
  if (event.vote === "deny" && (event.reason ?? "").trim() === "") return refuse(request, "reason_required");
  const lenders = lendersOf(request, voter.id, atMs);
  const cast = { voter, vote: event.vote, atMs, lenders, ...(event.reason !== undefined && { reason: event.reason }) };
  return recount({ ...request, votes: [...request.votes, cast] }, atMs, voter.id);
}

const isYesOf = (cast: CastVote, voter: string): boolean =>
  cast.voter.id === voter && cast.vote === "approve" && cast.void === undefined;

/** Takes approvals out of the count and keeps them as evidence. There is no deny to take back: it is final when it is given. */
function unseat(request: Request, voter: string, why: "withdrawn" | "not authorised", atMs: number): Step {
  const lends = why === "not authorised" && request.delegations.some(({ from }) => from.id === voter);
  if (!lends && !request.votes.some((cast) => isYesOf(cast, voter))) {
    return refuse(request, "nothing_to_do");
  }
  const votes = request.votes.map((cast) => ({
    ...cast,
    ...(isYesOf(cast, voter) && { void: why }),
    ...(lends && { lenders: cast.lenders.filter(({ id }) => id !== voter) }),
  }));
  const delegations = lends ? request.delegations.filter(({ from }) => from.id !== voter) : request.delegations;
  return recount({ ...request, votes, delegations }, atMs, voter);
}

function delegate(request: Request, { from, to, atMs, untilMs }: RequestEvent & { type: "delegate" }): Step {
  if (from.id === to || (untilMs !== undefined && untilMs <= atMs)) return refuse(request, "nothing_to_do");
  if (request.fleet && request.ask.separation && request.barred.includes(to)) return refuse(request, "own_request");
  const standing = standingOf({ ...request, delegations: [] }, from, atMs); // only own roles can be lent
  if (standing !== "voter") return refuse(request, standing);
  if (request.delegations.some((each) => each.from.id === from.id)) return refuse(request, "nothing_to_do");
  const lent = { from, to, atMs, ...(untilMs !== undefined && { untilMs }) };
  return {
    request: { ...request, delegations: [...request.delegations, lent] },
    answer: "done",
    notices: [],
  };
}

function askInfo(request: Request, { voter, text, atMs }: RequestEvent & { type: "ask_info" }): Step {
  const standing = standingOf(request, voter, atMs);
  if (standing !== "voter") return refuse(request, standing);
  if (request.questions.length >= limits.questionsMax) return refuse(request, "too_many");
  return {
    request: { ...request, questions: [...request.questions, { by: voter.id, text, atMs }] },
    answer: "done",
    notices: [{ what: "question", text }],
  };
}

/** Answers the oldest open question. The clock does not stop for it: who is asked can still let it expire. */
function inform(request: Request, { text, atMs }: RequestEvent & { type: "info" }): Step {
  const open = request.questions.find(({ answer }) => answer === undefined);
  if (open === undefined) return refuse(request, "nothing_to_do");
  const questions = request.questions.map((each) => (each === open ? { ...each, answer: { text, atMs } } : each));
  return { request: { ...request, questions }, answer: "done", notices: [{ what: "information", to: open.by, text }] };
}

/** When time alone does something next while nobody answers, in ms; undefined when only the expiry is left. */
export function nextDueMs({
  ask,
  openedAtMs,
  expiresAtMs,
  toldSteps,
  reminders,
}: Pick<Request, "ask" | "openedAtMs" | "expiresAtMs" | "toldSteps" | "reminders">): number | undefined {
  const step = ask.chain[toldSteps];
  const part = REMINDERS[reminders];
  const due = [
    ...(step === undefined ? [] : [openedAtMs + step.afterMs]),
    ...(part === undefined ? [] : [openedAtMs + (expiresAtMs - openedAtMs) * part]),
  ].filter((atMs) => atMs < expiresAtMs);
  return due.length === 0 ? undefined : Math.ceil(Math.min(...due));
}

function passTime(request: Request, atMs: number): Step {
  const due = chainDue(request.ask, request.openedAtMs, atMs);
  const told = due.slice(request.toldSteps);
  const span = request.expiresAtMs - request.openedAtMs;
  const reminders = REMINDERS.filter((part) => request.openedAtMs + span * part <= atMs).length;
  if (told.length === 0 && reminders <= request.reminders) return refuse(request, "nothing_to_do");
  const roles = [...new Set([...askedRoles(request), ...due.map(({ role }) => role)])];
  return {
    request: {
      ...request,
      toldSteps: Math.max(due.length, request.toldSteps),
      reminders: Math.max(reminders, request.reminders),
    },
    answer: "done",
    notices: [
      ...told.map(({ role }): Notice => ({ what: "chain", role })),
      ...(reminders > request.reminders ? [{ what: "reminder", roles } as const] : []),
    ],
  };
}

/**
 * The policy changed while it waited, or a claim judged again (rulings §C1). A deny ends it. A policy that would not ask
 * any more changes nothing: there is no way from held to allowed. A new ask replaces the old one; votes stay while what
 * they were given for is the same, even where more of them are needed now. On another question everybody may speak anew, also
 * who took back what they said on the old one. The time to answer is never extended.
 */
function rejudge(request: Request, event: RequestEvent & { type: "rejudged" }): Step {
  const { atMs, effect, ask, shown, why } = event;
  if (effect === "deny") return settle(request, "denied", atMs, "policy", why);
  if (effect === "allow" || ask === undefined) return refuse(request, "nothing_to_do");
  const same = shown.basis === request.shown.basis;
  const votes = same ? request.votes : request.votes.map((cast) => ({ ...cast, void: "other question" as const }));
  const expiresAtMs = Math.min(request.expiresAtMs, request.openedAtMs + ask.expiresMs);
  const { settled: _settled, ...rest } = request;
  const next: Request = { ...rest, state: "pending", ask, shown, votes, expiresAtMs };
  if (expiresAtMs <= atMs) return settle(next, "expired", atMs, "clock", "nobody answered in time");
  const { state } = count(next);
  if (state !== "pending") return recount(next, atMs, "policy");
  return { request: next, answer: "done", notices: [{ what: "asked_again", roles: askedRoles(next) }] };
}

function apply(request: Request, event: RequestEvent): Step {
  switch (event.type) {
    case "vote":
      return vote(request, event);
    case "withdraw":
      return unseat(request, event.voter, "withdrawn", event.atMs);
    case "authority_lost":
      return unseat(request, event.voter, "not authorised", event.atMs);
    case "delegate":
      return request.state === "pending" ? delegate(request, event) : refuse(request, "already_settled");
    case "ask_info":
      return request.state === "pending" ? askInfo(request, event) : refuse(request, "already_settled");
    case "info":
      return inform(request, event);
    case "time":
      return request.state === "pending" ? passTime(request, event.atMs) : refuse(request, "nothing_to_do");
    case "cancel":
      return settle(request, "cancelled", event.atMs, event.by, event.why);
    case "rejudged":
      return rejudge(request, event);
    case "claim":
      if (request.state !== "approved") return refuse(request, "not_approved");
      return settle(request, "consumed", event.atMs, event.by, "claimed once");
  }
}

/**
 * The first terminal state wins; whatever comes later, twice or out of order is answered and changes nothing. Time is
 * the database's and is looked at first, by whoever comes: at its expiry a question is over, voted on or not.
 */
export function step(request: Request, event: RequestEvent): Step {
  if (!isOpen(request)) return refuse(request, "already_settled");
  if (event.atMs >= request.expiresAtMs) {
    const expired = settle(request, "expired", event.atMs, "clock", "nobody answered in time");
    return { ...expired, answer: event.type === "time" ? "done" : "approval_expired" };
  }
  return apply(request, event);
}
