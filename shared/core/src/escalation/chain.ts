// chain.ts — who is called next, and what their yes is worth where several rules ask at once

import type { ChainStep } from "@holdpoint/wire/approval.ts";

/** What one rule asks for. `quorum`: of the role that it asks. */
export interface ChainOf {
  quorum: number;
  chain: readonly ChainStep[];
}

const equal = (a: ChainStep, b: ChainStep): boolean => a.role === b.role && a.afterMs === b.afterMs;
const byTime = (a: ChainStep, b: ChainStep): number =>
  a.afterMs - b.afterMs || (a.role < b.role ? -1 : a.role > b.role ? 1 : 0);

/** How many of the role every rule wants, once that long has passed; undefined where one of them does not call it. */
function worth({ role, afterMs }: ChainStep, asks: readonly ChainOf[]): ChainOf["quorum"][] | undefined {
  const found: number[] = [];
  for (const { quorum, chain } of asks) {
    const known = chain.filter((each) => each.role === role && each.afterMs <= afterMs && each.vetoOnly !== true);
    if (known.length === 0) return undefined;
    found.push(...known.map((each) => each.quorum ?? quorum));
  }
  return found;
}

/**
 * Every step of every chain, each once and in order. A step that not every rule calls by then may still say no; its yes
 * would be one that some rule never asked for. Where rules want different numbers of people, the highest counts.
 * @param rolesAsked how many roles the rules ask together: where it is more than one, nobody knows in whose place a step
 * would say yes, so that it may say no only
 */
export function joinChains(asks: readonly ChainOf[], rolesAsked: number): ChainStep[] {
  const steps = asks.flatMap(({ chain }) => chain);
  const once = steps.filter((step, at) => steps.findIndex((each) => equal(each, step)) === at);
  return once.sort(byTime).map(({ role, afterMs }): ChainStep => {
    const wanted = rolesAsked > 1 ? undefined : worth({ role, afterMs }, asks);
    if (wanted === undefined) return { role, afterMs, vetoOnly: true };
    const own = steps.some((each) => each.role === role && each.afterMs <= afterMs && each.quorum !== undefined);
    return own ? { role, afterMs, quorum: Math.max(...wanted) } : { role, afterMs };
  });
}
