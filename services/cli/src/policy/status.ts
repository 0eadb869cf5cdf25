// status.ts — `holdpoint policy status`: enabled or not, how many rules, what happens where none speaks, and from which file

import { compileSet } from "@holdpoint/core/rules/compile.ts";
import type { CompiledDocument } from "@holdpoint/core/rules/compiled.ts";
import { type EnforcerStatus, enforcerStatus } from "@holdpoint/core/rules/dialects/toml-enforcer.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { type PolicyOptions, policySources } from "../check/policy.ts";
import { writeOut } from "../output.ts";
import { harmless, type Paint, paintFor, table } from "../terminal.ts";

/** Seed 003's status, a document each. Every error of every document where there is one (exit 2). */
export async function policyStatus(options: PolicyOptions & { json?: boolean }): Promise<number> {
  const sources = policySources(options, process.cwd());
  const set = compileSet(sources);
  const documents = set.documents.map((document) => describe(document, sources));
  // A document that is switched off contributes nothing; where all are, nothing but the engine's own rules speaks.
  const enabled = documents.some((document) => document.enabled);
  const status = { enabled, rules: set.ruleCount, digest: set.digest, documents };
  if (options.json) {
    await writeOut(`${JSON.stringify(status)}\n`);
    return 0;
  }
  const paint = paintFor(process.stdout);
  const mark = enabled ? paint.green("●") : paint.yellow("○");
  await writeOut(
    `${mark} policy is ${enabled ? "enabled" : "not enabled"}: ${set.ruleCount} rule${set.ruleCount === 1 ? "" : "s"}, ${set.digest}\n${rows(documents, paint)}\n`,
  );
  for (const { path, warnings, policyFile, audit } of documents) {
    if (policyFile !== undefined) await writeOut(`  ${harmless(path)} takes its rules from ${harmless(policyFile)}\n`);
    if (audit?.enabled)
      await writeOut(
        `  ${harmless(path)} writes decisions to ${harmless(audit.destination ?? "")} (\`[tools.audit]\`)\n`,
      );
    for (const warning of warnings) await writeOut(`${paint.yellow("!")} ${harmless(path)}: ${harmless(warning)}\n`);
  }
  return 0;
}

interface DocumentStatus {
  path: string;
  dialect: string;
  enabled: boolean;
  rules: number;
  default: string;
  policyFile?: string;
  audit?: EnforcerStatus["audit"];
  warnings: readonly string[];
}

function describe(document: CompiledDocument, sources: readonly PolicySource[]): DocumentStatus {
  const { name, dialect, ruleCount, default: effect, warnings } = document;
  const source = sources.find((one) => one.name === name);
  const enforcer = dialect === "toml-enforcer" && source ? enforcerStatus(source, []) : undefined;
  return {
    path: name,
    dialect,
    enabled: enforcer?.enabled ?? true,
    rules: ruleCount,
    default: effect ?? "deny",
    ...(enforcer?.policyFile === undefined ? {} : { policyFile: enforcer.policyFile }),
    ...(enforcer?.audit.enabled ? { audit: enforcer.audit } : {}),
    warnings,
  };
}

const rows = (documents: readonly DocumentStatus[], paint: Paint): string =>
  table(
    ["path", "dialect", "enabled", "rules", "default"],
    documents.map(({ path, dialect, enabled, rules: count, default: effect }) => [
      harmless(path),
      dialect,
      enabled ? "yes" : "no",
      String(count),
      effect,
    ]),
    paint,
  );
