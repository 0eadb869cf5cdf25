// talk.ts — around a vote: take it back, ask first, answer what was asked, lend one's roles to somebody else for a time

import { VETO_ONLY_WORDS } from "@holdpoint/core/escalation/settled-words.ts";
import type { Answered } from "@holdpoint/store/types.ts";
import { DelegationRequest, InfoRequest } from "@holdpoint/wire/approval.ts";
import { Fault, type FaultCode } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { z } from "zod";
import { actingAs } from "../auth.ts";
import type { Gateway } from "../parts.ts";
import { notFound, pathId } from "../query.ts";
import { actorOf } from "../refusals.ts";
import { refuse } from "../refused.ts";
import { type Call, created, noContent, ok, route } from "../route.ts";
import { voterOf } from "../voters.ts";
import { visible } from "./actions.ts";
import { approvalOf } from "./approvals.ts";

type Refusal = Exclude<Answered["status"], "done" | "unknown">;

const WHY: Readonly<Record<Refusal, [FaultCode, string]>> = {
  already_settled: ["already_settled", "it was answered before"],
  already_voted: ["already_voted", "you have answered this one"],
  approval_expired: ["approval_expired", "its time is over"],
  own_request: ["own_request", "whoever asks cannot answer, and nobody can answer for them"],
  not_an_approver: ["not_an_approver", "none of your roles is asked"],
  veto_only: ["not_an_approver", VETO_ONLY_WORDS],
  card_changed: ["card_changed", "this is not the card that now stands; read it again"],
  card_truncated: ["card_changed", "the card could not be shown whole"],
  reason_required: ["invalid", "expected a reason"],
  too_many: ["too_many", "there are as many questions about this already as anybody reads"],
  not_approved: ["already_settled", "it is not approved"],
  nothing_to_do: ["nothing_to_do", "there is nothing of the kind to do here"],
  unknown_person: ["invalid", "`/to`: nobody of this name is known"],
  already_lent: ["already_exists", "your roles are lent already; end that first"],
  circle: ["invalid", "`/to`: your roles would come back to you"],
};

/** `nothing_to_do` in the words of what was tried. */
const NOTHING: Readonly<Record<string, string>> = {
  "vote.withdrawal": "you have given no yes here that could be taken back",
  answer: "nothing is asked about this action, or it was answered before",
};

/** Refuses by the machine's word; what is done passes. */
async function passed(
  gateway: Gateway,
  call: Pick<Call, "credential">,
  actionId: string | undefined,
  what: string,
  { status }: Answered,
) {
  if (status === "done") return;
  if (status === "unknown") throw notFound();
  const [code, inGeneral] = WHY[status];
  const why = status === "nothing_to_do" ? (NOTHING[what] ?? inGeneral) : inGeneral;
  await refuse(
    gateway,
    call.credential,
    { actionId, type: `${what}.refused`, detail: { code: status } },
    new Fault(code, why),
  );
}

const meOf = ({ credential }: Pick<Call, "credential">): string => credential.person ?? credential.id;

function untilOf(gateway: Gateway, until: string): Date {
  const at = new Date(until);
  const fromNowMs = at.getTime() - gateway.clock.now();
  if (fromNowMs <= 0 || fromNowMs > limits.delegationMsMax)
    throw new Fault(
      "invalid",
      `\`/until\`: expected a time within the next ${limits.delegationMsMax / 86_400_000} days`,
      {
        at: "/until",
      },
    );
  return at;
}

