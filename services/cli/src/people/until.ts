// until.ts — a time to come as people write it: `2h`, `30m`, `3d`, or an RFC 3339 time

import { parseDuration } from "@holdpoint/core/rules/duration.ts";

/**
 * As RFC 3339. Throws where it is neither a length of time nor a time with its zone.
 * @param option as it is named in an error
 * @param orElse what else the option takes, for the error
 */
export function untilOf(option: string, given: string, nowMs: number, orElse?: string): string {
  const lengthMs = parseDuration(given);
  if (lengthMs !== undefined) return new Date(nowMs + lengthMs).toISOString();
  const at = /^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:\d\d)$/.test(given) ? Date.parse(given) : Number.NaN;
  if (Number.isNaN(at))
    throw new Error(
      `${option}: expected ${orElse === undefined ? "" : `${orElse}, `}a length such as \`2h\`, or a time such as \`2026-01-31T12:00:00Z\`, got \`${given}\``,
    );
  return new Date(at).toISOString();
}
