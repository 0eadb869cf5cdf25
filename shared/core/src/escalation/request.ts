// request.ts — a question to people while it is open: what was asked, who answered, what is settled. Data only

import type { ApprovalAsk } from "@holdpoint/wire/approval.ts";

/**
 * `denied` (policy or kill switch), `revoked` and `consumed` are ends of the action behind it; on the wire the approval
 * then reads `cancelled`, `cancelled` and `approved`.
 */
export const REQUEST_STATES = [
  "pending",
  "approved",
  "rejected",
  "expired",
  "cancelled",
  "denied",
  "revoked",
  "consumed",
] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** How sure it is that a vote came from the human it names (rulings §D3). */
export type Assurance = "signed-in" | "key" | "channel";

export interface HeldRole {
  role: string;
  /** since when, ms: a role newer than the question does not count */
  sinceMs: number;
}

/** Whoever answers, as the gateway knows them at that moment. */
export interface Voter {
  id: string;
  roles: readonly HeldRole[];
  assurance: Assurance;
  /** agents, auditors and admins do not vote */
  mayVote: boolean;
}

export interface CastVote {
  voter: Voter;
  vote: "approve" | "deny";
  reason?: string;
  atMs: number;
  /** who had lent this voter a role when the vote came: what is lent afterwards gives an old vote no weight */
  lenders: readonly Voter[];
  /** taken back, or its voter may not vote any more: kept as evidence, not counted */
  void?: "withdrawn" | "other question" | "not authorised";
}

export interface Delegation {
  from: Voter;
  to: string;
  atMs: number;
  /** ms; without it the role is lent for as long as the question is open */
  untilMs?: number;
}

export interface Question {
  by: string;
  text: string;
  atMs: number;
  answer?: { text: string; atMs: number };
}

/** What a voter is shown and what a vote is bound to. */
export interface Shown {
  cardSha256: string;
  truncated: boolean;
  /**
   * what the vote means apart from who must give it: action, bindings, reasons, findings, sandbox. Votes survive a
   * policy change only while this stays the same
   */
  basis: string;
}

export interface Request {
  state: RequestState;
  ask: ApprovalAsk;
  shown: Shown;
  /** false in a one-person `up`: its owner may answer, and a key is enough */
  fleet: boolean;
  /** the requester's chain: agent, session, attested owner, whoever edited (rulings §D2) */
  barred: readonly string[];
  openedAtMs: number;
  expiresAtMs: number;
  votes: readonly CastVote[];
  delegations: readonly Delegation[];
  questions: readonly Question[];
  /** how many steps of the chain were told, how many reminders went out */
  toldSteps: number;
  reminders: number;
  settled?: { atMs: number; by: string; why: string };
}

export interface Opening {
  ask: ApprovalAsk;
  shown: Shown;
  fleet: boolean;
  barred: readonly string[];
  atMs: number;
}

export const openRequest = ({ ask, shown, fleet, barred, atMs }: Opening): Request => ({
  state: "pending",
  ask,
  shown,
  fleet,
  barred,
  openedAtMs: atMs,
  expiresAtMs: atMs + ask.expiresMs,
  votes: [],
  delegations: [],
  questions: [],
  toldSteps: 0,
  reminders: 0,
});

export const isOpen = ({ state }: Request): boolean => state === "pending" || state === "approved";
