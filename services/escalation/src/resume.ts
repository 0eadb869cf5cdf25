// resume.ts — votes become a state: the store tallies them under the approval's lock, and the trace says who answered

import type { Log } from "@holdpoint/runtime/log.ts";
import { timeApproval } from "@holdpoint/runtime/metrics.ts";
import { inSpan, linkTo, SPANS } from "@holdpoint/runtime/trace.ts";
import type { Store } from "@holdpoint/store/store.ts";
import type { Approval } from "@holdpoint/wire/approval.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import { type Attributes, type Span, trace } from "@opentelemetry/api";

export interface ResumeDeps {
  store: { approvals: Pick<Store["approvals"], "apply" | "get">; actions: Pick<Store["actions"], "get"> };
  log: Log;
}

type Applied = Awaited<ReturnType<Store["approvals"]["apply"]>>;

const answerAttributes = (approval: Approval): Attributes => ({
  "holdpoint.approval.id": approval.id,
  "holdpoint.approval.answer": approval.state,
  "holdpoint.approval.voters": approval.votes.map(({ voter }) => voter),
  "holdpoint.approval.votes": approval.votes.map(({ vote }) => vote),
  "holdpoint.approval.channels": approval.votes.map(({ channel }) => channel),
});

/** How long people took: from the question to the vote that decided. */
function timeAnswer(approval: Approval): void {
  if (approval.state === "pending") return;
  const end = approval.settledAt ?? approval.votes.at(-1)?.at;
  if (end !== undefined) timeApproval(approval.state, Math.max(0, Date.parse(end) - Date.parse(approval.openedAt)));
}

/**
 * The human wait ended the action's own trace. This is a new one (of the answer), and its spans link back to the old: once
 * the answer is committed, because somebody waits for that.
 */
async function linkBack(message: Message, applied: Applied, spans: readonly (Span | undefined)[], deps: ResumeDeps) {
  const { tenant, id } = message.action;
  const row = "row" in applied ? applied.row : await deps.store.actions.get(tenant, id);
  for (const link of linkTo(row?.trace)) for (const span of spans) span?.addLink(link);
}

async function apply(message: Message, approvalId: string, spans: [Span, Span?], deps: ResumeDeps): Promise<string> {
  const { tenant, id } = message.action;
  const { store, log } = deps;
  const [span] = spans;
  const applied = await store.approvals.apply(tenant, approvalId, { system: "escalation" });
  span.setAttribute("holdpoint.settle.status", applied.status);
  await linkBack(message, applied, spans, deps);
  // `illegal`: another worker, the sweeper or a cancel was first. What votes amount to is in the row, not in this job.
  if (applied.status !== "done") return applied.status;
  const approval = await store.approvals.get(tenant, approvalId);
  if (approval !== undefined) {
    span.setAttributes(answerAttributes(approval));
    timeAnswer(approval);
  }
  log.info({ event: "holdpoint.answer", actionId: id, approvalId, state: applied.row.state }, "answered");
  return applied.row.state;
}

/** @returns what became of it, for the log */
export function resume(message: Message, approvalId: string, deps: ResumeDeps): Promise<string> {
  const stage = trace.getActiveSpan();
  const attributes = {
    "holdpoint.action.id": message.action.id,
    "holdpoint.stage": "escalation",
    "holdpoint.approval.id": approvalId,
  };
  return inSpan(SPANS.settle, { attributes }, (span) => apply(message, approvalId, [span, stage], deps));
}
