// compare.ts — two verdicts on one action: the same, stricter, looser, or another way to the same effect

import { EFFECTS } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";

export const CHANGES = ["loosened", "tightened", "changed", "same"] as const;
export type Change = (typeof CHANGES)[number];
export interface Comparison {
  change: Change;
  /** what differs, one word each: `effect`, `approval`, `sandbox`, … */
  what: string[];
}

/** What is looked at, and how strict each side is there: a smaller number is looser, `undefined` cannot be ordered. */
interface Aspect {
  name: string;
  same(before: Verdict, after: Verdict): boolean;
  /** is something that was required no longer required? */
  looser(before: Verdict, after: Verdict): boolean;
  tighter(before: Verdict, after: Verdict): boolean;
}

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const rank = ({ effect }: Verdict): number => EFFECTS.indexOf(effect);

/** Does `b` ask less than `a` anywhere: a role that is gone, a smaller quorum, one person instead of two? */
const asksLess = ({ ask: a }: Verdict, { ask: b }: Verdict): boolean =>
  a !== undefined &&
  b !== undefined &&
  (a.requirements.some(
    ({ role, quorum }) => (b.requirements.find((other) => other.role === role)?.quorum ?? 0) < quorum,
  ) ||
    (a.separation && !b.separation));

const RANKS: Readonly<Record<string, readonly string[]>> = {
  filesystem: ["scrubbed", "workspace", "read-only"],
  network: ["list", "none"],
  isolation: ["process", "container", "vm"],
};
const requiresLess = (a: Verdict, b: Verdict): boolean =>
  Object.entries(RANKS).some(([dimension, order]) => {
    const level = (verdict: Verdict) =>
      order.indexOf(String((verdict.sandbox?.required as Record<string, string> | undefined)?.[dimension]));
    return level(b) < level(a);
  });

const KEPT = ["redactions", "modifications", "alerts"] as const;

const ASPECTS: readonly Aspect[] = [
  {
    name: "effect",
    same: (a, b) => a.effect === b.effect,
    looser: (a, b) => rank(b) < rank(a),
    tighter: (a, b) => rank(b) > rank(a),
  },
  {
    name: "approval",
    same: (a, b) => equal(askOf(a), askOf(b)),
    looser: asksLess,
    tighter: (a, b) => asksLess(b, a),
  },
  {
    name: "sandbox",
    same: (a, b) => equal(a.sandbox?.required, b.sandbox?.required),
    looser: (a, b) => b.effect === a.effect && requiresLess(a, b),
    tighter: (a, b) => b.effect === a.effect && requiresLess(b, a),
  },
  {
    // A denial that ends the session, or that may be escalated, is another denial.
    name: "outcome",
    same: (a, b) => a.outcome === b.outcome && equal(a.escalatable, b.escalatable),
    looser: (a, b) => (a.terminate && !b.terminate) || (a.effect === "deny" && !a.escalatable && !!b.escalatable),
    tighter: (a, b) => (b.terminate && !a.terminate) || (b.effect === "deny" && !b.escalatable && !!a.escalatable),
  },
  ...KEPT.map(
    (name): Aspect => ({
      name,
      same: (a, b) => equal(a[name], b[name]),
      looser: () => false,
      tighter: () => false,
    }),
  ),
];

const askOf = ({ ask }: Verdict) =>
  ask && { requirements: ask.requirements, expiresMs: ask.expiresMs, separation: ask.separation, chain: ask.chain };

/**
 * What becomes of an action when `after` takes the place of `before`. Another rule or reason for the same decision is the
 * same; anything that is looser anywhere counts as loosened, whatever else is stricter.
 */
export function compareVerdicts(before: Verdict, after: Verdict): Comparison {
  const differing = ASPECTS.filter(({ same }) => !same(before, after));
  const what = differing.map(({ name }) => name);
  const effect = rank(after) - rank(before);
  if (effect !== 0) return { change: effect < 0 ? "loosened" : "tightened", what };
  if (differing.some(({ looser }) => looser(before, after))) return { change: "loosened", what };
  if (differing.some(({ tighter }) => tighter(before, after))) return { change: "tightened", what };
  return { change: what.length > 0 ? "changed" : "same", what };
}
