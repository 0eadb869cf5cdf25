// gemini-rule.ts — one `[[rule]]` of Gemini CLI as rules of ours, for one of its approval modes

import { z } from "zod";
import { TOOL_MEANINGS } from "../../facts/tools/own-tools.ts";
import type { Rule, When } from "../schema.ts";
import { isOneCommand, isPlainCommand, literally, SHELL_ITSELF, writtenFrom } from "./one-command.ts";

const strings = z.union([z.array(z.string().min(1)), z.string().min(1)]);
export const GeminiRule = z.looseObject({
  toolName: strings.optional(),
  mcpName: z.string().min(1).optional(),
  argsPattern: z.string().optional(),
  commandPrefix: strings.optional(),
  commandRegex: z.string().optional(),
  decision: z.enum(["allow", "deny", "ask_user"]),
  priority: z.number().min(0).max(999).optional(),
  modes: z.array(z.string()).optional(),
  allowRedirection: z.boolean().optional(),
  denyMessage: z.string().optional(),
  // the same words as its first versions wrote them
  allow_redirection: z.boolean().optional(),
  deny_message: z.string().optional(),
});
export type GeminiRule = z.infer<typeof GeminiRule>;
export type GeminiMode = "default" | "autoEdit" | "yolo";

const KNOWN = new Set(Object.keys(GeminiRule.shape));
const EFFECTS = { allow: "allow", deny: "deny", ask_user: "require_approval" } as const;
type Report = (why: string) => void;
/** `inexact`: matches more than it does there */
type Translated = Omit<Rule, "id"> & { inexact?: boolean };

const listOf = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

export const isOfMode = ({ modes }: GeminiRule, mode: GeminiMode): boolean =>
  modes === undefined || modes.length === 0 || modes.includes(mode);

export const EVERY_TEXT = "*";

/** The texts of a shell call that a rule is about, as globs over the whole of it; those that are not understood are left out. */
export function wholeTexts(rule: GeminiRule): string[] {
  const { toolName, mcpName, commandPrefix, commandRegex, argsPattern } = rule;
  const names = listOf(toolName);
  if (mcpName !== undefined || !(names.length === 0 || names.includes(SHELL) || names.includes("*"))) return [];
  const prefix = argsPattern === undefined ? undefined : prefixOf(argsPattern);
  const prefixes: Prefix[] = listOf(commandPrefix).map((text) => ({ text, exact: false }));
  if (prefix) prefixes.push(prefix);
  if (prefixes.length === 0) return commandRegex === undefined && argsPattern === undefined ? [EVERY_TEXT] : [];
  return prefixes.flatMap(({ text, exact }) => (exact ? [literally(text)] : writtenFrom(text)));
}

export function translateGemini(rule: GeminiRule, mode: GeminiMode, report: Report): Translated[] {
  const allows = rule.decision === "allow";
  if (!isOfMode(rule, mode)) {
    report(`is for other modes than \`${mode}\`, and is left out`);
    return [];
  }
  const unknown = Object.keys(rule).filter((key) => !KNOWN.has(key));
  if (unknown.length > 0) {
    const names = `\`${unknown.join("`, `")}\``;
    if (allows) {
      report(`${names} is not known here, so the allow is left out`);
      return [];
    }
    report(`${names} is not known here: the rule is taken for every value of it`);
  }
  const message = rule.denyMessage ?? rule.deny_message;
  const said = message === undefined ? {} : { reason: message };
  const made = allows ? allow(rule, mode, report) : tighten(rule, report);
  return made.map((one) => ({
    ...one,
    effect: EFFECTS[rule.decision],
    ...said,
    ...(unknown.length > 0 ? { inexact: true } : {}),
  }));
}

type Part = Pick<Rule, "when" | "unless" | "opaque"> & { inexact?: boolean };

function allow(rule: GeminiRule, mode: GeminiMode, report: Report): Part[] {
  if (rule.commandRegex !== undefined) {
    report("a regex on a command's text never allows it; left out");
    return [];
  }
  const when = toolsOf(rule, (odd) =>
    report(`\`${odd}\` is no name or pattern of a tool that Gemini CLI reads, and is left out`),
  );
  if (!when) return [];
  const prefixes: Prefix[] = listOf(rule.commandPrefix).map((text) => ({ text, exact: false }));
  if (rule.argsPattern !== undefined) {
    const prefix = prefixOf(rule.argsPattern);
    if (prefix) prefixes.push(prefix);
    else report("`argsPattern` never allows a shell command here, save one that a prefix says");
    if (!prefix) return [{ when: { ...when, argsJson: [rule.argsPattern] } }];
  }
  if (prefixes.length === 0) {
    // There, what runs is looked at command by command, also inside of substitutions; in yolo mode not even that.
    return [{ when, ...redirecting(rule, mode), opaque: opaqueIn(mode) }];
  }
  const readable = prefixes.filter(({ text }) => isPlainCommand(text));
  const odd = prefixes.filter((prefix) => !readable.includes(prefix)).map(({ text }) => text);
  if (odd.length > 0) report(`\`${odd.join("`, `")}\` is no single simple command, and is left out`);
  return readable.map(({ text, exact }) => ({
    when: {
      tool: [...SHELL_ITSELF],
      commands: [text],
      startsWith: [text],
      written: [...(exact ? [literally(text)] : writtenFrom(text)), ...notWritten(rule, mode)],
    },
    ...redirecting(rule, mode),
    opaque: "dynamic",
  }));
}

