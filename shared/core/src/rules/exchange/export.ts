// export.ts — policies of ours as the rules of other clients, for defence in depth: never looser, and what is lost is said
//
// Only commands that are surely allowed, one by one and as they are written, are allowed there too: a prefix would also
// allow what follows it. What is asked about is asked by the client's own default.

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { strictest } from "@holdpoint/wire/scalars.ts";
import { compileSet } from "../compile.ts";
import type { PolicySet } from "../compiled.ts";
import { draftSources } from "../drafted.ts";
import type { Sayable } from "./sayable.ts";
import { namedCommands, plainDeny, sureEffect } from "./sure.ts";
import { claudeText } from "./to-claude.ts";
import { codexText } from "./to-codex.ts";
import { geminiText } from "./to-gemini.ts";

export const EXPORT_TARGETS = ["claude-code", "gemini", "codex"] as const;
export type ExportTarget = (typeof EXPORT_TARGETS)[number];

export interface Exported {
  text: string;
  left: string[];
}

const WRITERS: Readonly<Record<ExportTarget, (sayable: Sayable, left: (why: string) => void) => string>> = {
  "claude-code": claudeText,
  gemini: geminiText,
  codex: codexText,
};

/** Throws `policy_invalid` with every error of every source. */
export function exportPolicy(sources: readonly PolicySource[], target: ExportTarget): Exported {
  const set = compileSet(sources);
  const left: string[] = [];
  const text = WRITERS[target](sayableOf(set, sources, left), (why) => left.push(why));
  return { text, left };
}

function sayableOf(set: PolicySet, sources: readonly PolicySource[], left: string[]): Sayable {
  const drafts = draftSources(sources, []);
  const deny: Sayable["deny"] = [];
  for (const { source, draft } of drafts) {
    for (const [index, rule] of (draft.document.rules ?? []).entries()) {
      if (rule.enabled === false) continue;
      const name = `${source.name}: ${rule.effect} \`${rule.id ?? `rule-${index + 1}`}\``;
      const report = (why: string) => void left.push(`${name} ${why}`);
      if (rule.effect === "allow") report("is said only for the commands that it names one by one");
      else if (rule.effect === "deny" || rule.effect === "terminate") {
        const scoped = draft.document.scope !== undefined && draft.document.scope !== "global";
        const ordered = draft.document.combining === "first-match";
        const plain = ordered || scoped ? undefined : plainDeny(rule, draft.reading.pathFlavour, report);
        if (plain) deny.push({ deny: plain, reason: rule.reason, report });
        else report("cannot be said there: such a call gets what the client's default is");
      } else if (rule.effect !== "require_approval") report("has no form there");
    }
  }
  const commands = [...new Set(drafts.flatMap(({ draft }) => namedCommands(draft.document)))];
  const saying = (effect: string) => commands.filter((command) => sureEffect(set, command) === effect);
  const defaults = set.defaults.flatMap((document) => (document.default ? [document.default] : []));
  return {
    allow: saying("allow"),
    ask: saying("ask"),
    deny,
    default: defaults.length > 0 ? defaults.reduce(strictest) : "deny",
  };
}
