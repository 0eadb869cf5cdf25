// answers.ts — what the gateway answers, as far as a client relies on it; fields that come later pass through

import { ShownState } from "@holdpoint/wire/action.ts";
import { Approval } from "@holdpoint/wire/approval.ts";
import { Decision } from "@holdpoint/wire/decision.ts";
import { Grant } from "@holdpoint/wire/grant.ts";
import { z } from "zod";

/** An agent's credential sees a part of it: the ids, effect and message are always there. */
export const SeenDecision = z.looseObject({
  decisionId: z.string(),
  effect: Decision.shape.effect,
  outcome: Decision.shape.outcome,
  message: z.string(),
  reason: z.string().optional(),
  approval: z.looseObject({ id: z.string(), expiresAt: z.string() }).optional(),
  sandbox: z.looseObject(Decision.shape.sandbox.shape).optional(),
});
export type SeenDecision = z.infer<typeof SeenDecision>;

export const ActionAnswer = z.looseObject({
  actionId: z.string(),
  state: ShownState,
  version: z.int(),
  argsHash: z.string(),
  replaces: z.string().optional(),
  replacedBy: z.string().optional(),
  replayed: z.boolean().optional(),
  receipt: z.string().optional(),
  decision: SeenDecision.optional(),
  approval: z.looseObject({ id: z.string(), token: z.string() }).optional(),
  grant: z.looseObject(Grant.shape).optional(),
  args: z.record(z.string(), z.json()).optional(),
});
export type ActionAnswer = z.infer<typeof ActionAnswer>;

export const ApprovalAnswer = z.looseObject(Approval.shape);
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>;
export const ApprovalPage = z.looseObject({ items: z.array(ApprovalAnswer), next: z.string().optional() });
export const VoteAnswer = z.looseObject({ approval: ApprovalAnswer, editedActionId: z.string().optional() });
export type VoteAnswer = z.infer<typeof VoteAnswer>;
