// policy.ts — the policy set of a command: files that were named, else the environment's, else ./policy.d, else the default pack

import { delimiter } from "node:path";
import { compileSet, type PolicySet } from "@holdpoint/core/rules/compile.ts";
import { defaultPolicySources, loadPolicySources } from "@holdpoint/engine/policy-files.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";

export interface PolicyOptions {
  policyFile?: string[];
  addPolicy?: string[];
}

/** Throws `policy_invalid` that names the path. @param folder where `./policy.d` is looked for */
export function policySources(
  options: PolicyOptions,
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): PolicySource[] {
  const fromEnvironment = (env["HOLDPOINT_POLICY"] ?? "").split(delimiter).filter((path) => path !== "");
  const named = options.policyFile ?? fromEnvironment;
  const base = named.length > 0 ? loadPolicySources(named) : defaultPolicySources(folder);
  return [...base, ...loadPolicySources(options.addPolicy ?? [])];
}

/** Throws `policy_invalid` with every error of every document. */
export const policySet = (options: PolicyOptions, folder: string): PolicySet =>
  compileSet(policySources(options, folder));
