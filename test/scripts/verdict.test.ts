// verdict.test.ts — what `npm test` says at its end: a failure is one unless it passes alone, and then it is still named

import { expect, test } from "vitest";
import { bothRuns, filesToRunAgain, verdict } from "../../scripts/verdict.mjs";

const file = (name: string, ...tests: string[]) => ({
  name,
  status: tests.length === 0 || tests.some((one) => one.startsWith("!")) ? "failed" : "passed",
  assertionResults: tests.map((one) => ({
    status: one.startsWith("!") ? "failed" : "passed",
    fullName: one.replace("!", ""),
  })),
});
const report = (...testResults: ReturnType<typeof file>[]) => {
  const all = testResults.flatMap((one) => one.assertionResults);
  return {
    numPassedTests: all.filter((one) => one.status === "passed").length,
    numFailedTests: all.filter((one) => one.status === "failed").length,
    numPendingTests: 0,
    testResults,
  };
};

test("nothing is run again where all passed, and a run that ends badly all the same has failed", () => {
  expect(filesToRunAgain(verdict(report(file("a", "x")), 0))).toEqual([]);
  expect(verdict(report(file("a", "x")), 0)).toMatchObject({ passed: 1, failed: 0 });
  const crashed = verdict(report(file("a", "x")), 1);
  expect(crashed).toMatchObject({ passed: 1, failed: 1 });
  expect(filesToRunAgain(crashed)).toEqual([]);
});

test("a file that does not load is a failure", () => {
  expect(verdict(report(file("a", "x"), file("b")), 1)).toMatchObject({ passed: 1, failed: 1 });
});

test("what fails twice has failed; what passes alone has passed and is named", () => {
  const first = verdict(report(file("a", "x", "!y", "!z"), file("b", "w"), file("c")), 1);
  expect(first).toMatchObject({ passed: 2, failed: 3 });
  expect(filesToRunAgain(first)).toEqual(["a", "c"]);
  const again = verdict(report(file("a", "x", "y", "!z"), file("c", "v")), 1);
  expect(bothRuns(first, again)).toEqual({ passed: 4, failed: 1, late: ["a y", "c"] });
});

test("what fails only in the second run has failed, and so has a second run that ends badly by itself", () => {
  const first = verdict(report(file("a", "x", "!y")), 1);
  expect(bothRuns(first, verdict(report(file("a", "!x", "y")), 1))).toEqual({ passed: 1, failed: 1, late: ["a y"] });
  expect(bothRuns(first, verdict(report(file("a")), 1))).toMatchObject({ passed: 0, failed: 1, late: [] });
  expect(bothRuns(first, verdict(report(file("a", "x", "y")), 1))).toMatchObject({ passed: 2, failed: 1 });
});

test("where many files fail at once, none is given a second run", () => {
  const first = verdict(report(...["a", "b", "c", "d", "e"].map((name) => file(name, "!x"))), 1);
  expect(first.failed).toBe(5);
  expect(filesToRunAgain(first)).toEqual([]);
});
