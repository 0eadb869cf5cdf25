// settler.ts — makes a draft a committed decision, judging again as often as the policy changes under it

import { judge } from "@holdpoint/core/decide.ts";
import { factsUnder } from "@holdpoint/core/facts/derive.ts";
import type { PolicySet } from "@holdpoint/core/rules/compile.ts";
import { BLANK_HISTORY, type History } from "@holdpoint/core/rules/criteria/view.ts";
import type { SettleDraft } from "@holdpoint/queue/types.ts";
import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { countDecision, countFailClosed } from "@holdpoint/runtime/metrics.ts";
import { inSpan, SPANS } from "@holdpoint/runtime/trace.ts";
import { createBatcher } from "@holdpoint/store/batch.ts";
import type { Store } from "@holdpoint/store/store.ts";
import type { Settled, Settlement } from "@holdpoint/store/types.ts";
import type { Decision } from "@holdpoint/wire/decision.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import type { Attributes, Span } from "@opentelemetry/api";
import type { AuditFiles } from "./audit-files.ts";
import { refused, unjudged } from "./denial.ts";
import type { PolicyReader } from "./policies.ts";
import { stageOf, toSettlement } from "./settlement.ts";

export interface SettlerDeps {
  store: {
    actions: Pick<Store["actions"], "settle" | "get">;
    tenants: Pick<Store["tenants"], "redactionKey">;
  };
  policies: Pick<PolicyReader, "active" | "refresh">;
  /** sends an action through all stages once more, under a new epoch */
  again(tenant: string, actionId: string): Promise<unknown>;
  clock: Clock;
  log: Log;
  /** hears of every committed decision (seed 003's live audit file) */
  audit?: Pick<AuditFiles, "record">;
}

export interface Settler {
  /** Resolves when the decision is durable, or needless by now. Infrastructure faults go up: the stage loop repeats them. */
  settle(draft: SettleDraft): Promise<void>;
  /** Denies what its stage could not judge (threw every time, or killed its worker). */
  exhausted(message: Message, error: unknown): Promise<void>;
}

type Reason = "judged" | "failed" | "poison";

/** Publishes that one settle may meet in a row before it lets its stage take a breath. */
const REJUDGE_MAX = 20;
/** Rows of one commit: more would hold their locks longer without saving much. */
const COMMIT_ROWS_MAX = 256;

