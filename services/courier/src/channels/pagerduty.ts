// pagerduty.ts — an incident while a request waits, resolved when it is settled (Events API v2); notify only

import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Outbound } from "@holdpoint/runtime/outbound.ts";
import type { ApprovalDelivery, Channel, Delivery } from "../channel.ts";
import { failureOf, isOk, sentBy } from "../http-sent.ts";
import { alertLine, headline, particulars } from "../words.ts";

export interface PagerDutyConfig {
  id: string;
  tenant: string;
  /** where events are enqueued */
  url: string;
  routingKey: string;
}

const severityOf = (risk: number): string => (risk >= 70 ? "critical" : risk >= 40 ? "error" : "warning");
const WORST = ["critical", "high", "medium", "low"] as const;
const SEVERITIES = { critical: "critical", high: "error", medium: "warning", low: "info" } as const;

function approvalEvent(delivery: ApprovalDelivery) {
  const { approval, link } = delivery;
  if (approval.state !== "pending") return { event_action: "resolve", dedup_key: approval.id };
  return {
    event_action: "trigger",
    dedup_key: approval.id,
    payload: {
      summary: `${headline(delivery)}: ${particulars(delivery)}`.slice(0, 1_024),
      source: "holdpoint",
      severity: severityOf(approval.risk.score),
      timestamp: approval.openedAt,
      custom_details: { approvalId: approval.id, actionId: approval.actionId, expiresAt: approval.expiresAt },
    },
    links: [{ href: link, text: "Look at it and answer" }],
  };
}

function eventOf(delivery: Delivery) {
  if (delivery.kind === "approval") return approvalEvent(delivery);
  const worst = WORST.find((each) => delivery.alerts.some(({ severity }) => severity === each)) ?? "low";
  return {
    event_action: "trigger",
    dedup_key: delivery.id,
    payload: {
      summary: alertLine(delivery).slice(0, 1_024),
      source: "holdpoint",
      severity: SEVERITIES[worst],
      timestamp: delivery.at,
    },
    links: [{ href: delivery.link, text: "The action" }],
  };
}

export function pagerDuty(config: PagerDutyConfig, deps: { outbound: Outbound; clock: Clock }): Channel {
  return {
    id: config.id,
    tenant: config.tenant,
    kind: "notify-only",
    shows: () => false,
    async send(delivery, signal) {
      const answer = await deps.outbound.send({
        url: config.url,
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ routing_key: config.routingKey, ...eventOf(delivery) }),
        signal,
      });
      // 400 is what PagerDuty says to an event that it will never take.
      if (answer.status === 400) return { status: "refused", error: "answered with status 400: not a valid event" };
      return isOk(answer) ? sentBy(answer, deps.clock) : failureOf(answer, deps.clock);
    },
  };
}
