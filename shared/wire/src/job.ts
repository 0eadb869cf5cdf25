// job.ts — what travels between the stages: one action on its way, sealed before it meets a queue

import { z } from "zod";
import type { Action } from "./action.ts";
import type { Finding, StageTiming } from "./decision.ts";
import type { Facts } from "./facts.ts";
import { name } from "./scalars.ts";
import type { Verdict } from "./verdict.ts";

/** Two versions are readable at a time, so that a rolling upgrade loses nothing (rulings §E9). */
export const JOB_VERSIONS = [1] as const;
export const JOB_VERSION = 1;

/** W3C trace context of the propose span: each stage's span hangs below it, whatever the queue did in between. */
export const TraceCarrier = z.strictObject({ traceparent: z.string().optional(), tracestate: z.string().optional() });
export type TraceCarrier = z.infer<typeof TraceCarrier>;

/** One action on its way. `verdict` and `facts` appear once rules has judged; `findings` once safety has. */
export interface Message {
  v: number;
  action: Action;
  epoch: number;
  trace: TraceCarrier;
  /** when the message was handed over, ms since 1970, to say how long it queued */
  sentAt: number;
  facts?: Facts;
  verdict?: Verdict;
  findings?: Finding[];
  stages: z.infer<typeof StageTiming>[];
  /** a vote, withdrawal or expiry that the escalation stage must look at; the row is the truth, this only says where */
  resume?: { approvalId: string };
  /**
   * It was in hand when a worker died, and is tried alone: how often so far, in how many of these tries the worker died,
   * and, only while it is being worked on, by whom.
   */
  alone?: { trials: number; deaths: number; by?: string };
}

/** What a queue carries: cipher text only. An item is a sealed list of messages; one a job, as we write it. */
export const SealedPack = z.strictObject({ v: z.literal(1), key: name(), items: z.array(z.string()).min(1) });
export type SealedPack = z.infer<typeof SealedPack>;