export const talkRoutes = [
  route({
    method: "DELETE",
    path: "/v1/approvals/:id/votes",
    operationId: "withdrawVote",
    summary: "Take back one's own yes; what was approved by it and is not claimed yet is revoked",
    who: ["approver"],
    otherwise: "not_an_approver",
    refused: "vote.withdrawal.refused",
    answers: { 200: "taken back; the approval as it then is", 409: "there is none, or it is too late" },
    async run(call, gateway) {
      const approval = await approvalOf(gateway, call);
      const { tenant } = call.credential;
      const done = await gateway.store.approvals.withdraw({
        tenant,
        approvalId: approval.id,
        voter: meOf(call),
        actor: actorOf(call.credential),
      });
      await passed(gateway, call, approval.actionId, "vote.withdrawal", done);
      return ok({ approval: await approvalOf(gateway, call) });
    },
  }),
  route({
    method: "POST",
    path: "/v1/approvals/:id/questions",
    operationId: "askQuestion",
    summary: "Ask the agent's side something first; it is on the card from then on, and answers nothing by itself",
    who: ["approver"],
    otherwise: "not_an_approver",
    refused: "question.refused",
    body: InfoRequest,
    answers: { 200: "asked; the approval with the new card", 403: "not yours to ask", 429: "enough was asked" },
    async run(call, gateway) {
      const approval = await approvalOf(gateway, call);
      const { id: voter, roles } = await voterOf(gateway, call.credential, approval);
      const done = await gateway.store.approvals.ask({
        tenant: call.credential.tenant,
        approvalId: approval.id,
        voter,
        roles,
        text: call.body.text,
        actor: actorOf(call.credential),
      });
      await passed(gateway, call, approval.actionId, "question", done);
      return ok({ approval: await approvalOf(gateway, call) });
    },
  }),
  route({
    method: "GET",
    path: "/v1/actions/:id/questions",
    operationId: "listQuestions",
    summary: "What approvers want to know about an action",
    who: ["agent", "executor", "approver", "operator", "auditor", "admin"],
    answers: { 200: "questions, the oldest first, with their answers" },
    async run(call, gateway) {
      const row = await visible(gateway, call);
      const approval =
        row.approvalId === undefined
          ? undefined
          : await gateway.store.approvals.get(call.credential.tenant, row.approvalId);
      return ok({ items: approval?.questions ?? [] });
    },
  }),
  route({
    method: "POST",
    path: "/v1/actions/:id/answers",
    operationId: "answerQuestion",
    summary:
      "Answer the oldest open question, as the agent that asks or as the person it acts for; free text never approves",
    who: ["agent", "executor", "approver"],
    refused: "answer.refused",
    body: InfoRequest,
    answers: { 200: "told to whoever asked", 403: "not your action", 409: "nothing is asked" },
    async run(call, gateway) {
      const { credential, body } = call;
      const row = await visible(gateway, call);
      const owns = credential.person !== undefined && credential.person === row.action.principal.onBehalfOf;
      if (credential.role === "approver" && !owns && !gateway.onePerson)
        throw new Fault("not_your_action", "only the agent, or the person it acts for, answers for it");
      if (row.approvalId === undefined) throw new Fault("nothing_to_do", "nothing is asked about this action");
      const done = await gateway.store.approvals.inform({
        tenant: credential.tenant,
        approvalId: row.approvalId,
        by: credential.role === "approver" ? meOf(call) : row.action.principal.agent,
        text: body.text,
        actor: actorOf(credential),
      });
      await passed(gateway, call, row.action.id, "answer", done);
      const approval = await gateway.store.approvals.get(credential.tenant, row.approvalId);
      return ok({ items: approval?.questions ?? [] });
    },
  }),
  route({
    method: "GET",
    path: "/v1/delegations",
    operationId: "listDelegations",
    summary: "Whose roles are lent to whom at the moment",
    who: ["approver", "operator", "auditor", "admin"],
    answers: { 200: "those that hold now, newest first" },
    async run({ credential }, { store }) {
      return ok({ items: await store.delegations.list(credential.tenant) });
    },
  }),
  route({
    method: "POST",
    path: "/v1/delegations",
    operationId: "delegate",
    summary:
      "Lend one's own roles to another person until a time, for one request or for all; never further, never in a circle",
    who: ["approver"],
    otherwise: "not_an_approver",
    refused: "delegation.refused",
    body: DelegationRequest,
    answers: {
      201: "lent",
      403: "a request of one's own side",
      409: "lent already",
      422: "unknown person, a circle, too long",
    },
    async run(call, gateway) {
      const { credential, body } = call;
      const { to, approvalId } = body;
      const until = untilOf(gateway, body.until);
      const actor = actorOf(credential);
      const { tenant, person } = credential;
      if (person === undefined) throw new Fault("not_an_approver", "only a person can lend what a person holds");
      if (to === person) throw new Fault("invalid", "`/to`: expected somebody else", { at: "/to" });
      if (approvalId === undefined) {
        const done = await gateway.store.delegations.lend({ tenant, from: person, to, until, actor });
        if (done.status === "lent") return created({ id: done.id, from: person, to, until: body.until });
        const [code, why] = WHY[done.status];
        throw new Fault(code, why, { at: "/to" });
      }
      const approval = await gateway.store.approvals.get(tenant, approvalId);
      if (!approval) throw notFound();
      const { id: voter, roles } = await voterOf(gateway, credential, approval);
      const done = await gateway.store.approvals.delegate({ tenant, approvalId, voter, roles, to, until, actor });
      await passed(gateway, call, approval.actionId, "delegation", done);
      return created({ id: done.id, from: voter, to, until: body.until, approvalId });
    },
  }),
  route({
    method: "DELETE",
    path: "/v1/delegations/:id",
    operationId: "endDelegation",
    summary: "End a delegation before its time: one's own, or as an admin any",
    who: ["approver", "admin"],
    refused: "delegation.refused",
    query: z.strictObject({}),
    answers: { 204: "ended" },
    async run(call, { store }) {
      const { credential, params } = call;
      const lender = actingAs(credential, ["admin"]) === undefined ? meOf(call) : undefined;
      const done = await store.delegations.end(
        credential.tenant,
        pathId("dlg", params["id"]),
        lender,
        actorOf(credential),
      );
      if (!done) throw notFound();
      return noContent;
    },
  }),
];
