// decide.ts — all stages as one pure function: the reference for `check`, replay, claims and the queued pipeline

import type { Action } from "@holdpoint/wire/action.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { deriveFacts } from "./facts/derive.ts";
import type { PolicySet } from "./rules/compile.ts";
import type { History } from "./rules/criteria/view.ts";
import { evaluate } from "./rules/evaluate.ts";
import { builtinCheckers } from "./safety/builtin.ts";
import type { Checker } from "./safety/checker.ts";
import { fold } from "./safety/fold.ts";
import { runSyncCheckers } from "./safety/run.ts";
import { selectSandbox } from "./sandbox/select.ts";

/**
 * rules → safety → sandbox over facts and findings that are already there: what a claim repeats. Without a history,
 * rules about it count as met where they tighten.
 */
export function judge(
  set: PolicySet,
  action: Action,
  facts: Facts,
  findings: readonly Finding[],
  history?: History,
): Verdict {
  const verdict = evaluate(set, action, facts, history);
  return selectSandbox(fold(verdict, findings, { escalated: action.escalated !== undefined }), action, facts);
}

/** Everything from the action alone, with the checkers that need no waiting. */
export function decide(
  set: PolicySet,
  action: Action,
  checkers: readonly Checker[] = builtinCheckers,
): { facts: Facts; verdict: Verdict } {
  const facts = deriveFacts(action, set.tools);
  return { facts, verdict: judge(set, action, facts, runSyncCheckers(checkers, action, facts)) };
}
