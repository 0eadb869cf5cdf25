// refusals.ts — refused answers as evidence: each one of a known channel's people, a count of what anybody may send

import type { Clock } from "@holdpoint/runtime/clock.ts";
import { createCounted } from "@holdpoint/runtime/counted.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { ChannelIdentity, RefusalCode } from "./channel.ts";
import { countAnswer } from "./metrics.ts";
import type { Evidence } from "./ports.ts";

export interface RefusedAnswer {
  tenant: string;
  channel: string;
  code: RefusalCode;
  /** the channel vouched for the request */
  authentic: boolean;
  identity?: ChannelIdentity;
  person?: string;
  approvalId?: string;
  actionId?: string;
}

export interface Refusals {
  /** Never throws: a refusal stays one when the evidence of it could not be written. */
  note(refusal: RefusedAnswer): Promise<void>;
  /** Writes the counts that are still open. */
  flush(): Promise<void>;
}

export function createRefusals({ evidence, clock, log }: { evidence: Evidence; clock: Clock; log: Log }): Refusals {
  async function write(refusal: RefusedAnswer, times: number): Promise<void> {
    const { tenant, channel, code, identity, person, approvalId, actionId } = refusal;
    const detail = { code, times, ...(identity && { identity }), ...(approvalId && { approvalId }) };
    log.warn({ channel, person, ...detail }, "an answer was refused");
    try {
      await evidence.note(
        tenant,
        actionId,
        "answer_refused",
        { system: "courier", channel, ...(person && { person }) },
        detail,
      );
    } catch (error) {
      log.error({ error, channel, code }, "a refused answer could not be written as evidence");
    }
  }

  const strangers = createCounted(clock, write);
  return {
    async note(refusal) {
      countAnswer(refusal.channel, refusal.code);
      if (refusal.authentic) await write(refusal, 1);
      else await strangers.note(`${refusal.channel} ${refusal.code}`, refusal);
    },
    flush: () => strangers.flush(),
  };
}
