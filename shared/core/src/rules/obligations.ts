// obligations.ts — what counting rules oblige to beside their effect: sandbox, redaction, metadata, alerts. Only tightens

import type { Alert, Modifications, Redaction } from "@holdpoint/wire/decision.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import type { CompiledRule } from "./compiled.ts";
import type { View } from "./criteria/view.ts";
import type { Obligations } from "./schema.ts";
import { compileFolded } from "./words.ts";

type Obliged = Pick<Verdict, "sandboxWishes" | "redactions" | "alerts"> & { modifications?: Modifications };

export function oblige(rules: readonly CompiledRule[], view: View): Obliged {
  const obliged: Obliged = { sandboxWishes: [], redactions: [], alerts: [] };
  for (const rule of rules) {
    const { obligations } = rule;
    if (!obligations) continue;
    const { sandbox, redact, modify, alert } = obligations;
    if (sandbox)
      obliged.sandboxWishes.push({
        ...(sandbox.recommended ? { recommended: sandbox.recommended } : {}),
        ...(sandbox.required ? { required: sandbox.required } : {}),
      });
    if (redact) addRedactions(obliged.redactions, Array.isArray(redact) ? redact : redact.kinds, view);
    if (modify) obliged.modifications = tightened(obliged.modifications ?? {}, modify);
    if (alert) addAlert(obliged.alerts, rule, alert.severity ?? "medium");
  }
  return obliged;
}

/** A marker stands for the value wherever the action is kept or shown; the tool itself gets what was sent. */
function addRedactions(redactions: Redaction[], kinds: readonly string[], view: View): void {
  const words = compileFolded(kinds);
  for (const { kind, at, start, end } of view.facts.secrets) {
    if (!words.test(kind.toLowerCase()) || redactions.length >= limits.findingsMax) continue;
    const marker = `[redacted:${kind}:${end - start}]`;
    if (!redactions.some((one) => one.at === at && one.marker === marker)) redactions.push({ at, kind, marker });
  }
}

/** A draft stays a draft, and of several limits the smallest counts. */
function tightened(before: Modifications, more: NonNullable<Obligations["modify"]>): Modifications {
  const after: Modifications = { ...before };
  if (more.mode) after.mode = more.mode;
  for (const key of ["wallSeconds", "cpuPercent", "memoryMb"] as const) {
    const value = more.limits?.[key];
    if (value !== undefined) after.limits = { ...after.limits, [key]: Math.min(value, after.limits?.[key] ?? value) };
  }
  if (more.variables) after.variables = more.variables.filter((name) => before.variables?.includes(name) ?? true);
  return after;
}

function addAlert(alerts: Alert[], rule: CompiledRule, severity: Alert["severity"]): void {
  if (alerts.length < limits.findingsMax) alerts.push({ rule: rule.id, severity, reason: rule.reason });
}
