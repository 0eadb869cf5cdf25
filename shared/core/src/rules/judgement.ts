// judgement.ts — what was found for one atom: the rules that count, and what they do to its effect

import type { Effect } from "@holdpoint/wire/scalars.ts";
import type { CompiledRule } from "./compiled.ts";
import type { View } from "./criteria/view.ts";

export interface AtomJudgement {
  effect: Effect;
  /** the rules that count, in the order in which they were found */
  rules: CompiledRule[];
  /** of rules that count only because they failed: how */
  notes: Notes | undefined;
}

export type Notes = Map<CompiledRule, string>;

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
