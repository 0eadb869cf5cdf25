// stage.ts — the worker loop of one stage: opens packs, runs the stage's work on each action for itself, hands on what is ready
// Stage code sees one message and returns one hand-over; packs, seals, retries, deadlines and spans end here (rulings §E1).

import { randomUUID } from "node:crypto";
import type { Log } from "@holdpoint/runtime/log.ts";
import { countFailClosed, timeStage } from "@holdpoint/runtime/metrics.ts";
import { inSpan, SPANS } from "@holdpoint/runtime/trace.ts";
import { FAULTS, isFault } from "@holdpoint/wire/fault.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import { type Attributes, type Span, trace } from "@opentelemetry/api";
import type { PackJob } from "./backend.ts";
import { type KeyRing, open, packItem, seal } from "./seal.ts";
import { DEATHS_MAX, suspects } from "./suspects.ts";
import { mayHandOver, type Sender, topology } from "./topology.ts";
import type { HandOver, SettleDraft, StageWork, WorkerFate } from "./types.ts";

export interface StageDeps {
  ring: KeyRing;
  log: Log;
  send(from: Sender, to: Stage, messages: Message[]): Promise<void>;
  /** the messages of an item that this process sealed for this stage itself */
  own?(item: string): readonly Message[] | undefined;
  settle(draft: SettleDraft): Promise<void>;
  exhausted(message: Message, error: unknown): Promise<void>;
  /**
   * Says that a pack which was taken back from a dead worker is in hand again, and returns what of it is still to be
   * worked on: what was decided meanwhile is not. Without it all is.
   */
  retake?(messages: readonly Message[]): Promise<readonly Message[]>;
  /** names this process in the marks of suspects; see suspects.ts */
  self?: string;
  fate?(worker: string): Promise<WorkerFate>;
  /** true once this worker is to end: what waits for infrastructure gives up, the reconciler finds it again */
  closing(): boolean;
}

/** How the work on one action begins: beside others, or alone under a mark. */
type Enter = (begin: () => HandOver | Promise<HandOver>) => HandOver | Promise<HandOver>;

const isInfrastructure = (error: unknown): boolean => isFault(error) && FAULTS[error.code].retry;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Runs work with a budget. Work that ignores its signal loses the race and its result is dropped. Timer and signal are
 * made when they are needed: most work is done before it would have been worth it.
 */
function withBudget(work: StageWork, message: Message, timeoutMs: number): HandOver | Promise<HandOver> {
  let controller: AbortController | undefined;
  const budget = {
    get signal(): AbortSignal {
      controller ??= new AbortController();
      return controller.signal;
    },
  };
  const answer = work(message, budget);
  if (!(answer instanceof Promise)) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller?.abort();
      reject(new Error(`the stage took longer than ${timeoutMs} ms`));
    }, timeoutMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** The time after which nobody tries any more: the sweeper denies such an action in the database. */
const deadlineOf = (message: Message): number => Date.parse(message.action.proposedAt) + limits.decideIdleMs;

const attributesOf = ({ action }: Message, stage: Stage): Attributes => ({
  "holdpoint.action.id": action.id,
  "holdpoint.stage": stage,
  "gen_ai.tool.name": action.tool,
  "gen_ai.agent.id": action.principal.agent,
  "gen_ai.conversation.id": action.session.id,
});

export interface StageProcessor {
  /** what BullMQ calls for each job of the stage */
  process(job: PackJob): Promise<void>;
  /** This process ends by itself now: what is still in hand has no part in that. */
  release(): Promise<void>;
}

