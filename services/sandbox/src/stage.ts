// stage.ts — choose the rung: an allow settles here, an ask goes on to people

import { selectSandbox } from "@holdpoint/core/sandbox/select.ts";
import { judged } from "@holdpoint/engine/judged.ts";
import type { HandOverFrom } from "@holdpoint/queue/topology.ts";
import type { Message } from "@holdpoint/wire/job.ts";

export const sandboxStage = (message: Message): HandOverFrom<"sandbox"> => {
  const { action, facts, verdict: before, findings } = judged(message);
  const verdict = selectSandbox(before, action, facts);
  return verdict.effect === "ask"
    ? { to: "escalation", message: { ...message, verdict } }
    : { settle: { message, facts, verdict, findings } };
};
