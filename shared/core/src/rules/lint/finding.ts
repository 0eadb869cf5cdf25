// finding.ts — what lint says of a rule: where, how bad, and what to do about it

import type { CompiledRule } from "../compiled.ts";
import type { Draft } from "../dialects/draft.ts";
import type { DocumentPath } from "../problems.ts";
import type { Rule } from "../schema.ts";

export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];
export const LINT_CODES = [
  "shadowed",
  "may-be-shadowed",
  "redundant",
  "contradictory",
  "never-matches",
  "allows-everything",
  "allows-danger",
  "allows-interpreter",
  "allows-opaque",
  "allows-no-command",
  "duplicate-id",
  "no-reason",
  "no-examples",
] as const;
export type LintCode = (typeof LINT_CODES)[number];

export interface LintFinding {
  code: LintCode;
  severity: Severity;
  file: string;
  line: number;
  column: number;
  rule: string;
  message: string;
  /** what to do */
  help: string;
}

/** A rule as it was written, as it was compiled, and where it stands. */
export interface LintedRule {
  id: string;
  file: string;
  written: Rule;
  compiled: CompiledRule;
  draft: Draft;
  order: number;
  /** whom the document concerns; rules of different scopes are not compared */
  scope: string;
}

export function finding(
  { id, file, draft, order }: LintedRule,
  code: LintCode,
  severity: Severity,
  message: string,
  help: string,
  below: DocumentPath = [],
): LintFinding {
  const place = draft.locate(["rules", order, ...below]);
  return {
    code,
    severity,
    file: place.file ?? file,
    line: place.line,
    column: place.column,
    rule: id,
    message,
    help,
  };
}
