// targets.ts — what is mutated, and which tests have to notice

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Mutant, mutate } from "./mutate.ts";

export const root = join(import.meta.dirname, "..", "..");
const rules = "shared/core/src/rules";

const NAMES =
  "evaluate conclude conditions judged obligations holds glob glob-meet path-pattern path-list seen-path compile-rule rule-index regex regex-survey risk sieve word-set words";
export const targets: readonly string[] = [
  ...NAMES.split(" ").map((name) => `${rules}/${name}.ts`),
  ...globSync(`${rules}/criteria/*.ts`, { cwd: root }).filter((file) => !file.endsWith(".test.ts")),
].sort();

export const tests: readonly string[] = [
  // Lint and exporters ask the evaluator too: their tests would notice late and slowly what others notice at once.
  ...["", "/criteria", "/dialects"].flatMap((folder) => globSync(`${rules}${folder}/*.test.ts`, { cwd: root })),
  ...globSync("test/reference/*.test.ts", { cwd: root }),
].sort();

/** Every target with its mutants built in. `only`: of the files whose names hold it. */
export function allMutants(only = ""): { mutants: Mutant[]; codeOf: Map<string, string> } {
  const mutants: Mutant[] = [];
  const codeOf = new Map<string, string>();
  for (const file of targets) {
    if (!file.includes(only)) continue;
    const made = mutate(file, readFileSync(join(root, file), "utf8"), mutants.length + 1);
    mutants.push(...made.mutants);
    codeOf.set(join(root, file), made.code);
  }
  return { mutants, codeOf };
}
