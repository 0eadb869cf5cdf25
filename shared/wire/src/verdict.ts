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
  /** deny plus: end the session */
  terminate: boolean;
}
