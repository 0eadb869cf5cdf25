// gemini-toml.ts — importer of Gemini CLI's policy files: `[[rule]]` with a priority, the highest first, the first that matches
//
// An allow that cannot be said in our words is left out and reported, a deny or ask that cannot is said more strictly.

import { z } from "zod";
import { NATIVE } from "../conditions.ts";
import { read } from "../policy-text.ts";
import { describeIssues } from "../problems.ts";
import type { Rule, When } from "../schema.ts";
import type { Dialect } from "./draft.ts";
import { isOneCommand } from "./one-command.ts";

const strings = z.union([z.array(z.string().min(1)), z.string().min(1)]);
const GeminiRule = z.looseObject({
  toolName: strings.optional(),
  mcpName: z.string().optional(),
  argsPattern: z.string().optional(),
  commandPrefix: strings.optional(),
  commandRegex: z.string().optional(),
  decision: z.enum(["allow", "deny", "ask_user"]),
  priority: z.number().min(0).max(999).optional(),
  modes: z.array(z.string()).optional(),
  allowRedirection: z.boolean().optional(),
  denyMessage: z.string().optional(),
});
type GeminiRule = z.infer<typeof GeminiRule>;
const GeminiPolicy = z.looseObject({ rule: z.array(GeminiRule).optional() });
const KNOWN = new Set(Object.keys(GeminiRule.shape));

export const geminiToml: Dialect = (source, problems) => {
  const text = read(source.name, source.text, "toml", problems);
  if (!text) return undefined;
  const parsed = GeminiPolicy.safeParse(text.value);
  if (!parsed.success) {
    for (const { path, message } of describeIssues(GeminiPolicy, text.value, parsed.error.issues))
      problems.push({ file: source.name, ...text.locate(path), message });
    return undefined;
  }
  const warnings: string[] = [];
  const ordered = (parsed.data.rule ?? [])
    .map((rule, index) => ({ rule, index }))
    .sort((a, b) => (b.rule.priority ?? 0) - (a.rule.priority ?? 0) || a.index - b.index);
  const rules: Rule[] = [];
  const origins: number[] = [];
  for (const { rule, index } of ordered) {
    const report = (why: string) => warnings.push(`rule ${index + 1}: ${why}`);
    for (const [part, translated] of translate(rule, report).entries()) {
      rules.push({ ...translated, id: `rule-${index + 1}${part > 0 ? `-${part + 1}` : ""}` });
      origins.push(index);
    }
  }
  return {
    document: { combining: "first-match", default: "ask", rules },
    reading: NATIVE,
    ordered: true,
    locate: (path) => text.locate(typeof path[1] === "number" ? ["rule", origins[path[1]] ?? 0] : path),
    warnings,
  };
};

const EFFECTS = { allow: "allow", deny: "deny", ask_user: "require_approval" } as const;
type Report = (why: string) => void;
const listOf = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function translate(rule: GeminiRule, report: Report): Omit<Rule, "id">[] {
  const allows = rule.decision === "allow";
  const unknown = Object.keys(rule).filter((key) => !KNOWN.has(key));
  if (unknown.length > 0) {
    report(`\`${unknown.join("`, `")}\` is not known here${allows ? ", so the allow is left out" : ""}`);
    if (allows) return [];
  }
  if (rule.modes && !rule.modes.includes("default") && allows) {
    report("is for other modes than the default, and is left out");
    return [];
  }
  const when: When = { ...toolOf(rule) };
  const reason = rule.denyMessage === undefined ? {} : { reason: rule.denyMessage };
  const effect = EFFECTS[rule.decision];
  if (rule.argsPattern !== undefined) when.argsJson = [rule.argsPattern];
  if (rule.commandRegex !== undefined) {
    if (allows) {
      report("a regex on a command's text never allows it; left out");
      return [];
    }
    when.args = { command: { regex: `^(?:${rule.commandRegex})` } };
  }
  if (allows && rule.argsPattern !== undefined) report("`argsPattern` never allows a shell command here");
  const prefixes = listOf(rule.commandPrefix);
  if (prefixes.length === 0) return [{ effect, when, ...reason }];
  const readable = prefixes.filter(isOneCommand);
  const odd = prefixes.filter((prefix) => !readable.includes(prefix));
  if (odd.length > 0) report(`\`${odd.join("`, `")}\` is no single simple command${allows ? ", and is left out" : ""}`);
  const byMeaning: Omit<Rule, "id">[] =
    readable.length === 0
      ? []
      : [
          {
            effect,
            when: { ...when, tool: ["shell"], commands: readable, ...(allows ? { startsWith: readable } : {}) },
            // There, a redirection takes an allow back unless the rule says otherwise.
            ...(allows && !rule.allowRedirection ? { unless: { redirects: true } } : {}),
            ...reason,
          },
        ];
  if (allows) return byMeaning;
  const globs = prefixes.map((prefix) => `${prefix.replaceAll(/[{}*?\\]/g, "\\$&")}*`);
  return [...byMeaning, { effect, when: { ...when, tool: ["shell"], args: { command: { glob: globs } } }, ...reason }];
}

function toolOf({ toolName, mcpName, commandPrefix, commandRegex }: GeminiRule): When {
  const names = listOf(toolName);
  if (mcpName !== undefined) {
    const below = names.length === 0 ? ["*"] : names;
    return {
      tool: below.flatMap((name) => [`mcp_${mcpName}_${name}`, `mcp__${mcpName}__${name}`, `${mcpName}__${name}`]),
    };
  }
  if (names.length > 0) return { tool: names };
  return commandPrefix !== undefined || commandRegex !== undefined ? { tool: ["shell"] } : {};
}
