// trace.test.ts — spans of one action form one tree across processes; nothing is exported unless a variable says so

import { createRequire } from "node:module";
import { trace } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { carrierOf, exportsTraces, inSpan, linkTo, startTelemetry, traceIdOf } from "./trace.ts";

startTelemetry("test");

test("where no spans go anywhere, the SDK is not even loaded", () => {
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  expect(loaded.filter((path) => path.includes("sdk-node"))).toEqual([]);
});

test("a carrier carries the parent to another process", async () => {
  const carrier = await inSpan("holdpoint.propose", {}, (span) => carrierOf(span));
  expect(carrier.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  await inSpan("holdpoint.rules", { under: carrier }, (span) => {
    expect(span.spanContext().traceId).toBe(traceIdOf(carrier));
    expect(trace.getActiveSpan()).toBe(span);
  });
});

test("a missing or broken carrier starts a tree of its own", async () => {
  for (const under of [{}, { traceparent: "garbage" }]) {
    await inSpan("holdpoint.rules", { under }, (span) => expect(span.spanContext().traceId).toMatch(/^[0-9a-f]{32}$/));
  }
  expect(linkTo({ traceparent: "garbage" })).toEqual([]);
  expect(linkTo(undefined)).toEqual([]);
});

test("an answer's span can be linked to the one that asked, and stand alone", async () => {
  const asked = await inSpan("holdpoint.escalation", {}, (span) => carrierOf(span));
  const links = linkTo(asked);
  expect(links[0]?.context.traceId).toBe(traceIdOf(asked));
  await inSpan("holdpoint.propose", {}, () =>
    inSpan("holdpoint.vote", { root: true, links }, (span) =>
      expect(span.spanContext().traceId).not.toBe(traceIdOf(asked)),
    ),
  );
});

test("where nobody listens a span is its ids: what the caller asked to be recorded is asked of the next one too", async () => {
  const unsampled = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00" };
  await inSpan("holdpoint.rules", { under: unsampled }, (span) => {
    expect(span.isRecording()).toBe(false);
    expect(carrierOf(span).traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$/);
    expect(span.spanContext().spanId).not.toBe("b7ad6b7169203331");
  });
});

test("a throw goes on up", async () => {
  const failing = inSpan("holdpoint.settle", {}, () => {
    throw new Error("x");
  });
  await expect(failing).rejects.toThrow("x");
});

test.each([
  ["nothing set", {}, false],
  ["an endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" }, true],
  ["an endpoint for traces", { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:4318/v1/traces" }, true],
  ["an exporter", { OTEL_TRACES_EXPORTER: "console" }, true],
  ["no exporter", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318", OTEL_TRACES_EXPORTER: "none" }, false],
  ["the SDK switched off", { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318", OTEL_SDK_DISABLED: "true" }, false],
  ["an empty endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: "" }, false],
])("%s", (_why, env, want) => expect(exportsTraces(env)).toBe(want));
