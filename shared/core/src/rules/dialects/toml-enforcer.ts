// toml-enforcer.ts — seed 003's policy enforcer: `[tools.policy]`, `[[rules]]` of an external file, `[tools.authorization]`
//
// Deny first over the merged set, then the first allow in the order policy → authorization, then the default. `*` in a
// path crosses slashes, a bare `*` is any tool, every name in `env` must be present, `trust_level` is the highest trust
// a rule applies to. Blocked callers are denied by the engine whatever a document says.

import { limits } from "@holdpoint/wire/limits.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { Trust } from "@holdpoint/wire/scalars.ts";
import { z } from "zod";
import type { Reading } from "../conditions.ts";
import { type PolicyText, read } from "../policy-text.ts";
import { type DocumentPath, describeIssues, type Problem } from "../problems.ts";
import type { Document, Rule } from "../schema.ts";
import type { Dialect } from "./draft.ts";

const EnforcerRule = z.strictObject({
  effect: z.enum(["allow", "deny"]),
  tool: z.string().trim().min(1),
  paths: z.array(z.string().min(1)).optional(),
  trust_level: Trust.optional(),
  args_match: z.string().optional(),
  env: z.array(z.string().min(1)).optional(),
  capabilities: z.unknown().optional(),
});
type EnforcerRule = z.infer<typeof EnforcerRule>;
const Audit = z.strictObject({ enabled: z.boolean().optional(), destination: z.string().min(1).optional() });
const Section = z.strictObject({
  enabled: z.boolean().optional(),
  default_effect: z.enum(["allow", "deny"]).optional(),
  policy_file: z.string().min(1).optional(),
  rules: z.array(EnforcerRule).optional(),
});
/** Other parts of the same configuration file are none of our business. */
const Config = z.looseObject({
  tools: z
    .looseObject({
      policy: Section.optional(),
      authorization: Section.omit({ default_effect: true, policy_file: true }).optional(),
      audit: Audit.optional(),
    })
    .optional(),
  rules: z.array(EnforcerRule).optional(),
});
type Config = z.infer<typeof Config>;

const READING: Reading = { pathFlavour: "crossing", bareStar: true, allVariables: true };

export const tomlEnforcer: Dialect = (source, problems) => {
  const parsed = parseEnforcer(source, problems);
  if (!parsed) return undefined;
  const { config, text } = parsed;
  const merged = mergeRules(config);
  if (merged.length > limits.policyTomlRulesMax) {
    const at = text.locate(merged[limits.policyTomlRulesMax]?.path ?? []);
    problems.push({ file: source.name, ...at, message: `more than ${limits.policyTomlRulesMax} rules` });
  }
  const policy = config.tools?.policy;
  if (policy?.policy_file !== undefined && config.rules === undefined && enabled(config)) {
    const message = `\`policy_file\` names \`${policy.policy_file}\`, which was not read with this document`;
    problems.push({ file: source.name, ...text.locate(["tools", "policy", "policy_file"]), message });
  }
  const { audit } = config.tools ?? {};
  if (audit?.enabled && audit.destination === undefined) {
    const message = "`[tools.audit]` is enabled without a `destination`: where should decisions be written?";
    problems.push({ file: source.name, ...text.locate(["tools", "audit"]), message });
  }
  const document: Document = {
    ...(enabled(config) || config.tools?.authorization?.enabled ? { default: policy?.default_effect ?? "deny" } : {}),
    rules: merged.map(({ rule, id }) => nativeRule(rule, id)),
  };
  return {
    document,
    reading: READING,
    ordered: true,
    locate: (path) => text.locate(written(path, merged)),
    warnings: merged.flatMap(({ rule, id }) => warningsOf(rule, id)),
    ...(audit?.enabled && audit.destination !== undefined ? { audit: audit.destination } : {}),
  };
};

function parseEnforcer(
  source: Pick<PolicySource, "name" | "text">,
  problems: Problem[],
): { config: Config; text: PolicyText } | undefined {
  const refuse = (message: string) => problems.push({ file: source.name, line: 1, column: 1, message });
  if (Buffer.byteLength(source.text) > limits.policyFileBytesMax) {
    refuse(`larger than ${limits.policyFileBytesMax} bytes`);
    return undefined;
  }
  const text = read(source.name, source.text, "toml", problems);
  if (!text) return undefined;
  const config = Config.safeParse(text.value);
  if (config.success) return { config: config.data, text };
  for (const { path, message } of describeIssues(Config, text.value, config.error.issues))
    problems.push({ file: source.name, ...text.locate(path), message });
  return undefined;
}

