// policy.ts — the policy set of a command: files that were named, else the environment's, else ./policy.d, else the default pack

import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { compileSet, type PolicySet } from "@holdpoint/core/rules/compile.ts";
import { PACK_NAMES, type PackName, pack } from "@holdpoint/core/rules/packs.ts";
import { defaultPolicySources, loadPolicySources } from "@holdpoint/runtime/policy-files.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";

export interface PolicyOptions {
  policyFile?: string[];
  addPolicy?: string[];
}

/** `packs/coding-agent` names a pack, unless there is a file of that name. */
function packNamed(path: string): PackName | undefined {
  return existsSync(path) ? undefined : PACK_NAMES.find((name) => path === `packs/${name}`);
}

const load = (paths: readonly string[]): PolicySource[] =>
  paths.flatMap((path) => {
    const name = packNamed(path);
    return name === undefined ? loadPolicySources([path]) : [pack(name)];
  });

/** Throws `policy_invalid` that names the path. @param folder where `./policy.d` is looked for */
export function policySources(
  options: PolicyOptions,
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): PolicySource[] {
  const fromEnvironment = (env["HOLDPOINT_POLICY"] ?? "").split(delimiter).filter((path) => path !== "");
  const named = options.policyFile ?? fromEnvironment;
  const base = named.length > 0 ? load(named) : defaultPolicySources(folder, pack("coding-agent"));
  return [...base, ...load(options.addPolicy ?? [])];
}

/** Throws `policy_invalid` with every error of every document. */
export const policySet = (options: PolicyOptions, folder: string): PolicySet =>
  compileSet(policySources(options, folder));
