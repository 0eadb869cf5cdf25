// sending.ts — sends committed actions on their way; what the queue does not take is tried again until the reconciler looks for it

import { LOST_AFTER_MS } from "@holdpoint/engine/reconciler.ts";
import type { Queue } from "@holdpoint/queue/types.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { FAULTS, isFault } from "@holdpoint/wire/fault.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";

/** A link that was cut is there again within moments: whoever proposes is not to notice more of it than that. */
const AGAIN_MS = 200;
/** Messages that are kept meanwhile. They hold arguments, so what comes on top is left to the reconciler at once. */
const KEPT_MAX = 1_000;

export interface Sending {
  /** Nobody waits for it and nothing fails by it: a queue that hangs holds up no answer. */
  send(stage: Stage, message: Message): void;
  /** Tries nothing again from now on, and resolves when nothing is being sent. */
  idle(): Promise<void>;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

/**
 * A message that did arrive though its answer was lost comes twice: the later one changes nothing (rulings §E2).
 * @param forMs from here on the reconciler has it, with an epoch that voids ours
 */
export function sending(queue: Pick<Queue, "send">, log: Log, forMs: number = LOST_AFTER_MS): Sending {
  const flying = new Set<Promise<void>>();
  let kept = 0;
  let ending = false;

  async function carry(stage: Stage, message: Message): Promise<void> {
    const end = performance.now() + forMs - AGAIN_MS;
    for (;;) {
      try {
        return await queue.send(stage, [message]);
      } catch (error) {
        const again = isFault(error) && FAULTS[error.code].retry && performance.now() < end;
        if (!again || ending || kept >= KEPT_MAX)
          return log.warn({ error, actionId: message.action.id }, "not sent; the reconciler will find it");
        kept++;
        await pause(AGAIN_MS);
        kept--;
      }
    }
  }

  return {
    send(stage, message) {
      const sent = carry(stage, message).finally(() => flying.delete(sent));
      flying.add(sent);
    },
    async idle() {
      ending = true;
      await Promise.all(flying);
    },
  };
}
