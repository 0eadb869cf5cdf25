// lint.ts — what is wrong with policies that compile: rules that never count, that allow too much, that nobody can understand

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { compileSet } from "../compile.ts";
import type { PolicySet } from "../compiled.ts";
import { draftSources } from "../drafted.ts";
import { broadAllows } from "./broad.ts";
import { finding, type LintedRule, type LintFinding, SEVERITIES } from "./finding.ts";
import { neverMatching } from "./never.ts";
import { perhapsIdle } from "./perhaps.ts";
import { idleRules } from "./shadow.ts";

/** Findings by file and line. Throws `policy_invalid` where a source does not compile. */
export function lintPolicies(sources: readonly PolicySource[]): LintFinding[] {
  const set = compileSet(sources);
  const rules = lintedRules(set, sources);
  const surelyIdle = [...idleRules(rules), ...rules.flatMap(neverMatching)];
  const isSure = ({ rule, file }: LintFinding) => surelyIdle.some((one) => one.rule === rule && one.file === file);
  const findings = [
    ...surelyIdle,
    ...perhapsIdle(set, rules).filter((one) => !isSure(one)),
    ...rules.flatMap((rule) => broadAllows(set, rule)),
    ...sameIds(rules),
    ...rules.flatMap(unexplained),
  ];
  return findings.sort(
    (a, b) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
      a.line - b.line ||
      a.column - b.column ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
}

/** Every live rule that somebody wrote; what is in shadow decides nothing and is looked at when it is to decide. */
export function lintedRules(set: PolicySet, sources: readonly PolicySource[]): LintedRule[] {
  return draftSources(
    sources.filter(({ shadow }) => shadow !== true),
    [],
  ).flatMap(({ source, draft }) => {
    const { scope = "global", selector, rules = [] } = draft.document;
    const compiled = set.rules.filter(({ document }) => document.name === source.name);
    return compiled.flatMap((one): LintedRule[] => {
      const written = rules[one.order];
      const at = { id: one.id, file: source.name, compiled: one, draft, order: one.order };
      return written ? [{ ...at, written, scope: JSON.stringify([scope, selector]) }] : [];
    });
  });
}

/** Decisions name a rule by its id; the document is the only other thing that tells two apart. */
function sameIds(rules: readonly LintedRule[]): LintFinding[] {
  const first = new Map<string, LintedRule>();
  return rules.flatMap((rule) => {
    const before = first.get(rule.id);
    if (!before) first.set(rule.id, rule);
    if (!before || rule.written.id === undefined || !speaksOurWords(rule)) return [];
    const message = `has the id of a rule of ${before.file}`;
    return [finding(rule, "duplicate-id", "warning", message, "give it a name of its own", ["id"])];
  });
}

/** Other dialects have no words for reasons and examples, and rules made of an overlay's keys have theirs from us. */
const speaksOurWords = ({ compiled, draft, order }: LintedRule): boolean =>
  compiled.document.dialect.startsWith("native-") ||
  compiled.document.dialect === "row" ||
  (compiled.document.dialect === "overlay" && order < (draft.ownRules ?? 0));

function unexplained(rule: LintedRule): LintFinding[] {
  if (!speaksOurWords(rule)) return [];
  const { reason, description, match = [], notMatch = [], effect } = rule.written;
  const findings: LintFinding[] = [];
  if (reason === undefined && description === undefined)
    findings.push(
      finding(
        rule,
        "no-reason",
        effect === "allow" ? "info" : "warning",
        "gives no reason",
        "say why in `reason`: people read it on the card, and in the decision",
      ),
    );
  if (match.length === 0 || notMatch.length === 0)
    findings.push(
      finding(
        rule,
        "no-examples",
        "info",
        `has no \`${match.length === 0 ? "match" : "notMatch"}\` example`,
        "give one of each: they are tried whenever the document loads",
      ),
    );
  return findings;
}
