// evaluate.ts — the judgement by rules: an effect per atom, the strictest over the atoms (rulings §B). The only file that
// turns something into an allow

import type { Action } from "@holdpoint/wire/action.ts";
import type { Atom, Facts } from "@holdpoint/wire/facts.ts";
import { type Effect, strictest } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import type { CompiledDocument, CompiledRule, PolicySet } from "./compiled.ts";
import { conclude } from "./conclude.ts";
import { countedOf } from "./criteria/counts.ts";
import { featuresOf, type History, type View, viewOf } from "./criteria/view.ts";
import { atomsOf, holds, met } from "./holds.ts";
import { type AtomJudgement, type Hit, ruleEffect } from "./judgement.ts";
import { scoreRisk } from "./risk.ts";
import { candidates } from "./rule-index.ts";

/**
 * Judges an action by a compiled set. Pure: the same set, action, facts and history give the same verdict. A criterion on
 * history is unknown without one, which denies and asks (rulings §A2); with one, the verdict says what it asked.
 */
export function evaluate(set: PolicySet, action: Action, facts: Facts, history?: History): Verdict {
  const risk = scoreRisk(action, facts);
  const view = viewOf(action, facts, risk.score, history);
  const atoms = atomsOf(facts).map((atom) => judgeAtom(set, view, atom));
  const verdict = conclude(set, view, atoms, risk);
  if (history && set.counters.length > 0) verdict.counts = { asks: view.asked, of: countedOf(set.counters, action) };
  return verdict;
}

function judgeAtom(set: PolicySet, view: View, atom: Atom): AtomJudgement {
  const hits: Hit[] = [];
  const features = featuresOf(view, atom);
  for (const rules of candidates(set.index, view, atom)) {
    for (const rule of rules) {
      // Most rules are told by their bits: they are tried no further.
      const { needs, bars } = rule.checks;
      if ((features & needs) === needs && (features & bars) === 0) tryRule(rule, view, atom, hits);
    }
  }
  const kept = set.hasFirstMatch ? firstMatches(hits) : hits;
  let effect: Effect | undefined;
  for (const { rule } of kept) effect = stricter(effect, ruleEffect(rule, view));
  // Rules about what nothing else speaks of stand where the default stands, with a name and a reason.
  if (effect === undefined && set.uncovered.length > 0) {
    for (const rule of set.uncovered) {
      const before = kept.length;
      tryRule(rule, view, atom, kept);
      if (kept.length > before) effect = stricter(effect, ruleEffect(rule, view));
    }
  }
  return { effect: effect ?? defaultEffect(set, view, atom), hits: kept };
}

/** A rule that fails counts on the strict side: a failing allow allows nothing, any other one counts as matched. */
function tryRule(rule: CompiledRule, view: View, atom: Atom, hits: Hit[]): void {
  for (const hit of hits) if (hit.rule === rule) return;
  try {
    if (holds(rule, view, atom)) hits.push({ rule, note: undefined });
  } catch (error) {
    const note = `failed: ${error instanceof Error ? error.message : String(error)}`;
    if (rule.effect !== "allow") hits.push({ rule, note });
  }
}

const stricter = (a: Effect | undefined, b: Effect | undefined): Effect | undefined =>
  a === undefined ? b : b === undefined ? a : strictest(a, b);

/** In a first-match document only the first rule with an effect counts; rules that merely oblige do not end the search. */
function firstMatches(hits: readonly Hit[]): Hit[] {
  const first = new Map<CompiledDocument, CompiledRule>();
  for (const { rule } of hits) {
    if (!rule.document.firstMatch || obliges(rule)) continue;
    const best = first.get(rule.document);
    if (!best || rule.order < best.order) first.set(rule.document, rule);
  }
  return hits.filter(({ rule }) => !rule.document.firstMatch || obliges(rule) || first.get(rule.document) === rule);
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
