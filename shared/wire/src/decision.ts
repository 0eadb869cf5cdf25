// decision.ts — the answer: typed, explainable, and the same for everyone who may see it

import { z } from "zod";
import { Effect, id, Mode, name, Outcome, Stage, text, timestamp } from "./scalars.ts";

export const RULE_EFFECTS = ["allow", "deny", "require_approval", "redact", "modify", "alert", "terminate"] as const;
export const RuleEffect = z.enum(RULE_EFFECTS);
export type RuleEffect = z.infer<typeof RuleEffect>;

export const SEVERITIES = ["info", "warn", "block"] as const;
export const Finding = z.strictObject({
  checker: name(),
  severity: z.enum(SEVERITIES),
  code: name(),
  note: text(),
  at: text().optional(),
  /** the checker's configuration says that a person may be asked (rulings §B11) */
  escalatable: z.boolean().optional(),
});
export type Finding = z.infer<typeof Finding>;

export const DecidingRule = z.strictObject({
  id: name(),
  document: name(),
  effect: RuleEffect,
  version: z.int().optional(),
});
export type DecidingRule = z.infer<typeof DecidingRule>;

export const RiskContribution = z.strictObject({ code: name(), points: z.number() });
export type RiskContribution = z.infer<typeof RiskContribution>;
export const Risk = z.strictObject({ score: z.int().min(0).max(100), contributions: z.array(RiskContribution) });
export type Risk = z.infer<typeof Risk>;

export const RUNGS = [
  "none",
  "scrubbed",
  "read-only",
  "workspace",
  "workspace+egress-list",
  "container",
  "microvm",
] as const;
export const Rung = z.enum(RUNGS);
export type Rung = z.infer<typeof Rung>;
export const SandboxRequirement = z.strictObject({
  filesystem: z.enum(["scrubbed", "read-only", "workspace"]).optional(),
  network: z.enum(["list", "none"]).optional(),
  isolation: z.enum(["process", "container", "vm"]).optional(),
});
export type SandboxRequirement = z.infer<typeof SandboxRequirement>;
export const Sandbox = z.strictObject({ recommended: Rung, required: SandboxRequirement.optional() });
export type Sandbox = z.infer<typeof Sandbox>;

export const Redaction = z.strictObject({ at: text(), kind: name(), marker: name() });
export type Redaction = z.infer<typeof Redaction>;
/** How much a run may take. */
export const RunLimits = z.strictObject({
  wallSeconds: z.number().positive().optional(),
  cpuPercent: z.number().positive().optional(),
  memoryMb: z.number().positive().optional(),
});
export const Modifications = z.strictObject({
  mode: Mode.optional(),
  limits: RunLimits.optional(),
  /** the only environment variables that are passed on (seed 002's `env_allowlist`) */
  variables: z.array(name()).optional(),
});
export type Modifications = z.infer<typeof Modifications>;
export const AlertSeverity = z.enum(["low", "medium", "high", "critical"]);
export const Alert = z.strictObject({
  rule: name(),
  severity: AlertSeverity,
  reason: text(),
});
export type Alert = z.infer<typeof Alert>;

export const ApprovalRequirement = z.strictObject({ role: name(), quorum: z.int().min(1), votes: z.int().min(0) });
export type ApprovalRequirement = z.infer<typeof ApprovalRequirement>;
export const DecisionApproval = z.strictObject({
  id: id("apr"),
  role: name(),
  quorum: z.int().min(1),
  requirements: z.array(ApprovalRequirement),
  expiresAt: timestamp,
});
export type DecisionApproval = z.infer<typeof DecisionApproval>;

export const StageTiming = z.strictObject({ stage: Stage, ms: z.number() });

export const Decision = z.strictObject({
  decisionId: id("dec"),
  actionId: id("act"),
  effect: Effect,
  outcome: Outcome,
  reason: text(),
  message: text(),
  hint: text().optional(),
  rules: z.array(DecidingRule),
  risk: Risk,
  findings: z.array(Finding),
  sandbox: Sandbox,
  redactions: z.array(Redaction),
  modifications: Modifications.optional(),
  alerts: z.array(Alert),
  approval: DecisionApproval.optional(),
  policyDigest: name(),
  argsHash: name().optional(),
  stages: z.array(StageTiming),
  decidedAt: timestamp,
  traceId: name().optional(),
  auditId: name().optional(),
});
export type Decision = z.infer<typeof Decision>;

/** The one sentence that a model is told (seed 003, MED-03). Ids and hints travel in fields of their own. */
export const GENERIC_DENIAL = "Tool call denied by policy";
