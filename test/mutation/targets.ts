// targets.ts — what is mutated, and which tests have to notice

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Mutant, mutate } from "./mutate.ts";

export const root = join(import.meta.dirname, "..", "..");
const core = "shared/core/src";
const rules = `${core}/rules`;

const NAMES =
  "compile compile-rule conclude conditions duration evaluate glob glob-meet holds obligations path-list path-pattern risk rule-index seen-path sieve word-set words";
/** The evaluator, from a set's texts to a verdict with its sandbox; what reads dialects and understands calls is not part of it. */
export const targets: readonly string[] = [
  ...NAMES.split(" ").map((name) => `${rules}/${name}.ts`),
  ...globSync(`${rules}/criteria/*.ts`, { cwd: root }).filter((file) => !file.endsWith(".test.ts")),
  ...["escalation/ask", "regex/regex", "regex/survey", "safety/fold", "sandbox/profiles", "sandbox/select"].map(
    (name) => `${core}/${name}.ts`,
  ),
  "shared/wire/src/scalars.ts",
].sort();

export const tests: readonly string[] = [
  // Lint and exporters ask the evaluator too: their tests would notice late and slowly what others notice at once.
  ...["", "/criteria", "/dialects"].flatMap((folder) => globSync(`${rules}${folder}/*.test.ts`, { cwd: root })),
  ...globSync(`${core}/{escalation/tally,regex/*,safety/fold,sandbox/*,decide,decision}.test.ts`, { cwd: root }),
  "shared/wire/src/scalars.test.ts",
  ...globSync("test/reference/*.test.ts", { cwd: root }),
].sort();

/** Every target with its mutants built in. `only`: of the files whose names hold one of these, with commas between. */
export function allMutants(only = ""): { mutants: Mutant[]; codeOf: Map<string, string> } {
  const mutants: Mutant[] = [];
  const codeOf = new Map<string, string>();
  for (const file of targets) {
    if (!only.split(",").some((part) => file.includes(part))) continue;
    const made = mutate(file, readFileSync(join(root, file), "utf8"), mutants.length + 1);
    mutants.push(...made.mutants);
    codeOf.set(join(root, file), made.code);
  }
  return { mutants, codeOf };
}
