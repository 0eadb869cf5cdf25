// stage.ts — judge by rules: a denial settles here, the rest goes on to safety

import { deriveFacts } from "@holdpoint/core/facts/derive.ts";
import { evaluate } from "@holdpoint/core/rules/evaluate.ts";
import type { PolicyReader } from "@holdpoint/engine/policies.ts";
import type { HandOverFrom } from "@holdpoint/queue/topology.ts";
import { countShadowDisagreement } from "@holdpoint/runtime/metrics.ts";
import type { Message } from "@holdpoint/wire/job.ts";

export const rulesStage =
  (policies: Pick<PolicyReader, "active">) =>
  async (message: Message): Promise<HandOverFrom<"rules">> => {
    const { action } = message;
    const set = await policies.active(action.tenant);
    const facts = deriveFacts(action);
    const verdict = evaluate(set, action, facts);
    if (set.shadow !== undefined) {
      const shadow = evaluate(set.shadow, action, facts);
      if (shadow.effect !== verdict.effect) countShadowDisagreement(verdict.effect, shadow.effect);
    }
    return verdict.effect === "deny"
      ? { settle: { message, facts, verdict, findings: [] } }
      : { to: "safety", message: { ...message, facts, verdict } };
  };
