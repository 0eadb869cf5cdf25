// keeps-answers.asked.ts — the tests of keeps-answers.ts, as a mutant meets them: with the stand-in for vitest

import { isLong, isShort, same } from "./keeps-answers.ts";
import { expect, test } from "./shim.ts";

test("a short name", () => {
  expect(isShort(same("ab"))).toBe(true);
  expect(isLong(same("ab"))).toBe(false);
});

test("a long one", () => {
  expect(isShort(same("abc"))).toBe(false);
  expect(isLong(same("abc"))).toBe(true);
});
