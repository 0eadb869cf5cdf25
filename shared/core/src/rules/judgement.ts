// judgement.ts — what was found for one atom: the rules that count, and what they do to its effect

import type { Effect } from "@holdpoint/wire/scalars.ts";
import type { CompiledRule } from "./compiled.ts";
import type { View } from "./criteria/view.ts";

/** A rule that counts for an atom; `note` says so when it counts only because it failed. */
export interface Hit {
  rule: CompiledRule;
  note: string | undefined;
}

export interface AtomJudgement {
  effect: Effect;
  hits: Hit[];
}

/** What a rule does to the effect; undefined = nothing, it only obliges. */
export function ruleEffect(rule: CompiledRule, view: View): Effect | undefined {
  switch (rule.effect) {
    case "allow":
      return "allow";
    case "require_approval":
      return "ask";
    case "terminate":
      return "deny";
    case "deny":
      return rule.escalatable && view.action.escalated ? "ask" : "deny";
    default:
      return undefined;
  }
}
