// evaluate.ts — the judgement by rules: an effect per atom, the strictest over the atoms (rulings §B). The only file that
// turns something into an allow

import type { Action } from "@holdpoint/wire/action.ts";
import type { Atom, Facts } from "@holdpoint/wire/facts.ts";
import { type Effect, strictest } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import type { CompiledDocument, CompiledRule, Opened, PolicySet } from "./compiled.ts";
import { conclude } from "./conclude.ts";
import { countedOf } from "./criteria/counts.ts";
import { featuresOf, type History, type View, viewOf } from "./criteria/view.ts";
import { atomsOf, holds, met } from "./holds.ts";
import { type AtomJudgement, ruleEffect } from "./judgement.ts";
import { scoreRisk } from "./risk.ts";
import { candidates } from "./rule-index.ts";

/**
 * Judges an action by a compiled set. Pure: the same set, action, facts and history give the same verdict. A criterion on
 * history is unknown without one, which denies and asks (rulings §A2); with one, the verdict says what it asked.
 */
export function evaluate(set: PolicySet, action: Action, facts: Facts, history?: History): Verdict {
  const risk = scoreRisk(action, facts);
  const view = viewOf(action, facts, risk.score, history);
  const opened: Opened = { buckets: [], count: 0 };
  const atoms = atomsOf(facts).map((atom) => judgeAtom(set, view, atom, opened));
  const verdict = conclude(set, view, atoms, risk);
  if (history && set.counters.length > 0) verdict.counts = { asks: view.asked, of: countedOf(set.counters, action) };
  return verdict;
}

function judgeAtom(set: PolicySet, view: View, atom: Atom, opened: Opened): AtomJudgement {
  const judged: AtomJudgement = { effect: "deny", rules: [], notes: undefined };
  const features = featuresOf(view, atom);
  candidates(set.index, view, atom, opened);
  const { buckets, count } = opened;
  for (let at = 0; at < count; at += 1) {
    for (const rule of buckets[at] ?? []) {
      // Most rules are told by their bits: they are tried no further.
      const { needs, bars } = rule.checks;
      if ((features & needs) === needs && (features & bars) === 0) tryRule(rule, view, atom, judged);
    }
  }
  if (set.hasFirstMatch) judged.rules = firstMatches(judged.rules);
  const { rules } = judged;
  let effect: Effect | undefined;
  for (const rule of rules) effect = stricter(effect, ruleEffect(rule, view));
  // Rules about what nothing else speaks of stand where the default stands, with a name and a reason.
  if (effect === undefined && set.uncovered.length > 0) {
    for (const rule of set.uncovered) {
      const before = rules.length;
      tryRule(rule, view, atom, judged);
      if (rules.length > before) effect = stricter(effect, ruleEffect(rule, view));
    }
  }
  judged.effect = effect ?? defaultEffect(set, view, atom);
  return judged;
}

/** A rule that fails counts on the strict side: a failing allow allows nothing, any other one counts as matched. */
function tryRule(rule: CompiledRule, view: View, atom: Atom, judged: AtomJudgement): void {
  const { rules } = judged;
  if (rules.includes(rule)) return;
  try {
    if (holds(rule, view, atom)) rules.push(rule);
  } catch (error) {
    if (rule.effect !== "allow") countFailed(rule, error, judged);
  }
}

function countFailed(rule: CompiledRule, error: unknown, judged: AtomJudgement): void {
  judged.rules.push(rule);
  judged.notes ??= new Map();
  judged.notes.set(rule, `failed: ${error instanceof Error ? error.message : String(error)}`);
}

const stricter = (a: Effect | undefined, b: Effect | undefined): Effect | undefined =>
  a === undefined ? b : b === undefined ? a : strictest(a, b);

/** In a first-match document only the first rule with an effect counts; rules that merely oblige do not end the search. */
function firstMatches(rules: readonly CompiledRule[]): CompiledRule[] {
  const first = new Map<CompiledDocument, CompiledRule>();
  for (const rule of rules) {
    if (!rule.document.firstMatch || obliges(rule)) continue;
    const best = first.get(rule.document);
    if (!best || rule.order < best.order) first.set(rule.document, rule);
  }
  return rules.filter((rule) => !rule.document.firstMatch || obliges(rule) || first.get(rule.document) === rule);
}

const obliges = (rule: CompiledRule): boolean =>
  rule.effect === "redact" || rule.effect === "modify" || rule.effect === "alert";

/** Of several documents the strictest default counts; without any it is deny. */
function defaultEffect(set: PolicySet, view: View, atom: Atom): Effect {
  let effect: Effect | undefined;
  for (const document of set.defaults)
    if (met(document.applies, view, atom)) effect = stricter(effect, document.default);
  return effect ?? "deny";
}
