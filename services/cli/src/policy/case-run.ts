// case-run.ts — golden case files against their policies: found, read, run, counted

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { type CaseFile, type GoldenCase, readCaseFile } from "@holdpoint/core/cases/case-file.ts";
import { type Difference, runCase } from "@holdpoint/core/cases/run-case.ts";
import { compileSet, type PolicySet } from "@holdpoint/core/rules/compile.ts";
import { type Problem, refusePolicy } from "@holdpoint/core/rules/problems.ts";
import { loadPolicySources } from "@holdpoint/engine/policy-files.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { type PolicyOptions, policySources } from "../check/policy.ts";

export interface RanCase {
  file: string;
  golden: GoldenCase;
  differences: Difference[];
  verdict: Verdict;
  /** milliseconds */
  ms: number;
}

const EXTENSIONS = [".yaml", ".yml", ".json"];
/** Beside the policies and below them, where no loader takes cases for a policy. */
const DEFAULT_FOLDER = join("policy.d", "tests");

/** The case files that are meant; folders stand for the files in them. Throws `invalid` where there are none. */
export function findCaseFiles(named: readonly string[]): string[] {
  const places = named.length > 0 ? named : [DEFAULT_FOLDER];
  return places.flatMap((place) => {
    if (!existsSync(place)) {
      const hint =
        named.length > 0
          ? "expected a case file, or a folder of them"
          : "write cases there, or name a file: holdpoint policy test cases.yaml";
      throw new Fault("invalid", `\`${place}\` is not there: ${hint}`);
    }
    if (!statSync(place).isDirectory()) return [place];
    const files = readdirSync(place)
      .filter((name) => EXTENSIONS.includes(extname(name)) && !name.startsWith("."))
      .sort((a, b) => (a < b ? -1 : 1));
    if (files.length === 0) throw new Fault("invalid", `\`${place}\`: expected case files (.yaml, .json), found none`);
    return files.map((name) => join(place, name));
  });
}

/** Throws `policy_invalid` with every error of every case file. */
export function readCaseFiles(paths: readonly string[]): CaseFile[] {
  const problems: Problem[] = [];
  const files = paths.map((path) => {
    const format = extname(path) === ".json" ? "json" : "yaml";
    return readCaseFile(path, readFileSync(path, "utf8"), format, problems);
  });
  if (problems.length > 0) refusePolicy(problems, "the case files are refused");
  return files.filter((file) => file !== undefined);
}

/** What a case file names is looked for from its own folder on; a pack and a dialect stay what they are. */
function policyPaths({ name, policy = [] }: CaseFile): string[] {
  const from = (path: string): string => (isAbsolute(path) ? path : resolve(dirname(name), path));
  return policy.map((path) => {
    const [, dialect, file] = /^([a-z][a-z-]*)=(.+)$/s.exec(path) ?? [];
    if (dialect !== undefined && file !== undefined) return `${dialect}=${from(file)}`;
    return path.startsWith("packs/") && !existsSync(from(path)) ? path : from(path);
  });
}

/** Files and folders that the outcome hangs on, for `--watch`. */
export const watchedPaths = (files: readonly CaseFile[], options: PolicyOptions): string[] => [
  ...files.flatMap((file) => [file.name, ...policyPaths(file)]),
  ...(options.policyFile ?? []),
  ...(options.addPolicy ?? []),
  "policy.d",
];

export function runCaseFiles(files: readonly CaseFile[], options: PolicyOptions): RanCase[] {
  const sets = new Map<string, PolicySet>();
  const setOf = (file: CaseFile): PolicySet => {
    // Who names policies on the command line wants to see what these would say.
    const own = options.policyFile === undefined && file.policy !== undefined ? policyPaths(file) : undefined;
    const key = own?.join("\n") ?? "";
    const known = sets.get(key);
    if (known) return known;
    const set = compileSet(own === undefined ? policySources(options, process.cwd()) : loadPolicySources(own));
    sets.set(key, set);
    return set;
  };
  return files.flatMap((file) => {
    const set = setOf(file);
    return file.cases.map((golden) => {
      const start = performance.now();
      const { differences, verdict } = runCase(set, golden);
      return { file: file.name, golden, differences, verdict, ms: performance.now() - start };
    });
  });
}
