// door.ts — the plain answers of an inbound door: problem bodies, and the refusal of what nobody vouched for

import type { ChannelIdentity, Outcome, Received, RefusalCode, Reply } from "./channel.ts";
import { REFUSALS } from "./channel.ts";

const STATUS: Partial<Record<RefusalCode, number>> = {
  not_authentic: 401,
  wrong_time: 401,
  malformed: 400,
  free_text: 400,
  reason_missing: 422,
  unknown_approval: 404,
  unknown_channel: 404,
  approval_expired: 410,
  used_nonce: 409,
  card_changed: 409,
  already_voted: 409,
  already_settled: 409,
  unavailable: 503,
};

export const problem = (code: RefusalCode, reason: string = REFUSALS[code]): Reply => {
  const status = STATUS[code] ?? 403;
  return {
    status,
    headers: { "content-type": "application/problem+json" },
    body: JSON.stringify({ type: `urn:holdpoint:problem:${code}`, title: "not counted", status, detail: reason, code }),
  };
};

export const json = (value: unknown, status = 200): Reply => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

/** Nobody known sent this: it is told why, and counted. */
export const stranger = (code: RefusalCode): Received => ({
  kind: "refused",
  code,
  authentic: false,
  reply: problem(code),
});

/** It comes from the channel, but it is no answer. */
export const turnedAway = (
  code: RefusalCode,
  reply: Reply,
  about: { identity?: ChannelIdentity; approvalId?: string } = {},
): Received => ({ kind: "refused", code, authentic: true, reply, ...about });

export const asProblem = (outcome: Outcome): Reply =>
  outcome.status === "refused"
    ? problem(outcome.code, outcome.reason)
    : json({ counted: outcome.vote, approval: { id: outcome.approval.id, state: outcome.approval.state } });

/** For what a platform signed: undefined where it is no JSON, which no schema takes. */
export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
