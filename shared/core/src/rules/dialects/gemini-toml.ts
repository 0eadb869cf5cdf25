// gemini-toml.ts — importer of Gemini CLI's policy files: `[[rule]]` with a priority, the highest first, the first that matches
//
// An allow that cannot be said in our words is left out and reported, a deny or ask that cannot is said more strictly. The
// approval mode is not ours to know, so each is a dialect of its own: `gemini-toml`, `gemini-toml-auto-edit`, `gemini-toml-yolo`.

import { nearestWord } from "@holdpoint/wire/nearest-word.ts";
import { z } from "zod";
import { NATIVE } from "../conditions.ts";
import { read } from "../policy-text.ts";
import { describeIssues } from "../problems.ts";
import type { Rule } from "../schema.ts";
import type { Dialect } from "./draft.ts";
import { EVERY_TEXT, type GeminiMode, GeminiRule, isOfMode, translateGemini, wholeTexts } from "./gemini-rule.ts";

const GeminiPolicy = z.looseObject({ rule: z.array(GeminiRule).optional() });

export const geminiToml =
  (mode: GeminiMode): Dialect =>
  (source, problems) => {
    const text = read(source.name, source.text, "toml", problems);
    if (!text) return undefined;
    const parsed = GeminiPolicy.safeParse(text.value);
    if (!parsed.success) {
      for (const { path, message, key } of describeIssues(GeminiPolicy, text.value, parsed.error.issues))
        problems.push({ file: source.name, ...text.locate(path, key), message });
      return undefined;
    }
    const warnings: string[] = [];
    for (const key of Object.keys(parsed.data)) {
      if (key === "rule") continue;
      const message = `\`${key}\` is not a word here; did you mean \`[[rule]]\`?`;
      if (nearestWord(key, ["rule"])) problems.push({ file: source.name, ...text.locate([key], true), message });
      else warnings.push(`\`${key}\` is not taken over`);
    }
    const words = Object.keys(GeminiRule.shape);
    for (const [index, rule] of (parsed.data.rule ?? []).entries())
      for (const key of Object.keys(rule)) {
        const near = words.includes(key) ? undefined : nearestWord(key, words);
        const message = `\`${key}\` is not a word here; did you mean \`${near}\`?`;
        if (near) problems.push({ file: source.name, ...text.locate(["rule", index, key], true), message });
      }
    const ordered = (parsed.data.rule ?? [])
      .map((rule, index) => ({ rule, index }))
      .sort((a, b) => (b.rule.priority ?? 0) - (a.rule.priority ?? 0) || a.index - b.index);
    let translated: { rule: Rule; origin: number; inexact: boolean }[] = [];
    for (const { rule, index } of ordered) {
      const report = (why: string) => warnings.push(`rule ${index + 1}: ${why}`);
      for (const [part, { inexact, ...one }] of translateGemini(rule, mode, report).entries())
        translated.push({
          rule: { ...one, id: `rule-${index + 1}${part > 0 ? `-${part + 1}` : ""}` },
          origin: index,
          inexact: inexact === true,
        });
    }
    translated = [...wholeDenials(ordered, mode), ...deniesBeforeInexactAsks(translated)];
    return {
      document: {
        combining: "first-match",
        // In yolo mode nobody is asked.
        default: mode === "yolo" ? "deny" : "ask",
        rules: translated.map(({ rule }) => rule),
      },
      reading: NATIVE,
      ordered: true,
      locate: (path) =>
        text.locate(typeof path[1] === "number" ? ["rule", translated[path[1]]?.origin ?? 0, ...written(path)] : path),
      warnings,
    };
  };

/**
 * There the whole text is looked at before its commands are: the first rule that is about it may deny it, whatever earlier ones
 * say of the commands in it. `git; ls` begins with no `git` that a space follows, so a later deny of the shell is the first.
 */
function wholeDenials(ordered: readonly { rule: GeminiRule; index: number }[], mode: GeminiMode) {
  const denials: { rule: Rule; origin: number; inexact: boolean }[] = [];
  const before: string[] = [];
  for (const { rule, index } of ordered.filter((each) => isOfMode(each.rule, mode))) {
    const texts = wholeTexts(rule);
    if (rule.decision !== "deny") before.push(...texts);
    // What comes now is about no text that is left.
    if (before.includes(EVERY_TEXT)) break;
    if (rule.decision !== "deny" || texts.length === 0 || before.length === 0) continue;
    const reason = rule.denyMessage ?? rule.deny_message;
    const denial: Rule = {
      id: `rule-${index + 1}-whole`,
      effect: "deny",
      ...(reason !== undefined && { reason }),
      when: { tool: ["shell"], args: { command: { glob: texts } } },
      unless: { args: { command: { glob: [...before] } } },
    };
    denials.push({ rule: denial, origin: index, inexact: false });
  }
  return denials;
}

/** The first that matches ends the search: an ask that is said more broadly than there must not hide a later deny. */
function deniesBeforeInexactAsks<T extends { rule: Rule; inexact: boolean }>(rules: readonly T[]): T[] {
  const at = rules.findIndex(({ rule, inexact }) => inexact && rule.effect === "require_approval");
  if (at < 0) return [...rules];
  const later = rules.slice(at);
  const denies = later.filter(({ rule }) => rule.effect === "deny");
  return [...rules.slice(0, at), ...denies, ...later.filter(({ rule }) => rule.effect !== "deny")];
}

const FIELDS: Readonly<Record<string, string>> = { argsJson: "argsPattern", tool: "toolName" };
const written = (path: readonly (string | number)[]): string[] => {
  const name = FIELDS[String(path[3])];
  return name === undefined ? [] : [name];
};
