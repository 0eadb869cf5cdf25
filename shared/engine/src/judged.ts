// judged.ts — what every stage after rules may rely on: facts and a verdict that are there

import type { Action } from "@holdpoint/wire/action.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";

export interface Judged {
  action: Action;
  facts: Facts;
  verdict: Verdict;
  findings: Finding[];
}

/** A message without them came by another way than the topology's: its stage throws, and the action is denied. */
export function judged({ action, facts, verdict, findings = [] }: Message): Judged {
  if (facts === undefined || verdict === undefined)
    throw new Error("an action came here without having been judged by rules");
  return { action, facts, verdict, findings };
}
