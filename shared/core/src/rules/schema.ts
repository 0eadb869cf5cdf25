// schema.ts — a native policy document: every word a rule may say (rulings §B10), and nothing else

import { AlertSeverity, RULE_EFFECTS, RUNGS, RunLimits, SandboxRequirement } from "@holdpoint/wire/decision.ts";
import { HOST_ZONES } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { POLICY_SCOPES } from "@holdpoint/wire/policy.ts";
import { Kind, Mode, Trust } from "@holdpoint/wire/scalars.ts";
import { COUNT_WHATS, type CountWhat } from "@holdpoint/wire/verdict.ts";
import { z } from "zod";
import { ARGUMENT_ROLES, TOOL_MEANINGS } from "../facts/tools/own-tools.ts";
import { parseDuration } from "./duration.ts";

const word = () => z.string().min(1).max(limits.patternBytesMax);
/** One text or a list of texts; a list when read. */
const list = <T extends z.ZodType>(item: T) =>
  z.union([z.array(item).min(1), item]).transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[]);
const aTime = { error: "expected a time like `30s`, `10m`, `1h` or `2d`" };
const duration = () => z.string(aTime).refine((text) => parseDuration(text) !== undefined, aTime);

/** `{ gt, gte, lt, lte }`: at least one of them. */
const bounds = {
  gt: z.number().optional(),
  gte: z.number().optional(),
  lt: z.number().optional(),
  lte: z.number().optional(),
};
const named = (value: object) => Object.values(value).some((member) => member !== undefined);
const atLeastOne = { error: "expected at least one condition" };
export const Bounds = z.strictObject(bounds).refine(named, atLeastOne);
export type Bounds = z.infer<typeof Bounds>;

export const ACCESSES = ["read", "write", "delete", "execute"] as const;
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** What one named argument must be. A bare value means `equals`. */
export const ArgumentCondition = z
  .strictObject({
    equals: scalar.optional(),
    in: z.array(scalar).min(1).optional(),
    glob: list(word()).optional(),
    regex: word().optional(),
    exists: z.boolean().optional(),
    ...bounds,
  })
  .refine(named, atLeastOne);
export type ArgumentCondition = z.infer<typeof ArgumentCondition>;

/** One path of an atom meets it when it fits `any`, has one of the accesses, and lies inside (or, where said, may lie below). */
export const PathCondition = z.strictObject({
  any: list(word()).optional(),
  access: list(z.enum(ACCESSES)).optional(),
  /** `true`: also what may lie below the path; `names`: also what a shell pattern in its last part may name, not below */
  mayContain: z.union([z.boolean(), z.literal("names")]).optional(),
});
export type PathCondition = z.infer<typeof PathCondition>;

export const HostCondition = z.strictObject({
  any: list(word()).optional(),
  zones: list(z.enum(HOST_ZONES)).optional(),
  schemes: list(word()).optional(),
  ports: list(z.int().min(0).max(65_535)).optional(),
  upload: z.boolean().optional(),
  userinfo: z.boolean().optional(),
});
export type HostCondition = z.infer<typeof HostCondition>;

export const DatabaseCondition = z.strictObject({
  verbs: list(word()).optional(),
  objects: list(word()).optional(),
  unbounded: z.boolean().optional(),
});
export type DatabaseCondition = z.infer<typeof DatabaseCondition>;

const counted = () => z.strictObject({ ...bounds, within: duration().optional() }).refine(named, atLeastOne);
/** What happened before, counted exactly where decisions are committed; unknown in a check without a store. */
const history = () =>
  z.strictObject(
    Object.fromEntries(COUNT_WHATS.map((name) => [name, counted().optional()])) as Record<
      CountWhat,
      z.ZodOptional<ReturnType<typeof counted>>
    >,
  );

