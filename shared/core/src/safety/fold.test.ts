// fold.test.ts — findings tighten a verdict and never loosen it

import { EFFECTS, type Effect } from "@holdpoint/wire/scalars.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sampleAsk, sampleVerdict } from "../sample.ts";
import { fold } from "./fold.ts";

const verdictOf = (effect: Effect, escalatable = false) =>
  sampleVerdict({
    effect,
    outcome: effect === "ask" ? "require_approval" : effect,
    reason: "by rule",
    ...(effect === "ask" && { ask: sampleAsk() }),
    ...(escalatable && { escalatable: { role: "owner", quorum: 1 } }),
  });
const found = (severity: "info" | "warn" | "block", code = "x", escalatable?: boolean) => ({
  checker: "c",
  severity,
  code,
  note: "n",
  ...(escalatable === undefined ? {} : { escalatable }),
});

test.each<[string, Effect, "info" | "warn" | "block", Effect]>([
  ["info keeps an allow", "allow", "info", "allow"],
  ["a warning keeps an allow", "allow", "warn", "allow"],
  ["a block denies an allow", "allow", "block", "deny"],
  ["a block denies an ask", "ask", "block", "deny"],
  ["a block keeps a deny", "deny", "block", "deny"],
  ["info keeps a deny", "deny", "info", "deny"],
])("%s", (_why, before, severity, after) => {
  expect(fold(verdictOf(before), [found(severity)]).effect).toBe(after);
});

test("a block says why, drops the ask, and cannot be escalated", () => {
  expect(fold(verdictOf("ask"), [found("block")])).toMatchObject({ effect: "deny", outcome: "deny", reason: "c: n" });
  expect(fold(verdictOf("ask"), [found("block")])).not.toHaveProperty("ask");
  expect(fold(verdictOf("deny", true), [found("block")])).not.toHaveProperty("escalatable");
  expect(fold(verdictOf("deny"), [found("block")]).reason).toBe("by rule");
});

test("a terminate stays one", () => {
  const verdict = { ...verdictOf("deny"), outcome: "terminate" as const, terminate: true };
  expect(fold(verdict, [found("block")])).toMatchObject({ outcome: "terminate", terminate: true });
});

test("risk rises by named contributions, each code once, at most to 100", () => {
  const { risk } = fold(verdictOf("allow"), [
    found("warn", "a"),
    found("warn", "a"),
    found("block", "b"),
    found("info", "c"),
  ]);
  expect(risk).toEqual({
    score: 55,
    contributions: [
      { code: "checker:a", points: 15 },
      { code: "checker:b", points: 40 },
    ],
  });
  const many = Array.from({ length: 9 }, (_, index) => found("warn", `w${index}`));
  expect(fold(verdictOf("allow"), many).risk.score).toBe(100);
});

test("what the rules found risky counts on beside what checkers found", () => {
  const before = { score: 30, contributions: [{ code: "class-blocked", points: 30 }] };
  const { risk } = fold({ ...verdictOf("allow"), risk: before }, [found("warn", "a")]);
  expect(risk).toEqual({
    score: 45,
    contributions: [
      { code: "class-blocked", points: 30 },
      { code: "checker:a", points: 15 },
    ],
  });
  expect(before.contributions).toHaveLength(1);
});

test("findings that are the same in everything are kept once, others each", () => {
  const one = { ...found("info", "x"), at: "/a" };
  const others = [
    { ...one, checker: "d" },
    { ...one, code: "y" },
    { ...one, severity: "warn" as const },
    { ...one, at: "/b" },
    { ...one, note: "m" },
  ];
  expect(fold(verdictOf("allow"), [one, ...others, one, ...others]).findings).toEqual([one, ...others]);
  const known = { ...verdictOf("allow"), findings: [one] };
  expect(fold(known, [one, others[1] ?? one]).findings).toEqual([one, others[1]]);
});