export function stageProcessor(stage: Stage, work: StageWork, deps: StageDeps): StageProcessor {
  const { timeoutMs, attempts } = topology[stage];
  const { self = randomUUID(), fate, log } = deps;
  const turns = suspects({ self, log, ...(fate && { fate }) });

  const handOn = (handOver: HandOver, message: Message, ms: number): Promise<void> | undefined => {
    const timing = { stage, ms: Math.round(ms * 1_000) / 1_000 };
    if ("settle" in handOver) {
      const { settle } = handOver;
      return deps.settle({ ...settle, message: { ...settle.message, stages: [...message.stages, timing] } });
    }
    if ("done" in handOver) return undefined;
    if (!mayHandOver(stage, handOver.to)) throw new Error(`\`${stage}\` may not hand over to \`${handOver.to}\``);
    const { alone: _tried, ...rest } = handOver.message;
    return deps.send(stage, handOver.to, [{ ...rest, sentAt: Date.now(), stages: [...message.stages, timing] }]);
  };

  /** Waits before an infrastructure fault is met again; any other error, and one past the action's deadline, goes up. */
  const backOff = async (message: Message, error: unknown, tries: number): Promise<void> => {
    if (!isInfrastructure(error) || deps.closing() || Date.now() > deadlineOf(message)) throw error;
    await pause(Math.min(1_000, 50 * 2 ** Math.min(tries, 5)));
  };

  const persist = async <T>(message: Message, step: () => Promise<T>): Promise<T> => {
    for (let tries = 0; ; tries++) {
      try {
        return await step();
      } catch (fault) {
        await backOff(message, fault, tries);
      }
    }
  };
  const giveUp = (message: Message, error: unknown): Promise<void> =>
    persist(message, () => deps.exhausted(message, error));

  /**
   * The work once, its hand-over until it is taken: infrastructure faults only repeat the step that met them. A stage
   * that throws is tried again from its beginning, and then the action is denied.
   */
  const runOne = async (message: Message, span: Span, enter: Enter): Promise<void> => {
    if (span.isRecording()) span.setAttributes(attributesOf(message, stage));
    let handOver: HandOver | undefined;
    let ms = 0;
    for (let throws = 0, waits = 0; ; ) {
      try {
        if (handOver === undefined) {
          const startedAt = performance.now();
          const answer = enter(() => withBudget(work, message, timeoutMs));
          // Most work answers at once: a wait of nothing would still cost a turn for each action.
          handOver = answer instanceof Promise ? await answer : answer;
          ms = performance.now() - startedAt;
          timeStage(stage, ms);
        }
        return await handOn(handOver, message, ms);
      } catch (error) {
        if (isInfrastructure(error)) {
          await backOff(message, error, waits++);
          continue;
        }
        handOver = undefined;
        throws++;
        deps.log.warn({ error, stage, attempt: throws, actionId: message.action.id }, "a stage failed on an action");
        if (throws < attempts) continue;
        countFailClosed("stage_failed", stage);
        return giveUp(message, error);
      }
    }
  };

  const run = (message: Message, enter: Enter = turns.together): Promise<void> => {
    const job = trace.getActiveSpan();
    const links = job ? [{ context: job.spanContext() }] : [];
    return inSpan(SPANS[stage], { under: message.trace, links }, (span) => runOne(message, span, enter));
  };

  const giveUpPoison = async (message: Message): Promise<void> => {
    const { id: actionId } = message.action;
    deps.log.error({ stage, actionId }, "an action ends the process that works on it: denied as poison");
    countFailClosed("poison", stage);
    await giveUp(message, new Error(`poison: ${DEATHS_MAX} workers ended on this action alone`));
  };

  /**
   * Whoever held this pack died, and one of its actions may be why. They go on one at a time, and nothing else is worked on
   * in this process meanwhile: each is marked in the queue while it is worked on, and the one that is marked when the next
   * worker dies is suspect, because no other was there. Nothing is sent anew, so nothing doubles.
   */
  const runSuspects = async (pack: Message[], job: PackJob): Promise<void> => {
    // What would wait here behind a suspect, another process can have.
    const end = job.rest();
    try {
      await oneByOne(pack, job);
    } finally {
      end();
    }
  };

  const oneByOne = async (pack: Message[], job: PackJob): Promise<void> => {
    const messages = await persist(pack[0] as Message, async () => deps.retake?.(pack) ?? pack);
    for (const [index, message] of messages.entries()) {
      const known = await persist(message, () => turns.judge(message));
      if (known === "poison") {
        await giveUpPoison(message);
        continue;
      }
      const write = async (alone: Message["alone"]) => {
        const left = [{ ...message, alone }, ...messages.slice(index + 1)];
        await job.update({
          v: 1,
          key: deps.ring.current,
          items: [seal(deps.ring, senderTo(stage), stage, left.map(packItem))],
        });
      };
      await run(message, (begin) => turns.alone(known, write, begin));
    }
  };

  const process = async (job: PackJob): Promise<void> => {
    const messages: Message[] = [];
    for (const item of Array.isArray(job.pack?.items) ? job.pack.items : []) {
      const own = deps.own?.(String(item));
      const opened = own ? { messages: own } : open(deps.ring, stage, String(item));
      if ("messages" in opened) messages.push(...opened.messages);
      else {
        countFailClosed(`job_${opened.refused}`, stage);
        deps.log.warn(
          { stage, refused: opened.refused },
          "a job that does not open is dropped; the action is found again by the reconciler",
        );
      }
    }
    if (job.stalled > 0 && messages.length > 0) return runSuspects(messages, job);
    const results = await Promise.allSettled(messages.map((message) => run(message)));
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  };
  return { process, release: turns.release };
}

/** The sender that a stage's queue expects: a pack that is written back must look as it did when it came. */
function senderTo(stage: Stage): Sender {
  const before = (Object.keys(topology) as Stage[]).find((from) => mayHandOver(from, stage));
  return before ?? "edge";
}
