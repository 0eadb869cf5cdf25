// remote.ts — checkers that HOLDPOINT_CHECKERS adds: those of this process are run by `check` too, of others it knows the names

import type { Checker } from "@holdpoint/core/safety/checker.ts";

export interface AddedCheckers {
  /** answer in this process: Cedar and Rego policies */
  here: Checker[];
  /** ids of those that live in other processes */
  remote: string[];
}

/** Throws `config_invalid`. */
export async function addedCheckers(env: NodeJS.ProcessEnv = process.env): Promise<AddedCheckers> {
  const path = env["HOLDPOINT_CHECKERS"];
  if (path === undefined || path === "") return { here: [], remote: [] };
  // Loaded only where there are any: it brings what it takes to call them.
  const { loadCheckers } = await import("@holdpoint/engine/checkers/load.ts");
  const all = loadCheckers(path);
  return {
    here: all.filter(({ remote }) => !remote),
    remote: all.filter(({ remote }) => remote).map(({ id }) => id),
  };
}
