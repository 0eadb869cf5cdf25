// metrics.ts — what the courier counts; labels are configured channel ids and closed lists, never people or requests

import { metrics } from "@opentelemetry/api";
import type { RefusalCode, Sent } from "./channel.ts";

const instruments = () => {
  const meter = metrics.getMeter("holdpoint");
  return {
    deliveries: meter.createCounter("holdpoint_deliveries_total", { description: "attempts to deliver, by result" }),
    answers: meter.createCounter("holdpoint_answers_total", { description: "answers from channels, by result" }),
  };
};
// The provider is set when the process starts its telemetry, which may be after this file is loaded.
let made: ReturnType<typeof instruments> | undefined;
const current = () => {
  made ??= instruments();
  return made;
};

export const countDelivery = (channel: string, result: Sent["status"] | "dead"): void =>
  current().deliveries.add(1, { channel, result });
export const countAnswer = (channel: string, result: "counted" | RefusalCode): void =>
  current().answers.add(1, { channel, result });
