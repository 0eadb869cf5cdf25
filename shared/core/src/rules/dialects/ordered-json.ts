// ordered-json.ts — seed 000's configuration: ordered rules, `allow`, `deny` or `ask_user`, the first that matches or the default

import { z } from "zod";
import { NATIVE } from "../conditions.ts";
import { read } from "../policy-text.ts";
import { type DocumentPath, describeIssues } from "../problems.ts";
import { type ArgumentCondition, Document, type Rule, When } from "../schema.ts";
import type { Dialect } from "./draft.ts";

const ACTIONS = ["allow", "deny", "ask_user"] as const;
const strings = z.union([z.array(z.string().min(1)).min(1), z.string().min(1)]);

/** `args`: one pattern for any string of the arguments, or a pattern for each named argument. Other criteria are native. */
const Match = When.omit({ tool: true, args: true }).extend({
  tool: strings.optional(),
  args: z.union([z.string().min(1), z.record(z.string(), z.string().min(1))]).optional(),
});
/** Of a word that is said twice one would be without effect. */
const once = (word: string) => ({ error: `\`${word}\` stands in \`match\` too: say it once`, path: [word] });
const OrderedRule = z
  .strictObject({
    id: z.string().min(1).optional(),
    match: Match.optional(),
    tool: strings.optional(),
    args: z.union([z.string().min(1), z.record(z.string(), z.string().min(1))]).optional(),
    action: z.enum(ACTIONS),
    reason: z.string().optional(),
  })
  .refine(({ tool, match }) => tool === undefined || match?.tool === undefined, once("tool"))
  .refine(({ args, match }) => args === undefined || match?.args === undefined, once("args"));
type OrderedRule = z.output<typeof OrderedRule>;
const Ordered = z
  .strictObject({
    default: z.enum(ACTIONS).optional(),
    defaultAction: z.enum(ACTIONS).optional(),
    rules: z.array(OrderedRule),
  })
  .refine((file) => file.default === undefined || file.defaultAction === undefined, {
    error: "`defaultAction` is the older name of `default`, which stands here too: say it once",
    path: ["defaultAction"],
  });

export const orderedJson: Dialect = (source, problems) => {
  const text = read(source.name, source.text, "json", problems);
  if (!text) return undefined;
  const bare = Array.isArray(text.value);
  const value = bare ? { rules: text.value } : text.value;
  const written = (path: DocumentPath): DocumentPath => (bare && path[0] === "rules" ? path.slice(1) : path);
  const parsed = Ordered.safeParse(value);
  if (!parsed.success) {
    for (const { path, message, key } of describeIssues(Ordered, value, parsed.error.issues))
      problems.push({ file: source.name, ...text.locate(written(path), key), message });
    return undefined;
  }
  const { rules } = parsed.data;
  const document = Document.parse({
    combining: "first-match",
    default: parsed.data.default ?? parsed.data.defaultAction ?? "deny",
    rules: [],
  });
  return {
    document: { ...document, rules: rules.map(nativeRule) },
    reading: NATIVE,
    ordered: true,
    locate: (path, key) => text.locate(written(path[2] === "when" ? inMatch(path, rules) : path), key),
    warnings: rules.flatMap((rule, index) =>
      rule.action === "allow" && (rule.args ?? rule.match?.args) !== undefined
        ? [
            `rule ${rule.id ?? index + 1}: \`args\` alone never allows a shell command; name \`commands\` or \`paths\` too`,
          ]
        : [],
    ),
  };
};

/** From a criterion back to the word that was written, in `match` or beside it. */
function inMatch([list = "rules", index = 0, , word = "", ...below]: DocumentPath, rules: readonly OrderedRule[]) {
  const own = word === "argsMatch" ? "args" : word;
  const flat = typeof index === "number" && (own === "tool" || own === "args") && rules[index]?.[own] !== undefined;
  return [list, index, ...(flat ? [] : ["match"]), own, ...(word === "argsMatch" ? [] : below)];
}

function nativeRule(rule: OrderedRule, index: number): Rule {
  const { tool: matchTool, args: matchArgs, ...rest } = rule.match ?? {};
  const tool = rule.tool ?? matchTool;
  const args = rule.args ?? matchArgs;
  return {
    id: rule.id ?? `rule-${index + 1}`,
    effect: rule.action === "ask_user" ? "require_approval" : rule.action,
    ...(rule.reason === undefined ? {} : { reason: rule.reason }),
    when: {
      ...rest,
      ...(tool === undefined ? {} : { tool: typeof tool === "string" ? [tool] : tool }),
      ...(typeof args === "string" ? { argsMatch: [args] } : {}),
      ...(typeof args === "object" ? { args: byName(args) } : {}),
    },
  };
}

const byName = (args: Record<string, string>): Record<string, ArgumentCondition> =>
  Object.fromEntries(Object.entries(args).map(([name, regex]) => [name, { regex }]));
