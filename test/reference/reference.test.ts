// reference.test.ts — the engine against the reference on random policies

import { evaluate } from "@holdpoint/core/rules/evaluate.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { action, compile, document, engineEffect, facts, RUNS } from "./generate.ts";
import { referenceEffect } from "./reference.ts";

describe("the engine and the reference agree", () => {
  test("on any documents, action and facts", () => {
    fc.assert(
      fc.property(fc.array(document, { minLength: 1, maxLength: 3 }), action, facts, (documents, ofAction, ofFacts) => {
        expect(engineEffect(documents, ofAction, ofFacts)).toBe(referenceEffect(documents, ofAction, ofFacts));
      }),
      { numRuns: RUNS },
    );
  });

  test("and rules do meet actions: the comparison is not about defaults", () => {
    const seen = { allow: 0, ask: 0, deny: 0 };
    for (const [documents, ofAction, ofFacts] of fc.sample(
      fc.tuple(fc.array(document, { minLength: 1, maxLength: 3 }), action, facts),
      { numRuns: 500, seed: 7 },
    )) {
      const verdict = evaluate(compile(documents), ofAction, ofFacts);
      if (verdict.rules.length > 0) seen[verdict.effect]++;
    }
    for (const [effect, count] of Object.entries(seen)) expect(count, effect).toBeGreaterThan(20);
  });
});
