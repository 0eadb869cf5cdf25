// stage.ts — judge by rules: a denial settles here, the rest goes on to safety

import { deriveFacts } from "@holdpoint/core/facts/derive.ts";
import type { PolicySet } from "@holdpoint/core/rules/compile.ts";
import { BLANK_HISTORY } from "@holdpoint/core/rules/criteria/view.ts";
import { evaluate } from "@holdpoint/core/rules/evaluate.ts";
import type { PolicyReader } from "@holdpoint/engine/policies.ts";
import type { HandOverFrom } from "@holdpoint/queue/topology.ts";
import { countShadowDisagreement } from "@holdpoint/runtime/metrics.ts";
import type { Message } from "@holdpoint/wire/job.ts";

function judge(message: Message, set: PolicySet): HandOverFrom<"rules"> {
  const { action } = message;
  const facts = deriveFacts(action, set.tools);
  const verdict = evaluate(set, action, facts, BLANK_HISTORY);
  if (set.shadow !== undefined) {
    const shadow = evaluate(set.shadow, action, facts, BLANK_HISTORY);
    if (shadow.effect !== verdict.effect) countShadowDisagreement(verdict.effect, shadow.effect);
  }
  // A denial for what was before may turn out otherwise where it is committed, so checkers are heard first.
  const sure = verdict.counts === undefined || verdict.counts.asks.length === 0;
  return verdict.effect === "deny" && sure
    ? { settle: { message, facts, verdict, findings: [] } }
    : { to: "safety", message: { ...message, facts, verdict } };
}

/** Answers at once where the set is known, which is nearly always: no promise, no timer. */
export const rulesStage =
  (policies: Pick<PolicyReader, "active">) =>
  (message: Message): HandOverFrom<"rules"> | Promise<HandOverFrom<"rules">> => {
    const set = policies.active(message.action.tenant);
    return set instanceof Promise ? set.then((read) => judge(message, read)) : judge(message, set);
  };
