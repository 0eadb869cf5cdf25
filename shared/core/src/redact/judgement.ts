// judgement.ts — what was decided, without the secrets of the action: for records, evidence, spans and everybody's eyes

import type { Action } from "@holdpoint/wire/action.ts";
import type { Finding, Redaction } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { repeats, secretValues } from "./masks.ts";
import { redactionsOf, redactText, secretSpans } from "./redact.ts";

/**
 * Replaces the secrets of an action wherever a text repeats them, and what else in the text looks like one: facts know the
 * values of arguments, and a text may quote their names.
 */
export function actionMask(action: Pick<Action, "args">, facts: Facts, key: Uint8Array): (text: string) => string {
  const values = secretValues(action.args as Json, facts.secrets);
  return (text) => redactText(text, [...repeats(text, values), ...secretSpans(text)], key);
}

/** Which secrets rules want marked is the verdict's; the marker names the kind and a keyed hash of the value. */
function marked({ redactions }: Verdict, { args }: Pick<Action, "args">, facts: Facts, key: Uint8Array): Redaction[] {
  const wanted = facts.secrets.filter(({ at, kind }) => redactions.some((one) => one.at === at && one.kind === kind));
  const once = new Map(redactionsOf(args as Json, wanted, key).map((one) => [`${one.at} ${one.marker}`, one]));
  return [...once.values()].slice(0, limits.findingsMax).map((one) => ({ ...one, at: cleanAt(one.at, key) }));
}

/** A pointer names keys, and a key may be a secret: found anew in each of them, because facts are of values. */
const cleanAt = (at: string, key: Uint8Array): string =>
  at
    .split("/")
    .map((part) => {
      const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
      const spans = secretSpans(name);
      return spans.length === 0 ? part : redactText(name, spans, key).replaceAll("~", "~0").replaceAll("/", "~1");
    })
    .join("/");

const maskNotes = (findings: readonly Finding[], mask: (text: string) => string, key: Uint8Array): Finding[] =>
  findings.map((finding) => ({
    ...finding,
    note: mask(finding.note),
    ...(finding.at === undefined ? {} : { at: cleanAt(finding.at, key) }),
  }));

/** The same judgement with masked texts and keyed markers. Nothing that decides is changed. */
export function redactJudgement(
  judged: { verdict: Verdict; findings: Finding[] },
  action: Pick<Action, "args">,
  facts: Facts,
  key: Uint8Array,
): { verdict: Verdict; findings: Finding[] } {
  const { verdict } = judged;
  if (facts.secrets.length === 0 && judged.findings.length === 0 && verdict.findings.length === 0) return judged;
  const mask = actionMask(action, facts, key);
  return {
    findings: maskNotes(judged.findings, mask, key),
    verdict: {
      ...verdict,
      reason: mask(verdict.reason),
      findings: maskNotes(verdict.findings, mask, key),
      trace: verdict.trace.map((entry) => (entry.note === undefined ? entry : { ...entry, note: mask(entry.note) })),
      redactions: marked(verdict, action, facts, key),
      alerts: verdict.alerts.map((alert) => ({ ...alert, reason: mask(alert.reason) })),
      ...(verdict.ask && {
        ask: { ...verdict.ask, because: verdict.ask.because.map((each) => ({ ...each, reason: mask(each.reason) })) },
      }),
    },
  };
}
