// action.ts — a proposed tool call, as a client sends it and as the core judges it

import { z } from "zod";
import type { Json } from "./scalars.ts";
import { id, Kind, list, Mode, name, Trust, text, timestamp } from "./scalars.ts";

/** An object of JSON values. A plain `record` check: keys and depth were vetted by the strict reader. */
export const JsonObject = z.custom<{ [key: string]: Json }>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  { error: "expected an object" },
);

export const Principal = z.strictObject({
  agent: name(),
  onBehalfOf: name().optional(),
  team: name().optional(),
  roles: list(name()).optional(),
  app: name().optional(),
  workflow: name().optional(),
});
export type Principal = z.infer<typeof Principal>;

export const Session = z.strictObject({ id: name() });
export const Environment = z.strictObject({ name: name().optional(), variables: list(name()).optional() });
export const Context = z.strictObject({ branch: name().optional() });
export const Resource = z.strictObject({
  type: name().optional(),
  path: text().optional(),
  classification: name().optional(),
});
export const RiskSignal = z.strictObject({ signal: name(), score: z.number().min(0).max(100) });
export const Plan = z.strictObject({
  why: text().optional(),
  inputs: list(text()).optional(),
  sources: list(text()).optional(),
});
export const Usage = z.strictObject({
  runId: name().optional(),
  costUsd: z.number().min(0).optional(),
  modelCalls: z.int().min(0).optional(),
});
export type Usage = z.infer<typeof Usage>;
export const FileBinding = z.strictObject({ path: name(4096), sha256: name() });
export const Bindings = z.strictObject({
  cwd: name(4096).optional(),
  executable: name().optional(),
  files: list(FileBinding).optional(),
  resolvedPaths: list(name(4096)).optional(),
  environmentHash: name().optional(),
});
export type Bindings = z.infer<typeof Bindings>;

/** `POST /v1/actions`. Everything but `tool`, `args`, `principal.agent` and `session.id` is optional. */
export const Proposal = z.strictObject({
  tool: name(),
  args: JsonObject,
  cwd: name(4096).optional(),
  home: name(4096).optional(),
  toolCallId: name().optional(),
  principal: Principal,
  session: Session,
  environment: Environment.optional(),
  context: Context.optional(),
  resource: Resource.optional(),
  trust: Trust.optional(),
  mode: Mode.optional(),
  risk: list(RiskSignal).optional(),
  permissions: list(name()).optional(),
  plan: Plan.optional(),
  usage: Usage.optional(),
  client: name().optional(),
  kind: Kind.optional(),
  claim: z.boolean().optional(),
  bindings: Bindings.optional(),
  /** for which place the run is meant: only a claim that is made for the same one gets it */
  audience: name().optional(),
  /** which version of the tool is meant, or the digest of its definition: only a claim that names the same one gets it */
  toolVersion: name().optional(),
  approval: z.strictObject({ id: id("apr"), token: name() }).optional(),
});
export type Proposal = z.infer<typeof Proposal>;

/** Seed 002's `ProposedAction { command, writes, paths[] }`: accepted in place of `tool` and `args`. */
export const ProposedAction = z.strictObject({
  ...Proposal.omit({ tool: true, args: true }).shape,
  command: name(262_144),
  writes: z.boolean().optional(),
  paths: list(name(4096)).optional(),
});

/** What a credential may attest (rulings §A). A value that is not in here is only claimed. */
export const ATTESTABLE = [
  "agent",
  "onBehalfOf",
  "team",
  "roles",
  "app",
  "workflow",
  "environment.name",
  "environment.variables",
  "trust",
  "home",
  "permissions",
  "branch",
  "resource",
  "classification",
  "bindings",
  "audience",
  "toolVersion",
  "usage",
] as const;
export const Attestable = z.enum(ATTESTABLE);
export type Attestable = z.infer<typeof Attestable>;

/**
 * An accepted action: what the stages judge. `attested` names the context that its credential vouches for;
 * everything else in here is the agent's own word, and may only tighten.
 */
export const Action = z.strictObject({
  id: id("act"),
  tenant: name(),
  kind: Kind,
  tool: name(),
  args: JsonObject,
  argsHash: name(),
  cwd: name(4096).optional(),
  home: name(4096).optional(),
  principal: Principal,
  session: Session,
  environment: Environment.optional(),
  context: Context.optional(),
  resource: Resource.optional(),
  trust: Trust,
  mode: Mode,
  risk: list(RiskSignal).optional(),
  permissions: list(name()).optional(),
  plan: Plan.optional(),
  usage: Usage.optional(),
  client: name().optional(),
  toolCallId: name().optional(),
  bindings: Bindings.optional(),
  audience: name().optional(),
  toolVersion: name().optional(),
  attested: z.array(Attestable),
  /** Id of the key that proposed it. */
  credential: name(),
  replaces: id("act").optional(),
  /** Who edited it into being (rulings §D2: may not vote on it). */
  editedBy: name().optional(),
  /** Set by `POST …/escalate`: rules with `escalatable: true` ask instead of deny. */
  escalated: z.strictObject({ justification: text() }).optional(),
  proposedAt: timestamp,
});
export type Action = z.infer<typeof Action>;

export const ACTION_STATES = [
  "received",
  "held",
  "allowed",
  "approved",
  "denied",
  "rejected",
  "expired",
  "cancelled",
  "revoked",
  "executing",
  "succeeded",
  "failed",
  "sandbox_denied",
  "outcome_unknown",
] as const;
export const ActionState = z.enum(ACTION_STATES);
export type ActionState = z.infer<typeof ActionState>;

export const TERMINAL_STATES: readonly ActionState[] = [
  "denied",
  "rejected",
  "expired",
  "cancelled",
  "revoked",
  "succeeded",
  "failed",
  "sandbox_denied",
  "outcome_unknown",
];

/** What the API shows: `evaluating` is `received` with a live dispatch; it is not stored. */
export const ShownState = z.enum([...ACTION_STATES, "evaluating"]);
export type ShownState = z.infer<typeof ShownState>;

/** rulings §C1: every legal move; anything else is impossible, in the database and not only here. */
export const TRANSITIONS: Readonly<Record<ActionState, readonly ActionState[]>> = {
  received: ["allowed", "held", "denied", "cancelled"],
  held: ["approved", "rejected", "expired", "denied", "cancelled"],
  allowed: ["executing", "expired", "denied", "cancelled"],
  approved: ["executing", "expired", "denied", "held", "revoked", "cancelled"],
  executing: ["succeeded", "failed", "sandbox_denied", "outcome_unknown"],
  denied: [],
  rejected: [],
  expired: [],
  cancelled: [],
  revoked: [],
  succeeded: [],
  failed: [],
  sandbox_denied: [],
  outcome_unknown: [],
};
