// theorems.test.ts — what holds for any policy, action and facts: order, defaults and tightening, and the theorems of Cedar that have a
// meaning here (forbid trumps permit, default deny, allowed only if permitted, order does not matter, errors stay where they are)

import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { evaluate } from "@holdpoint/core/rules/evaluate.ts";
import { fold } from "@holdpoint/core/safety/fold.ts";
import { runSyncCheckers } from "@holdpoint/core/safety/run.ts";
import { selectSandbox } from "@holdpoint/core/sandbox/select.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { action, compile, document, engineEffect, facts, RUNS, rule, verdictOf } from "./generate.ts";
import type { RefDocument, RefRule } from "./reference.ts";

const STRICT = { allow: 0, ask: 1, deny: 2 };
const overrides = document.map((each) => ({ ...each, combining: undefined }) as unknown as RefDocument);
const property = (
  what: string,
  check: (documents: RefDocument[], ofAction: Action, ofFacts: Facts, extra: Omit<RefRule, "id">) => void,
) =>
  test(what, () => {
    fc.assert(fc.property(fc.array(overrides, { minLength: 1, maxLength: 3 }), action, facts, rule, check), {
      numRuns: Math.ceil(RUNS / 5),
    });
  });
const adding = (documents: RefDocument[], extra: Omit<RefRule, "id">, effect: RefRule["effect"]): RefDocument[] =>
  documents.map((each, index) =>
    index === 0 ? { ...each, rules: [...each.rules, { ...extra, opaque: undefined, effect, id: "extra" }] } : each,
  );

