// toml-enforcer.ts — seed 003's policy enforcer: `[tools.policy]`, `[[rules]]` of an external file, `[tools.authorization]`
//
// Deny first over the merged set, then the first allow in the order policy → authorization, then the default. `*` in a
// path crosses slashes, a bare `*` is any tool, every name in `env` must be present, `trust_level` is the highest trust
// a rule applies to. Blocked callers are denied by the engine whatever a document says.

import { limits } from "@holdpoint/wire/limits.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import type { Reading } from "../conditions.ts";
import type { DocumentPath, Place, Problem } from "../problems.ts";
import type { Document, Rule } from "../schema.ts";
import type { Dialect } from "./draft.ts";
import { type EnforcerRule, type EnforcerText, parseEnforcer } from "./enforcer-text.ts";

const READING: Reading = { pathFlavour: "crossing", bareStar: true, allVariables: true };

export const tomlEnforcer: Dialect = (source, problems) => {
  const text = parseEnforcer(source, problems);
  if (!text) return undefined;
  const merged = mergeRules(text);
  const refuse = (at: Place, message: string) => problems.push({ file: source.name, ...at, message });
  const beyond = merged[limits.policyTomlRulesMax];
  if (beyond) refuse(beyond.locate([]), `more than ${limits.policyTomlRulesMax} rules`);
  const { policy, authorization, audit } = text.tools;
  if (policy?.policy_file !== undefined && text.outside === undefined && enabled(text))
    refuse(
      text.locate(["tools", "policy", "policy_file"]),
      `\`policy_file\` names \`${policy.policy_file}\`, which was not read with this document: is it there, beside it?`,
    );
  if (audit?.enabled && audit.destination === undefined)
    refuse(
      text.locate(["tools", "audit"]),
      "`[tools.audit]` is enabled without a `destination`: where should decisions be written?",
    );
  const document: Document = {
    ...(enabled(text) || authorization?.enabled ? { default: policy?.default_effect ?? "deny" } : {}),
    rules: merged.map(nativeRule),
  };
  return {
    document,
    reading: READING,
    ordered: true,
    locate: ([, index, , field, below]) => {
      const origin = typeof index === "number" ? merged[index] : undefined;
      const name = FIELDS[String(field)] ?? field;
      const path = [...(name === undefined ? [] : [name]), ...(typeof below === "number" ? [below] : [])];
      return origin?.locate(path) ?? { line: 1, column: 1 };
    },
    warnings: [...idleSections(text), ...merged.flatMap(warningsOf)],
    ...(audit?.enabled && audit.destination !== undefined ? { audit: audit.destination } : {}),
  };
};

/** A text that is itself what `policy_file` names is enabled by being named. */
const enabled = ({ tools, outside }: EnforcerText): boolean =>
  tools.policy ? (tools.policy.enabled ?? false) : outside !== undefined;

/** Rules that nobody switched on say nothing: a file of them looks like a policy, and is none. */
function idleSections(text: EnforcerText): string[] {
  const { policy, authorization } = text.tools;
  if (!policy && !authorization && text.outside === undefined)
    return ["there is no `[tools.policy]`, or only as a comment: nothing here decides anything"];
  const idle = (section: string, rules: readonly EnforcerRule[] = []) =>
    rules.length > 0 ? [`\`[${section}]\` is not enabled: its rules count for nothing; set \`enabled = true\``] : [];
  return [
    ...(enabled(text) ? [] : idle("tools.policy", policy?.rules)),
    ...(authorization?.enabled ? [] : idle("tools.authorization", authorization?.rules)),
  ];
}

interface Merged {
  rule: EnforcerRule;
  id: string;
  /** of a field of the rule, or of the rule */
  locate(field: DocumentPath): Place;
}

/** `policy_file` takes the place of inline rules; authorization comes after policy. */
function mergeRules(text: EnforcerText): Merged[] {
  const { policy, authorization } = text.tools;
  const from = (rules: readonly EnforcerRule[], name: string, at: DocumentPath, locate: EnforcerText["locate"]) =>
    rules.map((rule, index) => ({
      rule,
      id: `${name}-${index + 1}`,
      locate: (field: DocumentPath) => locate([...at, index, ...field]),
    }));
  const own = !enabled(text)
    ? []
    : text.outside
      ? from(text.outside, "policy", ["rules"], text.locateOutside)
      : from(policy?.rules ?? [], "policy", ["tools", "policy", "rules"], text.locate);
  if (!authorization?.enabled) return own;
  return [
    ...own,
    ...from(authorization.rules ?? [], "authorization", ["tools", "authorization", "rules"], text.locate),
  ];
}

/** A list of no paths narrows nothing where a rule denies, and is no place where it allows. */
const namesNoPlace = ({ paths, effect }: EnforcerRule): boolean => effect === "allow" && paths?.length === 0;

function nativeRule({ rule, id }: Merged): Rule {
  const { effect, tool, paths = [], trust_level, args_match, env = [] } = rule;
  return {
    id,
    effect,
    ...(namesNoPlace(rule) ? { enabled: false } : {}),
    when: {
      tool: [tool],
      ...(paths.length > 0 ? { paths } : {}),
      ...(trust_level ? { trust: { max: trust_level } } : {}),
      ...(args_match === undefined ? {} : { argsMatch: [args_match] }),
      ...(env.length > 0 ? { environment: { variables: env } } : {}),
    },
    reason: inWords(rule).slice(0, limits.textCharsMax),
  };
}

/** These rules have no reason of their own: what they say is the reason. */
function inWords({ effect, tool, paths = [], trust_level, args_match, env = [] }: EnforcerRule): string {
  const list = (words: readonly string[], joint: string) => words.map((word) => `\`${word}\``).join(joint);
  return [
    `${effect === "deny" ? "denies" : "allows"} ${tool === "*" ? "every tool" : `\`${tool}\``}`,
    paths.length > 0 ? ` in ${list(paths, " or ")}` : "",
    args_match === undefined ? "" : `, where an argument matches \`${args_match}\``,
    trust_level === undefined ? "" : `, for callers of trust \`${trust_level}\` or less`,
    env.length > 0 ? `, where ${list(env, " and ")} ${env.length > 1 ? "are" : "is"} set` : "",
  ].join("");
}

const FIELDS: Readonly<Record<string, string>> = {
  argsMatch: "args_match",
  trust: "trust_level",
  environment: "env",
};

function warningsOf({ rule, id }: Merged): string[] {
  const warnings: string[] = [];
  if (rule.capabilities !== undefined) warnings.push(`${id}: \`capabilities\` is reserved and has no effect`);
  if (namesNoPlace(rule)) warnings.push(`${id}: \`paths\` names none, so it allows nothing; leave it out for any path`);
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
  const text = parseEnforcer(source, problems);
  if (!text) return undefined;
  const { policy, authorization, audit } = text.tools;
  return {
    enabled: enabled(text) || authorization?.enabled === true,
    ruleCount: mergeRules(text).length,
    defaultEffect: policy?.default_effect ?? "deny",
    policyFile: policy?.policy_file,
    audit: { enabled: audit?.enabled ?? false, destination: audit?.destination },
  };
}

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
