// conclude.ts — from the atoms' judgements to one verdict: which rules decided, why, and what they oblige to

import type { ApprovalAsk } from "@holdpoint/wire/approval.ts";
import type { DecidingRule, Risk } from "@holdpoint/wire/decision.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { type Effect, type Outcome, strictest, strongestOutcome } from "@holdpoint/wire/scalars.ts";
import type { TraceEntry, Verdict } from "@holdpoint/wire/verdict.ts";
import { joinChains } from "../escalation/chain.ts";
import type { CompiledRule, PolicySet } from "./compiled.ts";
import type { View } from "./criteria/view.ts";
import { atomsOf } from "./holds.ts";
import { type AtomJudgement, ruleEffect } from "./judgement.ts";
import { oblige } from "./obligations.ts";

export function conclude(set: PolicySet, view: View, atoms: readonly AtomJudgement[], risk: Risk): Verdict {
  let effect: Effect = "allow";
  for (const atom of atoms) effect = strictest(effect, atom.effect);
  const deciding = decidingRules(atoms, effect, view);
  const obliging = obligingRules(atoms);
  const obliged = oblige(obliging, view);
  const terminate = effect === "deny" && deciding.some(({ effect: own }) => own === "terminate");
  const escalatable = effect === "deny" ? escalation(atoms, view) : undefined;
  const verdict: Verdict = {
    policyDigest: set.digest,
    effect,
    outcome: outcomeOf(effect, terminate, obliging),
    reason: reasonOf(atoms, effect, deciding, view),
    disclosure: disclosureOf(set, deciding),
    rules: named(deciding, obliging),
    atoms: atoms.map(({ effect: own, rules }) => ({ effect: own, rules: rules.map(({ id }) => id) })),
    trace: traceOf(atoms),
    risk,
    findings: [],
    sandboxWishes: obliged.sandboxWishes,
    redactions: obliged.redactions,
    alerts: obliged.alerts,
    terminate,
  };
  // Set where they are there: most verdicts have none of them.
  const hint = deciding[0]?.hint;
  if (hint !== undefined) verdict.hint = hint;
  if (effect === "ask") verdict.ask = askOf(deciding, atoms, view);
  if (escalatable) verdict.escalatable = escalatable;
  if (obliged.modifications) verdict.modifications = obliged.modifications;
  return verdict;
}

/** The rules that made the strictest atoms what they are, for no rule is stricter than its atom; the one that asks for most comes first, ties by name. */
function decidingRules(atoms: readonly AtomJudgement[], effect: Effect, view: View): CompiledRule[] {
  let deciding: CompiledRule[] | undefined;
  for (const { rules } of atoms)
    for (const rule of rules) if (ruleEffect(rule, view) === effect) deciding = withOne(deciding, rule);
  return deciding && deciding.length > 1 ? deciding.sort(byWeight) : (deciding ?? []);
}

/** A list of one is made as such: a list that grows has room for a dozen more. */
function withOne(rules: CompiledRule[] | undefined, rule: CompiledRule): CompiledRule[] {
  if (!rules) return [rule];
  if (!rules.includes(rule)) rules.push(rule);
  return rules;
}

const byWeight = (a: CompiledRule, b: CompiledRule): number =>
  Number(b.effect === "terminate") - Number(a.effect === "terminate") ||
  (a.document === b.document && a.document.ordered ? a.order - b.order : b.weight - a.weight) ||
  byName(a, b);
/** No two documents of a set have the same name, and no two rules of a document. */
const byName = (a: CompiledRule, b: CompiledRule): number =>
  (a.document === b.document ? a.id < b.id : a.document.name < b.document.name) ? -1 : 1;

/** Rules whose obligations count: of all that tighten or oblige, and of the allows of atoms that stayed allowed. */
function obligingRules(atoms: readonly AtomJudgement[]): readonly CompiledRule[] {
  let obliging: CompiledRule[] | undefined;
  for (const { effect, rules } of atoms) {
    for (const rule of rules) {
      if (rule.obligations && (rule.effect !== "allow" || effect === "allow")) obliging = withOne(obliging, rule);
    }
  }
  return obliging && obliging.length > 1 ? obliging.sort(byName) : (obliging ?? NONE);
}
const NONE: readonly CompiledRule[] = [];

function named(deciding: readonly CompiledRule[], obliging: readonly CompiledRule[]): DecidingRule[] {
  const all = deciding.map(nameOf);
  for (const rule of obliging) if (outcomeAlone(rule) && !deciding.includes(rule)) all.push(nameOf(rule));
  return all.length > limits.listItemsMax ? all.slice(0, limits.listItemsMax) : all;
}

function nameOf({ id, document, effect }: CompiledRule): DecidingRule {
  const rule: DecidingRule = { id, document: document.name, effect };
  if (document.version !== undefined) rule.version = document.version;
  return rule;
}

const outcomeAlone = (rule: CompiledRule): Outcome | undefined =>
  rule.effect === "alert" || rule.effect === "redact" || rule.effect === "modify" ? rule.effect : undefined;

function outcomeOf(effect: Effect, terminate: boolean, obliging: readonly CompiledRule[]): Outcome {
  let outcome: Outcome = terminate ? "terminate" : effect === "ask" ? "require_approval" : effect;
  for (const rule of obliging) {
    const own = outcomeAlone(rule) ?? obligedOutcome(rule);
    if (own) outcome = strongestOutcome(outcome, own);
  }
  return outcome;
}

