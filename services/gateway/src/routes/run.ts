// run.ts — run and report: claim, heartbeat, report, cancel, promote, escalate

import { usedBy } from "@holdpoint/core/rules/criteria/counts.ts";
import { inSpan, linkTo, SPANS } from "@holdpoint/runtime/trace.ts";
import type { ActionRow, Transition } from "@holdpoint/store/types.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import type { Action, ActionState, Usage } from "@holdpoint/wire/action.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import {
  CancelRequest,
  ClaimRequest,
  EscalateRequest,
  HeartbeatRequest,
  ReportRequest,
} from "@holdpoint/wire/grant.ts";
import { z } from "zod";
import { isItsOwn } from "../auth.ts";
import { claimAction, leaseMsOf } from "../claim.ts";
import { idempotencyKey, traceOf } from "../headers.ts";
import type { Gateway } from "../parts.ts";
import { notFound, pathId, Wait } from "../query.ts";
import { actorOf } from "../refusals.ts";
import { refuse } from "../refused.ts";
import { type Call, ok, route } from "../route.ts";
import { succeed } from "../successor.ts";
import { actionBody } from "../view.ts";
import { followed, statusOf } from "./actions.ts";

const RUNS = ["agent", "executor"] as const;
type Anyone = Pick<Call, "credential" | "params">;

/** The caller's own action. Claiming somebody else's is refused as such, and noted (`403 not_your_action`). */
async function own(gateway: Gateway, { credential, params }: Anyone): Promise<ActionRow> {
  const row = await gateway.store.actions.get(credential.tenant, pathId("act", params["id"]));
  if (!row) throw notFound();
  if (isItsOwn(credential, row.action)) return row;
  return refuse(
    gateway,
    credential,
    { actionId: row.action.id, type: "access.refused", detail: {} },
    new Fault("not_your_action", "this action belongs to another credential", { actionId: row.action.id }),
  );
}

/** The row whose claim the handle stands for; only the credential that claimed it may use it. */
async function granted(gateway: Gateway, call: Anyone, grant: string): Promise<ActionRow> {
  const row = await own(gateway, call);
  if (row.claim?.credential === call.credential.id && gateway.grants.matches(row, grant)) return row;
  return refuse(
    gateway,
    call.credential,
    { actionId: row.action.id, type: "grant.refused", detail: {} },
    new Fault("not_your_action", "the grant is not the one of this action's claim", {
      at: "/grant",
      actionId: row.action.id,
    }),
  );
}

const illegal = (row: ActionRow, wanted: string): Fault =>
  new Fault("illegal_transition", `an action that is \`${row.state}\` cannot be ${wanted}`, {
    actionId: row.action.id,
    state: row.state,
  });

type ReportCall = Call<object, z.output<typeof ReportRequest>>;

/** A span of its own, linked to the action's tree: the run lay between. */
export async function report(call: ReportCall, gateway: Gateway) {
  const row = await granted(gateway, call, call.body.grant);
  const under = traceOf(call);
  return inSpan(
    SPANS.report,
    {
      ...(under ? { under } : { root: true }),
      links: linkTo(row.trace),
      attributes: {
        "holdpoint.action.id": row.action.id,
        "holdpoint.stage": "report",
        "holdpoint.report.outcome": call.body.outcome,
      },
    },
    () => reportOn(row, call, gateway),
  );
}

async function reportOn(row: ActionRow, call: ReportCall, gateway: Gateway) {
  const { credential, body } = call;
  const { grant: _grant, outcome, ...detail } = body;
  if (outcome === "sandbox_denied" && credential.role !== "executor")
    throw new Fault("forbidden", "only an executor can say that a sandbox denied", { at: "/outcome" });
  const { tenant, id: actionId } = row.action;
  const done = await gateway.store.actions.transition({
    tenant,
    actionId,
    from: ["executing"],
    to: outcome,
    actor: actorOf(credential),
    ...(row.claim && { claimNumber: row.claim.number }),
    ...(detail.summary !== undefined && { reason: detail.summary }),
    detail,
    ...(detail.usage && { usage: reported(row.action, detail.usage, credential) }),
  });
  if (done.status === "unknown") throw notFound();
  if (done.status === "done") return ok(actionBody(done.row, credential));
  // Told twice is told once. Told late is kept as evidence and changes nothing (rulings §C1).
  if (done.state === outcome) return ok(actionBody(done.row, credential));
  await gateway.store.actions.note(tenant, actionId, "report.late", actorOf(credential), { outcome, ...detail });
  if (done.state === "outcome_unknown") return ok(actionBody(done.row, credential));
  throw illegal(done.row, `reported as ${outcome}`);
}

/** An executor's word about usage is binding, an agent's may only add to what it announced (rulings §A3). */
function reported(action: Action, usage: Usage, { role }: Credential): NonNullable<Transition["usage"]> {
  const { kind } = action;
  return {
    ...(usage.costUsd !== undefined && { costUsd: usedBy({ kind, usage }, "costUsd") }),
    ...(usage.modelCalls !== undefined && { modelCalls: usedBy({ kind, usage }, "modelCalls") }),
    binding: role === "executor",
  };
}

const CANCELLABLE: ActionState[] = ["received", "held", "allowed", "approved"];