export const When = z.strictObject({
  // what is called
  tool: list(word()).optional(),
  kind: list(Kind).optional(),
  commands: list(word()).optional(),
  program: list(word()).optional(),
  /** any word after the program, options with their dashes */
  words: list(word()).optional(),
  /** the words as they are written, from the program on: narrower than `commands`, for what other tools mean by a prefix */
  startsWith: list(word()).optional(),
  /** the simple command as text; like `args` alone it never allows a shell atom */
  written: list(word()).optional(),
  args: z.record(z.string(), z.union([ArgumentCondition, scalar])).optional(),
  /** regex on the arguments as one JSON text, keys sorted; like `argsMatch` alone it never allows a shell atom */
  argsJson: list(word()).optional(),
  argsMatch: list(word()).optional(),
  // what it touches
  paths: z.union([list(word()), list(PathCondition)]).optional(),
  hosts: z.union([list(word()), list(HostCondition)]).optional(),
  zones: list(z.enum(HOST_ZONES)).optional(),
  uploads: z.boolean().optional(),
  databases: z.union([z.boolean(), list(word()), DatabaseCondition]).optional(),
  resource: z.strictObject({ type: list(word()).optional(), path: list(word()).optional() }).optional(),
  classification: list(word()).optional(),
  secrets: z.union([z.boolean(), list(word())]).optional(),
  // what was understood of it
  class: list(z.enum(["safe", "warn", "blocked-by-default"])).optional(),
  runsCode: z.union([z.boolean(), list(word())]).optional(),
  opaque: z.union([z.boolean(), list(word())]).optional(),
  dynamic: z.boolean().optional(),
  variables: list(word()).optional(),
  oddCharacters: z.boolean().optional(),
  /** the command redirects into a file */
  redirects: z.boolean().optional(),
  covered: z.literal(false).optional(),
  risk: Bounds.optional(),
  riskSignals: z.union([list(word()), z.record(z.string(), Bounds)]).optional(),
  // who, where, in which state
  tenant: list(word()).optional(),
  principal: z
    .strictObject({
      agent: list(word()).optional(),
      onBehalfOf: list(word()).optional(),
      team: list(word()).optional(),
      roles: list(word()).optional(),
      app: list(word()).optional(),
      workflow: list(word()).optional(),
    })
    .optional(),
  permissions: list(word()).optional(),
  environment: z
    .union([list(word()), z.strictObject({ name: list(word()).optional(), variables: list(word()).optional() })])
    .optional(),
  branch: list(word()).optional(),
  trust: z
    .union([list(Trust), z.strictObject({ max: Trust.optional(), min: Trust.optional() }).refine(named, atLeastOne)])
    .optional(),
  mode: list(Mode).optional(),
  approval: list(z.enum(["none", "pending", "approved", "rejected"])).optional(),
  session: history().optional(),
  limits: z
    .strictObject({
      run: history().optional(),
      agent: history().optional(),
      tenant: history().optional(),
    })
    .optional(),
});
export type When = z.infer<typeof When>;

export const EFFECT_WORDS = [...RULE_EFFECTS, "ask_user", "ask"] as const;
const ruleEffect = z
  .enum(EFFECT_WORDS)
  .transform((effect) => (effect === "ask_user" || effect === "ask" ? "require_approval" : effect));

export const ApprovalTerms = z.strictObject({
  role: word().optional(),
  quorum: z.int().min(1).max(limits.quorumMax).optional(),
  expires: duration().optional(),
  // biome-ignore lint/suspicious/noThenProperty: the word of the policy language; nobody awaits a document
  then: z
    .array(z.strictObject({ role: word(), after: duration(), quorum: z.int().min(1).max(limits.quorumMax).optional() }))
    .optional(),
  separation: z.boolean().optional(),
});
export type ApprovalTerms = z.infer<typeof ApprovalTerms>;