/** A file that holds only `[[rules]]` is an external policy file: naming it enables the enforcer. */
const enabled = (config: Config): boolean =>
  config.tools?.policy ? (config.tools.policy.enabled ?? false) : config.rules !== undefined;

interface Merged {
  rule: EnforcerRule;
  id: string;
  path: DocumentPath;
}

/** `policy_file` takes the place of inline rules; authorization comes after policy. */
function mergeRules(config: Config): Merged[] {
  const { policy, authorization } = config.tools ?? {};
  const outside = config.rules !== undefined;
  const own = !enabled(config) ? [] : (config.rules ?? policy?.rules ?? []);
  const more = authorization?.enabled ? (authorization.rules ?? []) : [];
  const at = outside ? ["rules"] : ["tools", "policy", "rules"];
  return [
    ...own.map((rule, index) => ({ rule, id: `policy-${index + 1}`, path: [...at, index] })),
    ...more.map((rule, index) => ({
      rule,
      id: `authorization-${index + 1}`,
      path: ["tools", "authorization", "rules", index],
    })),
  ];
}

function nativeRule(rule: EnforcerRule, id: string): Rule {
  return {
    id,
    effect: rule.effect,
    when: {
      tool: [rule.tool],
      ...(rule.paths ? { paths: rule.paths } : {}),
      ...(rule.trust_level ? { trust: { max: rule.trust_level } } : {}),
      ...(rule.args_match === undefined ? {} : { argsMatch: [rule.args_match] }),
      ...(rule.env && rule.env.length > 0 ? { environment: { variables: rule.env } } : {}),
    },
  };
}

const FIELDS: Readonly<Record<string, string>> = {
  argsMatch: "args_match",
  trust: "trust_level",
  environment: "env",
};

/** From a place in the native document back to the words of the TOML. */
function written(path: DocumentPath, merged: readonly Merged[]): DocumentPath {
  const [, index, , field, below] = path;
  const origin = typeof index === "number" ? merged[index]?.path : undefined;
  if (!origin) return path;
  const name = FIELDS[String(field)] ?? field;
  return [...origin, ...(name === undefined ? [] : [name]), ...(typeof below === "number" ? [below] : [])];
}

function warningsOf(rule: EnforcerRule, id: string): string[] {
  const warnings: string[] = [];
  if (rule.capabilities !== undefined) warnings.push(`${id}: \`capabilities\` is reserved and has no effect`);
  if (rule.effect === "allow" && rule.args_match !== undefined && !rule.paths)
    warnings.push(`${id}: \`args_match\` alone never allows a shell command; name \`paths\` too`);
  return warnings;
}

export interface EnforcerStatus {
  enabled: boolean;
  ruleCount: number;
  defaultEffect: "allow" | "deny";
  policyFile: string | undefined;
  /** `[tools.audit]`: where decisions are written as they fall, one JSON object a line */
  audit: { enabled: boolean; destination: string | undefined };
}

/** What `policy status` prints. Throws nothing: problems say what is wrong. */
export function enforcerStatus(
  source: Pick<PolicySource, "name" | "text">,
  problems: Problem[],
): EnforcerStatus | undefined {
  const parsed = parseEnforcer(source, problems);
  if (!parsed) return undefined;
  const { config } = parsed;
  const { policy, audit } = config.tools ?? {};
  return {
    enabled: enabled(config),
    ruleCount: mergeRules(config).length,
    defaultEffect: policy?.default_effect ?? "deny",
    policyFile: policy?.policy_file,
    audit: { enabled: audit?.enabled ?? false, destination: audit?.destination },
  };
}

/** The text that a loader gives the compiler when `policy_file` is set: the configuration, then the file's own rules. */
export const withPolicyFile = (config: string, file: string): string => `${config.trimEnd()}\n\n# policy_file\n${file}`;

const SECTION_LINE = /^\s*(?:#\s*)?\[tools\.policy\]/m;
const PROPOSED = `
# Declarative authorization of tool calls; set enabled = true to use it.
# [tools.policy]
# enabled = false
# default_effect = "deny"
# policy_file = "policy.toml"
# [[tools.policy.rules]]
# effect = "deny"
# tool = "shell"
# paths = ["/etc/*", "/root/*"]
`;

/** `policy migrate`: adds the commented-out block to a configuration that has none; otherwise gives it back unchanged. */
export const migrateEnforcerConfig = (text: string): string =>
  SECTION_LINE.test(text) ? text : `${text.trimEnd()}${text.trim() === "" ? "" : "\n"}${PROPOSED}`;
