// state-policy.ts — one more document for an `up` whose data folder has a name of its own: its keys are not for agents either

import { realpathSync } from "node:fs";
import { join, sep } from "node:path";
import type { PolicySource } from "@holdpoint/wire/policy.ts";

/** What lies in the folder; the rest of it may be anybody's, such as a project that chose this place for its state. */
const OURS = ["master.key", "job.keys", "agent.key", "hook.json", "postgres.*", "postgres/**", "hook/**"] as const;

/** In our glob grammar a backslash makes any character mean itself. */
const literal = (path: string): string => path.replace(/[\\*?{}!$~]/g, "\\$&");

/** The always-on rules know folders called `.holdpoint` and the usual places; undefined where they are enough. */
export function statePolicy(folder: string): PolicySource | undefined {
  if (folder.split(sep).includes(".holdpoint")) return undefined;
  const places = [...new Set([folder, realpathSync(folder)])];
  const document = {
    policy: "holdpoint/state",
    rules: [
      {
        id: "protect-data-folder",
        effect: "deny",
        when: { paths: { any: places.flatMap((place) => OURS.map((name) => join(literal(place), name))) } },
        reason: "Holdpoint's own state, keys and configuration are not for agents",
      },
    ],
  };
  return { name: "holdpoint/state", dialect: "native-json", text: JSON.stringify(document) };
}
