// gemini-setup.ts — reads what a case of Gemini CLI's tests says of its rules: a sentence, a helper's call, or a list in code

import type { GeminiRow } from "./gemini.ts";

export interface ToldRule {
  toolName: string | undefined;
  commandPrefix: string[] | undefined;
  argsPattern: string | undefined;
  decision: string;
  priority: number;
  modes: string[] | undefined;
  allowRedirection: boolean | undefined;
}

const SHELL = "run_shell_command";
const plain = (decision: string, commandPrefix: string[], priority = 1): ToldRule => ({
  toolName: SHELL,
  commandPrefix,
  argsPattern: undefined,
  decision,
  priority,
  modes: undefined,
  allowRedirection: undefined,
});
const quoted = (text: string): string[] => [...text.matchAll(/'([^']*)'/g)].map(([, one = ""]) => one);

export function statedRules(row: GeminiRow): ToldRule[] {
  const { setup = "" } = row;
  const sentence = /^(ALLOW|DENY|ASK_USER) \w+ commandPrefix '([^']*)'/.exec(setup);
  if (sentence) return [plain(decisionOf(sentence[1]), [sentence[2] ?? ""])];
  const helper = /^\s*\w+(?:WithPrefix|setupEngine|Engine)\w*\((.*?)\);?\s*$/.exec(setup);
  // The helper that takes one name blocks it; the one that takes a list, or a prefix, allows it.
  if (helper) {
    const names = quoted(helper[1] ?? "");
    return [plain(setup.includes("[") || setup.includes("Prefix") ? "allow" : "deny", names)];
  }
  return inCode(row);
}

const decisionOf = (word = ""): string => word.toLowerCase();

function inCode({ setup = "", command = "" }: GeminiRow): ToldRule[] {
  const start = setup.indexOf("toolName:");
  if (start < 0) return [];
  const rules = setup
    .slice(start)
    .split(/(?=toolName:)/)
    .flatMap((text): ToldRule[] => {
      const decision = /decision: PolicyDecision\.(\w+)/.exec(text)?.[1];
      if (decision === undefined) return [];
      const name = /toolName: '([^']*)'/.exec(text)?.[1];
      const variable = /new RegExp\((\w+)\[/.exec(text)?.[1];
      return [
        {
          toolName: name,
          commandPrefix: variable === undefined ? undefined : [prefixSpokenOf(variable, command)],
          argsPattern: /argsPattern: \/((?:[^/\\]|\\.)*)\//.exec(text)?.[1]?.replaceAll("\\/", "/"),
          decision: decisionOf(decision),
          priority: Number(/priority: (-?\d+)/.exec(text)?.[1] ?? (/priority: PRIORITY_YOLO/.test(text) ? 998 : 0)),
          modes: /modes: \[ApprovalMode\.YOLO\]/.test(text) ? ["yolo"] : undefined,
          allowRedirection: /allowRedirection: true/.test(text) ? true : undefined,
        },
      ];
    });
  const otherwise = /defaultDecision: PolicyDecision\.(\w+)/.exec(setup)?.[1];
  // A file cannot say the default; a rule for every tool at the bottom says the same.
  if (otherwise === "ALLOW")
    rules.push({ ...plain("allow", []), toolName: "*", commandPrefix: undefined, priority: -1e9 });
  return rules;
}

/** `argsPatternsGitLog` stands for the prefix `git log`: the beginning of the command that holds the words of the name. */
function prefixSpokenOf(variable: string, command: string): string {
  const words = variable.replace(/^argsPatterns|^patterns?/, "").match(/[A-Z][a-z]*|\d+/g) ?? [];
  const simple = command.split(/&&|\|\||[;|()]|\$\(/).map((text) => text.trim());
  if (words.length === 0) return command;
  const wanted = words.map((word) => word.toLowerCase());
  const found = simple.find((text) => wanted.every((word) => text.toLowerCase().includes(word))) ?? wanted.join(" ");
  const parts = found.split(/\s+/);
  const last = parts.findLastIndex((part) => wanted.some((word) => part.includes(word)));
  return parts.slice(0, Math.max(last, 0) + 1).join(" ");
}
