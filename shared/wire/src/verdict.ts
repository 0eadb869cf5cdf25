// verdict.ts — what the pure core concluded, before ids, clocks and people come in

import type { ApprovalAsk } from "./approval.ts";
import type {
  Alert,
  DecidingRule,
  Finding,
  Modifications,
  Redaction,
  Risk,
  Sandbox,
  SandboxRequirement,
} from "./decision.ts";
import type { Effect, Outcome } from "./scalars.ts";

/** One rule's part in an atom's effect; a rule that failed to evaluate counts on the strict side and says so. */
export interface TraceEntry {
  atom: number;
  document: string;
  rule: string;
  effect: string;
  matched: boolean;
  note?: string;
}

export const COUNT_SCOPES = ["session", "run", "agent", "tenant"] as const;
export type CountScope = (typeof COUNT_SCOPES)[number];
export const COUNT_WHATS = ["actions", "allows", "asks", "denials", "failures", "modelCalls", "costUsd"] as const;
export type CountWhat = (typeof COUNT_WHATS)[number];

/** A question about what was counted before, and the answer that a verdict rests on. */
export interface CountAsk {
  /** of the counter */
  name: string;
  /** what the action itself adds to a sum, in whole units (money in millionths); 0 for what is merely counted */
  own: number;
  bounds: { gt?: number | undefined; gte?: number | undefined; lt?: number | undefined; lte?: number | undefined };
  /** did count and own together lie within the bounds? */
  held: boolean;
}

/** A counter that an action is counted in once it is decided. */
export interface Counted {
  name: string;
  what: CountWhat;
  /** 0 = no window */
  windowMs: number;
  /** of a sum, what the action adds */
  used: number;
}

/**
 * The state of a judgement between stages. Stages only tighten: `effect` never moves towards allow
 * (rules → safety → sandbox → escalation), and each stage adds its part.
 */
export interface Verdict {
  policyDigest: string;
  effect: Effect;
  outcome: Outcome;
  reason: string;
  /** what an agent may be told beside the generic sentence, by the strictest disclosure of the documents that decided */
  disclosure: "generic" | "hint" | "reason" | "full";
  /** what the agent might do instead, said by the deciding rule; told under disclosure `hint` or more */
  hint?: string;
  rules: DecidingRule[];
  /** per atom, in order: its effect and the rules that made it */
  atoms: { effect: Effect; rules: string[] }[];
  trace: TraceEntry[];
  risk: Risk;
  findings: Finding[];
  /** ids and versions of the checkers that were heard: their findings are reused only under the same ones (rulings §C2) */
  checkers?: string;
  /** present while effect is ask */
  ask?: ApprovalAsk;
  /** a deny that the agent may escalate to a new, linked action (rulings §B11) */
  escalatable?: { role: string; quorum: number };
  sandbox?: Sandbox;
  sandboxWishes: { recommended?: Sandbox["recommended"]; required?: SandboxRequirement }[];
  redactions: Redaction[];
  modifications?: Modifications;
  alerts: Alert[];
  /** where the set has limits: what the verdict rests on, and what is counted of the action. Commits prove the first and do the second */
  counts?: { asks: CountAsk[]; of: Counted[] };
  /** deny plus: end the session */
  terminate: boolean;
}
