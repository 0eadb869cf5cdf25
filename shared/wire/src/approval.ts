// approval.ts — a request to people, their votes, and the card they saw

import { z } from "zod";
import { JsonObject } from "./action.ts";
import { ApprovalRequirement, Risk } from "./decision.ts";
import { id, name, text, timestamp } from "./scalars.ts";

export const APPROVAL_STATES = ["pending", "approved", "rejected", "expired", "cancelled"] as const;
export const ApprovalState = z.enum(APPROVAL_STATES);
export type ApprovalState = z.infer<typeof ApprovalState>;

export const Card = z.strictObject({ text: z.string(), sha256: name(), truncated: z.boolean() });
export type Card = z.infer<typeof Card>;

/** Why a vote does not count any more. It stays as evidence. */
export const VOIDS = ["withdrawn", "other question", "not authorised"] as const;

export const Vote = z.strictObject({
  id: id("vote"),
  voter: name(),
  channel: name(),
  vote: z.enum(["approve", "deny"]),
  /** those that it counts for */
  roles: z.array(name()),
  /** roles of these that somebody else lent: they count as the lender's voice */
  lent: z.array(z.strictObject({ role: name(), by: name() })).optional(),
  /** roles of these that it counts for because a chain called another one */
  called: z.array(z.strictObject({ role: name(), as: name() })).optional(),
  /** the standing grant that gave it in its voter's name */
  standing: id("grt").optional(),
  reason: text().optional(),
  at: timestamp,
  void: z.enum(VOIDS).optional(),
});
export type Vote = z.infer<typeof Vote>;

/** An approver asks, the agent's side answers; neither is ever an answer to the request itself. */
export const Question = z.strictObject({
  id: id("qst"),
  by: name(),
  text: text(),
  at: timestamp,
  answer: z.strictObject({ by: name(), text: text(), at: timestamp }).optional(),
});
export type Question = z.infer<typeof Question>;

/** Who is called when nobody has answered for so long. */
export const ChainStep = z.strictObject({
  role: name(),
  afterMs: z.int().positive(),
  /** so many of this role answer in the place of those who were asked; without it each of them is one of those */
  quorum: z.int().min(1).optional(),
  /** they may say no only: another rule that asks does not call them */
  vetoOnly: z.literal(true).optional(),
});
export type ChainStep = z.infer<typeof ChainStep>;

/** What the escalation stage asks for: the conjunction over all asking rules (rulings §B9). */
export const ApprovalAsk = z.strictObject({
  requirements: z.array(z.strictObject({ role: name(), quorum: z.int().min(1) })).min(1),
  expiresMs: z.int().positive(),
  separation: z.boolean(),
  chain: z.array(ChainStep),
  /** `run`: siblings of the same run wait too (seed 001); absent = this action only */
  holds: z.literal("run").optional(),
  /** every rule that asked, with its reason */
  because: z.array(z.strictObject({ rule: name(), reason: text() })),
});
export type ApprovalAsk = z.infer<typeof ApprovalAsk>;

/** `GET /v1/approvals/{id}`. */
export const Approval = z.strictObject({
  id: id("apr"),
  actionId: id("act"),
  state: ApprovalState,
  role: name(),
  quorum: z.int().min(1),
  requirements: z.array(ApprovalRequirement),
  votes: z.array(Vote),
  risk: Risk,
  openedAt: timestamp,
  expiresAt: timestamp,
  settledAt: timestamp.optional(),
  /** who is called next while nobody answers, and when */
  chain: z.array(ChainStep.omit({ afterMs: true }).extend({ at: timestamp })).optional(),
  questions: z.array(Question).optional(),
  card: Card,
});
export type Approval = z.infer<typeof Approval>;

/** `POST /v1/approvals/{id}/votes`. An approval needs `cardSha256`, a denial needs `reason`. */
export const VoteRequest = z.strictObject({
  vote: z.enum(["approve", "deny"]),
  reason: text().optional(),
  cardSha256: name().optional(),
  standing: z
    .strictObject({
      scope: z.enum(["once", "session", "times", "until"]),
      times: z.int().min(1).optional(),
      until: timestamp.optional(),
    })
    .optional(),
  editedArgs: JsonObject.optional(),
});
export type VoteRequest = z.infer<typeof VoteRequest>;

/** `POST /v1/approvals/{id}/questions` and `POST /v1/actions/{id}/answers`. */
export const InfoRequest = z.strictObject({ text: text().min(1) });
export type InfoRequest = z.infer<typeof InfoRequest>;

/** `POST /v1/delegations`: the caller's roles, lent to another person until then; for one request, or for all. */
export const DelegationRequest = z.strictObject({
  to: name(),
  until: timestamp,
  approvalId: id("apr").optional(),
});
export type DelegationRequest = z.infer<typeof DelegationRequest>;

export const Delegation = z.strictObject({
  id: id("dlg"),
  from: name(),
  to: name(),
  since: timestamp,
  until: timestamp,
  approvalId: id("apr").optional(),
  endedAt: timestamp.optional(),
});
export type Delegation = z.infer<typeof Delegation>;

/** A yes for the next ones of the same call (`GET /v1/grants`). */
export const StandingGrant = z.strictObject({
  id: id("grt"),
  scope: z.enum(["session", "times", "until"]),
  by: name(),
  approvalId: id("apr"),
  actionId: id("act"),
  agent: name(),
  session: name().optional(),
  /** the call that was approved; equal ones, by their facts, are covered */
  covers: z.strictObject({
    tool: name(),
    toolVersion: name().optional(),
    audience: name().optional(),
    cwd: name(4096).optional(),
    args: JsonObject,
    rules: z.array(name()),
  }),
  cardSha256: name(),
  usesLeft: z.int().min(0).optional(),
  used: z.int().min(0),
  madeAt: timestamp,
  until: timestamp,
  endedAt: timestamp.optional(),
});
export type StandingGrant = z.infer<typeof StandingGrant>;
