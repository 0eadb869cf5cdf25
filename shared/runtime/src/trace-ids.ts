// trace-ids.ts — spans where nobody listens: ids that travel, so that logs and decisions can be matched, and nothing else
// A recording span keeps its times and attributes, which with a dozen spans an action is a tenth of all processor time.

import { isSpanContextValid, type Span, TraceFlags, type Tracer, type TracerProvider, trace } from "@opentelemetry/api";
import { smallRandom } from "./random.ts";

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** A first byte that is not 0 keeps an id from being all zeros, which would say that there is none. */
function randomId(bytes: number): string {
  const id = smallRandom(bytes);
  id[0] = (id[0] ?? 0) | 1;
  return id.toString("hex");
}

/** Below the parent in `context`, with its flags: who records further on, records what the caller wanted recorded. */
function startSpan(...[_name, options, context]: Parameters<Tracer["startSpan"]>): Span {
  const above = options?.root || context === undefined ? undefined : trace.getSpanContext(context);
  const parent = above !== undefined && isSpanContextValid(above) ? above : undefined;
  return trace.wrapSpanContext({
    traceId: parent?.traceId ?? randomId(TRACE_ID_BYTES),
    spanId: randomId(SPAN_ID_BYTES),
    traceFlags: parent?.traceFlags ?? TraceFlags.SAMPLED,
    ...(parent?.traceState && { traceState: parent.traceState }),
  });
}

const tracer: Pick<Tracer, "startSpan"> = { startSpan };

/** We start all our spans by `inSpan`; `startActiveSpan` would need a context manager of its own. */
export const idsOnly: TracerProvider = { getTracer: () => tracer as Tracer };
