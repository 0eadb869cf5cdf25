// suspects.ts — what was in hand when a worker died: tried one at a time under a mark, and denied as poison on what evidence
// A death counts against the one that was being worked on, alone, in the process that died; see docs/adr/0009.

import type { Log } from "@holdpoint/runtime/log.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import { turnstile } from "./turnstile.ts";
import type { HandOver, WorkerFate } from "./types.ts";

/** rulings §E3: one that ends its process is tried alone once more; the second death of it alone is its end. */
export const DEATHS_MAX = 2;
/** However innocent each looks: an action is not begun for ever. */
export const TRIALS_MAX = 8;

type Mark = NonNullable<Message["alone"]>;

export interface SuspectDeps {
  /** names this process in marks */
  self: string;
  log: Log;
  /** What became of the worker that a mark names. Without it whoever left a mark is taken to have died. */
  fate?(worker: string): Promise<WorkerFate>;
}

export interface Suspects {
  /** What answers at once is in and out at once; while somebody is tried alone, it waits. */
  together<T>(work: () => T | Promise<T>): T | Promise<T>;
  /** What is known of a message before it is tried: its mark, or that it is poison. */
  judge(message: Message): Promise<Mark | "poison">;
  /**
   * Works on one suspect while this process works on nothing else. `write` puts a mark into the queue in the place of the
   * one before: it is there before the work begins, and says so no more as soon as the work has ended, whatever follows.
   */
  alone(mark: Mark, write: (mark: Mark) => Promise<void>, work: () => HandOver | Promise<HandOver>): Promise<HandOver>;
  /** This process ends by itself now: what is being tried has no part in that. */
  release(): Promise<void>;
}

export function suspects({ self, log, fate }: SuspectDeps): Suspects {
  const turns = turnstile();
  let unmark: (() => Promise<void>) | undefined;

  const counted = async ({ by, deaths }: Mark): Promise<number> => {
    // Nobody was at work on it, or this very process is: it can be asked, so it neither died nor hangs.
    if (by === undefined || by === self) return deaths;
    const end = (await fate?.(by)) ?? "died";
    // One that hangs holds its worker as long as it is let: trying it again would only hold another one.
    if (end === "hangs") return DEATHS_MAX;
    return end === "died" ? deaths + 1 : deaths;
  };

  return {
    together: turns.together,
    async judge({ alone }) {
      if (alone === undefined) return { deaths: 0, trials: 0 };
      const deaths = await counted(alone);
      return deaths >= DEATHS_MAX || alone.trials >= TRIALS_MAX ? "poison" : { deaths, trials: alone.trials };
    },
    alone: ({ deaths, trials }, write, work) =>
      turns.alone(async () => {
        const idle = { deaths, trials: trials + 1 };
        try {
          await write({ ...idle, by: self });
        } catch (error) {
          log.warn({ error }, "a suspect cannot be marked, so it is not tried: the reconciler sends it again");
          return { done: "not marked" };
        }
        unmark = () =>
          write(idle).catch((error: unknown) => {
            log.debug({ error }, "a mark could not be taken back: the queue lost it, or is away");
          });
        try {
          return await work();
        } finally {
          await unmark();
          unmark = undefined;
        }
      }),
    release: async () => unmark?.(),
  };
}
