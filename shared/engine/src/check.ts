// check.ts — safety checkers with their spans and metrics: what the safety stage runs, and a claim whose findings are old

import { setTimeout as after } from "node:timers/promises";
import type { Checker } from "@holdpoint/core/safety/checker.ts";
import { isCheckerFault, runChecker } from "@holdpoint/core/safety/run.ts";
import { countCheckerFailure, timeChecker } from "@holdpoint/runtime/metrics.ts";
import { inSpanAtOnce, SPANS } from "@holdpoint/runtime/trace.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import { type Span, SpanStatusCode, trace } from "@opentelemetry/api";

const wait = (ms: number, signal?: AbortSignal): Promise<void> => after(ms, undefined, { signal });

/** @param span where somebody sees it */
function timed(checker: Checker, action: Action, facts: Facts, span?: Span): Finding[] | Promise<Finding[]> {
  const startedAt = performance.now();
  const tell = (found: Finding[]): Finding[] => {
    timeChecker(checker.id, performance.now() - startedAt);
    for (const each of found) {
      if (!isCheckerFault(each)) continue;
      countCheckerFailure(checker.id, each.code);
      span?.setStatus({ code: SpanStatusCode.ERROR, message: each.code });
    }
    span?.setAttributes({
      "holdpoint.checker.findings": found.map(({ code }) => code),
      "holdpoint.checker.blocks": found.some(({ severity }) => severity === "block"),
    });
    return found;
  };
  const found = runChecker(checker, action, facts, wait);
  return found instanceof Promise ? found.then(tell) : tell(found);
}

/** Below a stage's span that nobody records, its checkers have none: seven for each action would be made for nothing. */
function findingsOf(checker: Checker, action: Action, facts: Facts): Finding[] | Promise<Finding[]> {
  if (trace.getActiveSpan()?.isRecording() === false) return timed(checker, action, facts);
  const attributes = {
    "holdpoint.action.id": action.id,
    "holdpoint.stage": "safety",
    "holdpoint.checker.id": checker.id,
  };
  return inSpanAtOnce(SPANS.checker, { attributes }, (span) =>
    timed(checker, action, facts, span.isRecording() ? span : undefined),
  );
}

/**
 * All findings in the order of the checkers; at once where all of them answer at once. Never throws, and never takes
 * longer than the slowest deadline.
 */
export function findWith(checkers: readonly Checker[], action: Action, facts: Facts): Finding[] | Promise<Finding[]> {
  const answers = checkers.map((checker) => findingsOf(checker, action, facts));
  return answers.every((answer) => Array.isArray(answer))
    ? answers.flat()
    : Promise.all(answers).then((all) => all.flat());
}
