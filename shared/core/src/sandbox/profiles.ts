// profiles.ts — what each rung of the sandbox forbids, and whether a rung meets a requirement (rulings §C6)

import { RUNGS, type Rung, type SandboxRequirement } from "@holdpoint/wire/decision.ts";

/**
 * The promise an executor makes when it says that it has a rung. Not one ladder: a rung is placed on three scales by
 * what it forbids, and a requirement names places on them.
 */
export interface Profile {
  rung: Rung;
  filesystem: "none" | "scrubbed" | "workspace" | "read-only";
  network: "open" | "list" | "none";
  isolation: "none" | "process" | "container" | "vm";
  means: string;
}

export const profiles: Readonly<Record<Rung, Profile>> = {
  none: {
    rung: "none",
    filesystem: "none",
    network: "open",
    isolation: "none",
    means: "runs as the agent does",
  },
  scrubbed: {
    rung: "scrubbed",
    filesystem: "scrubbed",
    network: "open",
    isolation: "process",
    means: "environment allow-list, own process group, caps on time, CPU and memory",
  },
  "read-only": {
    rung: "read-only",
    filesystem: "read-only",
    network: "open",
    isolation: "process",
    means: "nothing outside a scratch folder can be written",
  },
  workspace: {
    rung: "workspace",
    filesystem: "workspace",
    network: "none",
    isolation: "process",
    means: "writes only inside the workspace, no network",
  },
  "workspace+egress-list": {
    rung: "workspace+egress-list",
    filesystem: "workspace",
    network: "list",
    isolation: "process",
    means: "writes only inside the workspace, network only to listed hosts",
  },
  container: {
    rung: "container",
    filesystem: "workspace",
    network: "none",
    isolation: "container",
    means: "own root with the workspace mounted, no network",
  },
  microvm: {
    rung: "microvm",
    filesystem: "workspace",
    network: "none",
    isolation: "vm",
    means: "own kernel (a VM or gVisor) with the workspace mounted, no network",
  },
};

/** From least to most forbidding. `read-only` also meets `workspace`; a workspace lets writes through, so never the reverse. */
const FILESYSTEM = ["none", "scrubbed", "workspace", "read-only"] as const;
const NETWORK = ["open", "list", "none"] as const;
const ISOLATION = ["none", "process", "container", "vm"] as const;

const atLeast = <T extends string>(scale: readonly T[], has: T, needs: T | undefined): boolean =>
  needs === undefined || scale.indexOf(has) >= scale.indexOf(needs);

/** True when the rung forbids at least what every named dimension asks. */
export function satisfies(rung: Rung, requirement: SandboxRequirement | undefined): boolean {
  if (requirement === undefined) return true;
  const profile = profiles[rung];
  return (
    atLeast(FILESYSTEM, profile.filesystem, requirement.filesystem) &&
    atLeast(NETWORK, profile.network, requirement.network) &&
    atLeast(ISOLATION, profile.isolation, requirement.isolation)
  );
}

const stricter = <T extends string>(scale: readonly T[], a: T | undefined, b: T | undefined): T | undefined =>
  a === undefined ? b : b === undefined ? a : scale.indexOf(a) >= scale.indexOf(b) ? a : b;

/** Both requirements at once: per dimension the stricter place. */
export function joinRequirements(
  a: SandboxRequirement | undefined,
  b: SandboxRequirement | undefined,
): SandboxRequirement | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const filesystem = stricter<NonNullable<SandboxRequirement["filesystem"]>>(
    ["scrubbed", "workspace", "read-only"],
    a.filesystem,
    b.filesystem,
  );
  const network = stricter<NonNullable<SandboxRequirement["network"]>>(["list", "none"], a.network, b.network);
  const isolation = stricter<NonNullable<SandboxRequirement["isolation"]>>(
    ["process", "container", "vm"],
    a.isolation,
    b.isolation,
  );
  return { ...(filesystem && { filesystem }), ...(network && { network }), ...(isolation && { isolation }) };
}

/** `RUNGS` is in the order of preference: the later one costs more. */
export const heavier = (a: Rung, b: Rung): Rung => (RUNGS.indexOf(a) >= RUNGS.indexOf(b) ? a : b);

/**
 * The rung that meets a requirement and forbids least, so that what is required does not break what should
 * run; `undefined` where none does (then no executor can run it). Files count double: a rung that forbids every write is
 * a poor stand-in for a workspace. A network that nobody needs may be missing.
 */
export function lightestFor(requirement: SandboxRequirement | undefined, needsNetwork = false): Rung | undefined {
  const online = needsNetwork || requirement?.network !== undefined;
  const forbids = (rung: Rung): number => {
    const { filesystem, network, isolation } = profiles[rung];
    const hosts = online ? NETWORK.indexOf(network) : 0;
    return 2 * FILESYSTEM.indexOf(filesystem) + hosts + ISOLATION.indexOf(isolation);
  };
  const able = RUNGS.filter((rung) => satisfies(rung, requirement));
  return able.reduce<Rung | undefined>(
    (best, rung) => (best === undefined || forbids(rung) < forbids(best) ? rung : best),
    undefined,
  );
}

/**
 * The rung an executor should use of those it has: the recommended one, else the next heavier, else the heaviest it
 * has, but never one that misses the requirement. `undefined`: it must not run this at all (`rung_missing`).
 */
export function pickRung(
  has: readonly Rung[],
  sandbox: { recommended: Rung; required?: SandboxRequirement | undefined },
): Rung | undefined {
  const able = RUNGS.filter((rung) => has.includes(rung) && satisfies(rung, sandbox.required));
  const wanted = RUNGS.indexOf(sandbox.recommended);
  return able.find((rung) => RUNGS.indexOf(rung) >= wanted) ?? able.at(-1);
}
