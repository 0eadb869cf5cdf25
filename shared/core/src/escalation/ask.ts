// ask.ts — several asks become one: every role and quorum, the earliest expiry (rulings §B9)

import type { ApprovalAsk } from "@holdpoint/wire/approval.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { joinChains } from "./chain.ts";

/** What a bare `require_approval` means: role `approver`, one vote, one hour, and not by whoever asked. */
export const plainAsk = (rule: string, reason: string): ApprovalAsk => ({
  requirements: [{ role: "approver", quorum: 1 }],
  expiresMs: limits.approvalTtlMs,
  separation: true,
  chain: [],
  because: [{ rule, reason }],
});

type Requirements = ApprovalAsk["requirements"];

/** Each role once, with the highest quorum that anyone asked of it: that meets every one of them. */
function joinRequirements(a: Requirements, b: Requirements): Requirements {
  const joined: Requirements = a.map((each) => ({ ...each }));
  for (const { role, quorum } of b) {
    const known = joined.find((each) => each.role === role);
    if (known === undefined) joined.push({ role, quorum });
    else known.quorum = Math.max(known.quorum, quorum);
  }
  return joined;
}

const joinLists = <T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): T[] => [
  ...a,
  ...b.filter((each) => !a.some((known) => same(known, each))),
];

const highest = (requirements: Requirements): number => Math.max(...requirements.map(({ quorum }) => quorum));

/** The conjunction of two asks. Never easier to satisfy than either of them. */
export function joinAsks(a: ApprovalAsk, b: ApprovalAsk): ApprovalAsk {
  const requirements = joinRequirements(a.requirements, b.requirements);
  const chains = [a, b].map((each) => ({ quorum: highest(each.requirements), chain: each.chain }));
  return {
    requirements,
    expiresMs: Math.min(a.expiresMs, b.expiresMs),
    separation: a.separation || b.separation,
    chain: joinChains(chains, requirements.length),
    because: joinLists(a.because, b.because, (x, y) => x.rule === y.rule && x.reason === y.reason),
  };
}
