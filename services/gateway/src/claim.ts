// claim.ts — permission to run, given once: judged again, bindings and sandbox compared, then one guarded update

import { satisfies } from "@holdpoint/core/sandbox/profiles.ts";
import { rejudge } from "@holdpoint/engine/rejudge.ts";
import { countClaim } from "@holdpoint/runtime/metrics.ts";
import { inSpan, linkTo, SPANS } from "@holdpoint/runtime/trace.ts";
import type { ActionRow, ClaimAttempt } from "@holdpoint/store/types.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import type { ActionState } from "@holdpoint/wire/action.ts";
import type { Rung } from "@holdpoint/wire/decision.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { ClaimRefusal, ClaimRequest } from "@holdpoint/wire/grant.ts";
import type { TraceCarrier } from "@holdpoint/wire/job.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { judgedAgain } from "./judged-again.ts";
import type { Gateway } from "./parts.ts";
import { audienceOf, changedPin } from "./pins.ts";
import { notFound } from "./query.ts";
import { actorOf } from "./refusals.ts";
import { refuse as refuseTo } from "./refused.ts";
import { standing } from "./rejudge.ts";

/** Policy changes and votes may come between judging and claiming; each costs one more round. */
const ROUNDS_MAX = 8;

/** Why a state cannot be claimed; `undefined` where it can. */
const REFUSED_BY_STATE: Readonly<Record<ActionState, ClaimRefusal | undefined>> = {
  received: "held",
  held: "held",
  allowed: undefined,
  approved: undefined,
  denied: "denied",
  rejected: "denied",
  expired: "expired",
  cancelled: "revoked",
  revoked: "revoked",
  executing: "used",
  succeeded: "used",
  failed: "used",
  sandbox_denied: "used",
  outcome_unknown: "used",
};

const WHY: Readonly<Record<ClaimRefusal, string>> = {
  used: "it was claimed before",
  held: "it waits for its decision or for a person",
  denied: "it is denied",
  expired: "its time is over",
  revoked: "it was withdrawn",
  kill_switch: "it was stopped: the kill switch is engaged, or its session was terminated",
  bindings_changed: "something that was pinned has changed",
  wrong_audience: "it is meant for another place than this claim",
  tool_changed: "it is meant for another version of the tool than this claim",
  rung_missing: "it needs a sandbox that this claimant does not have",
  draft: "it is a draft; drafts are promoted, not run",
};

export interface Claimant {
  credential: Credential;
  request: ClaimRequest;
  idempotencyKey?: string | undefined;
  /** the caller's own trace context */
  under?: TraceCarrier | undefined;
}

async function refuse(
  gateway: Gateway,
  { credential }: Claimant,
  row: ActionRow,
  reasonCode: ClaimRefusal,
  more: Record<string, unknown> = {},
): Promise<never> {
  countClaim(reasonCode);
  const actionId = row.action.id;
  const decisionId = row.decision?.decisionId;
  return refuseTo(
    gateway,
    credential,
    { actionId, type: "claim.refused", detail: { reasonCode, ...more } },
    new Fault("not_claimable", WHY[reasonCode], {
      reasonCode,
      actionId,
      ...(decisionId !== undefined && { decisionId }),
      ...more,
    }),
  );
}

function missesRung({ credential, request }: Claimant, verdict: Verdict): boolean {
  const required = verdict.sandbox?.required;
  if (!required) return false;
  // Only an executor's word about its own sandbox counts (rulings §C6).
  const rungs: readonly Rung[] = credential.role === "executor" ? (request.rungs ?? []) : [];
  return !rungs.some((rung) => satisfies(rung, required));
}

/** Wall limit and a margin to report (rulings §C3). */
export const leaseMsOf = (verdict: Verdict | undefined): number => {
  const wallSeconds = verdict?.modifications?.limits?.wallSeconds;
  return wallSeconds === undefined ? limits.leaseMsDefault : wallSeconds * 1_000 + limits.leaseMarginMs;
};

const isRepeated = ({ credential, idempotencyKey }: Claimant, { state, claim }: ActionRow): boolean =>
  state === "executing" &&
  idempotencyKey !== undefined &&
  claim?.credential === credential.id &&
  claim.idempotencyKey === idempotencyKey;

