// log.test.ts — one JSON line an event, with trace ids, without secrets

import { context, trace } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { createLogger } from "./log.ts";
import { inSpan, startTelemetry } from "./trace.ts";

function lines() {
  const out: string[] = [];
  return {
    to: { write: (line: string) => void out.push(line) },
    read: () => out.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

test("a line names service, level and time, and carries the ids of the active span", async () => {
  startTelemetry("test");
  const { to, read } = lines();
  const log = createLogger("rules", { level: "info", to });
  let traceId = "";
  await inSpan("holdpoint.rules", {}, (span) => {
    traceId = span.spanContext().traceId;
    log.info({ actionId: "act_1" }, "judged");
  });
  context.with(trace.deleteSpan(context.active()), () => log.info("outside"));
  const [inside, outside] = read();
  expect(inside).toMatchObject({ level: "info", service: "rules", actionId: "act_1", msg: "judged", traceId });
  expect(Date.parse(String(inside?.["at"]))).toBeGreaterThan(0);
  expect(outside).not.toHaveProperty("traceId");
});

test("fields that hold secrets are cut, at the top and one level down", () => {
  const { to, read } = lines();
  const value = "hp_" + "secret";
  createLogger("x", { level: "info", to }).info(
    { token: value, args: { command: value }, headers: { authorization: value }, approval: { token: value } },
    "seen",
  );
  expect(JSON.stringify(read())).not.toContain(value);
});

test("levels below the chosen one are not written", () => {
  const { to, read } = lines();
  const log = createLogger("x", { level: "warn", to });
  log.info("no");
  log.warn("yes");
  expect(read().map(({ msg }) => msg)).toEqual(["yes"]);
});
