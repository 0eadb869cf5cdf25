// run-case.ts — one golden case against a policy set: nothing when it is as wanted, else what differs, word by word

import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { decide } from "../decide.ts";
import type { PolicySet } from "../rules/compiled.ts";
import { within } from "../rules/criteria/counts.ts";
import { exampleAction } from "../rules/examples.ts";
import type { GoldenCase, Want } from "./case-file.ts";

export interface Difference {
  word: string;
  want: string;
  got: string;
}
export interface CaseResult {
  differences: Difference[];
  verdict: Verdict;
}

/** Everything that a case says of its surroundings counts as attested; safety checkers run as they do in `check`. */
export function runCase(set: PolicySet, { example, want }: GoldenCase): CaseResult {
  const { verdict } = decide(set, exampleAction(example));
  return { verdict, differences: differencesOf(want, verdict) };
}

const listOf = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function differencesOf(want: Want, verdict: Verdict): Difference[] {
  const differences: Difference[] = [];
  const expect = (word: string, wanted: string | undefined, got: string, same = wanted === got) => {
    if (wanted !== undefined && !same) differences.push({ word, want: wanted, got });
  };
  const effect = want.effect === "require_approval" || want.effect === "ask_user" ? "ask" : want.effect;
  expect("effect", effect, verdict.effect);
  expect("outcome", want.outcome, verdict.outcome);
  const ids = verdict.rules.map(({ id }) => id);
  for (const rule of listOf(want.rule)) expect("rule", rule, ids.join(", ") || "no rule", ids.includes(rule));
  expect("reason", want.reason, verdict.reason, verdict.reason.includes(want.reason ?? ""));
  if (want.risk !== undefined) {
    const bounds = typeof want.risk === "number" ? { gte: want.risk, lte: want.risk } : want.risk;
    const said = typeof want.risk === "number" ? String(want.risk) : JSON.stringify(want.risk);
    expect("risk", said, String(verdict.risk.score), within(verdict.risk.score, bounds));
  }
  const asked = verdict.ask?.requirements ?? [];
  const shown = asked.map(({ role, quorum }) => `${quorum} × ${role}`).join(", ") || "nobody";
  expect(
    "role",
    want.role,
    shown,
    asked.some(({ role }) => role === want.role),
  );
  const most = Math.max(0, ...asked.map(({ quorum }) => quorum));
  expect("quorum", want.quorum?.toString(), String(most));
  expect("sandbox", want.sandbox, verdict.sandbox?.recommended ?? "none");
  const codes = verdict.findings.map(({ code }) => code);
  for (const code of listOf(want.finding)) expect("finding", code, codes.join(", ") || "none", codes.includes(code));
  return differences;
}
