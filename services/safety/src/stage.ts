// stage.ts — run every checker, fold what they found: a block settles as a denial, the rest goes on to sandbox

import { type Checker, checkersVersion } from "@holdpoint/core/safety/checker.ts";
import { fold } from "@holdpoint/core/safety/fold.ts";
import { findWith } from "@holdpoint/engine/check.ts";
import { judged } from "@holdpoint/engine/judged.ts";
import type { HandOverFrom } from "@holdpoint/queue/topology.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";

export const safetyStage =
  (checkers: readonly Checker[]) =>
  async (message: Message): Promise<HandOverFrom<"safety">> => {
    const { action, facts, verdict } = judged(message);
    const findings = await findWith(checkers, action, facts);
    const folded: Verdict = {
      ...fold(verdict, findings, { escalated: action.escalated !== undefined }),
      checkers: checkersVersion(checkers),
    };
    const next: Message = { ...message, verdict: folded, findings };
    return folded.effect === "deny"
      ? { settle: { message: next, facts, verdict: folded, findings } }
      : { to: "sandbox", message: next };
  };
