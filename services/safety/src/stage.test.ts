// stage.test.ts — safety: a block ends here, whatever goes wrong in a checker is a block, and findings travel on

import type { Checker } from "@holdpoint/core/safety/checker.ts";
import { sampleAction, sampleFacts } from "@holdpoint/core/sample.ts";
import { asking, finding, message, verdict } from "@holdpoint/testkit/builders.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import { expect, test } from "vitest";
import { safetyStage } from "./stage.ts";

const action = sampleAction();
const judged = (overrides: Partial<Message> = {}) =>
  message({ action, facts: sampleFacts(action), verdict: verdict(), ...overrides });
const checker = (id: string, check: Checker["check"]): Checker => ({ id, timeoutMs: 50, check });
const finds = (severity: "info" | "warn" | "block") =>
  checker("finder", () => [finding({ checker: "finder", severity, code: `says_${severity}` })]);

test.each(["info", "warn"] as const)("hands on with a finding that only says `%s`", async (severity) => {
  expect(await safetyStage([finds(severity)])(judged())).toMatchObject({
    to: "sandbox",
    message: { verdict: { effect: "allow", checkers: "finder@1" }, findings: [{ code: `says_${severity}` }] },
  });
});

test("an ask stays an ask", async () => {
  expect(await safetyStage([])(judged({ verdict: asking() }))).toMatchObject({
    to: "sandbox",
    message: { verdict: { effect: "ask" } },
  });
});

test.each([
  ["blocks", finds("block"), "says_block"],
  [
    "throws",
    checker("bad", () => {
      throw new Error("bug");
    }),
    "checker_failed",
  ],
  ["rejects", checker("bad", () => Promise.reject(new Error("bug"))), "checker_failed"],
  ["hangs", checker("bad", () => new Promise(() => undefined)), "checker_timeout"],
  ["answers garbage", checker("bad", () => "fine" as never), "checker_garbage"],
])("settles a denial when a checker %s", async (_how, bad, code) => {
  const handOver = await safetyStage([finds("info"), bad])(judged());
  expect(handOver).toMatchObject({ settle: { verdict: { effect: "deny" } } });
  // Whoever judges this again must know that checkers were heard, and what they said.
  expect("settle" in handOver && handOver.settle.message.findings?.map((each) => each.code)).toContain(code);
});

test("an action that rules never judged is a bug, not an allow", () => {
  expect(() => safetyStage([])(message())).toThrow("without having been judged");
});
