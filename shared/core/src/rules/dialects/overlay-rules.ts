// overlay-rules.ts — what the keys of seed 002's overlays mean, as rules

import { z } from "zod";
import type { Rule } from "../schema.ts";

export const OverlayLimits = z.strictObject({
  wall_time_sec: z.number().positive().optional(),
  cpu_percent: z.number().positive().optional(),
  mem_mb: z.number().positive().optional(),
});

/** All overlays as one. */
export interface Merged {
  protect_paths: string[];
  write_whitelist: string[];
  require_approval: string[];
  env_allowlist: string[] | undefined;
  log_redactions: { pattern: string; replace: string }[];
  limits: z.infer<typeof OverlayLimits>;
}

const CHANGES = ["write", "delete", "execute"] as ["write", "delete", "execute"];

export function overlayRules(merged: Merged): Rule[] {
  return [
    ...protections(merged),
    ...approvals(merged),
    ...modifications(merged),
    {
      id: "allow-safe",
      effect: "allow",
      when: { tool: ["*"], class: ["safe"] },
      reason: "only looks",
    },
    {
      id: "allow-whitelisted",
      effect: "allow",
      when: { tool: ["*"], class: ["warn"] },
      // Every path that is changed must lie in the whitelist; one that does not takes the allow away.
      unless: { paths: [{ any: outside(merged.write_whitelist), access: CHANGES }] },
      reason: "changes only what the write whitelist names",
    },
  ];
}

/** `/etc` → `/etc/**`; `/` stays the root entry itself. */
const below = (prefix: string): string => {
  const folder = prefix.replace(/\/+$/, "");
  return folder === "" ? "/" : `${folder}/**`;
};
const normal = (prefix: string): string => `${prefix.replace(/\/+$/, "")}/`;
/** Does `inner` lie below `outer`, and is so more specific? */
const isBelow = (inner: string, outer: string): boolean =>
  normal(inner) !== normal(outer) && normal(inner).startsWith(normal(outer));

const outside = (whitelist: readonly string[]): string[] =>
  whitelist.length === 0
    ? ["/**", "~/**", "**"]
    : whitelist.map((prefix) => `!${prefix === "/" ? "/**" : below(prefix)}`);

/** Each protected prefix without the whitelisted ones below it. The same prefix in both lists stays protected. */
function protections({ protect_paths, write_whitelist }: Merged): Rule[] {
  if (protect_paths.length === 0) return [];
  return [
    {
      id: "protect-paths",
      effect: "deny",
      when: {
        paths: protect_paths.map((prefix) => ({
          any: [
            below(prefix),
            ...write_whitelist.filter((other) => isBelow(other, prefix)).map((other) => `!${below(other)}`),
          ],
          access: CHANGES,
        })),
      },
      reason: "changes a protected path",
    },
  ];
}

/** Other names of one package manager: who wants to be asked about the one wants to be asked about all of it. */
const SAME_TOOL: Readonly<Record<string, readonly string[]>> = { apt: ["apt-get", "aptitude"] };

/** An entry is a command (`rm -rf`, `git commit`) or, as one word, also the name of a tool (`apply_patch`). */
function approvals({ require_approval }: Merged): Rule[] {
  const taken = new Map<string, number>();
  // Files may append what another one names already.
  const entries = new Set(require_approval.map((entry) => entry.trim()));
  return [...entries].flatMap((entry): Rule[] => {
    const word = entry.replaceAll(/[^A-Za-z0-9]+/g, "-");
    const times = (taken.get(word) ?? 0) + 1;
    taken.set(word, times);
    const id = times === 1 ? word : `${word}-${times}`;
    const reason = `\`${entry}\` needs approval`;
    const asCommand: Rule = {
      id: `approve-${id}`,
      effect: "require_approval",
      when: { commands: [entry, ...(SAME_TOOL[entry] ?? [])] },
      reason,
    };
    if (/\s/.test(entry)) return [asCommand];
    return [asCommand, { id: `approve-tool-${id}`, effect: "require_approval", when: { tool: [entry] }, reason }];
  });
}

/** What a run gets: no more time, processor and memory than this, and no other variables. */
function modifications({ limits, env_allowlist }: Merged): Rule[] {
  const { wall_time_sec, cpu_percent, mem_mb } = limits;
  const kept = {
    ...(wall_time_sec === undefined ? {} : { wallSeconds: wall_time_sec }),
    ...(cpu_percent === undefined ? {} : { cpuPercent: cpu_percent }),
    ...(mem_mb === undefined ? {} : { memoryMb: mem_mb }),
  };
  const limited = Object.keys(kept).length > 0;
  if (!limited && env_allowlist === undefined) return [];
  return [
    {
      id: "limit-runs",
      effect: "modify",
      when: { tool: ["shell"] },
      obligations: {
        modify: { ...(limited ? { limits: kept } : {}), ...(env_allowlist ? { variables: env_allowlist } : {}) },
      },
      reason: "runs are limited",
    },
  ];
}
