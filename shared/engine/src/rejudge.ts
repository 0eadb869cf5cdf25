// rejudge.ts — what is allowed or asked for need not be so under the set now active: a stored action judged again by it

import { judge } from "@holdpoint/core/decide.ts";
import { deriveFacts, factsUnder } from "@holdpoint/core/facts/derive.ts";
import { redactJudgement } from "@holdpoint/core/redact/judgement.ts";
import type { PolicySet } from "@holdpoint/core/rules/compile.ts";
import { countedOf } from "@holdpoint/core/rules/criteria/counts.ts";
import type { History } from "@holdpoint/core/rules/criteria/view.ts";
import { checkersVersion } from "@holdpoint/core/safety/checker.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import type { Bindings } from "@holdpoint/wire/action.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { findWith } from "./check.ts";
import type { Engine } from "./deps.ts";

/** What judging again needs of the engine. */
export type RejudgeDeps = Pick<Engine, "clock" | "checkers"> & {
  store: {
    actions: Pick<Engine["store"]["actions"], "countedBefore">;
    tenants: Pick<Engine["store"]["tenants"], "redactionKey">;
  };
};

export interface Judged {
  verdict: Verdict;
  facts: Facts;
  findings: Finding[];
}

/** Same set, same checkers, and not older than ten minutes (rulings §C2). */
function reusable({ clock, checkers }: RejudgeDeps, row: ActionRow, set: PolicySet): boolean {
  const ageMs = row.findingsAt === undefined ? Number.POSITIVE_INFINITY : clock.now() - row.findingsAt.getTime();
  return (
    ageMs <= limits.verdictReuseMs &&
    row.verdict?.policyDigest === set.digest &&
    row.verdict.checkers === checkersVersion(checkers)
  );
}

/**
 * As what is stored of the first judgement, it comes without the secrets of the action, so that the two can be compared.
 * @param resolved where an executor found that paths really lead; they are judged like the paths themselves, so a
 * symlink into a forbidden place is a denial and not a detail
 */
export async function rejudge(
  deps: RejudgeDeps,
  row: ActionRow,
  set: PolicySet,
  resolved?: Bindings["resolvedPaths"],
): Promise<Judged> {
  const action = resolved
    ? { ...row.action, bindings: { ...row.action.bindings, resolvedPaths: resolved } }
    : row.action;
  const facts = !resolved && row.facts ? factsUnder(set.tools, action, row.facts) : deriveFacts(action, set.tools);
  const findings =
    facts === row.facts && row.findings && reusable(deps, row, set)
      ? row.findings
      : await findWith(deps.checkers, action, facts);
  const history: History = {
    approval: row.state === "approved" ? "approved" : "none",
    ...(set.counters.length > 0 && {
      counts: await deps.store.actions.countedBefore(action.tenant, action.id, countedOf(set.counters, action)),
    }),
  };
  const verdict = judge(set, action, facts, findings, history);
  const redactionKey = await deps.store.tenants.redactionKey(action.tenant);
  return { facts, ...redactJudgement({ verdict, findings }, action, facts, redactionKey) };
}
