// explain.ts — a decision in sentences that a person understands; with `trace`, the whole way there as a tree

import type { Decision } from "@holdpoint/wire/decision.ts";
import type { Atom, Facts } from "@holdpoint/wire/facts.ts";
import type { Effect } from "@holdpoint/wire/scalars.ts";
import type { TraceEntry, Verdict } from "@holdpoint/wire/verdict.ts";
import { atomsOf } from "./rules/holds.ts";

const HEADLINES: Readonly<Record<Effect, string>> = {
  allow: "Allowed",
  ask: "Held for a person",
  deny: "Denied",
};

/** Lines of plain text, ending in a newline. Texts of the action appear as they are: whoever prints to a terminal escapes. */
export function explain(
  decision: Decision,
  verdict?: Verdict,
  facts?: Facts,
  options: { trace?: boolean } = {},
): string {
  const lines = [headline(decision), ...because(decision)];
  if (verdict && facts) lines.push(...commands(verdict, facts));
  lines.push(...asks(decision), ...findings(decision), ...risk(decision), ...obligations(decision));
  if (options.trace && verdict && facts) lines.push("", ...tree(verdict, facts));
  lines.push(`Policy set ${decision.policyDigest}, decision ${decision.decisionId}, ${decision.decidedAt}.`);
  return `${lines.join("\n")}\n`;
}

function headline(decision: Decision): string {
  const ended = decision.outcome === "terminate" ? ", and the session ends" : "";
  return `${HEADLINES[decision.effect]}${ended}: ${decision.reason}.`;
}

function because(decision: Decision): string[] {
  if (decision.rules.length === 0) {
    return decision.findings.some(({ severity }) => severity === "block")
      ? ["No rule decided this; a checker did."]
      : ["No rule decided this; the default of the policy set did."];
  }
  return decision.rules.map(
    ({ id, document, effect, version }) =>
      `  rule ${id} of ${document}${version === undefined ? "" : ` (version ${version})`}: ${effect.replaceAll("_", " ")}`,
  );
}

const VERBS: Readonly<Record<Effect, string>> = { allow: "may run", ask: "waits for a person", deny: "may not run" };

/** Only where there is more than one part: the headline already speaks for a single one. */
function commands(verdict: Verdict, facts: Facts): string[] {
  const atoms = atomsOf(facts);
  if (atoms.length < 2) return atoms[0] ? touched(atoms[0], "  ") : [];
  return atoms.flatMap((atom, index) => {
    const judged = verdict.atoms[index];
    if (!judged) return [];
    const rules = judged.rules.length > 0 ? ` (${judged.rules.join(", ")})` : " (no rule)";
    return [`  \`${short(atom.text)}\` ${VERBS[judged.effect]}${rules}`, ...touched(atom, "    ")];
  });
}

/** `execute` is not said of a program that is called, but of a file that runs by itself from then on. */
const DOES: Readonly<Record<Atom["paths"][number]["access"], string>> = {
  read: "reads",
  write: "writes",
  delete: "deletes",
  execute: "makes run what is in",
};

function touched(atom: Atom, indent: string): string[] {
  const lines: string[] = [];
  const paths = atom.paths.slice(0, 8).map(({ path, access }) => `${DOES[access]} ${path}`);
  if (paths.length > 0) lines.push(`${indent}it ${paths.join(", ")}${atom.paths.length > 8 ? ", …" : ""}`);
  const hosts = atom.hosts
    .slice(0, 8)
    .map(({ host, zone, upload }) => `${upload ? "sends to" : "asks"} ${host || "an unknown host"} (${zone})`);
  if (hosts.length > 0) lines.push(`${indent}it ${hosts.join(", ")}`);
  const statements = atom.databases
    .slice(0, 8)
    .map(
      ({ verb, object, unbounded }) => `${[verb, object].filter(Boolean).join(" ")}${unbounded ? " (all of it)" : ""}`,
    );
  if (statements.length > 0) lines.push(`${indent}it tells a database: ${statements.join("; ")}`);
  if (atom.runsCode.length > 0) lines.push(`${indent}it runs code that was not read: ${atom.runsCode.join(", ")}`);
  if (atom.opaque.length > 0) lines.push(`${indent}it could not be understood: ${atom.opaque.join(", ")}`);
  return lines;
}

const short = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text);

function asks(decision: Decision): string[] {
  if (!decision.approval) return [];
  const { id, requirements, expiresAt } = decision.approval;
  const who = requirements.map(({ role, quorum, votes }) => `${quorum} × ${role} (${votes} so far)`).join(" and ");
  return [`Needs ${who} by ${expiresAt}: ${id}.`];
}

const findings = (decision: Decision): string[] =>
  decision.findings.map(
    ({ checker, severity, note, at }) =>
      `Checker ${checker} (${severity})${at === undefined ? "" : ` at ${at}`}: ${note}.`,
  );

function risk({ risk: { score, contributions } }: Decision): string[] {
  const parts = contributions.filter(({ points }) => points > 0).map(({ code, points }) => `${code} ${points}`);
  return [`Risk ${score} of 100${parts.length > 0 ? `: ${parts.join(", ")}` : ""}.`];
}

function obligations(decision: Decision): string[] {
  const lines: string[] = [];
  const { sandbox, redactions, modifications, alerts } = decision;
  if (sandbox.required) {
    const wanted = Object.entries(sandbox.required).map(([dimension, value]) => `${dimension} ${value}`);
    lines.push(`Must run in a sandbox: ${wanted.join(", ")}.`);
  } else if (sandbox.recommended !== "none") lines.push(`Best run in the sandbox \`${sandbox.recommended}\`.`);
  if (redactions.length > 0)
    lines.push(`Kept and shown without ${redactions.map(({ kind, at }) => `${kind} at ${at}`).join(", ")}.`);
  if (modifications?.mode) lines.push("Made a draft: it runs only after it was promoted.");
  if (modifications?.limits)
    lines.push(
      `Limited to ${Object.entries(modifications.limits)
        .map(([name, value]) => `${name} ${value}`)
        .join(", ")}.`,
    );
  for (const { rule, severity, reason } of alerts) lines.push(`Alert (${severity}) by ${rule}: ${reason}.`);
  return lines;
}

function tree(verdict: Verdict, facts: Facts): string[] {
  const atoms = atomsOf(facts);
  const lines = [`${verdict.effect} (the strictest of ${atoms.length} part${atoms.length === 1 ? "" : "s"})`];
  for (const [index, atom] of atoms.entries()) {
    const last = index === atoms.length - 1;
    const judged = verdict.atoms[index];
    lines.push(`${last ? "└─" : "├─"} ${judged?.effect ?? "?"}  ${short(atom.text.trim()) || "(nothing)"}`);
    const entries = verdict.trace.filter((entry) => entry.atom === index);
    const indent = last ? "   " : "│  ";
    if (entries.length === 0) lines.push(`${indent}└─ no rule matched: the default`);
    for (const [at, entry] of entries.entries())
      lines.push(`${indent}${at === entries.length - 1 ? "└─" : "├─"} ${traced(entry)}`);
  }
  return lines;
}

const traced = ({ effect, rule, document, matched, note }: TraceEntry): string =>
  `${effect.replaceAll("_", " ")} by ${rule} of ${document}${matched ? "" : " (did not match)"}${note === undefined ? "" : ` [${note}]`}`;
