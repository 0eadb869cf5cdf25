// http-sent.ts — what an HTTP answer means for a delivery

import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { OutboundAnswer } from "@holdpoint/runtime/outbound.ts";
import type { Sent } from "./channel.ts";

const RETRY_AFTER_MS_MAX = 3_600_000;

/** `Retry-After` in ms: seconds or a date (RFC 9110 §10.2.3), capped, because it is the other side's word. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, RETRY_AFTER_MS_MAX) : undefined;
}

/** Only 410 is for good (the receiver says so itself): everything else may be a mistake that somebody repairs. */
export function failureOf(answer: OutboundAnswer, clock: Clock): Sent {
  const error = `answered with status ${answer.status}`;
  if (answer.status === 410) return { status: "refused", error };
  const afterMs = retryAfterMs(answer.headers["retry-after"], clock.now());
  return { status: "retry", error, ...(afterMs === undefined ? {} : { afterMs }) };
}

export const isOk = ({ status }: OutboundAnswer): boolean => status >= 200 && status < 300;

export const sentBy = (answer: OutboundAnswer, clock: Clock): Sent =>
  isOk(answer) ? { status: "sent" } : failureOf(answer, clock);
