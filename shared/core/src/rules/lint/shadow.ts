// shadow.ts — rules that another rule makes idle: stricter wherever they hold, or first in a first-match document

import { finding, type LintedRule, type LintFinding } from "./finding.ts";
import { holdsWherever, sameCalls } from "./implies.ts";

const STRICTNESS: Readonly<Record<string, number>> = { allow: 0, require_approval: 1, deny: 2, terminate: 2 };
const strictness = ({ compiled }: LintedRule): number | undefined => STRICTNESS[compiled.effect];

/** What a rule brings beside its effect counts even where a stricter one decides. */
const bringsMore = ({ compiled }: LintedRule): boolean =>
  compiled.effect !== "allow" && (compiled.obligations !== undefined || compiled.holdsRun);

/** A deny that may be escalated turns into a question, beside which others count again. */
const staysAsItIs = ({ compiled }: LintedRule): boolean => !compiled.escalatable && !compiled.uncovered;

/** Where both hold `over` decides, and never less strictly: there, nothing is decided differently without `under`. */
export function outranks(over: LintedRule, under: LintedRule): boolean {
  if (over.compiled.document.firstMatch || under.compiled.document.firstMatch)
    return over.compiled.document === under.compiled.document && over.order < under.order && !over.compiled.uncovered;
  const [a, b] = [strictness(over), strictness(under)];
  return a !== undefined && b !== undefined && a > b && staysAsItIs(over) && !bringsMore(under);
}
const shadows = (over: LintedRule, under: LintedRule): boolean => outranks(over, under) && holdsWherever(under, over);

/** Equal words and nothing else that could differ: either may go, only the name in the decision changes. */
function repeats(first: LintedRule, second: LintedRule): boolean {
  const { id: _a, reason: _b, description: _c, match: _d, notMatch: _e, hint: _f, ...one } = first.written;
  const { id: _g, reason: _h, description: _i, match: _j, notMatch: _k, hint: _l, ...other } = second.written;
  return (
    first.scope === second.scope &&
    first.draft.reading === second.draft.reading &&
    !first.compiled.document.firstMatch &&
    !second.compiled.document.firstMatch &&
    JSON.stringify(one) === JSON.stringify(other)
  );
}

/** Two effects for the very same calls: one of them was not meant. */
const contradicts = (over: LintedRule, under: LintedRule): boolean =>
  over.compiled.effect !== under.compiled.effect && holdsWherever(under, over) && sameCalls(over, under);

const named = ({ id, file }: LintedRule, beside: LintedRule): string =>
  file === beside.file ? `\`${id}\`` : `\`${id}\` of ${file}`;

export function idleRules(rules: readonly LintedRule[]): LintFinding[] {
  const findings: LintFinding[] = [];
  for (const under of rules) {
    if (strictness(under) === undefined) continue;
    const over = rules.find((other) => other !== under && strictness(other) !== undefined && shadows(other, under));
    if (over) {
      const both = contradicts(over, under);
      findings.push(
        both
          ? finding(
              under,
              "contradictory",
              "error",
              `names the same calls as ${named(over, under)}, which decides otherwise (${over.compiled.effect}); this one never counts`,
              "keep the one that was meant",
            )
          : finding(
              under,
              "shadowed",
              "warning",
              `never decides: wherever it holds, ${named(over, under)} does too, and ${over.compiled.document.firstMatch ? "comes first" : "is stricter"}`,
              "remove it, or make the other one narrower",
            ),
      );
      continue;
    }
    const twin = rules.find((other) => rules.indexOf(other) < rules.indexOf(under) && repeats(other, under));
    if (twin)
      findings.push(
        finding(under, "redundant", "info", `says the same as ${named(twin, under)}`, "remove one of the two"),
      );
  }
  return findings;
}
