// actions.ts — propose and follow: POST /v1/actions, GET /v1/actions/{id}

import { timingSafeEqual } from "node:crypto";
import { argsHash } from "@holdpoint/core/args-hash.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import { PEOPLE_ROLES } from "@holdpoint/wire/access.ts";
import { Proposal, ProposedAction } from "@holdpoint/wire/action.ts";
import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { z } from "zod";
import { accept, asProposal } from "../attest.ts";
import { isAgentSide, isItsOwn } from "../auth.ts";
import { type Claimant, claimAction } from "../claim.ts";
import { idempotencyKey, traceOf } from "../headers.ts";
import { mayPropose } from "../may-propose.ts";
import type { Gateway } from "../parts.ts";
import { pinsOf } from "../pins.ts";
import { naturalKey, newAction, requestHashOf, type Taken } from "../propose.ts";
import { notFound, pathId, Wait } from "../query.ts";
import { refuse as refuseTo } from "../refused.ts";
import { type Answer, type Call, ok, route } from "../route.ts";
import { actionBody } from "../view.ts";

/** `200` decided, `202` still deciding, or held. */
export const statusOf = ({ state }: ActionRow): number => (state === "received" || state === "held" ? 202 : 200);

/** The row as the caller's `wait` and `until` want it: decided, or sure to stay. */
export async function followed(
  taken: Taken,
  { wait = 0, until = "decided" }: Wait,
  gone: AbortSignal,
): Promise<ActionRow> {
  const { row, status, watch, assured } = taken;
  try {
    // A new row is as old as its watch; a row that was found may have moved since it was read.
    const known = status === "created" ? row : undefined;
    const now = await watch.until(until, wait, gone, known);
    if (now === undefined || now.state === "received") await assured();
    return now ?? row;
  } finally {
    watch.close();
  }
}

export type Proposing = Call<Wait, Proposal | z.output<typeof ProposedAction>>;

/** A proposal that claims presents the pins that it names. */
const claimantOf = (call: Proposing, proposal: Proposal, key: string | undefined): Claimant => ({
  credential: call.credential,
  request: pinsOf(proposal),
  idempotencyKey: key === undefined ? undefined : `propose:${key}`,
  under: traceOf(call),
});

/** What a refused claim leaves behind is the answer: the state says it all, and there is no grant in it. */
async function claimed(gateway: Gateway, claimant: Claimant, row: ActionRow) {
  try {
    return { row: await claimAction(gateway, row, claimant), granted: true };
  } catch (error) {
    if (!isFault(error) || error.code !== "not_claimable") throw error;
    const now = await gateway.store.actions.get(row.action.tenant, row.action.id);
    return { row: now ?? row, granted: false, reasonCode: error.place.reasonCode };
  }
}

/** Seed 002: the original call again, with what the approval gave. It claims the original row; nothing new is made. */
async function retried(
  gateway: Gateway,
  call: Proposing,
  proposal: Proposal,
  key: string | undefined,
): Promise<Answer> {
  const { store, grants } = gateway;
  const { credential } = call;
  const { id, token } = proposal.approval ?? { id: "", token: "" };
  const approval = await store.approvals.get(credential.tenant, id);
  const row = approval && (await store.actions.get(credential.tenant, approval.actionId));
  if (!row || row.action.credential !== credential.id) throw notFound();
  const { action } = row;
  const refuse = (fault: Fault) =>
    refuseTo(
      gateway,
      credential,
      { actionId: action.id, type: "claim.refused", detail: { reasonCode: fault.code } },
      fault,
    );
  if (row.state === "approved" && !sameText(token, row.approvalToken ?? ""))
    return refuse(new Fault("not_your_action", "the token is not the one of this approval", { at: "/approval/token" }));
  const same =
    proposal.tool === action.tool &&
    argsHash(proposal.args as Json) === action.argsHash &&
    proposal.cwd === action.cwd &&
    proposal.principal.agent === action.principal.agent &&
    proposal.session.id === action.session.id;
  if (!same)
    return refuse(
      new Fault("not_claimable", "this is another call than the one that was approved", {
        reasonCode: "bindings_changed",
        actionId: action.id,
      }),
    );
  const taken = await claimAction(gateway, row, claimantOf(call, proposal, key));
  return ok(actionBody(taken, credential, { replayed: false, grants }));
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

export async function propose(call: Proposing, gateway: Gateway): Promise<Answer> {
  const { credential, query, gone } = call;
  const proposal = asProposal(call.body);
  await mayPropose(gateway, credential, proposal);
  const key = idempotencyKey(call) ?? naturalKey(proposal);
  if (proposal.approval) return retried(gateway, call, proposal, key);
  const taken = await gateway.intake.take(accept(proposal, credential, newAction(gateway.clock)), {
    requestHash: requestHashOf(proposal),
    idempotencyKey: key,
    waits: (query.wait ?? 0) > 0,
    under: traceOf(call),
  });
  const replayed = taken.status === "replayed";
  const row = await followed(taken, query, gone);
  const claimable = row.state === "allowed" || row.state === "approved" || (replayed && row.state === "executing");
  if (proposal.claim !== true || !claimable)
    return { status: statusOf(row), body: actionBody(row, credential, { replayed }) };
  const outcome = await claimed(gateway, claimantOf(call, proposal, key), row);
  const body = actionBody(outcome.row, credential, { replayed, ...(outcome.granted && { grants: gateway.grants }) });
  return {
    status: statusOf(outcome.row),
    body: outcome.granted ? body : { ...body, reasonCode: outcome.reasonCode },
  };
}

/** A row that this caller may see; for all others it does not exist. */
export async function visible(
  gateway: Gateway,
  { credential, params }: Pick<Call, "credential" | "params">,
): Promise<ActionRow> {
  const row = await gateway.store.actions.get(credential.tenant, pathId("act", params["id"]));
  if (!row || (isAgentSide(credential) && !isItsOwn(credential, row.action))) throw notFound();
  return row;
}

export const actionRoutes = [
  route({
    method: "POST",
    path: "/v1/actions",
    operationId: "propose",
    summary: "Propose a tool call; with `claim`, also take the permission to run it where nobody needs to be asked",
    who: ["agent", "executor"],
    refused: "propose.refused",
    query: Wait,
    body: z.union([Proposal, ProposedAction]),
    answers: { 200: "decided", 202: "still deciding, or held; `state` says which" },
    run: propose,
  }),
  route({
    method: "GET",
    path: "/v1/actions/:id",
    operationId: "getAction",
    summary: "An action as it stands, or as soon as `until` is reached",
    who: ["agent", "executor", ...PEOPLE_ROLES.filter((role) => !role.startsWith("policy-"))],
    query: Wait,
    answers: { 200: "the action" },
    async run(call, gateway) {
      const { wait = 0, until = "decided" } = call.query;
      const { credential, params, gone } = call;
      const watch = gateway.waiters.watch(credential.tenant, pathId("act", params["id"]));
      try {
        const row = await visible(gateway, call);
        return ok(actionBody((await watch.until(until, wait, gone, row)) ?? row, credential));
      } finally {
        watch.close();
      }
    },
  }),
];
