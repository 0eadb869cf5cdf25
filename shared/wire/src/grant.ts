// grant.ts — claiming, running and reporting

import { z } from "zod";
import { Bindings, Usage } from "./action.ts";
import { Rung } from "./decision.ts";
import { list, name, text, timestamp } from "./scalars.ts";

export const Grant = z.strictObject({ token: name(), expiresAt: timestamp });
export type Grant = z.infer<typeof Grant>;

export const ClaimRequest = z.strictObject({
  executor: name().optional(),
  rungs: list(Rung).optional(),
  bindings: Bindings.optional(),
  /** the place that it is claimed for; a key that is pinned to one claims for that one */
  audience: name().optional(),
  /** the tool as it is where the call will run */
  toolVersion: name().optional(),
  approval: z.strictObject({ id: name(), token: name() }).optional(),
});
export type ClaimRequest = z.infer<typeof ClaimRequest>;

export const CLAIM_REFUSALS = [
  "used",
  "held",
  "denied",
  "expired",
  "revoked",
  "kill_switch",
  "bindings_changed",
  "wrong_audience",
  "tool_changed",
  "rung_missing",
  "draft",
] as const;
export type ClaimRefusal = (typeof CLAIM_REFUSALS)[number];

export const HeartbeatRequest = z.strictObject({ grant: name() });

export const ReportRequest = z.strictObject({
  grant: name(),
  outcome: z.enum(["succeeded", "failed", "sandbox_denied"]),
  exitCode: z.int().optional(),
  summary: text().optional(),
  output: z.strictObject({ sha256: name(), bytes: z.int().min(0) }).optional(),
  rung: Rung.optional(),
  /** what the run really used: it takes the place of what the proposal announced */
  usage: Usage.omit({ runId: true }).optional(),
});
export type ReportRequest = z.infer<typeof ReportRequest>;

export const CancelRequest = z.strictObject({ reason: text().optional() });
export const EraseRequest = z.strictObject({ reason: text().optional() });
export const EscalateRequest = z.strictObject({ justification: name(4096) });
