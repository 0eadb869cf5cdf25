// log.ts — one JSON line an event on stderr, with the trace it belongs to; stdout is for results only

import { trace } from "@opentelemetry/api";
import { type DestinationStream, destination, type Logger, pino, stdSerializers } from "pino";
import { LOG_LEVELS, type LogLevel } from "./log-level.ts";

export type Log = Logger;

/** Fields that must not reach a log even when someone logs a whole object. Values are cut, names stay. */
const SECRET_FIELDS = [
  "authorization",
  "Authorization",
  "password",
  "secret",
  "token",
  "key",
  "masterKey",
  "agentKey",
  "approverKey",
  "adminKey",
  "auditorKey",
  "approvalToken",
  "args",
] as const;
const SECRET_PATHS = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

const levelFromEnvironment = (): LogLevel => {
  const wanted = process.env["HOLDPOINT_LOG_LEVEL"];
  return LOG_LEVELS.find((level) => level === wanted) ?? "info";
};

/** The ids of the active span, so that a line can be found from a trace and back. */
function traceIds(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { traceId: span.traceId, spanId: span.spanId };
}

interface Sink extends DestinationStream {
  clean: (line: string) => string;
}
const sinks = new WeakMap<Log, Sink>();

/** From now on every line of this log and its children goes through `clean`, a whole JSON line in and out. */
export function cleanLines(log: Log, clean: (line: string) => string): void {
  const sink = sinks.get(log);
  if (sink) sink.clean = clean;
}

/** @param to where lines go; stderr unless a test wants them */
export function createLogger(service: string, options: { level?: LogLevel; to?: DestinationStream } = {}): Log {
  const to = options.to ?? destination({ dest: 2, sync: true });
  const sink: Sink = { clean: (line) => line, write: (line) => to.write(sink.clean(line)) };
  const log = pino(
    {
      name: service,
      level: options.level ?? levelFromEnvironment(),
      base: { service, pid: process.pid },
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
      mixin: traceIds,
      redact: { paths: SECRET_PATHS, censor: "[redacted]" },
      serializers: { error: stdSerializers.err, err: stdSerializers.err },
      formatters: { level: (label) => ({ level: label }), bindings: () => ({ service, pid: process.pid }) },
    },
    sink,
  );
  sinks.set(log, sink);
  return log;
}
