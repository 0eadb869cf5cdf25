// rejudge.ts — what is allowed when it is asked for need not be when it is claimed: judged again with the set now active

import { judge } from "@holdpoint/core/decide.ts";
import { basisOf } from "@holdpoint/core/escalation/basis.ts";
import { ballotsFrom } from "@holdpoint/core/escalation/counting.ts";
import { tally } from "@holdpoint/core/escalation/tally.ts";
import { deriveFacts } from "@holdpoint/core/facts/derive.ts";
import type { PolicySet } from "@holdpoint/core/rules/compile.ts";
import { countedOf } from "@holdpoint/core/rules/criteria/counts.ts";
import type { History } from "@holdpoint/core/rules/criteria/view.ts";
import { checkersVersion } from "@holdpoint/core/safety/checker.ts";
import { findWith } from "@holdpoint/engine/check.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import type { Bindings } from "@holdpoint/wire/action.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import type { Gateway } from "./parts.ts";
import { votesOn } from "./voters.ts";

export interface Judged {
  verdict: Verdict;
  facts: Facts;
  findings: Finding[];
}

/** Same set, same checkers, and not older than ten minutes (rulings §C2). */
function reusable({ clock, checkers }: Gateway, row: ActionRow, set: PolicySet): boolean {
  const ageMs = row.findingsAt === undefined ? Number.POSITIVE_INFINITY : clock.now() - row.findingsAt.getTime();
  return (
    ageMs <= limits.verdictReuseMs &&
    row.verdict?.policyDigest === set.digest &&
    row.verdict.checkers === checkersVersion(checkers)
  );
}

/**
 * @param resolved where an executor found that paths really lead; they are judged like the paths themselves, so a
 * symlink into a forbidden place is a denial and not a detail
 */
export async function rejudge(
  gateway: Gateway,
  row: ActionRow,
  set: PolicySet,
  resolved?: Bindings["resolvedPaths"],
): Promise<Judged> {
  const action = resolved
    ? { ...row.action, bindings: { ...row.action.bindings, resolvedPaths: resolved } }
    : row.action;
  const facts = !resolved && row.facts ? row.facts : deriveFacts(action);
  const findings =
    !resolved && row.findings && reusable(gateway, row, set)
      ? row.findings
      : await findWith(gateway.checkers, action, facts);
  const history: History = {
    approval: row.state === "approved" ? "approved" : "none",
    ...(set.counters.length > 0 && {
      counts: await gateway.store.actions.countedBefore(action.tenant, action.id, countedOf(set.counters, action)),
    }),
  };
  return { verdict: judge(set, action, facts, findings, history), facts, findings };
}

export type Standing = "go" | "denied" | "held" | "revoked";

/** What a fresh verdict makes of an action that was allowed or approved under an older one (rulings §C1). */
export async function standing(gateway: Gateway, row: ActionRow, verdict: Verdict): Promise<Standing> {
  const { effect, ask } = verdict;
  if (effect === "deny") return "denied";
  // The table knows no way from allowed to held: it has to be asked for anew, and then waits for people.
  if (row.state !== "approved") return effect === "allow" ? "go" : "denied";
  const { given, counting } = await votesOn(gateway, row);
  // Who approved must still be someone who may, even where policy by now would not have asked.
  const asked = ask?.requirements ?? row.decision?.approval?.requirements ?? [];
  // Votes were given for an outcome: where policy by now says something else, they were not given for this.
  if (
    ask !== undefined &&
    row.verdict !== undefined &&
    basisOf(row.action, row.verdict) !== basisOf(row.action, verdict)
  )
    return "held";
  if (tally(asked, ballotsFrom(counting)).state === "approved") return "go";
  return tally(asked, ballotsFrom(given)).state === "approved" ? "revoked" : "held";
}
