// lint.ts — `holdpoint policy lint`: findings as compilers write them, each with what to do

import type { LintFinding, Severity } from "@holdpoint/core/rules/lint/finding.ts";
import { lintPolicies } from "@holdpoint/core/rules/lint/lint.ts";
import { loadPolicySources } from "@holdpoint/engine/policy-files.ts";
import { type PolicyOptions, policySources } from "../check/policy.ts";
import { writeOut } from "../output.ts";
import { harmless, paintFor } from "../terminal.ts";

export interface LintOptions extends PolicyOptions {
  json?: boolean;
  quiet?: boolean;
}

/** Exits 1 when there is an error among the findings. Throws `policy_invalid` where a document does not compile: exit 2. */
export async function policyLint(files: readonly string[], options: LintOptions): Promise<number> {
  const sources = files.length > 0 ? loadPolicySources(files) : policySources(options, process.cwd());
  const all = lintPolicies(sources);
  const findings = options.quiet ? all.filter(({ severity }) => severity !== "info") : all;
  if (options.json) for (const one of findings) await writeOut(`${JSON.stringify(one)}\n`);
  else await writeOut(text(findings));
  return findings.some(({ severity }) => severity === "error") ? 1 : 0;
}

function text(findings: readonly LintFinding[]): string {
  const paint = paintFor(process.stdout);
  const paints: Record<Severity, (text: string) => string> = {
    error: paint.red,
    warning: paint.yellow,
    info: paint.cyan,
  };
  const lines = findings.flatMap(({ file, line, column, severity, rule, message, help, code }) => [
    `${harmless(file)}:${line}:${column}: ${paints[severity](severity)}: \`${harmless(rule)}\` ${harmless(message)} ${paint.dim(`[${code}]`)}`,
    `    ${paint.dim(help)}`,
  ]);
  const count = (severity: Severity): string => {
    const number = findings.filter((one) => one.severity === severity).length;
    return `${number} ${severity}${number === 1 || severity === "info" ? "" : "s"}`;
  };
  return `${[...lines, `${count("error")}, ${count("warning")}, ${count("info")}`].join("\n")}\n`;
}
