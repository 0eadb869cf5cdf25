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

export const Vote = z.strictObject({
  id: id("vote"),
  voter: name(),
  channel: name(),
  vote: z.enum(["approve", "deny"]),
  roles: z.array(name()),
  reason: text().optional(),
  at: timestamp,
});
export type Vote = z.infer<typeof Vote>;

/** What the escalation stage asks for: the conjunction over all asking rules (rulings §B9). */
export const ApprovalAsk = z.strictObject({
  requirements: z.array(z.strictObject({ role: name(), quorum: z.int().min(1) })).min(1),
  expiresMs: z.int().positive(),
  separation: z.boolean(),
  chain: z.array(z.strictObject({ role: name(), afterMs: z.int().positive() })),
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