describe("theorems of deny-overrides documents", () => {
  property("order of rules and of documents changes nothing (I7)", (documents, ofAction, ofFacts) => {
    const turned = documents.map((each) => ({ ...each, rules: [...each.rules].reverse() })).reverse();
    expect(engineEffect(turned, ofAction, ofFacts)).toBe(engineEffect(documents, ofAction, ofFacts));
  });
  property("duplicates change nothing (I7)", (documents, ofAction, ofFacts) => {
    expect(engineEffect([...documents, ...documents], ofAction, ofFacts)).toBe(
      engineEffect(documents, ofAction, ofFacts),
    );
  });
  property("splitting a document into files changes nothing (I7)", (documents, ofAction, ofFacts) => {
    const split = documents.flatMap((each) =>
      each.rules.length === 0 ? [each] : each.rules.map((one) => ({ ...each, rules: [one] })),
    );
    expect(engineEffect(split, ofAction, ofFacts)).toBe(engineEffect(documents, ofAction, ofFacts));
  });
  property(
    "rules that were not met can go, and the rest decides the same (sound slicing)",
    (documents, ofAction, ofFacts) => {
      const whole = verdictOf(documents, ofAction, ofFacts);
      const met = new Set(whole.trace.map((one) => `${one.document} ${one.rule}`));
      const slice = documents.map((each, index) => ({
        ...each,
        rules: each.rules.filter(({ id }) => met.has(`d${index}.json ${id}`)),
      }));
      const decided = verdictOf(slice, ofAction, ofFacts);
      expect([decided.effect, decided.outcome, decided.reason]).toEqual([whole.effect, whole.outcome, whole.reason]);
      expect(decided.rules).toEqual(whole.rules);
    },
  );
  property("adding a deny never loosens (I8)", (documents, ofAction, ofFacts, extra) => {
    const before = engineEffect(documents, ofAction, ofFacts);
    expect(STRICT[engineEffect(adding(documents, extra, "deny"), ofAction, ofFacts)]).toBeGreaterThanOrEqual(
      STRICT[before],
    );
  });
  property("adding an allow never tightens (I8)", (documents, ofAction, ofFacts, extra) => {
    // An allow may only take the place of a default: where the default was laxer than any rule, there is nothing to loosen.
    const before = engineEffect(documents, ofAction, ofFacts);
    expect(STRICT[engineEffect(adding(documents, extra, "allow"), ofAction, ofFacts)]).toBeLessThanOrEqual(
      STRICT[before],
    );
  });
  property("a deny that matches wins over everything (I7)", (documents, ofAction, ofFacts) => {
    const withDeny = adding(documents, { effect: "deny", when: {} }, "deny");
    expect(engineEffect(withDeny, ofAction, ofFacts)).toBe("deny");
  });
  property(
    "what is only claimed never allows more than saying nothing (rulings §A)",
    (documents, ofAction, ofFacts) => {
      const claimed = { ...ofAction, attested: [] };
      const silent = { ...claimed, principal: { agent: ofAction.principal.agent }, context: undefined } as Action;
      expect(engineEffect(documents, claimed, ofFacts)).toBe(engineEffect(documents, silent, ofFacts));
    },
  );
  property("no document, no allow (I8)", (_documents, ofAction, ofFacts) => {
    expect(engineEffect([{ policy: "p", rules: [] }], ofAction, ofFacts)).toBe("deny");
  });
  property(
    "without a default, every part of what is allowed is allowed by a rule that says so",
    (documents, ofAction, ofFacts) => {
      const silent = documents.map((each) => ({ ...each, default: undefined }) as unknown as RefDocument);
      const verdict = verdictOf(silent, ofAction, ofFacts);
      const allows = new Set(
        silent.flatMap(({ rules }) => rules.filter(({ effect }) => effect === "allow").map(({ id }) => id)),
      );
      for (const { effect, rules } of verdict.atoms)
        if (effect === "allow") expect(rules.some((id) => allows.has(id))).toBe(true);
    },
  );
  property(
    "the whole is as strict as its strictest part, and is named after rules of that effect",
    (documents, ofAction, ofFacts) => {
      const { effect, atoms, rules } = verdictOf(documents, ofAction, ofFacts);
      expect(STRICT[effect]).toBe(Math.max(...atoms.map((one) => STRICT[one.effect])));
      const effects = { allow: ["allow"], ask: ["require_approval"], deny: ["deny", "terminate"] }[effect];
      for (const one of rules) expect([...effects, "alert"]).toContain(one.effect);
    },
  );
  property("a part more never loosens the whole", (documents, ofAction, ofFacts) => {
    const [first] = ofFacts.atoms;
    const more = first ? { ...ofFacts, atoms: [...ofFacts.atoms, { ...first, opaque: ["unread"] }] } : ofFacts;
    expect(STRICT[engineEffect(documents, ofAction, more)]).toBeGreaterThanOrEqual(
      STRICT[engineEffect(documents, ofAction, ofFacts)],
    );
  });
  property("a rule that fails never loosens, and leaves other rules as they are", (documents, ofAction, ofFacts) => {
    const set = compile(documents);
    const failing = () => {
      throw new Error("broken");
    };
    const broken = (all: typeof set.rules) =>
      all.map((one) =>
        one.id === "r0" ? { ...one, checks: { needs: 0, bars: 0, tests: [failing] }, unless: undefined } : one,
      );
    const without = compile(documents.map((each) => ({ ...each, rules: each.rules.filter(({ id }) => id !== "r0") })));
    const empty = compileSet([]).index;
    const direct = (of: typeof set, rules: typeof set.rules) =>
      evaluate(
        {
          ...of,
          rules,
          uncovered: [],
          index: { ...empty, tool: new Map(), program: new Map(), facts: [], rest: [...rules] },
        },
        ofAction,
        ofFacts,
      );
    const verdict = direct(set, broken(set.rules));
    // A failing allow is as if it were not there; any other that fails counts as met, which can only tighten.
    const kept = direct({ ...without, defaults: set.defaults }, without.rules);
    if (set.rules.every(({ id, effect }) => id !== "r0" || effect === "allow"))
      expect(verdict.effect).toBe(kept.effect);
    else if (set.rules.some(({ id, effect }) => id === "r0" && (effect === "deny" || effect === "terminate")))
      expect(verdict.effect).toBe("deny");
  });
});

describe("stages only tighten (I9)", () => {
  /** Whatever a checker may answer: findings, half findings, no findings at all, or a throw. */
  const garbage = fc.oneof(
    fc.record(
      {
        checker: fc.constant("c"),
        severity: fc.constantFrom("info", "warn", "block"),
        code: fc.string(),
        note: fc.string(),
      },
      { requiredKeys: [] },
    ),
    fc.anything(),
  );
  test("also for checkers that answer garbage", () => {
    fc.assert(
      fc.property(
        fc.array(document, { minLength: 1, maxLength: 2 }),
        action,
        facts,
        fc.oneof(fc.array(garbage, { maxLength: 3 }), fc.anything()),
        fc.boolean(),
        (documents, ofAction, ofFacts, answer, throws) => {
          const before = verdictOf(documents, ofAction, ofFacts);
          const check = () => {
            if (throws) throw answer;
            return answer as never;
          };
          const findings = runSyncCheckers([{ id: "c", version: "1", timeoutMs: 10, check }], ofAction, ofFacts);
          const after = selectSandbox(fold(before, findings), ofAction, ofFacts);
          expect(STRICT[after.effect]).toBeGreaterThanOrEqual(STRICT[before.effect]);
          expect(after.risk.score).toBeGreaterThanOrEqual(before.risk.score);
          if (throws || !Array.isArray(answer)) expect(after.effect).toBe("deny");
        },
      ),
      { numRuns: Math.ceil(RUNS / 3) },
    );
  });
});