function obligedOutcome({ obligations }: CompiledRule): Outcome | undefined {
  if (!obligations) return undefined;
  if (obligations.redact) return "redact";
  if (obligations.modify) return "modify";
  return obligations.alert ? "alert" : undefined;
}

function reasonOf(
  atoms: readonly AtomJudgement[],
  effect: Effect,
  deciding: readonly CompiledRule[],
  view: View,
): string {
  const [first] = deciding;
  if (first) return first.escalatable && view.action.escalated ? `escalated: ${first.reason}` : first.reason;
  const index = atoms.findIndex((atom) => atom.effect === effect);
  const atom = atomsOf(view.facts)[index];
  const what = atom?.kind === "command" ? `\`${atom.text.slice(0, 200)}\`` : `the tool \`${view.action.tool}\``;
  if (effect === "allow") return `no rule speaks of ${what}, and the default is to allow`;
  const gap = atom?.opaque[0] ? ` (${atom.opaque[0]})` : "";
  return `no rule allows ${what}${gap}`.slice(0, limits.textCharsMax);
}

/** Where several documents decided, the one that discloses least. */
function disclosureOf(set: PolicySet, deciding: readonly CompiledRule[]): Verdict["disclosure"] {
  let least: Verdict["disclosure"] | undefined;
  for (const { document } of deciding) least = lesser(least, document.disclosure);
  if (deciding.length === 0) for (const { disclosure } of set.documents) least = lesser(least, disclosure);
  return least ?? "generic";
}

const ORDER: readonly Verdict["disclosure"][] = ["generic", "hint", "reason", "full"];
const lesser = (a: Verdict["disclosure"] | undefined, b: Verdict["disclosure"]): Verdict["disclosure"] =>
  a === undefined || (a !== b && ORDER.indexOf(b) < ORDER.indexOf(a)) ? b : a;

function traceOf(atoms: readonly AtomJudgement[]): TraceEntry[] {
  const [first] = atoms;
  if (first && atoms.length === 1) return entries(0, first);
  return atoms.flatMap((judged, atom) => entries(atom, judged));
}

const entries = (atom: number, { rules, notes }: AtomJudgement): TraceEntry[] =>
  rules.map((rule) => {
    const { document, id, effect } = rule;
    const traced: TraceEntry = { atom, document: document.name, rule: id, effect, matched: true };
    const note = notes?.get(rule);
    if (note !== undefined) traced.note = note;
    return traced;
  });

/** Every role and quorum that any rule asks for, the earliest expiry (rulings §B9). */
function askOf(deciding: readonly CompiledRule[], atoms: readonly AtomJudgement[], view: View): ApprovalAsk {
  const requirements = new Map<string, number>();
  let expiresMs: number | undefined;
  for (const { approval } of deciding) {
    requirements.set(approval.role, Math.max(requirements.get(approval.role) ?? 1, approval.quorum));
    expiresMs = Math.min(expiresMs ?? approval.expiresMs, approval.expiresMs);
  }
  // An atom that asks by default asks the bare question.
  const byDefault = atoms.some(
    ({ effect, rules }) => effect === "ask" && !rules.some((rule) => ruleEffect(rule, view) === "ask"),
  );
  if (byDefault) {
    requirements.set("approver", requirements.get("approver") ?? 1);
    expiresMs = Math.min(expiresMs ?? limits.approvalTtlMs, limits.approvalTtlMs);
  }
  return {
    requirements: [...requirements]
      .map(([role, quorum]) => ({ role, quorum }))
      .sort((a, b) => (a.role < b.role ? -1 : 1)),
    expiresMs: expiresMs ?? limits.approvalTtlMs,
    separation: byDefault || deciding.some(({ approval }) => approval.separation),
    chain: joinChains(
      [...deciding.map(({ approval }) => approval), ...(byDefault ? [{ quorum: 1, chain: [] }] : [])],
      requirements.size,
    ),
    ...(deciding.some(({ holdsRun }) => holdsRun) ? { holds: "run" as const } : {}),
    because: [
      ...deciding.map((rule) => ({
        rule: rule.id,
        reason: rule.escalatable && view.action.escalated ? `escalated: ${rule.reason}` : rule.reason,
      })),
      ...(byDefault ? [{ rule: "default", reason: reasonOf(atoms, "ask", [], view) }] : []),
    ].slice(0, limits.listItemsMax),
  };
}

/** Only when every rule that denies may be escalated: one that may not keeps the deny (rulings §B11). */
function escalation(atoms: readonly AtomJudgement[], view: View): Verdict["escalatable"] {
  let role: string | undefined;
  let quorum = 1;
  for (const { effect, rules } of atoms) {
    if (effect !== "deny") continue;
    const denials: CompiledRule[] = [];
    for (const rule of rules) {
      if (ruleEffect(rule, view) !== "deny") continue;
      if (!rule.escalatable) return undefined;
      denials.push(rule);
    }
    if (denials.length === 0) return undefined;
    for (const rule of denials.sort(byName)) {
      role ??= rule.approval.role;
      quorum = Math.max(quorum, rule.approval.quorum);
    }
  }
  return role === undefined ? undefined : { role, quorum };
}
