// rungs.ts — which sandbox rungs work here: each is tried, with a time limit, because some hang instead of failing

import type { Rung } from "@holdpoint/wire/decision.ts";
import { type Probe, probe, why } from "./probe.ts";

export interface RungFinding {
  rung: Rung;
  works: boolean;
  note: string;
}

const timeoutMs = 3_000;
const bare = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-pid", "--die-with-parent"];

interface Attempt {
  rung: Rung;
  command: string;
  args: string[];
  note: string;
}
const ATTEMPTS: readonly Attempt[] = [
  { rung: "scrubbed", command: "/bin/sh", args: ["-c", "ulimit -t 1 && exit 0"], note: "environment and limits" },
  { rung: "read-only", command: "bwrap", args: [...bare, "--", "true"], note: "bubblewrap" },
  {
    rung: "workspace",
    command: "bwrap",
    args: [...bare, "--unshare-net", "--tmpfs", "/tmp", "--", "true"],
    note: "bubblewrap, no network",
  },
  { rung: "container", command: "docker", args: ["info", "--format", "{{.ServerVersion}}"], note: "docker" },
  { rung: "microvm", command: "runsc", args: ["--rootless", "--network=none", "do", "true"], note: "gVisor" },
];

const found = ({ rung, note }: Attempt, result: Probe): RungFinding =>
  result.code === 0 ? { rung, works: true, note } : { rung, works: false, note: `${note}: ${why(result)}` };

/** All at once: the slowest decides how long it takes. */
export const probeRungs = (): Promise<RungFinding[]> =>
  Promise.all(
    ATTEMPTS.map(async (attempt) => found(attempt, await probe(attempt.command, attempt.args, { timeoutMs }))),
  );
