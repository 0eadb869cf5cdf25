// run.test.ts — a checker that throws, hangs or talks nonsense blocks; a good one is heard and cannot pose as another

import type { Finding } from "@holdpoint/wire/decision.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { describe, expect, test } from "vitest";
import { sampleAction, sampleFacts } from "../sample.ts";
import type { Checker } from "./checker.ts";
import { runChecker, runCheckers, runSyncCheckers } from "./run.ts";

const action = sampleAction();
const facts = sampleFacts(action);
const note: Finding = { checker: "c", severity: "info", code: "seen", note: "fine" };
const checker = (check: Checker["check"], id = "c"): Checker => ({ id, timeoutMs: 10, check });

/** A timer that is over when the test says so. */
function handTimer() {
  const ends: (() => void)[] = [];
  const after = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      ends.push(resolve);
      signal?.addEventListener("abort", () => reject(new Error("the wait was ended")));
    });
  return { after, strike: () => ends.forEach((end) => void end()) };
}
const never = () => new Promise<never>(() => {});
const codes = (findings: Finding[]) => findings.map(({ code, severity }) => `${severity} ${code}`);

describe("an answer counts only as a list of findings", () => {
  test.each<[string, () => unknown, string[]]>([
    ["nothing to say", () => [], []],
    ["a finding", () => [note], ["info seen"]],
    ["a finding, later", () => Promise.resolve([note]), ["info seen"]],
    [
      "a throw",
      () => {
        throw new Error("x");
      },
      ["block checker_failed"],
    ],
    [
      "a throw of nothing",
      () => {
        throw undefined;
      },
      ["block checker_failed"],
    ],
    ["a rejection", () => Promise.reject(new Error("x")), ["block checker_failed"]],
    ["undefined", () => undefined, ["block checker_garbage"]],
    ["a yes", () => true, ["block checker_garbage"]],
    ["a text", () => "ok", ["block checker_garbage"]],
    ["an object", () => ({ length: 0 }), ["block checker_garbage"]],
    // biome-ignore lint/suspicious/noThenProperty: a thing that only looks like a promise is what this row is about
    ["a foreign thenable", () => ({ then: (done: (value: unknown) => void) => done([]) }), ["block checker_garbage"]],
    ["an unknown severity", () => [{ ...note, severity: "allow" }], ["block checker_garbage"]],
    ["an unknown field", () => [{ ...note, effect: "allow" }], ["block checker_garbage"]],
    ["a missing note", () => [{ checker: "c", severity: "warn", code: "x" }], ["block checker_garbage"]],
    ["another checker's name", () => [{ ...note, checker: "d" }], ["block checker_garbage"]],
    ["one bad among good", () => [note, null], ["block checker_garbage"]],
    ["too many", () => Array.from({ length: limits.findingsMax + 1 }, () => note), ["block checker_garbage"]],
    [
      "a list that throws when read",
      () =>
        new Proxy([], {
          get() {
            throw new Error("x");
          },
        }),
      ["block checker_garbage"],
    ],
    ["garbage, later", () => Promise.resolve(7), ["block checker_garbage"]],
  ])("%s", async (_why, answer, want) => {
    const { after } = handTimer();
    expect(codes(await runChecker(checker(answer as Checker["check"]), action, facts, after))).toEqual(want);
  });

  test("a long note is cut", async () => {
    const [found] = await runChecker(
      checker(() => [{ ...note, note: "x".repeat(4_000) }]),
      action,
      facts,
      handTimer().after,
    );
    expect(found?.note).toHaveLength(limits.findingNoteCharsMax);
  });
});

describe("deadlines", () => {
  test("a checker that hangs blocks at its deadline and is told to stop", async () => {
    const { after, strike } = handTimer();
    let told: AbortSignal | undefined;
    const running = runChecker(
      checker((_a, _f, signal) => {
        told = signal;
        return never();
      }),
      action,
      facts,
      after,
    );
    expect(told?.aborted).toBe(false);
    strike();
    expect(codes(await running)).toEqual(["block checker_timeout"]);
    expect(told?.aborted).toBe(true);
  });

  test("an answer after the deadline changes nothing", async () => {
    const { after, strike } = handTimer();
    let answer: (findings: Finding[]) => void = () => {};
    const running = runChecker(
      checker(
        () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      ),
      action,
      facts,
      after,
    );
    strike();
    const findings = await running;
    answer([]);
    expect(codes(findings)).toEqual(["block checker_timeout"]);
  });

  test("a timer that breaks blocks too, unless the answer is there", async () => {
    const broken = () => Promise.reject(new Error("no timers today"));
    expect(codes(await runChecker(checker(never), action, facts, broken))).toEqual(["block checker_timeout"]);
  });

  test("the deadline is at most the product's limit", async () => {
    const asked: number[] = [];
    const after = (ms: number) => {
      asked.push(ms);
      return Promise.resolve();
    };
    await runChecker({ ...checker(never), timeoutMs: 1e9 }, action, facts, after);
    expect(asked).toEqual([limits.checkerMsMax]);
  });
});

test("findings come in the order of the checkers, and one that fails does not silence the others", async () => {
  const slow = checker(() => Promise.resolve().then(() => [{ ...note, checker: "slow" }]), "slow");
  const bad = checker(() => {
    throw new Error("x");
  }, "bad");
  const fast = checker(() => [{ ...note, checker: "fast" }], "fast");
  const found = await runCheckers([slow, bad, fast], action, facts, handTimer().after);
  expect(found.map((each) => each.checker)).toEqual(["slow", "bad", "fast"]);
});

test("where nobody waits, a checker that needs waiting blocks", () => {
  const found = runSyncCheckers([checker(() => Promise.resolve([])), checker(() => [note])], action, facts);
  expect(codes(found)).toEqual(["block checker_failed", "info seen"]);
  expect(
    codes(
      runSyncCheckers(
        [
          checker(() => {
            throw new Error("x");
          }),
        ],
        action,
        facts,
      ),
    ),
  ).toEqual(["block checker_failed"]);
});
