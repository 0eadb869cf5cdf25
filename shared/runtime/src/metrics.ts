// metrics.ts — what is counted and timed; labels are small closed sets, never ids, tenants, agents or tools

import { createRequire } from "node:module";
import type { Effect, Outcome, Stage } from "@holdpoint/wire/scalars.ts";
import type { Attributes, Meter } from "@opentelemetry/api";
import { metrics } from "@opentelemetry/api";
import { createPrometheus } from "./prometheus.ts";

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WAIT_SECONDS = [1, 5, 15, 60, 300, 900, 1_800, 3_600, 14_400, 86_400, 604_800];

interface Counter {
  add(value: number, labels?: Attributes): void;
}
/** Of a gauge the last value stands, of a timer all are sorted by length. */
interface Recorder {
  record(value: number, labels?: Attributes): void;
}
interface Maker {
  counter(name: string, help: string): Counter;
  gauge(name: string, help: string): Recorder;
  histogram(name: string, help: string, bounds: readonly number[]): Recorder;
}

function instrumentsOf({ counter, gauge, histogram }: Maker) {
  const timer = (name: string, help: string, bounds = SECONDS) => histogram(name, help, bounds);
  return {
    decisions: counter("holdpoint_decisions_total", "decisions by effect, outcome and the stage that settled"),
    stage: timer("holdpoint_stage_duration_seconds", "time a stage worked on one action"),
    checker: timer("holdpoint_checker_duration_seconds", "time a safety checker took"),
    checkerFailures: counter("holdpoint_checker_failures_total", "checkers that threw, hung or answered garbage"),
    pending: gauge("holdpoint_approvals_pending", "approvals that wait for a person"),
    oldest: gauge("holdpoint_approvals_oldest_seconds", "age of the oldest pending approval"),
    wait: timer("holdpoint_approval_wait_seconds", "time from asking a person to the end of the wait", WAIT_SECONDS),
    expiries: counter("holdpoint_expiries_total", "actions and approvals whose time was over"),
    failClosed: counter("holdpoint_fail_closed_total", "denials because something could not be decided or recorded"),
    shadow: counter("holdpoint_shadow_disagreements_total", "shadow policies that would have decided otherwise"),
    queue: gauge("holdpoint_queue_depth", "jobs that wait for a stage"),
    claims: counter("holdpoint_claims_total", "claims by result"),
    requests: timer("holdpoint_request_duration_seconds", "time of an HTTP request"),
  };
}

/** Where OTLP metrics go by the standard variables; nowhere when none is set. */
const exportsMetrics = (env: NodeJS.ProcessEnv = process.env): boolean =>
  env["OTEL_SDK_DISABLED"] !== "true" &&
  env["OTEL_METRICS_EXPORTER"] !== "none" &&
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"].some((name) => (env[name] ?? "") !== "");

/** What is sent away goes through the SDK, which takes as long to load as a worker takes for all else of its telemetry. */
function startSending(serviceName: string): () => Promise<void> {
  const require = createRequire(import.meta.url);
  const { MeterProvider, PeriodicExportingMetricReader } =
    require("@opentelemetry/sdk-metrics") as typeof import("@opentelemetry/sdk-metrics");
  const { OTLPMetricExporter } =
    require("@opentelemetry/exporter-metrics-otlp-proto") as typeof import("@opentelemetry/exporter-metrics-otlp-proto");
  const { resourceFromAttributes } = require("@opentelemetry/resources") as typeof import("@opentelemetry/resources");
  const everyMs = Number(process.env["OTEL_METRIC_EXPORT_INTERVAL"] ?? 60_000);
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis: everyMs,
    exportTimeoutMillis: Math.min(everyMs, 30_000),
  });
  const resource = resourceFromAttributes({ "service.name": serviceName });
  const provider = new MeterProvider({ readers: [reader], resource });
  metrics.setGlobalMeterProvider(provider);
  recorders.push(instrumentsOf(makerOf(provider.getMeter("holdpoint"))));
  return () => provider.shutdown();
}

const makerOf = (meter: Meter): Maker => ({
  counter: (name, description) => meter.createCounter(name, { description }),
  gauge: (name, description) => meter.createGauge(name, { description }),
  histogram: (name, description, bounds) =>
    meter.createHistogram(name, { description, advice: { explicitBucketBoundaries: [...bounds] } }),
});

// One registry a process, as the OpenTelemetry API itself has it: there from the first use, so that nobody needs an order.
const scraped = createPrometheus();
const recorders = [instrumentsOf(scraped)];
let stopSending: (() => Promise<void>) | undefined;

const record = (into: (instruments: ReturnType<typeof instrumentsOf>) => void): void => {
  for (const instruments of recorders) into(instruments);
};

/** From now on metrics are sent too, where the standard variables say to. Throws where what sends them cannot be loaded. */
export function startMetrics(serviceName: string): void {
  if (exportsMetrics()) stopSending ??= startSending(serviceName);
}
export async function shutdownMetrics(): Promise<void> {
  await stopSending?.();
}

/** The Prometheus text format, for the metrics listener. */
export const metricsText = (): string => scraped.text();

const labelled = (labels: Record<string, string | undefined>): Attributes =>
  Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined));

export const countDecision = (effect: Effect, outcome: Outcome, stage: Stage | "sweeper" | "claim"): void =>
  record((into) => into.decisions.add(1, { effect, outcome, stage }));
export const timeStage = (stage: Stage, ms: number): void => record((into) => into.stage.record(ms / 1_000, { stage }));
export const timeChecker = (checker: string, ms: number): void =>
  record((into) => into.checker.record(ms / 1_000, { checker }));
export const countCheckerFailure = (checker: string, code: string): void =>
  record((into) => into.checkerFailures.add(1, { checker, code }));
export function setPending(count: number, oldestMs: number): void {
  record(({ pending, oldest }) => {
    pending.record(count);
    oldest.record(oldestMs / 1_000);
  });
}
export const timeApproval = (answer: "approved" | "rejected" | "expired" | "cancelled", ms: number): void =>
  record((into) => into.wait.record(ms / 1_000, { answer }));
export const countExpiry = (what: "approval" | "allowed" | "approved" | "undecided" | "lease"): void =>
  record((into) => into.expiries.add(1, { what }));
/** @param code why it could not be decided: a fault code, `checker_timeout`, `poison`, `deadline` … */
export const countFailClosed = (code: string, stage?: Stage): void =>
  record((into) => into.failClosed.add(1, labelled({ code, stage })));
export const countShadowDisagreement = (active: Effect, shadow: Effect): void =>
  record((into) => into.shadow.add(1, { active, shadow }));
export const setQueueDepth = (stage: Stage, jobs: number): void => record((into) => into.queue.record(jobs, { stage }));
export const countClaim = (result: string): void => record((into) => into.claims.add(1, { result }));
/** @param route the pattern (`/v1/actions/:id`), never the path */
export const timeRequest = (method: string, route: string, status: number, ms: number): void =>
  record((into) => into.requests.record(ms / 1_000, { method, route, status: String(status) }));
