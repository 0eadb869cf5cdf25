// metrics.ts — what is counted and timed; labels are small closed sets, never ids, tenants, agents or tools

import { createRequire } from "node:module";
import type { Effect, Outcome, Stage } from "@holdpoint/wire/scalars.ts";
import type { Attributes, Counter, Gauge, Histogram, Meter } from "@opentelemetry/api";
import { metrics } from "@opentelemetry/api";
import type {
  PrometheusExporter as Exporter,
  PrometheusSerializer as Serializer,
} from "@opentelemetry/exporter-prometheus";
import type { MeterProvider as Provider } from "@opentelemetry/sdk-metrics";

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WAIT_SECONDS = [1, 5, 15, 60, 300, 900, 1_800, 3_600, 14_400, 86_400, 604_800];

interface Instruments {
  decisions: Counter;
  stage: Histogram;
  checker: Histogram;
  checkerFailures: Counter;
  pending: Gauge;
  oldest: Gauge;
  wait: Histogram;
  expiries: Counter;
  failClosed: Counter;
  shadow: Counter;
  queue: Gauge;
  claims: Counter;
  requests: Histogram;
}

interface Registry {
  instruments: Instruments;
  text(): Promise<string>;
  shutdown(): Promise<void>;
}

function instrumentsOf(meter: Meter): Instruments {
  const counter = (name: string, description: string) => meter.createCounter(name, { description });
  const gauge = (name: string, description: string) => meter.createGauge(name, { description });
  const timer = (name: string, description: string, explicitBucketBoundaries = SECONDS) =>
    meter.createHistogram(name, { description, advice: { explicitBucketBoundaries } });
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

function createRegistry(serviceName: string): Registry {
  const require = createRequire(import.meta.url);
  const { MeterProvider, PeriodicExportingMetricReader } =
    require("@opentelemetry/sdk-metrics") as typeof import("@opentelemetry/sdk-metrics");
  const { PrometheusExporter, PrometheusSerializer } =
    require("@opentelemetry/exporter-prometheus") as typeof import("@opentelemetry/exporter-prometheus");
  const exporter: Exporter = new PrometheusExporter({ preventServerStart: true });
  const serializer: Serializer = new PrometheusSerializer("", false, undefined, true, true);
  const readers = [exporter, ...(exportsMetrics() ? [otlpReader()] : [])];
  function otlpReader() {
    const { OTLPMetricExporter } =
      require("@opentelemetry/exporter-metrics-otlp-proto") as typeof import("@opentelemetry/exporter-metrics-otlp-proto");
    const everyMs = Number(process.env["OTEL_METRIC_EXPORT_INTERVAL"] ?? 60_000);
    return new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter(),
      exportIntervalMillis: everyMs,
      exportTimeoutMillis: Math.min(everyMs, 30_000),
    });
  }
  const { resourceFromAttributes } = require("@opentelemetry/resources") as typeof import("@opentelemetry/resources");
  const provider: Provider = new MeterProvider({
    readers,
    resource: resourceFromAttributes({ "service.name": serviceName }),
  });
  metrics.setGlobalMeterProvider(provider);
  return {
    instruments: instrumentsOf(provider.getMeter("holdpoint")),
    async text() {
      const { resourceMetrics } = await exporter.collect();
      return `${serializer.serialize(resourceMetrics).trimEnd()}\n`;
    },
    shutdown: () => provider.shutdown(),
  };
}

// One registry a process, as the OpenTelemetry API itself has it; made at the first use, so that nobody needs an order.
let registry: Registry | undefined;
const current = (serviceName = "holdpoint"): Registry => {
  registry ??= createRegistry(serviceName);
  return registry;
};

export function startMetrics(serviceName: string): void {
  current(serviceName);
}
export async function shutdownMetrics(): Promise<void> {
  await registry?.shutdown();
}

/** The Prometheus text format, for the metrics listener. */
export const metricsText = (): Promise<string> => current().text();

const labelled = (labels: Record<string, string | undefined>): Attributes =>
  Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined));

export const countDecision = (effect: Effect, outcome: Outcome, stage: Stage | "sweeper" | "claim"): void =>
  current().instruments.decisions.add(1, { effect, outcome, stage });
export const timeStage = (stage: Stage, ms: number): void => current().instruments.stage.record(ms / 1_000, { stage });
export const timeChecker = (checker: string, ms: number): void =>
  current().instruments.checker.record(ms / 1_000, { checker });
export const countCheckerFailure = (checker: string, code: string): void =>
  current().instruments.checkerFailures.add(1, { checker, code });
export function setPending(count: number, oldestMs: number): void {
  current().instruments.pending.record(count);
  current().instruments.oldest.record(oldestMs / 1_000);
}
export const timeApproval = (answer: "approved" | "rejected" | "expired" | "cancelled", ms: number): void =>
  current().instruments.wait.record(ms / 1_000, { answer });
export const countExpiry = (what: "approval" | "allowed" | "approved" | "undecided" | "lease"): void =>
  current().instruments.expiries.add(1, { what });
/** @param code why it could not be decided: a fault code, `checker_timeout`, `poison`, `deadline` … */
export const countFailClosed = (code: string, stage?: Stage): void =>
  current().instruments.failClosed.add(1, labelled({ code, stage }));
export const countShadowDisagreement = (active: Effect, shadow: Effect): void =>
  current().instruments.shadow.add(1, { active, shadow });
export const setQueueDepth = (stage: Stage, jobs: number): void => current().instruments.queue.record(jobs, { stage });
export const countClaim = (result: string): void => current().instruments.claims.add(1, { result });
/** @param route the pattern (`/v1/actions/:id`), never the path */
export const timeRequest = (method: string, route: string, status: number, ms: number): void =>
  current().instruments.requests.record(ms / 1_000, { method, route, status: String(status) });
