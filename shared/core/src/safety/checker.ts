// checker.ts — what a safety checker is: it finds, it does not decide (fold.ts does)

import type { Action } from "@holdpoint/wire/action.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";

/**
 * Looks at one action and says what it found. No finding means "nothing to say", not "safe". A throw, a missed deadline
 * or an answer of another shape counts as a finding that blocks. Must not change what it is given.
 */
export interface Checker {
  /** lower-case, stable: rules, findings and metrics name it */
  id: string;
  timeoutMs: number;
  /** changes when its answers may change: findings are reused at claim only under the same one (rulings §C2) */
  version?: string;
  /** runs outside this process: `check` and replay do not call it (rulings §B12) */
  remote?: boolean;
  check(action: Action, facts: Facts, signal: AbortSignal): Finding[] | Promise<Finding[]>;
}

/** What findings depend on beside the action: ids and versions, in order. Compared before findings are reused. */
export const checkersVersion = (checkers: readonly Checker[]): string =>
  checkers.map(({ id, version = "1" }) => `${id}@${version}`).join(" ");
