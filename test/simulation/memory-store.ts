// memory-store.ts — what the database promises (migrations 005 to 009), in memory: states, epochs, digests, votes, one lock
// It breaks a promise of its own nowhere; whoever uses it wrongly is written down in `problems`.

import { tally } from "@holdpoint/core/escalation/tally.ts";
import type { NewAction, NewVote, Proposed, Settled, Settlement } from "@holdpoint/store/types.ts";
import type { Action, ActionState } from "@holdpoint/wire/action.ts";
import type { ApprovalAsk } from "@holdpoint/wire/approval.ts";
import type { Message } from "@holdpoint/wire/job.ts";

export interface MemoryAction {
  action: Action;
  state: ActionState;
  version: number;
  epoch: number;
  dispatchedAt: number;
  dispatchedBy: "propose" | "reconciler" | "settler" | "worker";
  decisions: Settlement[];
  /** one entry a transition */
  events: { version: number; state: ActionState; digest?: string }[];
  ask?: ApprovalAsk;
  votes: { voter: string; vote: "approve" | "deny"; roles: string[] }[];
}

export interface MemoryStore {
  actions: Map<string, MemoryAction>;
  problems: string[];
  nowMs: number;
  digest: string;
  lock?: object;
  propose(item: NewAction): Proposed;
  settle(item: Settlement): Settled;
  redispatch(ids: readonly string[], by: "reconciler" | "settler"): MemoryAction[];
  retake(message: Message): boolean;
  overdue(olderThanMs: number, rows: number): { tenant: string; actionId: string }[];
  vote(vote: Pick<NewVote, "approvalId" | "voter" | "vote" | "roles">): boolean;
  apply(approvalId: string): "done" | "waiting" | "illegal";
  unapplied(): { tenant: string; approvalId: string; actionId: string }[];
}

/** A dispatch that another reconciler's voids sooner than this had no time at all. */
const DISPATCH_MS_MIN = 500;

export const rowOf = ({ action, epoch, state, version }: MemoryAction) => ({
  action,
  epoch,
  state,
  version,
  trace: {},
});
/** An approval has the id of its action here. */
const approvalOf = (actionId: string) => actionId;

export function memoryStore(digest: string): MemoryStore {
  const actions = new Map<string, MemoryAction>();
  const keys = new Map<string, string>();
  const problems: string[] = [];

  const move = (row: MemoryAction, state: ActionState, digestOf?: string) => {
    row.state = state;
    row.version++;
    row.events.push({ version: row.version, state, ...(digestOf !== undefined && { digest: digestOf }) });
  };
  const votesOf = ({ ask, votes }: MemoryAction) => tally(ask?.requirements ?? [], votes);

  const store: MemoryStore = {
    actions,
    problems,
    nowMs: 0,
    digest,
    propose({ action, idempotencyKey }) {
      const known = actions.get(keys.get(idempotencyKey ?? "") ?? "");
      if (known) return { status: "replayed", row: rowOf(known) as never };
      const row: MemoryAction = {
        action,
        state: "received",
        version: 1,
        epoch: 1,
        dispatchedAt: store.nowMs,
        dispatchedBy: "propose",
        decisions: [],
        events: [{ version: 1, state: "received" }],
        votes: [],
      };
      actions.set(action.id, row);
      if (idempotencyKey !== undefined) keys.set(idempotencyKey, action.id);
      return { status: "created", row: rowOf(row) as never };
    },
    settle(item) {
      const { actionId } = item;
      const row = actions.get(actionId);
      if (!row) return { status: "unknown", actionId };
      if (row.state !== "received") return { status: "already", actionId, state: row.state };
      if (row.epoch !== item.epoch) return { status: "stale_epoch", actionId };
      if (item.decision.policyDigest !== store.digest)
        return { status: "stale_policy", actionId, activeDigest: store.digest };
      row.decisions.push(item);
      move(row, item.state, item.decision.policyDigest);
      if (item.verdict.ask) row.ask = item.verdict.ask;
      return { status: "settled", actionId, state: item.state, version: row.version, eventId: "evt", receipt: "" };
    },
    redispatch(ids, by) {
      return ids.flatMap((id) => {
        const row = actions.get(id);
        if (row?.state !== "received") return [];
        if (by === "reconciler" && row.dispatchedBy === by && store.nowMs - row.dispatchedAt < DISPATCH_MS_MIN)
          problems.push(`${id}: dispatched twice by reconcilers within ${store.nowMs - row.dispatchedAt} ms`);
        Object.assign(row, { epoch: row.epoch + 1, dispatchedAt: store.nowMs, dispatchedBy: by });
        return [row];
      });
    },
    retake({ action }) {
      const row = actions.get(action.id);
      if (row?.state !== "received") return false;
      Object.assign(row, { dispatchedAt: store.nowMs, dispatchedBy: "worker" });
      return true;
    },
    overdue: (olderThanMs, rows) =>
      [...actions.values()]
        .filter(({ state, dispatchedAt }) => state === "received" && dispatchedAt <= store.nowMs - olderThanMs)
        .slice(0, rows)
        .map(({ action }) => ({ tenant: action.tenant, actionId: action.id })),
    // Counts what comes, also twice: that one voter is one voice is for the tally to say.
    vote({ approvalId, voter, vote, roles }) {
      const row = actions.get(approvalId);
      if (row?.state !== "held") return false;
      row.votes.push({ voter, vote, roles });
      return true;
    },
    apply(approvalId) {
      const row = actions.get(approvalId);
      if (row?.state !== "held") return "illegal";
      const { state } = votesOf(row);
      if (state === "pending") return "waiting";
      move(row, state);
      return "done";
    },
    unapplied: () =>
      [...actions.values()]
        .filter((row) => row.state === "held" && votesOf(row).state !== "pending")
        .map(({ action }) => ({ tenant: action.tenant, approvalId: approvalOf(action.id), actionId: action.id })),
  };
  return store;
}