export const Obligations = z.strictObject({
  sandbox: z
    .strictObject({
      recommended: z.enum(RUNGS).optional(),
      required: SandboxRequirement.optional(),
    })
    .optional(),
  /** kinds of secrets to be masked; `*` is all. `results: true` also masks what is handed back to the agent */
  redact: z.union([list(word()), z.strictObject({ kinds: list(word()), results: z.boolean().optional() })]).optional(),
  modify: z
    .strictObject({
      mode: z.literal("draft").optional(),
      limits: RunLimits.optional(),
      variables: list(word()).optional(),
    })
    .optional(),
  alert: z.strictObject({ severity: AlertSeverity.optional() }).optional(),
});
export type Obligations = z.infer<typeof Obligations>;

/** A shell text, or a call with what is known of its surroundings (all of it counts as attested). */
export const Example = z.union([
  z.string().min(1),
  z.strictObject({
    tool: word().optional(),
    command: z.string().optional(),
    args: z.record(z.string(), z.json()).optional(),
    cwd: word().optional(),
    home: word().optional(),
    kind: Kind.optional(),
    tenant: word().optional(),
    principal: z
      .strictObject({
        agent: word().optional(),
        onBehalfOf: word().optional(),
        team: word().optional(),
        roles: z.array(word()).optional(),
        app: word().optional(),
        workflow: word().optional(),
      })
      .optional(),
    environment: z.strictObject({ name: word().optional(), variables: z.array(word()).optional() }).optional(),
    context: z.strictObject({ branch: word().optional() }).optional(),
    resource: z
      .strictObject({ type: word().optional(), path: word().optional(), classification: word().optional() })
      .optional(),
    trust: Trust.optional(),
    mode: Mode.optional(),
    risk: z.array(z.strictObject({ signal: word(), score: z.number() })).optional(),
    permissions: z.array(word()).optional(),
  }),
]);
export type Example = z.infer<typeof Example>;

export const Rule = z.strictObject({
  id: word().optional(),
  description: z.string().optional(),
  enabled: z.boolean().optional(),
  effect: ruleEffect,
  when: When.optional(),
  unless: When.optional(),
  reason: z.string().max(limits.textCharsMax).optional(),
  /** said to an agent under disclosure `hint` or more: what it might do instead */
  hint: z.string().max(limits.textCharsMax).optional(),
  approval: ApprovalTerms.optional(),
  obligations: Obligations.optional(),
  escalatable: z.boolean().optional(),
  /** on an allow: `dynamic` also covers atoms with words that only the run knows, `allow` also what could not be understood */
  opaque: z.enum(["allow", "dynamic"]).optional(),
  /** `run`: siblings of the same run wait too (seed 001) */
  holds: z.enum(["action", "run"]).optional(),
  match: z.array(Example).max(limits.ruleExamplesMax).optional(),
  notMatch: z.array(Example).max(limits.ruleExamplesMax).optional(),
});
export type Rule = z.output<typeof Rule>;

/** What one of a house's own tools does, and which of its arguments is what. */
export const ToolDescription = z.strictObject({
  meaning: z.enum(TOOL_MEANINGS),
  args: z.record(z.string().min(1), z.enum(ARGUMENT_ROLES)).optional(),
  /** `safe`: it only looks, and everything it is given is a path or a pattern */
  class: z.enum(["safe", "warn", "blocked-by-default"]).optional(),
});
export type ToolDescription = z.infer<typeof ToolDescription>;

export const DISCLOSURES = ["generic", "hint", "reason", "full"] as const;
const defaultEffect = z
  .enum(["allow", "deny", "ask", "require_approval", "ask_user"])
  .transform((effect) => (effect === "allow" || effect === "deny" ? effect : "ask"));

export const Document = z.strictObject({
  policy: word().optional(),
  description: z.string().optional(),
  version: z.int().optional(),
  default: defaultEffect.optional(),
  combining: z.enum(["deny-overrides", "first-match"]).optional(),
  disclosure: z.enum(DISCLOSURES).optional(),
  scope: z.enum(POLICY_SCOPES).optional(),
  selector: list(word()).optional(),
  rules: z.array(Rule).max(limits.policyRulesMax).optional(),
  /** names of tools that no map knows, with what they mean */
  tools: z.record(word(), ToolDescription).optional(),
});
export type Document = z.output<typeof Document>;
