// traceparent.test.ts — our reader of `traceparent` agrees with the SDK's on whatever comes

import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, type SpanContext, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { traceparent } from "./traceparent.ts";

const theirs = new W3CTraceContextPropagator();
type Headers = Record<string, string | string[]>;

function readBy(reader: typeof theirs | typeof traceparent, headers: Headers) {
  const context = reader.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  const span = trace.getSpanContext(context);
  const written: Headers = {};
  reader.inject(context, written, defaultTextMapSetter);
  const { traceState, ...ids }: Partial<SpanContext> = span ?? {};
  return { ids, state: traceState?.serialize(), written };
}

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
test.each([
  ["as it should be", `00-${TRACE}-${SPAN}-01`, true],
  ["not sampled", `00-${TRACE}-${SPAN}-00`, true],
  ["a blank at either end", ` 00-${TRACE}-${SPAN}-01 `, true],
  ["a later version", `01-${TRACE}-${SPAN}-01`, true],
  ["a later version that says more", `cc-${TRACE}-${SPAN}-01-what-comes`, true],
  ["more than our version holds", `00-${TRACE}-${SPAN}-01-more`, false],
  ["no version", `ff-${TRACE}-${SPAN}-01`, false],
  ["a trace of zeros", `00-${"0".repeat(32)}-${SPAN}-01`, false],
  ["a span of zeros", `00-${TRACE}-${"0".repeat(16)}-01`, false],
  ["capitals", `00-${TRACE.toUpperCase()}-${SPAN}-01`, false],
  ["an id too short", `00-${TRACE.slice(1)}-${SPAN}-01`, false],
  ["no flags", `00-${TRACE}-${SPAN}`, false],
  ["something before it", `x00-${TRACE}-${SPAN}-01`, false],
  ["nothing", "", false],
])("%s", (_why, header, names) => {
  const read = readBy(traceparent, { traceparent: header });
  expect(read).toEqual(readBy(theirs, { traceparent: header }));
  expect(read.ids.traceId).toBe(names ? TRACE : undefined);
  expect(read.ids.spanId).toBe(names ? SPAN : undefined);
});

test("what comes along in `tracestate` goes along", () => {
  const headers = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: "a=1,b=2" };
  expect(readBy(traceparent, headers).written).toEqual(headers);
  const repeated = { ...headers, traceparent: [headers.traceparent], tracestate: ["a=1", "b=2"] };
  expect(readBy(traceparent, repeated)).toEqual(readBy(theirs, repeated));
});

test("every flag is kept", () => {
  const headers = { traceparent: `00-${TRACE}-${SPAN}-c3` };
  expect(readBy(traceparent, headers).written).toEqual(headers);
});

test("no text is read in another way than the SDK reads it", () => {
  const hex = (length: number) =>
    fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
  const parts = fc.tuple(fc.oneof(hex(2), fc.constant("00")), hex(32), hex(16), fc.constantFrom("00", "01", "02"));
  const more = fc.oneof(fc.constant(""), fc.string({ maxLength: 4 }));
  const near = fc.tuple(parts, more).map(([words, tail]) => words.join("-") + tail);
  const state = fc.oneof(fc.constant("a=1"), fc.string({ unit: "grapheme-ascii", maxLength: 20 }));
  fc.assert(
    fc.property(fc.oneof(near, fc.string()), state, (header, tracestate) => {
      const headers = { traceparent: header, tracestate };
      expect(readBy(traceparent, headers)).toEqual(readBy(theirs, headers));
    }),
  );
});
