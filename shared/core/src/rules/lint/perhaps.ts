// perhaps.ts — rules that other rules may make idle: not provable from their words, but no call that was tried shows otherwise
//
// The words of two rules rarely say which calls both hold for; calls do. A rule is named here where it decided none of
// the calls that it is about. One `match` example that it decides takes the finding away.

import { deriveFacts } from "../../facts/derive.ts";
import type { PolicySet } from "../compiled.ts";
import { viewOf } from "../criteria/view.ts";
import { exampleAction } from "../examples.ts";
import { atomsOf, holds } from "../holds.ts";
import { scoreRisk } from "../risk.ts";
import type { Example, When } from "../schema.ts";
import { finding, type LintedRule, type LintFinding } from "./finding.ts";
import { outranks } from "./shadow.ts";
import { callsFor } from "./tried-calls.ts";

/** What the call itself says. A rule about anything else may be silent in other surroundings. */
const OF_THE_CALL: readonly (keyof When)[] = [
  ...(["tool", "kind", "commands", "program", "words", "startsWith", "written", "args", "argsJson"] as const),
  ...(["argsMatch", "paths", "hosts", "zones", "uploads", "databases", "class", "runsCode", "redirects"] as const),
];
const aboutTheCall = (when: When = {}): boolean =>
  Object.entries(when).every(([key, value]) => value === undefined || OF_THE_CALL.includes(key as keyof When));
const alwaysThere = ({ written, scope, compiled }: LintedRule): boolean =>
  aboutTheCall(written.when) && aboutTheCall(written.unless) && scope === '["global",null]' && !compiled.uncovered;

/** The rules that decide this call in its place; `itself` where one of its commands is its own; `unmet` where it does not hold. */
function decidedBy(under: LintedRule, overs: readonly LintedRule[], example: Example, set: PolicySet) {
  const action = exampleAction(example);
  const facts = deriveFacts(action, set.tools);
  const view = viewOf(action, facts, scoreRisk(action, facts).score);
  const met = atomsOf(facts).filter((atom) => holds(under.compiled, view, atom));
  if (met.length === 0) return "unmet";
  const by = met.flatMap((atom) => overs.find((over) => holds(over.compiled, view, atom)) ?? []);
  return by.length < met.length ? "itself" : by;
}

export function perhapsIdle(set: PolicySet, rules: readonly LintedRule[]): LintFinding[] {
  const standing = rules.filter(alwaysThere);
  return rules.flatMap((under): LintFinding[] => {
    const overs = standing.filter((over) => over !== under && outranks(over, under));
    if (overs.length === 0) return [];
    const by = new Set<LintedRule>();
    const tried: Example[] = [];
    for (const call of callsFor(under.written)) {
      const deciding = decidedBy(under, overs, call, set);
      if (deciding === "itself") return [];
      if (deciding === "unmet") continue;
      tried.push(call);
      for (const one of deciding) by.add(one);
    }
    return tried.length === 0 ? [] : [said(under, [...by], tried)];
  });
}

const NAMES_MAX = 3;

function said(under: LintedRule, by: readonly LintedRule[], tried: readonly Example[]): LintFinding {
  const names = by
    .slice(0, NAMES_MAX)
    .map(({ id, file }) => (file === under.file ? `\`${id}\`` : `\`${id}\` of ${file}`));
  if (by.length > NAMES_MAX) names.push(`${by.length - NAMES_MAX} more`);
  const [first = ""] = tried;
  const call = `\`${typeof first === "string" ? first : JSON.stringify(first)}\``;
  const what = tried.length === 1 ? call : `all ${tried.length} calls that were tried for it, ${call} among them`;
  return finding(
    under,
    "may-be-shadowed",
    // Its author said what it is for, and it decides none of that.
    under.written.match?.length ? "warning" : "info",
    `may be shadowed: ${names.join(", ")} decide${by.length === 1 ? "s" : ""} ${what}`,
    "make the other one narrower, give it a `match` example that it decides itself, or remove it",
  );
}