describe("escalated actions (rulings §B11)", () => {
  test("an ask that is there gets the block as one more reason, from whom it comes", () => {
    const before = verdictOf("ask");
    const { ask, outcome, reason } = fold(before, [found("block", "x", true)], { escalated: true });
    expect(ask?.because).toEqual([...(before.ask?.because ?? []), { rule: "checker:c", reason: "escalated: n" }]);
    expect([outcome, reason]).toEqual(["require_approval", "by rule"]);
    const fresh = fold(verdictOf("allow"), [found("block", "x", true)], { escalated: true });
    expect(fresh.ask?.because).toEqual([{ rule: "checker:c", reason: "escalated: n" }]);
    expect(fresh.reason).toBe("c: n");
  });
  test("one approver may escalate a block, whoever may escalate a rule's deny stays", () => {
    expect(fold(verdictOf("allow"), [found("block", "x", true)]).escalatable).toEqual({ role: "approver", quorum: 1 });
    const mixed = [found("block", "x", true), found("block", "y")];
    expect(fold(verdictOf("allow"), mixed)).not.toHaveProperty("escalatable");
    const both = fold(verdictOf("deny", true), [found("block", "x", true)]);
    expect([both.escalatable, both.reason]).toEqual([{ role: "owner", quorum: 1 }, "by rule"]);
  });
  test("what nothing forbids asks all the same, and says so", () => {
    const { ask, outcome, reason } = fold(verdictOf("allow"), [], { escalated: true });
    expect([outcome, reason]).toEqual(["require_approval", "escalated: by rule"]);
    expect(ask?.because).toEqual([{ rule: "holdpoint:escalated", reason: "escalated" }]);
  });
  test("a block that its checker may escalate asks, another one denies", () => {
    const once = fold(verdictOf("allow"), [found("block", "x", true)], { escalated: true });
    expect(once).toMatchObject({ effect: "ask", outcome: "require_approval" });
    expect(once.ask?.requirements).toEqual([{ role: "approver", quorum: 1 }]);
    expect(fold(verdictOf("allow"), [found("block", "x", true), found("block")], { escalated: true }).effect).toBe(
      "deny",
    );
    expect(fold(verdictOf("deny"), [found("block", "x", true)], { escalated: true }).effect).toBe("deny");
  });
  test("without escalation it denies, and says that one may escalate", () => {
    expect(fold(verdictOf("allow"), [found("block", "x", true)])).toMatchObject({
      effect: "deny",
      escalatable: { role: "approver" },
    });
    expect(fold(verdictOf("deny"), [found("block", "x", true)])).not.toHaveProperty("escalatable");
  });
});

const anyFinding = fc.record({
  checker: fc.constantFrom("a", "b"),
  severity: fc.constantFrom("info" as const, "warn" as const, "block" as const),
  code: fc.constantFrom("x", "y", "checker_failed"),
  note: fc.string(),
  escalatable: fc.boolean(),
});
const strictness = (effect: Effect) => EFFECTS.indexOf(effect);

describe("an escalated action", () => {
  test("is never simply allowed: a person was asked for", () => {
    expect(fold(verdictOf("allow"), [], { escalated: true })).toMatchObject({
      effect: "ask",
      ask: { requirements: [{ role: "approver", quorum: 1 }] },
    });
    expect(fold(verdictOf("allow"), [], { escalated: false }).effect).toBe("allow");
    expect(fold(verdictOf("deny"), [], { escalated: true }).effect).toBe("deny");
  });
});

describe("whatever is found", () => {
  test("the effect, the outcome and the risk never go down, and the same findings again change nothing", () => {
    fc.assert(
      fc.property(fc.constantFrom(...EFFECTS), fc.array(anyFinding), fc.boolean(), (effect, findings, escalated) => {
        const before = verdictOf(effect);
        const after = fold(before, findings, { escalated });
        expect(strictness(after.effect)).toBeGreaterThanOrEqual(strictness(effect));
        expect(after.risk.score).toBeGreaterThanOrEqual(before.risk.score);
        expect(after.ask === undefined).toBe(after.effect !== "ask");
        expect(fold(after, findings, { escalated })).toEqual(after);
      }),
    );
  });
  test("more findings never loosen", () => {
    fc.assert(
      fc.property(fc.array(anyFinding), anyFinding, fc.boolean(), (findings, more, escalated) => {
        const [few, many] = [findings, [...findings, more]].map((each) =>
          fold(verdictOf("allow"), each, { escalated }),
        );
        expect(strictness(many?.effect ?? "allow")).toBeGreaterThanOrEqual(strictness(few?.effect ?? "deny"));
      }),
    );
  });
});
