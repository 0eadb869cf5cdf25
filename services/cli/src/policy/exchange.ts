// exchange.ts — `holdpoint policy import` and `export`: other clients' rules as ours, ours as theirs; what is lost goes to stderr

import { writeFileSync } from "node:fs";
import { asNative } from "@holdpoint/core/rules/exchange/as-native.ts";
import { EXPORT_TARGETS, type ExportTarget, exportPolicy } from "@holdpoint/core/rules/exchange/export.ts";
import { loadPolicySources } from "@holdpoint/engine/policy-files.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { nearestWord } from "@holdpoint/wire/nearest-word.ts";
import { type PolicyOptions, policySources } from "../check/policy.ts";
import { writeOut } from "../output.ts";
import { harmless, paintFor } from "../terminal.ts";

async function give(text: string, left: readonly string[], out: string | undefined): Promise<number> {
  if (out === undefined) await writeOut(text);
  else writeFileSync(out, text);
  const paint = paintFor(process.stderr);
  for (const why of left) process.stderr.write(`${paint.yellow("!")} ${harmless(why)}\n`);
  if (left.length > 0) process.stderr.write(`${left.length} things are not said as they were; nothing was widened\n`);
  return 0;
}

/** Throws `policy_invalid` for what cannot be read, or cannot be said in a native document. */
export async function policyImport(file: string, options: { out?: string }): Promise<number> {
  const sources = loadPolicySources([file]);
  const several = sources.length > 1 && sources.some(({ dialect }) => dialect !== "overlay");
  if (several) throw new Fault("invalid", `\`${file}\`: expected one file, or a folder of overlays`);
  const { text, left } = asNative(sources);
  return give(text, left, options.out);
}

export async function policyExport(options: PolicyOptions & { to: string; out?: string }): Promise<number> {
  const target = EXPORT_TARGETS.find((each) => each === options.to);
  if (target === undefined) throw new Fault("invalid", unknownTarget(options.to));
  const { text, left } = exportPolicy(policySources(options, process.cwd()), target);
  return give(text, left, options.out);
}

function unknownTarget(word: string): string {
  const near: ExportTarget | string | undefined = nearestWord(word, EXPORT_TARGETS);
  return `--to ${word}: expected ${EXPORT_TARGETS.join(", ")}${near ? `; did you mean ${near}?` : ""}`;
}