export function createSettler(deps: SettlerDeps): Settler {
  const { policies, clock, log } = deps;
  // One commit a tenant in flight; what is ready meanwhile goes in the next.
  const commits = createBatcher<Settlement, Settled>({
    flush: (tenant, settlements) => deps.store.actions.settle(tenant, settlements),
    itemsMax: COMMIT_ROWS_MAX,
  });

  /** The draft under another set or other counts; `undefined` when stages that had no say so far must be heard first. */
  const rejudge = (draft: SettleDraft, set: PolicySet, history: History): SettleDraft | undefined => {
    const { message, facts, findings } = draft;
    const { checkers } = draft.verdict;
    // What the tool means has changed: every stage has its say again.
    if (factsUnder(set.tools, message.action, facts) !== facts) return undefined;
    const verdict = {
      ...judge(set, message.action, facts, findings, history),
      ...(checkers !== undefined && { checkers }),
    };
    const checked = message.findings !== undefined;
    return checked || verdict.effect === "deny" ? { ...draft, verdict } : undefined;
  };

  /**
   * `judged`: by the policy. `failed`: a denial that no policy can lift, whatever the active set says. `poison`: one that
   * no later dispatch can lift either: it is about the action, and each dispatch would end another process.
   */
  const run = async (first: SettleDraft, span: Span, why: Reason): Promise<void> => {
    let draft = first;
    let fixed = why !== "judged";
    let history = BLANK_HISTORY;
    const redactionKey = await deps.store.tenants.redactionKey(first.message.action.tenant);
    for (let tries = 0; tries < REJUDGE_MAX; tries++) {
      const { action } = draft.message;
      const settlement = toSettlement(draft, clock.now(), redactionKey);
      const outcome = await commits.submit(action.tenant, settlement);
      switch (outcome.status) {
        case "settled":
          return tell(settlement, draft, span);
        case "recount":
        case "stale_policy": {
          const active = await policies.active(action.tenant);
          const current = outcome.status === "recount" || active.digest === outcome.activeDigest;
          const set = current ? active : await policies.refresh(action.tenant);
          if (outcome.status === "recount") history = { ...history, counts: outcome.counts };
          if (fixed) {
            draft = { ...draft, verdict: { ...draft.verdict, policyDigest: set.digest } };
            break;
          }
          const next = rejudge(draft, set, history);
          if (next === undefined) {
            span.setAttribute("holdpoint.settle.status", "judged_again");
            await deps.again(action.tenant, action.id);
            return;
          }
          draft = next;
          break;
        }
        case "stopped":
          countFailClosed(outcome.why, stageOf(draft));
          draft = { ...draft, verdict: refused(draft.verdict, { code: outcome.why, note: outcome.reason }) };
          fixed = true;
          break;
        case "too_many_pending": {
          const note = "this agent has too many approvals pending";
          countFailClosed(outcome.status, stageOf(draft));
          draft = { ...draft, verdict: refused(draft.verdict, { code: outcome.status, note }) };
          fixed = true;
          break;
        }
        case "remembered": {
          const note = `a person denied this a little while ago (${outcome.approvalId}); the same answer still stands`;
          draft = { ...draft, verdict: refused(draft.verdict, { code: "denied_before", note }) };
          fixed = true;
          break;
        }
        case "waiting":
          span.setAttribute("holdpoint.settle.status", outcome.status);
          log.info(
            { actionId: action.id, approvalId: outcome.approvalId },
            "waits: a sibling's approval holds the run",
          );
          return;
        case "stale_epoch": {
          const row = why === "poison" ? await deps.store.actions.get(action.tenant, action.id) : undefined;
          if (row?.state !== "received") return needless(action.id, outcome.status, span);
          draft = { ...draft, message: { ...draft.message, epoch: row.epoch } };
          break;
        }
        default:
          return needless(action.id, outcome.status, span);
      }
    }
    throw new Fault("not_ready", "the policy changes faster than an action can be judged", {
      actionId: first.message.action.id,
    });
  };

  /** Another dispatch has the word, it is decided by now, or it never was: nothing of this draft counts. */
  const needless = (actionId: string, status: Settled["status"], span: Span): void => {
    span.setAttribute("holdpoint.settle.status", status);
    log.debug({ actionId, status }, "a settle that is not needed any more");
  };

  const tell = (settlement: Settlement, draft: SettleDraft, span: Span): void => {
    const { decision } = settlement;
    if (span.isRecording()) span.setAttributes(decisionAttributes(decision));
    span.setAttribute("holdpoint.settle.status", "settled");
    deps.audit?.record(draft, decision);
    countDecision(decision.effect, decision.outcome, stageOf(draft));
    log.info(
      {
        event: "holdpoint.decision",
        actionId: settlement.actionId,
        decisionId: decision.decisionId,
        state: settlement.state,
        effect: decision.effect,
        outcome: decision.outcome,
        rules: decision.rules.map(({ id }) => id),
        risk: decision.risk.score,
        ...(decision.traceId && { traceId: decision.traceId }),
      },
      "decided",
    );
  };

  const inSettleSpan = (draft: SettleDraft, why: Reason): Promise<void> =>
    inSpan(
      SPANS.settle,
      {
        under: draft.message.trace,
        attributes: { "holdpoint.action.id": draft.message.action.id, "holdpoint.stage": stageOf(draft) },
      },
      (span) => run(draft, span, why),
    );

  return {
    settle: (draft) => inSettleSpan(draft, "judged"),
    async exhausted(message, error) {
      const poison = error instanceof Error && error.message.startsWith("poison");
      const { digest } = await policies.active(message.action.tenant);
      const cause = poison
        ? { code: "poison", note: "judging this action ended the process that did it" }
        : { code: "stage_failed", note: "this action could not be judged" };
      await inSettleSpan(unjudged(message, digest, cause), poison ? "poison" : "failed");
    },
  };
}

/** What leaves for others: never arguments. */
export const decisionAttributes = (decision: Decision): Attributes => ({
  "holdpoint.decision.id": decision.decisionId,
  "holdpoint.effect": decision.effect,
  "holdpoint.outcome": decision.outcome,
  "holdpoint.reason": decision.reason,
  "holdpoint.rule.ids": decision.rules.map(({ id }) => id),
  "holdpoint.risk.score": decision.risk.score,
  "holdpoint.policy.digest": decision.policyDigest,
  "holdpoint.sandbox.rung": decision.sandbox.recommended,
  ...(decision.approval && { "holdpoint.approval.id": decision.approval.id }),
});
