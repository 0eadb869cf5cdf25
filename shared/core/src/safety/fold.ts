// fold.ts — the only place where findings change a verdict, and only ever towards deny

import type { Finding, Risk, RiskContribution } from "@holdpoint/wire/decision.ts";
import { strongestOutcome } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { joinAsks, plainAsk } from "../escalation/ask.ts";

/** Points per distinct code of a finding; a contribution is named `checker:<code>`. */
const POINTS = { info: 0, warn: 15, block: 40 } as const;

const same = (a: Finding, b: Finding): boolean =>
  a.checker === b.checker && a.code === b.code && a.severity === b.severity && a.at === b.at && a.note === b.note;

const merged = (known: readonly Finding[], more: readonly Finding[]): Finding[] => [
  ...known,
  ...more.filter(
    (each, index) => !known.some((one) => same(one, each)) && more.findIndex((one) => same(one, each)) === index,
  ),
];

/** 0–100: the sum of named contributions, each code once. */
function riskier(risk: Risk, findings: readonly Finding[]): Risk {
  const contributions: RiskContribution[] = [...risk.contributions];
  for (const { code, severity } of findings) {
    const name = `checker:${code}`;
    if (POINTS[severity] > 0 && !contributions.some((known) => known.code === name)) {
      contributions.push({ code: name, points: POINTS[severity] });
    }
  }
  const sum = contributions.reduce((total, { points }) => total + points, 0);
  return { score: Math.max(risk.score, Math.min(100, Math.round(sum))), contributions };
}

function denied(verdict: Verdict, blocks: readonly Finding[]): Verdict {
  const first = blocks[0] as Finding;
  const { ask: _ask, escalatable, ...rest } = verdict;
  const wasDenied = verdict.effect === "deny";
  // A deny stays escalatable only while everything that denies is.
  const mayEscalate = blocks.every((block) => block.escalatable === true) && (!wasDenied || escalatable !== undefined);
  return {
    ...rest,
    effect: "deny",
    outcome: strongestOutcome(verdict.outcome, "deny"),
    reason: wasDenied ? verdict.reason : `${first.checker}: ${first.note}`,
    ...(mayEscalate && { escalatable: escalatable ?? { role: "approver", quorum: 1 } }),
  };
}

function asked(verdict: Verdict, blocks: readonly Finding[]): Verdict {
  if (verdict.effect === "deny") return verdict;
  const asks = blocks.map((block) => plainAsk(`checker:${block.checker}`, `escalated: ${block.note}`));
  const ask = (verdict.ask ? [verdict.ask, ...asks] : asks).reduce(joinAsks);
  return {
    ...verdict,
    effect: "ask",
    outcome: strongestOutcome(verdict.outcome, "require_approval"),
    reason:
      verdict.effect === "ask" ? verdict.reason : `${(blocks[0] as Finding).checker}: ${(blocks[0] as Finding).note}`,
    ask,
  };
}

/** Nobody escalates what may simply run: a sandbox refused it, or policy has changed since. A person was asked for, so one is asked. */
const askedAfterAll = (verdict: Verdict): Verdict => ({
  ...verdict,
  effect: "ask",
  outcome: strongestOutcome(verdict.outcome, "require_approval"),
  reason: `escalated: ${verdict.reason}`,
  ask: plainAsk("holdpoint:escalated", "escalated"),
});

/**
 * Tightens a verdict by findings: `block` denies, `warn` raises risk, `info` is only kept. On an escalated action
 * a block that its checker's configuration calls escalatable asks instead (rulings §B11).
 */
export function fold(verdict: Verdict, findings: readonly Finding[], options: { escalated?: boolean } = {}): Verdict {
  const next: Verdict = {
    ...verdict,
    findings: merged(verdict.findings, findings),
    risk: riskier(verdict.risk, findings),
  };
  const blocks = findings.filter(({ severity }) => severity === "block");
  const hard = blocks.filter((block) => !(options.escalated === true && block.escalatable === true));
  if (hard.length > 0) return denied(next, hard);
  if (blocks.length > 0) return asked(next, blocks);
  if (options.escalated === true && next.effect === "allow") return askedAfterAll(next);
  return next;
}
