// check.ts — `holdpoint policy check`: are the documents sound? With a tool: what they say of one call (seed 003)

import { existsSync } from "node:fs";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { POLICY_EXTENSIONS } from "@holdpoint/core/rules/detect.ts";
import { loadPolicySources } from "@holdpoint/engine/policy-files.ts";
import { check as checkCall } from "../check/command.ts";
import { type PolicyOptions, policySources } from "../check/policy.ts";
import { writeOut } from "../output.ts";
import { harmless, paintFor } from "../terminal.ts";

/** A path and not the name of a tool: there is one, or it is written like one. */
const isPath = (word: string): boolean =>
  existsSync(word) || word.includes("/") || word.includes("=") || POLICY_EXTENSIONS.some((end) => word.endsWith(end));

/** Exits 0 when every document is sound. Throws `policy_invalid` with every error of every document: exit 2. */
export async function policyCheck(words: readonly string[], options: PolicyOptions & { json?: boolean }) {
  const [first, second] = words;
  if (first !== undefined && !isPath(first))
    return checkCall(first, second, { ...options, trace: true, ...(options.json ? { json: true } : {}) });
  const sources = words.length > 0 ? loadPolicySources(words) : policySources(options, process.cwd());
  const { documents, digest } = compileSet(sources);
  if (options.json) {
    await writeOut(
      `${JSON.stringify({ digest, documents: documents.map(({ name, dialect, ruleCount, warnings }) => ({ path: name, dialect, rules: ruleCount, warnings })) })}\n`,
    );
    return 0;
  }
  const paint = paintFor(process.stdout);
  for (const { name, dialect, ruleCount, warnings } of documents) {
    await writeOut(
      `${paint.green("✓")} ${harmless(name)} ${paint.dim(`(${dialect})`)}: ${ruleCount} rule${ruleCount === 1 ? "" : "s"}\n`,
    );
    for (const warning of warnings) await writeOut(`  ${paint.yellow("!")} ${harmless(warning)}\n`);
  }
  return 0;
}
