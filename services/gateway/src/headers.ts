// headers.ts — the request headers that mean something to a route, checked like every other input

import { Fault } from "@holdpoint/wire/fault.ts";
import type { TraceCarrier } from "@holdpoint/wire/job.ts";
import { limits } from "@holdpoint/wire/limits.ts";

export interface Headers {
  header(name: string): string | undefined;
}

const badHeader = (name: string, why: string): Fault =>
  new Fault("bad_header", `\`${name}\`: ${why}`, { header: name });

export function idempotencyKey({ header }: Headers): string | undefined {
  const key = header("idempotency-key");
  if (key === undefined) return undefined;
  if (key.length > limits.idempotencyKeyCharsMax || !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(key))
    throw badHeader("idempotency-key", `expected 1 to ${limits.idempotencyKeyCharsMax} visible ASCII characters`);
  return key;
}

/** The caller's span, so that its tree goes on here. A broken one is no reason to refuse: W3C says to start anew. */
export function traceOf({ header }: Headers): TraceCarrier | undefined {
  const traceparent = header("traceparent");
  const tracestate = header("tracestate");
  if (traceparent === undefined || !/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/.test(traceparent))
    return undefined;
  return { traceparent, ...(tracestate !== undefined && { tracestate }) };
}

/** The tag of an `If-Match`, without its quotes. Throws `precondition_required` where there is none. */
export function ifMatch({ header }: Headers): string {
  const value = header("if-match");
  if (value === undefined) throw new Fault("precondition_required", "expected `if-match` with the policy's `etag`");
  const tag = /^(?:W\/)?"([^"]*)"$/.exec(value.trim())?.[1];
  if (tag === undefined) throw badHeader("if-match", "expected one entity tag in double quotes");
  return tag;
}

/** The cursor of the last event that a stream's reader has seen. */
export function lastEventId({ header }: Headers): number | undefined {
  const value = header("last-event-id");
  if (value === undefined || value === "") return undefined;
  if (!/^\d{1,15}$/.test(value)) throw badHeader("last-event-id", "expected the number that an event's `id` gave");
  return Number(value);
}
