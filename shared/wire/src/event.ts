// event.ts — one row of evidence: who did what to which action, chained to the row before it

import { z } from "zod";
import { ActionState } from "./action.ts";
import { id, name, text, timestamp } from "./scalars.ts";

export const Actor = z.strictObject({
  credential: name().optional(),
  person: name().optional(),
  channel: name().optional(),
  /** a part of Holdpoint itself: `rules`, `sweeper`, `gateway` … */
  system: name().optional(),
});
export type Actor = z.infer<typeof Actor>;

export const Event = z.strictObject({
  id: id("evt"),
  tenant: name(),
  actionId: id("act").optional(),
  /** counts the transitions of an action from 1; absent on events that change no state (refusals, late reports) */
  version: z.int().min(1).optional(),
  type: name(),
  actor: Actor,
  at: timestamp,
  state: ActionState.optional(),
  decisionId: id("dec").optional(),
  approvalId: id("apr").optional(),
  outcome: name().optional(),
  command: text(32_768).optional(),
  rules: z.array(name()).optional(),
  reason: text().optional(),
  policyDigest: name().optional(),
  vote: z.enum(["approve", "deny"]).optional(),
  cardSha256: name().optional(),
  /** whatever else the type of the event has to tell */
  detail: z.record(z.string(), z.unknown()).optional(),
  /** hash of the action's previous event */
  previous: name().optional(),
  hash: name(),
});
export type Event = z.infer<typeof Event>;
