// metrics.test.ts — what is counted comes out as Prometheus text, with closed labels only

import { expect, test } from "vitest";
import * as metrics from "./metrics.ts";

test("every recording function shows up in the text", () => {
  metrics.countDecision("deny", "deny", "rules");
  metrics.countDecision("deny", "deny", "rules");
  metrics.timeStage("safety", 12);
  metrics.timeChecker("path-traversal", 1);
  metrics.countCheckerFailure("path-traversal", "checker_timeout");
  metrics.setPending(7, 90_000);
  metrics.timeApproval("approved", 4_000);
  metrics.countExpiry("approval");
  metrics.countFailClosed("store_unavailable");
  metrics.countFailClosed("poison", "safety");
  metrics.countShadowDisagreement("allow", "deny");
  metrics.setQueueDepth("rules", 3);
  metrics.countClaim("claimed");
  metrics.timeRequest("POST", "/v1/actions", 200, 5);
  const text = metrics.metricsText();
  for (const line of [
    'holdpoint_decisions_total{effect="deny",outcome="deny",stage="rules"} 2',
    'holdpoint_stage_duration_seconds_sum{stage="safety"} 0.012',
    'holdpoint_checker_duration_seconds_count{checker="path-traversal"} 1',
    'holdpoint_checker_failures_total{checker="path-traversal",code="checker_timeout"} 1',
    "holdpoint_approvals_pending 7",
    "holdpoint_approvals_oldest_seconds 90",
    'holdpoint_approval_wait_seconds_bucket{answer="approved",le="5"} 1',
    'holdpoint_expiries_total{what="approval"} 1',
    'holdpoint_fail_closed_total{code="store_unavailable"} 1',
    'holdpoint_fail_closed_total{code="poison",stage="safety"} 1',
    'holdpoint_shadow_disagreements_total{active="allow",shadow="deny"} 1',
    'holdpoint_queue_depth{stage="rules"} 3',
    'holdpoint_claims_total{result="claimed"} 1',
    'holdpoint_request_duration_seconds_count{method="POST",route="/v1/actions",status="200"} 1',
  ]) {
    expect(text.split("\n")).toContain(line);
  }
  expect(text.endsWith("\n")).toBe(true);
});

test("the last value of a gauge counts", () => {
  metrics.setQueueDepth("safety", 9);
  metrics.setQueueDepth("safety", 0);
  expect(metrics.metricsText()).toContain('holdpoint_queue_depth{stage="safety"} 0\n');
});
