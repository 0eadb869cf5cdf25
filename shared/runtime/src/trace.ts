// trace.ts — one span tree per action, through queue and stages; the SDK is set up by the standard OTEL_* variables

import { createRequire } from "node:module";
import type { TraceCarrier } from "@holdpoint/wire/job.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import {
  type Attributes,
  type Context,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { shutdownMetrics, startMetrics } from "./metrics.ts";
import { idsOnly } from "./trace-ids.ts";
import { traceparent } from "./traceparent.ts";

/** Every name that Holdpoint itself gives a span. */
export const SPANS = {
  propose: "holdpoint.propose",
  rules: "holdpoint.rules",
  safety: "holdpoint.safety",
  checker: "holdpoint.checker",
  sandbox: "holdpoint.sandbox",
  escalation: "holdpoint.escalation",
  settle: "holdpoint.settle",
  vote: "holdpoint.vote",
  claim: "holdpoint.claim",
  report: "holdpoint.report",
} as const;
export type SpanName = (typeof SPANS)[keyof typeof SPANS];

export const tracer = (): Tracer => trace.getTracer("holdpoint");

/** A carrier travels with its action and is read at each stop: parsed once is enough. */
const contexts = new WeakMap<TraceCarrier, Context>();

/** The context that a carrier describes; a missing or broken one starts a tree of its own. */
export function contextOf(carrier: TraceCarrier | undefined): Context {
  if (carrier === undefined) return ROOT_CONTEXT;
  const known = contexts.get(carrier);
  if (known) return known;
  const read = propagation.extract(ROOT_CONTEXT, carrier);
  contexts.set(carrier, read);
  return read;
}

/** What to put beside a message so that another process can hang its spans below `span`. */
export function carrierOf(span?: Span): TraceCarrier {
  const carrier: Record<string, string> = {};
  propagation.inject(span === undefined ? context.active() : trace.setSpan(context.active(), span), carrier);
  const { traceparent, tracestate } = carrier;
  return { ...(traceparent && { traceparent }), ...(tracestate && { tracestate }) };
}

/** A link to the span that a carrier names: a human wait ends one segment, and the answer's span links back to it. */
export function linkTo(carrier: TraceCarrier | undefined, attributes?: Attributes): Link[] {
  const span = trace.getSpanContext(contextOf(carrier));
  return span === undefined ? [] : [{ context: span, ...(attributes && { attributes }) }];
}

export interface SpanOptions {
  /** parent; without one the active span is the parent */
  under?: TraceCarrier;
  /** no parent at all, whatever is active: for spans that only link */
  root?: boolean;
  links?: Link[];
  attributes?: Attributes;
}

/** Runs `work` inside a span; a throw marks the span and goes on up. */
export const inSpan = async <T>(
  name: SpanName,
  options: SpanOptions,
  work: (span: Span) => T | Promise<T>,
): Promise<T> => inSpanAtOnce(name, options, work);

/** The same without a promise where `work` answers at once: a turn of the loop for each of many small spans adds up. */
export function inSpanAtOnce<T>(
  name: SpanName,
  options: SpanOptions,
  work: (span: Span) => T | Promise<T>,
): T | Promise<T> {
  const parent = options.root ? ROOT_CONTEXT : options.under ? contextOf(options.under) : context.active();
  const span = tracer().startSpan(
    name,
    { ...(options.links && { links: options.links }), ...(options.attributes && { attributes: options.attributes }) },
    parent,
  );
  const failed = (error: unknown): never => {
    failSpan(span, error);
    span.end();
    throw error;
  };
  const ended = (value: T): T => {
    span.end();
    return value;
  };
  let answer: T | Promise<T>;
  try {
    answer = context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    return failed(error);
  }
  return answer instanceof Promise ? answer.then(ended, failed) : ended(answer);
}

/** Says that a span's work failed. The message of an unknown error stays out: it may quote arguments. */
export function failSpan(span: Span, error: unknown): void {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  span.setStatus({ code: SpanStatusCode.ERROR, message: code ?? (error instanceof Error ? error.name : "error") });
}

/** The trace id of a carrier or of the active span, for `decision.traceId`. */
export function traceIdOf(carrier?: TraceCarrier): string | undefined {
  const span =
    carrier === undefined ? trace.getSpanContext(context.active()) : trace.getSpanContext(contextOf(carrier));
  return span?.traceId;
}

const EXPORT_VARIABLES = [
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  "OTEL_TRACES_EXPORTER",
] as const;

/** True where the standard variables name somewhere to send spans to. */
export const exportsTraces = (env: NodeJS.ProcessEnv = process.env): boolean =>
  env["OTEL_SDK_DISABLED"] !== "true" &&
  env["OTEL_TRACES_EXPORTER"] !== "none" &&
  EXPORT_VARIABLES.some((name) => (env[name] ?? "") !== "");

export interface Telemetry {
  /** Sends what is left; never throws, and never takes longer than `limits.telemetryFlushMs`. */
  shutdown(): Promise<void>;
}

/** Once a process, before its first span. Without OTEL_* variables nothing leaves the process. */
export function startTelemetry(service: string): Telemetry {
  const serviceName = process.env["OTEL_SERVICE_NAME"] ?? `holdpoint-${service}`;
  const shutdown = exportsTraces() ? startExport(serviceName) : startIds();
  startMetrics(serviceName);
  return {
    async shutdown() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, limits.telemetryFlushMs).unref());
      await Promise.race([Promise.allSettled([shutdown(), shutdownMetrics()]), late]);
    },
  };
}

/** Loading the SDK takes a sixth of a worker's start: only where spans go somewhere. */
function startExport(serviceName: string): () => Promise<void> {
  const { NodeSDK } = createRequire(import.meta.url)(
    "@opentelemetry/sdk-node",
  ) as typeof import("@opentelemetry/sdk-node");
  const sdk = new NodeSDK({ serviceName, autoDetectResources: true, metricReaders: [], logRecordProcessors: [] });
  sdk.start();
  return () => sdk.shutdown();
}

/** What of the SDK ids need: to follow what awaits what, and to travel as `traceparent`. */
function startIds(): () => Promise<void> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(traceparent);
  trace.disable();
  trace.setGlobalTracerProvider(idsOnly);
  return async () => undefined;
}
