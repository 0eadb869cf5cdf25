// text.ts — a verdict in a few lines for a person at a terminal; the whole trace only on request

import type { Facts } from "@holdpoint/wire/facts.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { effectWord, harmless, paintFor } from "../terminal.ts";

const marks = { allow: "✓", ask: "?", deny: "✗" } as const;

function askLines({ ask }: Verdict): string[] {
  return (ask?.requirements ?? []).map(
    ({ role, quorum }) => `  needs     ${quorum === 1 ? "1 approval" : `${quorum} approvals`} by ${harmless(role)}`,
  );
}

function traceLines({ trace, atoms }: Verdict, facts: Facts): string[] {
  return atoms.flatMap(({ effect }, index) => [
    `  atom ${index + 1}    ${effect}: ${harmless(facts.atoms[index]?.text ?? "")}`,
    ...trace
      .filter(({ atom, matched }) => atom === index && matched)
      .map(
        (entry) =>
          `            ${entry.effect} by ${entry.rule} (${entry.document})${entry.note ? `: ${entry.note}` : ""}`,
      ),
  ]);
}

export function verdictText(verdict: Verdict, facts: Facts, trace: boolean): string {
  const paint = paintFor(process.stdout);
  const { effect, outcome, reason, rules, risk, findings, sandbox } = verdict;
  const label = outcome === effect ? "" : paint.dim(` (${outcome})`);
  return `${[
    `${marks[effect]} ${paint.bold(effectWord(effect, paint))}${label}: ${harmless(reason)}`,
    ...rules.map(({ id, document }) => `  rule      ${harmless(id)} ${paint.dim(`(${harmless(document)})`)}`),
    ...askLines(verdict),
    ...findings.map(({ checker, severity, note }) => `  finding   ${severity}, ${checker}: ${harmless(note)}`),
    `  risk      ${risk.score} of 100${risk.contributions.length > 0 ? paint.dim(` (${risk.contributions.map(({ code, points }) => `${code} ${points}`).join(", ")})`) : ""}`,
    ...(sandbox
      ? [
          `  sandbox   ${sandbox.recommended} recommended${sandbox.required ? `, required: ${JSON.stringify(sandbox.required)}` : ""}`,
        ]
      : []),
    ...(trace ? traceLines(verdict, facts) : []),
  ].join("\n")}\n`;
}