const opaqueIn = (mode: GeminiMode): "allow" | "dynamic" => (mode === "yolo" ? "allow" : "dynamic");
const redirects = ({ allowRedirection, allow_redirection }: GeminiRule, mode: GeminiMode): boolean =>
  (allowRedirection ?? allow_redirection) === true || mode !== "default";
/** A redirection takes an allow back; so does what PowerShell, Gemini's shell on Windows, would run. */
const notWritten = (rule: GeminiRule, mode: GeminiMode): string[] =>
  redirects(rule, mode) ? ["!*@(*"] : ["!*@(*", "!*<*", "!*>&*", "!*>*/dev/null*"];
const redirecting = (rule: GeminiRule, mode: GeminiMode): Pick<Part, "unless"> =>
  redirects(rule, mode) ? {} : { unless: { redirects: true } };

function tighten(rule: GeminiRule, report: Report): Part[] {
  const when = toolsOf(rule) ?? {};
  const patterns = listOf(rule.argsPattern);
  if (rule.commandRegex !== undefined) patterns.push(`"command":"${rule.commandRegex}`);
  if (patterns.length > 1) report("`argsPattern` and `commandRegex` together: either is enough here");
  const prefixes = listOf(rule.commandPrefix);
  const prefix = rule.argsPattern === undefined ? undefined : prefixOf(rule.argsPattern);
  const parts: Part[] = [];
  // What is denied by its text is denied by its meaning too. An ask by meaning could hide a later deny: it stays a text.
  const meant = [...prefixes, ...(prefix && !prefix.exact ? [prefix.text] : [])].filter(isOneCommand);
  if (rule.decision === "deny" && meant.length > 0) parts.push({ when: { tool: ["shell"], commands: meant } });
  const texts = prefixes.map((text) => `${literally(text)}*`);
  if (texts.length > 0) parts.push({ when: { tool: ["shell"], written: texts } });
  if (texts.length > 0 && rule.decision === "deny")
    parts.push({ when: { tool: ["shell"], args: { command: { glob: texts } } } });
  // A pattern that the whole text meets is met by every command in it.
  if (patterns.length > 0) parts.push({ when: { ...when, argsJson: patterns }, inexact: true });
  return parts.length > 0 ? parts : [{ when }];
}

const SHELL = "run_shell_command";

/** The tools a rule is about; with `leaveOut`, undefined where none of its names is one that is understood. */
function toolsOf(rule: GeminiRule, leaveOut?: (odd: string) => void): When | undefined {
  const { toolName, mcpName, commandPrefix, commandRegex } = rule;
  const names = listOf(toolName);
  if (mcpName !== undefined) {
    // Its star stands alone: in a name it is a letter, as braces are.
    if (leaveOut && mcpName !== "*" && !/^[A-Za-z0-9_.-]+$/.test(mcpName)) {
      leaveOut(mcpName);
      return undefined;
    }
    const below = names.length === 0 ? ["*"] : names;
    return {
      tool: below.flatMap((name) => [`mcp_${mcpName}_${name}`, `mcp__${mcpName}__${name}`, `${mcpName}__${name}`]),
    };
  }
  const shell = leaveOut ? SHELL_ITSELF : ["shell"];
  if (names.length === 0) return commandPrefix !== undefined || commandRegex !== undefined ? { tool: [...shell] } : {};
  const kept = names.filter((name) => leaveOut === undefined || isPattern(name));
  for (const name of names) if (!kept.includes(name)) leaveOut?.(name);
  if (kept.length === 0) return undefined;
  const tools = kept.map((name) => (name === SHELL ? "shell" : escapedTool(name)));
  // Its own shell under each of its names, and no server's.
  return { tool: leaveOut && kept.includes(SHELL) && kept.length === 1 ? [...SHELL_ITSELF] : tools };
}

/** There `*` stands alone, or in a name of an MCP server's tool; elsewhere it is a letter. */
const isPattern = (name: string): boolean =>
  !MEANINGS.includes(name.trim().toLowerCase()) &&
  (!name.includes("*") || name === "*" || /^mcp_[^*]*\*[^*]*$/.test(name));
/** No tool is called so there; here it would be every tool that means it. */
const MEANINGS: readonly string[] = TOOL_MEANINGS;
const escapedTool = (name: string): string => name.replaceAll(/[{}?\\!]/g, "\\$&");

interface Prefix {
  text: string;
  /** the whole command and nothing more */
  exact: boolean;
}

/** The prefix that an `argsPattern` says: `"command":"git log` with, behind it, a word's end, the text's end or nothing. */
export function prefixOf(pattern: string): Prefix | undefined {
  const match = /^\^?\\?\{?"command":"((?:[^\\.*+?()[\]{}|^$"]|\\[^A-Za-z0-9"])+)(.*)$/s.exec(pattern);
  if (!match) return undefined;
  const text = (match[1] ?? "").replaceAll(/\\(.)/gs, "$1").trimEnd();
  const tail = match[2] ?? "";
  if (tail === '"' || tail === '"\\}' || tail === '"\\}$') return { text, exact: true };
  return tail === "" || tail === "\\b" || /^\(\?:\[\\s"\]\|\\\\+"\)$/.test(tail) ? { text, exact: false } : undefined;
}
