// scalars.test.ts — the orders that everything strict rests on

import { expect, test } from "vitest";
import {
  compareTrust,
  EFFECTS,
  id,
  list,
  name,
  OUTCOMES,
  strictest,
  strongestOutcome,
  TRUST_LEVELS,
  text,
} from "./scalars.ts";

test("of two effects the stricter counts, either way round", () => {
  for (const [at, weaker] of EFFECTS.entries())
    for (const stricter of EFFECTS.slice(at))
      expect([strictest(weaker, stricter), strictest(stricter, weaker)]).toEqual([stricter, stricter]);
  expect(EFFECTS).toEqual(["allow", "ask", "deny"]);
});

test("of two outcomes the stronger counts, either way round", () => {
  for (const [at, weaker] of OUTCOMES.entries())
    for (const stronger of OUTCOMES.slice(at))
      expect([strongestOutcome(weaker, stronger), strongestOutcome(stronger, weaker)]).toEqual([stronger, stronger]);
  expect(OUTCOMES).toEqual(["allow", "alert", "modify", "redact", "require_approval", "deny", "terminate"]);
});

test("trust has an order, and says only which way", () => {
  expect(TRUST_LEVELS.map((level) => compareTrust(level, "verified"))).toEqual([-1, -1, 0, 1]);
  expect(compareTrust("blocked", "trusted")).toBe(-1);
});

const uuid = "0190f0a0-0000-7000-8000-000000000000";
test.each<[string, () => { safeParse(value: unknown): { success: boolean } }, unknown, boolean]>([
  ["a text", () => text(3), "abc", true],
  ["a longer text", () => text(3), "abcd", false],
  ["an empty text", () => text(3), "", true],
  ["a text with a NUL", () => text(), "a\0b", false],
  ["a name", () => name(3), "abc", true],
  ["a name of one letter", () => name(3), "a", true],
  ["a name that is empty", () => name(3), "", false],
  ["a longer name", () => name(3), "abcd", false],
  ["a list as long as may be", () => list(text()), Array.from({ length: 256 }, () => "a"), true],
  ["a longer list", () => list(text()), Array.from({ length: 257 }, () => "a"), false],
  ["an id", () => id("act"), `act_${uuid}`, true],
  ["an id of something else", () => id("act"), `dec_${uuid}`, false],
  ["an id with more behind it", () => id("act"), `act_${uuid}0`, false],
])("%s", (_what, schema, value, taken) => expect(schema().safeParse(value).success).toBe(taken));
