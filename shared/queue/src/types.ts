// types.ts — the port of the queue: stages see messages and hand-overs, never a queue

import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";

/** What a stage returns: on to the next one, a settled decision, or nothing to do (a resume that was applied). */
export type HandOver = { to: Stage; message: Message } | { settle: SettleDraft } | { done: string };

/** A judgement that is ready to become a decision; the settler gives it ids, a time and its commit. */
export interface SettleDraft {
  message: Message;
  facts: Facts;
  verdict: Verdict;
  findings: Finding[];
}

export interface StageContext {
  signal: AbortSignal;
}

/** The work of one stage on one action. Packs, retries, seals and spans are the queue's business (rulings §E1). */
export type StageWork = (message: Message, context: StageContext) => HandOver | Promise<HandOver>;

/**
 * What became of a worker that had an action alone in hand: it `died`, it `left` in good order, it `lives` (and only its
 * lock ran out), or it `hangs`: it is there and gives no sign.
 */
export type WorkerFate = "died" | "left" | "lives" | "hangs";

export interface StageWorker {
  /** Stops taking jobs and waits for those in hand. What is not done then has no part in the end of this process. */
  drain(timeoutMs: number): Promise<void>;
}

export interface Queue {
  backend: "postgres" | "redis";
  /** Adds one job a pack of messages; never mixes tenants. Rejects with `queue_unavailable`, and then nothing is promised. */
  send(stage: Stage, messages: Message[]): Promise<void>;
  /** Starts taking jobs of a stage. `settle` commits a draft and resolves when it is durable (or needless by now). */
  work(
    stage: Stage,
    work: StageWork,
    deps: {
      settle(draft: SettleDraft): Promise<void>;
      exhausted(message: Message, error: unknown): Promise<void>;
      /** see StageDeps */
      retake?(messages: readonly Message[]): Promise<readonly Message[]>;
      /** names this process; with `fate`, so that others can tell what became of it */
      self?: string;
      fate?(worker: string): Promise<WorkerFate>;
    },
  ): StageWorker;
  depth(): Promise<Record<Stage, number>>;
  /** True once after the queue lost what it held (a wipe, an older copy), and at the first look of one that was never looked at. */
  wiped(): Promise<boolean>;
  ready(): Promise<void>;
  close(): Promise<void>;
}
