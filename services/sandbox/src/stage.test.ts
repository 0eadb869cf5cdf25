// stage.test.ts — sandbox: an allow ends here with its rung, an ask goes on to people

import { sampleAction, sampleFacts } from "@holdpoint/core/sample.ts";
import { asking, denying, finding, message, verdict } from "@holdpoint/testkit/builders.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { expect, test } from "vitest";
import { sandboxStage } from "./stage.ts";

const action = sampleAction();
const findings = [finding({ severity: "info" })];
const judged = (given: Verdict) => message({ action, facts: sampleFacts(action), verdict: given, findings });

test("settles an allow with its sandbox and what was found", () => {
  expect(sandboxStage(judged(verdict()))).toMatchObject({
    settle: { verdict: { effect: "allow", sandbox: { recommended: expect.any(String) } }, findings },
  });
});

test("hands an ask on, with the sandbox that people are to see on the card", () => {
  expect(sandboxStage(judged(asking()))).toMatchObject({
    to: "escalation",
    message: { verdict: { effect: "ask", sandbox: { recommended: expect.any(String) } } },
  });
});

test("a requirement of a rule is kept as such", () => {
  const required = { network: "none" } as const;
  expect(sandboxStage(judged(verdict({ sandboxWishes: [{ required }] })))).toMatchObject({
    settle: { verdict: { sandbox: { required } } },
  });
});

test("what came here denied stays denied", () => {
  expect(sandboxStage(judged(denying()))).toMatchObject({ settle: { verdict: { effect: "deny" } } });
});

test("an action that rules never judged is a bug, not an allow", () => {
  expect(() => sandboxStage(message())).toThrow("without having been judged");
});
