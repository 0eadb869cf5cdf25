// types.ts — the shapes that go in and out of the store; every call is scoped to one tenant

import type { Answer } from "@holdpoint/core/escalation/machine.ts";
import type { Assurance } from "@holdpoint/core/escalation/request.ts";
import type { Action, ActionState } from "@holdpoint/wire/action.ts";
import type { Approval, ApprovalAsk, Card } from "@holdpoint/wire/approval.ts";
import type { Decision, Finding } from "@holdpoint/wire/decision.ts";
import type { Actor, Event } from "@holdpoint/wire/event.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import type { ClaimRefusal } from "@holdpoint/wire/grant.ts";
import type { TraceCarrier } from "@holdpoint/wire/job.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";

/** An action to accept. `requestHash` is what "same body" means (rulings §C9): kind, tool, args, cwd, principal, session. */
export interface NewAction {
  action: Action;
  requestHash: string;
  idempotencyKey?: string;
  /** hash of tenant, credential, agent, session, tool, args, cwd: an equal held or approved action is joined (rulings §C4) */
  joinHash: string;
  trace: TraceCarrier;
  /** ms until the sweeper denies it undecided */
  decideWithinMs: number;
  /** committed without waiting for the disk: nobody is told of it before its decision, or before `assure` (ADR 15) */
  lazily?: boolean;
}

export type Proposed =
  | { status: "created"; row: ActionRow }
  | { status: "replayed"; row: ActionRow }
  | { status: "joined"; row: ActionRow }
  | { status: "conflict"; actionId: string }
  | { status: "too_many_open"; open: number };

/** An action as it stands. `action.args` are opened (unsealed). */
export interface ActionRow {
  action: Action;
  state: ActionState;
  version: number;
  epoch: number;
  deadlineAt: Date;
  /** what time alone does next happens then: denial, expiry, end of the lease; none in a terminal state */
  dueAt?: Date;
  dispatchedAt?: Date;
  trace: TraceCarrier;
  decision?: Decision;
  verdict?: Verdict;
  facts?: Facts;
  findings?: Finding[];
  findingsAt?: Date;
  approvalId?: string;
  approvalToken?: string;
  replacedBy?: string;
  /** `sha256:…` hash of its last event: the propose answer's `receipt` */
  receipt: string;
  claim?: { number: number; credential: string; leaseUntil: Date; idempotencyKey?: string; executor?: string };
}

export interface NewApproval {
  id: string;
  ask: ApprovalAsk;
  card: Card;
  /** what votes are given for (core's `basisOf`) */
  basis: string;
  /** what a standing grant for it would be bound to, where there may be one (core's `standingSubject`) */
  standing?: string;
  /** what its denial would be remembered by (core's `memorySubject`), and the session that asks */
  memory?: { subject: string; session: string };
  expiresAt: Date;
  /** with `holds: run`: the name of the run, where it has one; else its session is the run */
  run?: string;
}

/** A decision to commit: its row, its evidence, its approval and its notifications, in one transaction. */
export interface Settlement {
  tenant: string;
  actionId: string;
  epoch: number;
  state: "allowed" | "held" | "denied";
  decision: Decision;
  verdict: Verdict;
  facts: Facts;
  findings: Finding[];
  approval?: NewApproval;
  actor: Actor;
  /** normalised command line for the evidence (seed 002) */
  command: string;
  /** the name of its run, where it has one */
  run?: string;
}

export type Settled =
  | { status: "settled"; actionId: string; state: ActionState; version: number; eventId: string; receipt: string }
  /** another dispatch has the word: drop it */
  | { status: "stale_epoch"; actionId: string }
  /** not `received` any more: drop it */
  | { status: "already"; actionId: string; state: ActionState }
  /** judge again with this set and try again; no failed attempt */
  | { status: "stale_policy"; actionId: string; activeDigest: string }
  /** what was counted is not what the verdict rests on: judge again with these counts (by name, in whole units) */
  | { status: "recount"; actionId: string; counts: Record<string, number> }
  /** a sibling's approval holds its run: it stays as it is, and is sent again when that is over */
  | { status: "waiting"; actionId: string; approvalId: string }
  /** the session was terminated or the kill switch is engaged: only a denial may be committed now */
  | { status: "stopped"; actionId: string; why: "session_terminated" | "kill_switch"; reason: string }
  /** a person denied the same a little while ago: only a denial may be committed */
  | { status: "remembered"; actionId: string; approvalId: string }
  /** more pending approvals than one agent may have: only a denial may be committed */
  | { status: "too_many_pending"; actionId: string }
  | { status: "unknown"; actionId: string };

