// topology.ts — every queue, every edge, every budget: the whole way of an action on one page

import type { Stage } from "@holdpoint/wire/scalars.ts";
import type { HandOver } from "./types.ts";

export interface StageSpec {
  /** stages that this one may hand over to; any stage may settle */
  next: readonly Stage[];
  /** jobs (packs) in hand at a time, a process; of what it adds itself it may take as many beside */
  concurrency: number;
  /** ms for one action in one attempt */
  timeoutMs: number;
  /** throws of the stage's own code before the action is denied; infrastructure faults do not count */
  attempts: number;
}

export const topology = {
  rules: { next: ["safety"], concurrency: 20, timeoutMs: 1_000, attempts: 3 },
  safety: { next: ["sandbox"], concurrency: 20, timeoutMs: 15_000, attempts: 3 },
  sandbox: { next: ["escalation"], concurrency: 20, timeoutMs: 1_000, attempts: 3 },
  escalation: { next: [], concurrency: 20, timeoutMs: 5_000, attempts: 3 },
} as const satisfies Record<Stage, StageSpec>;

export type NextOf<S extends Stage> = (typeof topology)[S]["next"][number];

/** A hand-over that the topology allows: any other does not compile. */
export type HandOverFrom<S extends Stage> =
  | Exclude<HandOver, { to: Stage }>
  | (Extract<HandOver, { to: Stage }> & { to: NextOf<S> });

/** The same rule for what TypeScript cannot see: `from` may be any text that a forged job claims. */
export const mayHandOver = (from: Stage, to: Stage): boolean =>
  Object.hasOwn(topology, from) && (topology[from].next as readonly Stage[]).includes(to);

/** Who may put a job into a stage's queue: the stage before it, or the gateway and the reconciler (`edge`). */
export type Sender = Stage | "edge";
export const mayEnter = (from: Sender, to: Stage): boolean =>
  from === "edge" ? to === "rules" || to === "escalation" : mayHandOver(from, to);
