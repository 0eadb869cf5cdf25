// stage.ts — ask people: park the action as a row, and on an answer apply what the votes amount to

import { judged } from "@holdpoint/engine/judged.ts";
import type { HandOverFrom } from "@holdpoint/queue/topology.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import { type ResumeDeps, resume } from "./resume.ts";

/** Parking holds nothing but a row: no job, no timer, no worker waits for a person. */
function park(message: Message): HandOverFrom<"escalation"> {
  const { facts, verdict, findings } = judged(message);
  return { settle: { message, facts, verdict, findings } };
}

export const escalationStage =
  (deps: ResumeDeps) =>
  async (message: Message): Promise<HandOverFrom<"escalation">> =>
    message.resume === undefined ? park(message) : { done: await resume(message, message.resume.approvalId, deps) };
