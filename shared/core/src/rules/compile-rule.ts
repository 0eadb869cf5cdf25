// compile-rule.ts — one rule of a document as tests, with what it asks for and what it obliges to

import type { RuleEffect } from "@holdpoint/wire/decision.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { CompiledApproval, CompiledDocument, CompiledRule } from "./compiled.ts";
import { bothChecks, type Checks, type Conditions, compileWhen, type Refuse } from "./conditions.ts";
import { ATOM, CALL } from "./criteria/features.ts";
import type { Direction } from "./criteria/view.ts";
import type { Draft } from "./dialects/draft.ts";
import { parseDuration } from "./duration.ts";
import type { Found } from "./rule-index.ts";
import type { ApprovalTerms, Rule } from "./schema.ts";

/** The document's scope as criteria, for rules that tighten and for rules that loosen. */
export type Scope = Record<Direction, Conditions>;

/** Which way a rule errs: only an allow makes things freer. */
export const directionOf = (effect: RuleEffect): Direction => (effect === "allow" ? "loosen" : "tighten");
const opposite = (direction: Direction): Direction => (direction === "tighten" ? "loosen" : "tighten");

export function compileRule(
  rule: Rule,
  id: string,
  order: number,
  document: CompiledDocument,
  scope: Scope,
  draft: Draft,
  refuse: Refuse,
): Found {
  const direction = directionOf(rule.effect);
  const at = ["rules", order] as const;
  const when = compileWhen(rule.when ?? {}, direction, draft.reading, (path, message) =>
    refuse([...at, "when", ...path], message),
  );
  // An exemption is true the other way round: what takes a deny away must be sure, what takes an allow away need not.
  const unless = rule.unless
    ? compileWhen(rule.unless, opposite(direction), draft.reading, (path, message) =>
        refuse([...at, "unless", ...path], message),
      )
    : undefined;
  misplacedWords(rule, document, (path, message) => refuse([...at, ...path], message));
  const scoped = scope[direction];
  const checks = bothChecks(scoped.checks, when.checks);
  const counters = unless ? [...when.counters, ...unless.counters] : when.counters;
  const compiled: CompiledRule = {
    id,
    document,
    effect: rule.effect,
    order,
    checks: rule.effect === "allow" ? { ...checks, bars: checks.bars | uncoverable(rule, when, scoped) } : checks,
    unless: unless?.checks,
    reason: rule.reason ?? rule.description ?? defaultReason(rule.effect, id),
    hint: rule.hint,
    approval: compileApproval(rule.approval),
    obligations: obligationsOf(rule),
    escalatable: rule.escalatable ?? false,
    holdsRun: rule.holds === "run",
    uncovered: when.uncovered,
    counters,
    weight: when.count + scoped.count,
  };
  return { rule: compiled, anchors: scoped.anchors.length > 0 ? [...scoped.anchors, ...when.anchors] : when.anchors };
}

/** What a call's text says, without what it means: alone it never allows a shell atom (rulings §B2). */
const BLIND = ["args", "argsMatch", "argsJson", "written"] as const;

/** What an allow covers only where it says so, as bits that it bars (rulings §B2, §B3, §B7). */
function uncoverable(rule: Rule, when: Conditions, scoped: Conditions): Checks["bars"] {
  let bars = 0;
  if (rule.opaque !== "allow") bars |= ATOM.opaque;
  if (rule.opaque === undefined) bars |= ATOM.dynamic;
  if (!when.namesTool && !scoped.namesTool) bars |= CALL.unknownTool;
  if (!when.knowsMeaning && BLIND.some((word) => rule.when?.[word] !== undefined)) bars |= ATOM.command;
  return bars;
}

const REASONS: Readonly<Record<RuleEffect, string>> = {
  allow: "allowed by",
  deny: "denied by",
  require_approval: "needs a person's approval, says",
  redact: "holds what must not be kept, says",
  modify: "changed by",
  alert: "reported by",
  terminate: "ended by",
};
const defaultReason = (effect: RuleEffect, id: string): string => `${REASONS[effect]} rule ${id}`;

/** A bare `require_approval` means role approver, quorum 1, one hour (rulings §B9). */
export function compileApproval(terms: ApprovalTerms | undefined): CompiledApproval {
  return terms ? approvalOf(terms) : BARE;
}

function approvalOf(terms: ApprovalTerms): CompiledApproval {
  return {
    role: terms.role ?? "approver",
    quorum: terms.quorum ?? 1,
    expiresMs: Math.min(parseDuration(terms.expires ?? "") ?? limits.approvalTtlMs, limits.approvalTtlMsMax),
    separation: terms.separation ?? true,
    chain: (terms.then ?? []).map(({ role, after, quorum }) => ({
      role,
      afterMs: parseDuration(after) ?? limits.approvalTtlMs,
      ...(quorum !== undefined && { quorum }),
    })),
  };
}

const BARE = approvalOf({});

/** `effect: redact` alone means every secret, `effect: alert` alone a medium one. */
function obligationsOf(rule: Rule): CompiledRule["obligations"] {
  if (rule.effect === "redact" && !rule.obligations?.redact) return { ...rule.obligations, redact: ["*"] };
  if (rule.effect === "alert" && !rule.obligations?.alert) return { ...rule.obligations, alert: {} };
  return rule.obligations;
}

/** Words that would be silently without effect where they stand. */
function misplacedWords(rule: Rule, document: CompiledDocument, refuse: Refuse): void {
  const { effect } = rule;
  if (rule.escalatable && effect !== "deny") refuse(["escalatable"], "only a `deny` can be escalated");
  if (rule.approval && effect !== "require_approval" && !rule.escalatable)
    refuse(["approval"], "`approval` belongs to `require_approval`, or to a deny with `escalatable: true`");
  if (rule.holds && effect !== "require_approval") refuse(["holds"], "`holds` belongs to `require_approval`");
  if (rule.opaque && effect !== "allow")
    refuse(["opaque"], "`opaque` belongs to an `allow`; others always see opaque atoms");
  if (effect === "modify" && !rule.obligations?.modify && !rule.obligations?.sandbox)
    refuse(["effect"], "`modify` needs `obligations.modify` or `obligations.sandbox`: what should change?");
  if (rule.when?.covered === false) {
    if (effect !== "deny" && effect !== "require_approval")
      refuse(["when", "covered"], "`covered: false` belongs to `deny` and `require_approval`");
    if (document.firstMatch) refuse(["when", "covered"], "`covered: false` has no place in a first-match document");
  }
  if (rule.unless?.covered === false) refuse(["unless", "covered"], "`covered` belongs to `when`");
}