const isDraft = (row: ActionRow, verdict: Verdict | undefined): boolean =>
  row.action.mode === "draft" || verdict?.modifications?.mode === "draft";

/** What must still be so when the claim is committed. */
type Guard = Pick<ClaimAttempt, "policyDigest" | "leaseMs" | "counts" | "state">;

/** Judges a claimable row with the active set. Throws what stands in the way; returns what the claim is to be guarded by. */
async function vet(gateway: Gateway, claimant: Claimant, row: ActionRow): Promise<Guard> {
  const { credential, request } = claimant;
  if (isDraft(row, row.verdict)) return refuse(gateway, claimant, row, "draft");
  const set = await gateway.policies.active(row.action.tenant);
  const resolved = credential.role === "executor" ? request.bindings?.resolvedPaths : undefined;
  const judged = await rejudge(gateway, row, set, resolved);
  const stands = await standing(gateway, row, judged.verdict);
  if (stands !== "go") {
    const now = await judgedAgain(gateway, credential, row, stands, judged);
    return refuse(gateway, claimant, now, REFUSED_BY_STATE[now.state] ?? stands);
  }
  if (isDraft(row, judged.verdict)) return refuse(gateway, claimant, row, "draft");
  if (missesRung(claimant, judged.verdict))
    return refuse(gateway, claimant, row, "rung_missing", { required: judged.verdict.sandbox?.required });
  const { counts } = judged.verdict;
  return {
    policyDigest: set.digest,
    leaseMs: leaseMsOf(judged.verdict),
    ...(counts && { counts, state: row.state }),
  };
}

async function judgeAndClaim(gateway: Gateway, claimant: Claimant, start: ActionRow): Promise<ActionRow> {
  const { credential, request, idempotencyKey } = claimant;
  const { tenant, id: actionId, usage: { runId } = {} } = start.action;
  const audience = audienceOf(credential.attests, request);
  let row = start;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const repeated = isRepeated(claimant, row);
    const refused = REFUSED_BY_STATE[row.state];
    if (refused !== undefined && !repeated) return refuse(gateway, claimant, row, refused);
    // Before it is judged again: whoever is not meant changes nothing about it. A repeated claim is the same one only then.
    const changed = changedPin(row.action, credential.attests, request);
    if (changed) return refuse(gateway, claimant, row, changed.reasonCode, { at: changed.at });
    const guard: Guard = repeated
      ? { policyDigest: "", leaseMs: leaseMsOf(row.verdict) }
      : await vet(gateway, claimant, row);
    const claimed = await gateway.store.actions.claim({
      tenant,
      actionId,
      credential: credential.id,
      version: row.version,
      ...guard,
      actor: actorOf(credential),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(request.executor !== undefined && { executor: request.executor }),
      ...(request.bindings && { bindings: request.bindings }),
      ...(audience !== undefined && { audience }),
      ...(request.toolVersion !== undefined && { toolVersion: request.toolVersion }),
      ...(runId !== undefined && { run: runId }),
    });
    if (claimed.status === "unknown") throw notFound();
    if (claimed.status === "refused") return refuse(gateway, claimant, claimed.row, claimed.reason);
    if (claimed.status === "claimed") {
      countClaim(claimed.repeated ? "repeated" : "claimed");
      return claimed.row;
    }
    row = claimed.row;
    if (claimed.activeDigest !== guard.policyDigest) await gateway.policies.refresh(tenant);
  }
  throw new Fault("not_ready", "policy or state changed with every attempt to claim; try again", { actionId });
}

/** Throws `not_claimable` with a `reasonCode`. The row that comes back carries its claim. */
export const claimAction = (gateway: Gateway, row: ActionRow, claimant: Claimant): Promise<ActionRow> =>
  inSpan(
    SPANS.claim,
    {
      ...(claimant.under ? { under: claimant.under } : { root: true }),
      links: linkTo(row.trace),
      attributes: { "holdpoint.action.id": row.action.id, "holdpoint.stage": "claim" },
    },
    () => judgeAndClaim(gateway, claimant, row),
  );