export interface ClaimAttempt {
  tenant: string;
  actionId: string;
  credential: string;
  idempotencyKey?: string;
  /** the row's version that was judged */
  version: number;
  policyDigest: string;
  leaseMs: number;
  executor?: string;
  actor: Actor;
  bindings?: unknown;
  /** what it is claimed for; both must be the proposal's, where that names them */
  audience?: string;
  toolVersion?: string;
  /** of the verdict that the claim rests on */
  counts?: Verdict["counts"];
  /** what the row was when it was judged */
  state?: ActionState;
  run?: string;
}
export type Claimed =
  | { status: "claimed"; row: ActionRow; repeated: boolean }
  /** judge again and try again */
  | { status: "stale"; row: ActionRow; activeDigest: string }
  | { status: "refused"; reason: ClaimRefusal; row: ActionRow }
  | { status: "unknown" };

/** A change of state outside of settle and claim: report, cancel, expiry, revocation, re-judging, resume after votes. */
export interface Transition {
  tenant: string;
  actionId: string;
  from: ActionState[];
  to: ActionState;
  actor: Actor;
  type?: string;
  reason?: string;
  /** guard: only this version, when given */
  version?: number;
  /** guard: only under this claim, when given (a report) */
  claimNumber?: number;
  /** a new judgement: its decision, and what led to it */
  decision?: Decision;
  verdict?: Verdict;
  facts?: Facts;
  findings?: Finding[];
  /** with `to: "held"` and a decision: what is asked for now; the same id keeps the votes that were given */
  approval?: NewApproval;
  replacedBy?: string;
  detail?: Record<string, unknown>;
  /** of a report: what was really used, in whole units (money in millionths). Only `binding` usage takes away from what was reserved */
  usage?: { costUsd?: number | undefined; modelCalls?: number | undefined; binding: boolean };
}
export type Transitioned =
  | { status: "done"; row: ActionRow; event: Event }
  | { status: "illegal"; state: ActionState; row: ActionRow }
  | { status: "unknown" };

export interface NewVote {
  tenant: string;
  approvalId: string;
  voteId: string;
  /** person id; for a bot or webhook key its credential id */
  voter: string;
  credential: string;
  channel: string;
  vote: "approve" | "deny";
  /** roles the voter holds now */
  roles: string[];
  /** how sure it is that this person voted; `channel` when not said, the weakest */
  assurance?: Assurance;
  reason?: string;
  cardSha256?: string;
  /** makes a standing grant when this vote has decided */
  wish?: { scope: "session" | "times" | "until"; times?: number; until: Date };
  /** an empty list in a one-person `up`; else nobody in here may vote (rulings §D2) */
  barred: string[];
}
/** What is known of a vote before it is one. */
export type PossibleVote = Omit<NewVote, "voteId" | "channel" | "wish">;
export type Voted =
  | { status: "counted"; approval: Approval; actionId: string }
  | { status: "already_settled"; approval: Approval }
  | { status: "already_voted"; approval: Approval }
  | { status: "card_changed"; approval: Approval }
  | { status: "approval_expired"; approval: Approval }
  | { status: "not_an_approver"; approval: Approval }
  | { status: "own_request"; approval: Approval }
  /** a yes of somebody who is called to say no only */
  | { status: "veto_only"; approval: Approval }
  /** more approvals within the hour than anybody reads */
  | { status: "too_many"; approval: Approval }
  | { status: "unknown" };

/** What became of anything else that was done to a request: `done`, or the machine's word for why not. */
export interface Answered {
  status: Answer | "unknown" | "unknown_person" | "already_lent" | "circle";
}

/** A held action, judged again under the set now active. */
export interface Rejudged {
  tenant: string;
  approvalId: string;
  decision: Decision;
  verdict: Verdict;
  facts: Facts;
  findings: Finding[];
  actor: Actor;
}

/** What every worker runs for a tenant: content-addressed by `digest`. */
export interface ActiveSet {
  digest: string;
  sources: PolicySource[];
}

export interface Page<T> {
  items: T[];
  next?: string;
}

/** What a settle made of an action's row, all at once: laid over the row before, it is the row that the store now has. */
export type Committed = Required<
  Pick<ActionRow, "state" | "version" | "receipt" | "decision" | "verdict" | "facts" | "findings" | "findingsAt">
> &
  Pick<ActionRow, "dueAt">;

/** A message from one process to the others: ids only (a NOTIFY carries at most 8,000 bytes). */
export type Notice =
  | { kind: "settled"; tenant: string; actionIds: string[] }
  | { kind: "policy"; tenant: string; digest: string }
  | { kind: "voted"; tenant: string; approvalId: string; actionId: string }
  | { kind: "events"; tenant: string }
  /** of this process only: it committed them itself, so that whoever waits here need not read them; `settled` follows for all */
  | { kind: "committed"; tenant: string; rows: ReadonlyMap<string, Committed> }
  /** of this process only: notices may have been missed; look again at whatever is waited for */
  | { kind: "reconnected" };
