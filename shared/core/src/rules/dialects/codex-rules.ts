// codex-rules.ts — importer of Codex `.rules`: `prefix_rule(pattern = [...], decision = "allow" | "prompt" | "forbidden")`
//
// The strictest of the rules that match wins there too, and what no rule names asks.

import { nearestWord } from "@holdpoint/wire/nearest-word.ts";
import { NATIVE } from "../conditions.ts";
import type { Rule } from "../schema.ts";
import type { Dialect } from "./draft.ts";
import { isOneCommand, isPlainCommand, SHELL_ITSELF, writtenFrom } from "./one-command.ts";
import { type Call, readCalls, type Value } from "./starlark.ts";

const EFFECTS: Readonly<Record<string, Rule["effect"]>> = {
  allow: "allow",
  prompt: "require_approval",
  forbidden: "deny",
};

const WORDS = ["pattern", "decision", "justification", "match", "not_match"];

export const codexRules: Dialect = (source, problems) => {
  const calls = readCalls(source.name, source.text, problems);
  if (!calls) return undefined;
  const warnings: string[] = [];
  const rules: Rule[] = [];
  const lines: number[] = [];
  for (const call of calls) {
    const { line, column } = call;
    const refuse = (message: string) => problems.push({ file: source.name, line, column, message });
    if (call.name !== "prefix_rule") {
      if (nearestWord(call.name, ["prefix_rule"]))
        refuse(`\`${call.name}\` is not a word here; did you mean \`prefix_rule\`?`);
      warnings.push(`line ${call.line}: \`${call.name}\` is not taken over`);
      continue;
    }
    const rule = translate(call, rules.length + 1, refuse, (why) => warnings.push(`line ${call.line}: ${why}`));
    if (rule) {
      rules.push(rule);
      lines.push(call.line);
    }
  }
  return {
    document: { default: "ask", rules },
    reading: NATIVE,
    locate: (path) => ({ line: typeof path[1] === "number" ? (lines[path[1]] ?? 1) : 1, column: 1 }),
    warnings,
  };
};

function translate(
  call: Call,
  number: number,
  refuse: (message: string) => void,
  report: (why: string) => void,
): Rule | undefined {
  for (const word of Object.keys(call.named)) {
    const near = nearestWord(word, WORDS);
    if (!WORDS.includes(word))
      refuse(`\`${word}\` is not a word here${near ? `; did you mean \`${near}\`?` : `; known: ${WORDS.join(", ")}`}`);
  }
  const { pattern, decision = "allow", justification } = call.named;
  const effect = typeof decision === "string" && Object.hasOwn(EFFECTS, decision) ? EFFECTS[decision] : undefined;
  if (!effect) {
    const near = typeof decision === "string" ? nearestWord(decision, Object.keys(EFFECTS)) : undefined;
    refuse(
      `expected decision \`allow\`, \`prompt\` or \`forbidden\`, found \`${String(decision)}\`${near ? `; did you mean \`${near}\`?` : ""}`,
    );
    return undefined;
  }
  const prefixes = Array.isArray(pattern) ? combinations(pattern) : undefined;
  if (!prefixes || prefixes.length === 0) {
    refuse('expected `pattern = ["word", ["one", "of"], …]`');
    return undefined;
  }
  checkExamples(call, prefixes, refuse);
  const known = prefixes.filter(effect === "allow" ? isPlainCommand : isOneCommand);
  if (known.length < prefixes.length && effect === "allow") report("a pattern that cannot be read is left out");
  const texts = effect === "allow" ? known : prefixes;
  if (texts.length === 0) return undefined;
  return {
    id: `prefix-${number}`,
    effect,
    ...(typeof justification === "string" ? { reason: justification } : {}),
    when:
      effect === "allow"
        ? {
            tool: [...SHELL_ITSELF],
            commands: known,
            startsWith: texts,
            // There only plain words are compared: whatever redirects is asked about.
            written: [...known.flatMap(writtenFrom), "!*<*", "!*>*"],
          }
        : known.length === prefixes.length
          ? { tool: ["shell"], commands: known }
          : { tool: ["shell"], startsWith: texts },
  };
}

/** As Codex itself does when it loads a file: examples that are not so refuse it. */
function checkExamples({ named }: Call, prefixes: readonly string[], refuse: (message: string) => void): void {
  const begins = (example: Value): boolean => {
    const words = Array.isArray(example)
      ? example.map(String)
      : String(example)
          .split(/\s+/)
          .map((word) => word.replace(/^(["'])(.*)\1$/, "$2"));
    return prefixes.some((prefix) => prefix.split(" ").every((word, index) => words[index] === word));
  };
  const text = (example: Value): string => (Array.isArray(example) ? example.join(" ") : String(example));
  for (const [word, wanted] of [
    ["match", true],
    ["not_match", false],
  ] as const) {
    const examples = named[word] ?? [];
    if (!Array.isArray(examples)) refuse(`expected \`${word} = ["a command", …]\``);
    else
      for (const example of examples)
        if (begins(example) !== wanted)
          refuse(`the pattern ${wanted ? "does not match" : "matches"} its example \`${text(example)}\``);
  }
}

/** `["git", ["status", "log"]]` → `git status`, `git log`; words with white space or quotes are not taken apart again. */
function combinations(pattern: readonly Value[]): string[] | undefined {
  let all = [""];
  for (const element of pattern) {
    const words = typeof element === "string" ? [element] : Array.isArray(element) ? element : [];
    if (words.length === 0 || !words.every((word) => typeof word === "string" && word !== "" && !/[\s'"]/.test(word)))
      return undefined;
    all = all.flatMap((before) => words.map((word) => (before === "" ? String(word) : `${before} ${String(word)}`)));
    if (all.length > 64) return undefined;
  }
  return all;
}
