// checker.contract.test.ts — a checker that breaks a promise is caught by the suite that others run against theirs

import type { Finding } from "@holdpoint/wire/decision.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { expect, test } from "vitest";
import { type ContractOptions, promises } from "./checker.contract.ts";
import type { Checker } from "./checker.ts";

const finding = (rest: Partial<Finding> = {}): Finding => ({
  checker: "house",
  severity: "warn",
  code: "x",
  note: "n",
  ...rest,
});
const house = (rest: Partial<Checker> = {}) => {
  const checker: Checker = { id: "house", timeoutMs: 20, check: () => [finding()], ...rest };
  return () => checker;
};
let asked = 0;
const next = (): number => {
  asked += 1;
  return asked;
};

const rejectsWhenStopped: Checker["check"] = async (_action, _facts, signal) => {
  signal.throwIfAborted();
  await Promise.resolve();
  signal.throwIfAborted();
  return [];
};

/** Which of the promises a checker does not keep, by their first words. */
async function broken(make: () => Checker, options: ContractOptions = {}): Promise<string[]> {
  const found: string[] = [];
  for (const [promise, keep] of promises(make, { runs: 20, ...options }))
    await Promise.resolve()
      .then(keep)
      .catch(() => found.push(promise.slice(0, 7)));
  return found;
}

test.each<[string, () => Checker, string[]]>([
  ["keeps all", house(), []],
  ["answers later", house({ check: async () => [finding()] }), []],
  ["stops by rejecting", house({ check: rejectsWhenStopped }), []],
  [
    "throws",
    house({
      check: () => {
        throw new Error("x");
      },
    }),
    ["hostile"],
  ],
  [
    "throws at one shape of arguments only",
    house({
      check: ({ args }) => {
        if (Object.keys(args).length > 1) throw new Error("x");
        return [];
      },
    }),
    ["hostile"],
  ],
  [
    "rejects",
    house({
      check: async () => {
        throw new Error("x");
      },
    }),
    ["hostile"],
  ],
  [
    "answers without end",
    house({ check: () => Array.from({ length: limits.findingsMax + 1 }, () => finding()) }),
    ["hostile"],
  ],
  ["writes notes without end", house({ check: () => [finding({ note: "x".repeat(10_000_000) })] }), ["hostile"]],
  ["counts its questions", house({ check: () => [finding({ note: String(next()) })] }), ["hostile"]],
  ["answers every other time", house({ check: () => (next() % 2 ? [finding()] : []) }), ["hostile"]],
  ["speaks for another", house({ check: () => [finding({ checker: "other" })] }), ["hostile"]],
  ["says what is no finding", house({ check: () => [{ severity: "warn" } as Finding] }), ["hostile"]],
  ["decides", house({ check: () => [{ ...finding(), effect: "allow" } as Finding] }), ["hostile"]],
  [
    "changes what it is given",
    house({
      check: (action) => {
        action.tool = "ls";
        return [];
      },
    }),
    ["hostile"],
  ],
  [
    "changes the facts",
    house({
      check: (_action, facts) => {
        facts.secrets.length = 0;
        facts.atoms.push(...facts.atoms);
        return [];
      },
    }),
    ["hostile"],
  ],
  ["has a name with spaces", house({ id: "my checker", check: () => [] }), ["it has "]],
  ["asks for too long", house({ timeoutMs: limits.checkerMsMax + 1 }), ["it has "]],
  ["has no deadline", house({ timeoutMs: 0, check: () => [] }), ["it has "]],
])("a checker that %s", async (_what, make, expected) => expect(await broken(make)).toEqual(expected));

test("a checker that ignores the signal", async () => {
  const deaf = house({ check: () => new Promise<Finding[]>(() => {}) });
  expect(await broken(house(), { stuck: deaf })).toEqual(["it ends"]);
});
