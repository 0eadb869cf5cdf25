// policy.ts — `holdpoint policy status|check`: what the policy of this place is, and what it says of one call (seed 003)

import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { type PolicyOptions, policySources } from "./check/policy.ts";
import { writeOut } from "./output.ts";
import { harmless, paintFor, table } from "./terminal.ts";

/** Enabled, rule count, default effect, path; every error of every document where there is one (exit 2). */
export async function policyStatus(options: PolicyOptions & { json?: boolean }): Promise<number> {
  const set = compileSet(policySources(options, process.cwd()));
  const documents = set.documents.map(({ name, dialect, ruleCount, default: effect, warnings }) => ({
    path: name,
    dialect,
    rules: ruleCount,
    default: effect ?? "deny",
    warnings,
  }));
  const status = { enabled: true, rules: set.ruleCount, digest: set.digest, documents };
  if (options.json) {
    await writeOut(`${JSON.stringify(status)}\n`);
    return 0;
  }
  const paint = paintFor(process.stdout);
  const rows = documents.map(({ path, dialect, rules, default: effect }) => [
    harmless(path),
    dialect,
    String(rules),
    effect,
  ]);
  await writeOut(
    `${paint.green("●")} policy is enabled: ${set.ruleCount} rules, ${set.digest}\n${table(["path", "dialect", "rules", "default"], rows, paint)}\n`,
  );
  for (const { path, warnings } of documents)
    for (const warning of warnings) await writeOut(`${paint.yellow("!")} ${harmless(path)}: ${harmless(warning)}\n`);
  return 0;
}
