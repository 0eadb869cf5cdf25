// approvals.ts — the inbox: what waits for a person, and the card of each

import { renderCard } from "@holdpoint/core/escalation/card.ts";
import { APPROVAL_STATES, type Approval } from "@holdpoint/wire/approval.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { z } from "zod";
import type { Gateway } from "../parts.ts";
import { flag, notFound, pageParameters, pathId, shortText } from "../query.ts";
import { actorOf } from "../refusals.ts";
import { refuse } from "../refused.ts";
import { type Call, ok, route } from "../route.ts";

const READERS = ["approver", "operator", "auditor", "admin"] as const;

export async function approvalOf(
  gateway: Gateway,
  { credential, params }: Pick<Call, "credential" | "params">,
): Promise<Approval> {
  const approval = await gateway.store.approvals.get(credential.tenant, pathId("apr", params["id"]));
  if (!approval) throw notFound();
  return approval;
}

/**
 * The card with the secrets in it, for a person who has to know which one it is. The hash stays the one of the masked
 * card: it already covers the arguments themselves, and it is what a vote must name.
 */
async function revealed(
  gateway: Gateway,
  { credential }: Pick<Call, "credential">,
  approval: Approval,
): Promise<Approval> {
  if (credential.role !== "approver")
    return refuse(
      gateway,
      credential,
      { actionId: approval.actionId, type: "approval.reveal.refused", detail: { approvalId: approval.id } },
      new Fault("forbidden", "only approvers may see the value of a secret"),
    );
  const row = await gateway.store.actions.get(credential.tenant, approval.actionId);
  if (!row?.facts || !row.verdict) throw notFound();
  // Recorded before it is shown: a reveal that leaves no trace must not happen.
  await gateway.store.actions.note(credential.tenant, row.action.id, "approval.revealed", actorOf(credential), {
    approvalId: approval.id,
  });
  const { text } = renderCard({ action: row.action, facts: { ...row.facts, secrets: [] }, verdict: row.verdict });
  return { ...approval, card: { ...approval.card, text } };
}

export const approvalRoutes = [
  route({
    method: "GET",
    path: "/v1/approvals",
    operationId: "listApprovals",
    summary: "What waits for people, newest first",
    who: READERS,
    query: z.strictObject({
      state: z.enum(APPROVAL_STATES).optional(),
      role: shortText.optional(),
      ...pageParameters,
    }),
    answers: { 200: "a page of approvals; `next` is the cursor of the next one" },
    async run({ credential, query }, { store }) {
      const { limit = limits.pageItemsDefault, ...filter } = query;
      return ok(await store.approvals.list(credential.tenant, { ...filter, limit }));
    },
  }),
  route({
    method: "GET",
    path: "/v1/approvals/:id",
    operationId: "getApproval",
    summary: "One approval with its card; `reveal=true` shows masked secrets to an approver, and is audited",
    who: READERS,
    query: z.strictObject({ reveal: flag.optional() }),
    answers: { 200: "the approval" },
    async run(call, gateway) {
      const approval = await approvalOf(gateway, call);
      return ok(call.query.reveal ? await revealed(gateway, call, approval) : approval);
    },
  }),
];
