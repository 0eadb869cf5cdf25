// run.ts — runs checkers side by side, each with its deadline; whatever goes wrong in one is a finding that blocks

import type { Action } from "@holdpoint/wire/action.ts";
import { Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Checker } from "./checker.ts";

/** The injected timer: resolves after `ms`; may reject when the signal ends the wait early. */
export type After = (ms: number, signal?: AbortSignal) => Promise<void>;

/** Codes of findings that this file makes; they count as fail-closed, not as something found. */
export const CHECKER_FAULTS = ["checker_failed", "checker_timeout", "checker_garbage"] as const;
export type CheckerFault = (typeof CHECKER_FAULTS)[number];
export const isCheckerFault = (finding: Finding): boolean => CHECKER_FAULTS.some((code) => code === finding.code);

const fault = (checker: Checker, code: CheckerFault, note: string): Finding[] => [
  { checker: checker.id, severity: "block", code, note },
];

const failed = (checker: Checker) =>
  fault(checker, "checker_failed", "the checker failed, so nothing it looks for is excluded");
const late = (checker: Checker) =>
  fault(checker, "checker_timeout", `the checker gave no answer within ${deadlineMs(checker)} ms`);
const garbage = (checker: Checker) =>
  fault(checker, "checker_garbage", "the checker's answer is not a list of findings");

const deadlineMs = (checker: Checker): number => Math.min(checker.timeoutMs, limits.checkerMsMax);

/** Only what has the exact shape of findings, under the checker's own name; else `undefined`. Getters may throw: so may this. */
function vetted(checker: Checker, answer: unknown): Finding[] | undefined {
  if (!Array.isArray(answer) || answer.length > limits.findingsMax) return undefined;
  const found: Finding[] = [];
  for (const each of answer) {
    const parsed = Finding.safeParse(each);
    if (!parsed.success || parsed.data.checker !== checker.id) return undefined;
    found.push({ ...parsed.data, note: parsed.data.note.slice(0, limits.findingNoteCharsMax).toWellFormed() });
  }
  return found;
}

function read(checker: Checker, answer: unknown): Finding[] {
  try {
    return vetted(checker, answer) ?? garbage(checker);
  } catch {
    // A hostile answer whose reading throws says as much as garbage does.
    return garbage(checker);
  }
}

/** One checker, one answer: never throws, never waits longer than its deadline. An answer that is there needs no promise. */
export function runChecker(
  checker: Checker,
  action: Action,
  facts: Facts,
  after: After,
): Finding[] | Promise<Finding[]> {
  const stop = new AbortController();
  let answer: unknown;
  try {
    answer = checker.check(action, facts, stop.signal);
  } catch {
    return failed(checker);
  }
  if (!(answer instanceof Promise)) return isThenable(answer) ? garbage(checker) : read(checker, answer);
  return inTime(checker, answer, stop, after);
}

async function inTime(
  checker: Checker,
  answer: Promise<unknown>,
  stop: AbortController,
  after: After,
): Promise<Finding[]> {
  const timer = new AbortController();
  const answered = answer.then(
    (value: unknown) => read(checker, value),
    () => failed(checker),
  );
  const overdue = after(deadlineMs(checker), timer.signal).then(
    () => late(checker),
    // The wait was ended because the answer came; if it broke for another reason, there is no deadline left to keep.
    () => (timer.signal.aborted ? answered : late(checker)),
  );
  try {
    return await Promise.race([answered, overdue]);
  } finally {
    timer.abort();
    stop.abort();
  }
}

const isThenable = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";

/** All findings, in the order of the checkers whatever the order of their answers. */
export async function runCheckers(
  checkers: readonly Checker[],
  action: Action,
  facts: Facts,
  after: After,
): Promise<Finding[]> {
  const answers = await Promise.all(checkers.map((checker) => runChecker(checker, action, facts, after)));
  return answers.flat();
}

/** Where nobody waits nothing is ever stopped: one signal for all. */
const unstopped = new AbortController().signal;

/** For `decide()`: checkers that answer at once. One that wants to wait blocks, because nobody waits here. */
export function runSyncCheckers(checkers: readonly Checker[], action: Action, facts: Facts): Finding[] {
  return checkers.flatMap((checker) => {
    let answer: unknown;
    try {
      answer = checker.check(action, facts, unstopped);
    } catch {
      return failed(checker);
    }
    if (answer instanceof Promise) {
      answer.catch(() => undefined);
      return fault(checker, "checker_failed", "the checker cannot answer at once");
    }
    return read(checker, answer);
  });
}
