// stage.ts — run every checker, fold what they found: a block settles as a denial, the rest goes on to sandbox

import { type Checker, checkersVersion } from "@holdpoint/core/safety/checker.ts";
import { fold } from "@holdpoint/core/safety/fold.ts";
import { findWith } from "@holdpoint/engine/check.ts";
import { judged } from "@holdpoint/engine/judged.ts";
import type { HandOverFrom } from "@holdpoint/queue/topology.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";

export function safetyStage(
  checkers: readonly Checker[],
): (message: Message) => HandOverFrom<"safety"> | Promise<HandOverFrom<"safety">> {
  const version = checkersVersion(checkers);
  const folded = (message: Message, findings: Finding[]): HandOverFrom<"safety"> => {
    const { action, facts, verdict: before } = judged(message);
    const verdict: Verdict = {
      ...fold(before, findings, { escalated: action.escalated !== undefined }),
      checkers: version,
    };
    const next: Message = { ...message, verdict, findings };
    return verdict.effect === "deny"
      ? { settle: { message: next, facts, verdict, findings } }
      : { to: "sandbox", message: next };
  };
  return (message) => {
    const { action, facts } = judged(message);
    const findings = findWith(checkers, action, facts);
    return findings instanceof Promise ? findings.then((found) => folded(message, found)) : folded(message, findings);
  };
}
