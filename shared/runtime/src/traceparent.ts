// traceparent.ts — the W3C's two headers read and written where no spans go anywhere: `traceparent` names a span, `tracestate` goes along
// https://www.w3.org/TR/trace-context/. Where spans are sent the SDK brings its own reader; here it is all that is needed of it.

import {
  type Context,
  createTraceState,
  isSpanContextValid,
  type SpanContext,
  type TextMapPropagator,
  trace,
} from "@opentelemetry/api";

const PARENT = "traceparent";
const STATE = "tracestate";
/** version, trace, span, flags, and what a later version may add; a blank at either end is a careless client's */
const FORM = /^\s?([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?\s?$/;
const OUR_VERSION = "00";
const NO_VERSION = "ff";

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** Undefined for what names no span: a broken text, ids of nothing but zeros, more than its version holds. */
function spanOf(text: string): SpanContext | undefined {
  const [, version, traceId = "", spanId = "", flags = "", more] = FORM.exec(text) ?? [];
  if (version === undefined || version === NO_VERSION) return undefined;
  if (version === OUR_VERSION && more !== undefined) return undefined;
  const span = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(span) ? span : undefined;
}

export const traceparent: TextMapPropagator = {
  inject(context, carrier, setter) {
    const span = trace.getSpanContext(context);
    if (span === undefined || !isSpanContextValid(span)) return;
    const flags = span.traceFlags.toString(16).padStart(2, "0");
    setter.set(carrier, PARENT, `${OUR_VERSION}-${span.traceId}-${span.spanId}-${flags}`);
    if (span.traceState) setter.set(carrier, STATE, span.traceState.serialize());
  },
  extract(context, carrier, getter): Context {
    const span = spanOf(first(getter.get(carrier, PARENT)) ?? "");
    if (span === undefined) return context;
    const given = getter.get(carrier, STATE);
    const state = Array.isArray(given) ? given.join(",") : given;
    return trace.setSpanContext(context, state ? { ...span, traceState: createTraceState(state) } : span);
  },
  fields: () => [PARENT, STATE],
};
