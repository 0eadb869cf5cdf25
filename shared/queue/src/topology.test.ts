// topology.test.ts — a hand-over that the topology does not have neither compiles nor passes

import { STAGES } from "@holdpoint/wire/scalars.ts";
import { describe, expect, test } from "vitest";
import { message } from "./fixtures.ts";
import { type HandOverFrom, mayEnter, mayHandOver, topology } from "./topology.ts";

test("an illegal hand-over does not compile", () => {
  const legal: HandOverFrom<"rules"> = { to: "safety", message: message() };
  // @ts-expect-error rules may not skip the checkers
  const skips: HandOverFrom<"rules"> = { to: "sandbox", message: message() };
  // @ts-expect-error nothing comes after escalation
  const onward: HandOverFrom<"escalation"> = { to: "rules", message: message() };
  expect([legal, skips, onward]).toHaveLength(3);
});

describe("who may send to whom", () => {
  test.each(STAGES.flatMap((from) => STAGES.map((to) => [from, to] as const)))("%s to %s", (from, to) => {
    const next = { rules: "safety", safety: "sandbox", sandbox: "escalation", escalation: undefined }[from];
    expect(mayHandOver(from, to)).toBe(to === next);
  });
  test.each([
    ["a proposal", "rules", true],
    ["an answer of people", "escalation", true],
    ["a way around the rules", "safety", false],
    ["a way around the checkers", "sandbox", false],
  ] as const)("from outside: %s", (_what, to, may) => expect(mayEnter("edge", to)).toBe(may));
});

test("every stage has a budget", () => {
  for (const stage of STAGES) {
    expect(topology[stage].concurrency).toBeGreaterThan(0);
    expect(topology[stage].attempts).toBe(3);
  }
});
