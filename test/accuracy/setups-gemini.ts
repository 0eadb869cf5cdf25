// setups-gemini.ts — the settings of Gemini CLI's own tests as its policy files, so that its importer is what is measured

import type { PolicySource } from "@holdpoint/wire/policy.ts";

interface Rule {
  decision: string;
  toolName: string;
  commandPrefix?: string;
  argsPattern?: string;
  priority?: number;
  allowRedirection?: boolean;
}

const asToml = (rules: readonly Rule[], dialect = "gemini-toml"): PolicySource => ({
  name: "gemini.toml",
  dialect: dialect as PolicySource["dialect"],
  text: rules
    .map((rule) =>
      ["[[rule]]", ...Object.entries(rule).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)].join("\n"),
    )
    .join("\n\n"),
});
const prefix = (commandPrefix: string, decision = "allow", more: Partial<Rule> = {}): Rule => ({
  toolName: "run_shell_command",
  commandPrefix,
  decision,
  priority: 2,
  ...more,
});

/** `allowed`, as their checker of paths has it: the folders it was given, less what it calls sensitive. */
const PATHS: PolicySource = {
  name: "paths.yaml",
  dialect: "native-yaml",
  text: `policy: paths
default: deny
rules:
  - id: sensitive
    effect: deny
    when: { paths: { any: ["**/.git/**", "**/.env", "**/.env/**", "**/node_modules/**"] } }
  - id: outside
    effect: deny
    when: { paths: { any: ["!/home/user/project/**", "!/home/user/other/**"] } }
  - id: editor
    effect: require_approval
    when: { paths: ["**/.vscode/**"] }
  - id: inside
    effect: allow
    when: { tool: "*", paths: ["/home/user/project/**", "/home/user/other/**"] }
`,
};

/** `{ toolName: 'x', argsPattern: /…/, decision: PolicyDecision.ALLOW, priority: 20 }`, each between braces of its own. */
function rulesOf(text: string): Rule[] | undefined {
  const rules: Rule[] = [];
  for (const [, body = ""] of text.matchAll(/\{((?:[^{}]|\/[^/]*\/)*?decision[^{}]*)\}/g)) {
    const decision = /PolicyDecision\.(\w+)/.exec(body)?.[1]?.toLowerCase();
    const toolName = /toolName: '([^']+)'/.exec(body)?.[1];
    if (decision === undefined || toolName === undefined) return undefined;
    const rule: Rule = { decision, toolName };
    const pattern = /argsPattern: \/((?:[^/\\]|\\.)+)\//.exec(body)?.[1];
    if (pattern !== undefined) rule.argsPattern = pattern.replaceAll("\\/", "/");
    else if (body.includes("argsPattern")) return undefined;
    const priority = /priority: (-?\d+)/.exec(body)?.[1];
    if (priority !== undefined) rule.priority = Math.min(999, Math.max(0, Number(priority)));
    if (body.includes("allowRedirection: true")) rule.allowRedirection = true;
    rules.push(rule);
  }
  return rules.length > 0 ? rules : undefined;
}

/** The policy file that a test's setting stands for; undefined where it is about something that no policy file says. */
export function geminiSource(setup: string, why: string): PolicySource | undefined {
  // There a parser is made to fail, by a stand-in that is no part of the command.
  if (why.includes("parsing fails")) return undefined;
  const named = /^ALLOW run_shell_command commandPrefix '([^']+)'/.exec(setup)?.[1];
  if (named !== undefined) return asToml([prefix(named)]);
  const one = /^createPolicyEngineWithPrefix\('([^']+)'\)/.exec(setup)?.[1];
  if (one !== undefined) return asToml([prefix(one)]);
  const many = /^setupEngine\(\[([^\]]*)\]\)/.exec(setup)?.[1];
  if (many !== undefined) return asToml([...many.matchAll(/'([^']+)'/g)].map(([, name]) => prefix(name!)));
  const denied = /^setupEngine\('([^']+)'\)/.exec(setup)?.[1];
  if (denied !== undefined) return asToml([prefix(denied, "deny", { priority: 10 }), prefix("echo"), prefix("ls")]);
  if (setup.startsWith("AllowedPathChecker")) return PATHS;
  if (!setup.startsWith("const rules")) return undefined;
  const rules = rulesOf(setup.replaceAll(/\/\/[^\n]*?(?=toolName|argsPattern|\}|$)/g, ""));
  const mode = setup.includes("YOLO")
    ? "gemini-toml-yolo"
    : why.includes("AUTO_EDIT")
      ? "gemini-toml-auto-edit"
      : undefined;
  return rules && asToml(rules, mode);
}
