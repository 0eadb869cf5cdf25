// refusals.ts — refused answers as evidence: each one of a known channel's people, a count of what anybody may send

import type { Clock } from "@holdpoint/runtime/clock.ts";
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

/** Whoever floods us with forged callbacks writes one event in this time, with their number, and not a million. */
const COUNT_MS = 10_000;

export function createRefusals({ evidence, clock, log }: { evidence: Evidence; clock: Clock; log: Log }): Refusals {
  const counted = new Map<string, { refusal: RefusedAnswer; since: number; times: number }>();

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

  return {
    async note(refusal) {
      countAnswer(refusal.channel, refusal.code);
      if (refusal.authentic) return write(refusal, 1);
      const key = `${refusal.channel} ${refusal.code}`;
      const now = clock.now();
      const open = counted.get(key);
      if (open !== undefined && now - open.since < COUNT_MS) {
        open.times += 1;
        return;
      }
      counted.set(key, { refusal, since: now, times: 0 });
      await write(refusal, 1 + (open?.times ?? 0));
    },
    async flush() {
      const open = [...counted.values()].filter(({ times }) => times > 0);
      counted.clear();
      for (const { refusal, times } of open) await write(refusal, times);
    },
  };
}