export const runRoutes = [
  route({
    method: "POST",
    path: "/v1/actions/:id/claim",
    operationId: "claim",
    summary: "Take the permission to run, once",
    who: RUNS,
    refused: "claim.refused",
    body: ClaimRequest,
    bodyOptional: true,
    answers: { 200: "`executing`, with `grant` and the stored `args`", 409: "not claimable; `reasonCode` says why" },
    async run(call, gateway) {
      const { credential, body } = call;
      const row = await own(gateway, call);
      if (body.approval && (body.approval.id !== row.approvalId || body.approval.token !== row.approvalToken))
        throw new Fault("not_your_action", "this is not the approval of the action", { at: "/approval" });
      const claimant = { credential, request: body, idempotencyKey: idempotencyKey(call), under: traceOf(call) };
      const claimed = await claimAction(gateway, row, claimant);
      return ok(actionBody(claimed, credential, { grants: gateway.grants }));
    },
  }),
  route({
    method: "POST",
    path: "/v1/actions/:id/heartbeat",
    operationId: "heartbeat",
    summary: "Keep the lease of a running action",
    who: RUNS,
    body: HeartbeatRequest,
    answers: { 200: "the lease goes on", 409: "the lease is over" },
    async run(call, gateway) {
      const row = await granted(gateway, call, call.body.grant);
      const { tenant, id } = row.action;
      const until =
        row.claim && (await gateway.store.actions.heartbeat(tenant, id, row.claim.number, leaseMsOf(row.verdict)));
      if (!until || !row.claim) throw illegal((await gateway.store.actions.get(tenant, id)) ?? row, "kept running");
      const kept = { ...row, claim: { ...row.claim, leaseUntil: until } };
      const { args: _args, ...body } = actionBody(kept, call.credential, { grants: gateway.grants }) as {
        args: unknown;
      };
      return ok(body);
    },
  }),
  route({
    method: "POST",
    path: "/v1/actions/:id/report",
    operationId: "report",
    summary: "Say how the run ended",
    who: RUNS,
    body: ReportRequest,
    answers: { 200: "recorded", 409: "it ended otherwise before" },
    run: report,
  }),
  route({
    method: "POST",
    path: "/v1/actions/:id/cancel",
    operationId: "cancel",
    summary: "Withdraw an action that has not run",
    who: RUNS,
    body: CancelRequest,
    bodyOptional: true,
    answers: { 200: "cancelled", 409: "too late" },
    async run(call, gateway) {
      const { credential, body } = call;
      const row = await own(gateway, call);
      const { tenant, id: actionId } = row.action;
      const done = await gateway.store.actions.transition({
        tenant,
        actionId,
        from: CANCELLABLE,
        to: "cancelled",
        actor: actorOf(credential),
        ...(body.reason !== undefined && { reason: body.reason }),
      });
      if (done.status === "unknown") throw notFound();
      if (done.status === "illegal" && done.state !== "cancelled") throw illegal(done.row, "cancelled");
      return ok(actionBody(done.row, credential));
    },
  }),
  route({
    method: "POST",
    path: "/v1/actions/:id/promote",
    operationId: "promote",
    summary: "Make a draft a real action: a new, linked one, judged from the start",
    who: RUNS,
    query: Wait,
    body: z.strictObject({}),
    bodyOptional: true,
    answers: { 200: "the new action, decided", 202: "the new action, still deciding or held", 409: "not a draft" },
    async run(call, gateway) {
      const row = await own(gateway, call);
      const draft = row.action.mode === "draft" || row.verdict?.modifications?.mode === "draft";
      if (!draft || !(CANCELLABLE.includes(row.state) || row.replacedBy !== undefined)) throw illegal(row, "promoted");
      const taken = await succeed(gateway, row.action, { why: "promote" }, waiting(call));
      const { tenant, id: actionId } = row.action;
      if (taken.status === "created") {
        await gateway.store.actions.transition({
          tenant,
          actionId,
          from: CANCELLABLE,
          to: "cancelled",
          actor: actorOf(call.credential),
          reason: "promoted",
          replacedBy: taken.row.action.id,
        });
      }
      const now = await followed(taken, call.query, call.gone);
      return { status: statusOf(now), body: actionBody(now, call.credential) };
    },
  }),
  route({
    method: "POST",
    path: "/v1/actions/:id/escalate",
    operationId: "escalate",
    summary: "Ask for a person about an escalatable denial: a new, linked action",
    who: RUNS,
    query: Wait,
    body: EscalateRequest,
    answers: { 200: "the new action, decided", 202: "the new action, still deciding or held", 409: "not escalatable" },
    async run(call, gateway) {
      const row = await own(gateway, call);
      const open = row.state === "sandbox_denied" || (row.state === "denied" && row.verdict?.escalatable !== undefined);
      if (!open || row.action.escalated)
        throw illegal(row, row.state === "denied" ? "escalated: this denial is final" : "escalated");
      const change = { why: "escalate", justification: call.body.justification } as const;
      const now = await followed(await succeed(gateway, row.action, change, waiting(call)), call.query, call.gone);
      return { status: statusOf(now), body: actionBody(now, call.credential) };
    },
  }),
];

const waiting = (call: { query: Wait } & Pick<Call, "header">) => ({
  waits: (call.query.wait ?? 0) > 0,
  under: traceOf(call),
});
