// compose.ts — what a channel is given to send: the request as it is now, and buttons only where a button may decide

import { needsSignIn } from "@holdpoint/core/escalation/sign-in-needed.ts";
import type { DeliveryRow } from "@holdpoint/store/store.ts";
import type { Approval } from "@holdpoint/wire/approval.ts";
import { Alert } from "@holdpoint/wire/decision.ts";
import { id, name } from "@holdpoint/wire/scalars.ts";
import { z } from "zod";
import { writeButton } from "./button.ts";
import type { ApprovalDelivery, Buttons, Channel, Delivery } from "./channel.ts";
import type { Nonces } from "./nonces.ts";
import type { ApprovalReader } from "./ports.ts";

export interface ComposeDeps {
  approvals: ApprovalReader;
  nonces: Nonces;
  /** base of the links for people; no slash at its end */
  publicUrl: string;
  /** roles that are the highest tier: answered after signing in only (rulings §D3) */
  signInRoles: readonly string[];
}

/** `roles`: who is meant, where that is others than those who are asked (the next step of a chain). */
export const ApprovalPayload = z.looseObject({ approvalId: id("apr"), roles: z.array(name()).optional() });
const AlertPayload = z.looseObject({ actionId: name(), alerts: z.array(Alert) });

/** A denial only tightens, so its button is there wherever somebody may answer at all. */
export function buttonsFor(approval: Approval, channel: Channel, deps: ComposeDeps, person?: string): Buttons {
  if (approval.state !== "pending" || channel.kind !== "answers") return {};
  const code = (vote: "approve" | "deny") => {
    const bound = {
      tenant: channel.tenant,
      channel: channel.id,
      approvalId: approval.id,
      cardSha256: approval.card.sha256,
      vote,
    };
    const nonce = deps.nonces.mint(person === undefined ? bound : { ...bound, person });
    return writeButton({ vote, approvalId: approval.id, nonce });
  };
  const whole = !approval.card.truncated && channel.shows(approval.card.text);
  const signedIn = channel.signedIn === true || !needsSignIn(approval, deps.signInRoles);
  return { ...(whole && signedIn ? { approve: code("approve") } : {}), deny: code("deny") };
}

export const linkTo = (publicUrl: string, approvalId: string): string => `${publicUrl}/approvals/${approvalId}`;

/** Undefined where the row names nothing that can be shown: it will never be sent. */
export async function compose(row: DeliveryRow, channel: Channel, deps: ComposeDeps): Promise<Delivery | undefined> {
  const sending = {
    id: `${row.tenant}.${row.id}`,
    tenant: row.tenant,
    topic: row.topic,
    at: new Date(row.madeAt).toISOString(),
  };
  const alert = AlertPayload.safeParse(row.payload);
  if (row.topic === "alert") {
    if (!alert.success) return undefined;
    const { actionId, alerts } = alert.data;
    return { ...sending, kind: "alert", actionId, alerts, link: `${deps.publicUrl}/actions/${actionId}` };
  }
  const payload = ApprovalPayload.safeParse(row.payload);
  const approval = payload.success ? await deps.approvals.get(row.tenant, payload.data.approvalId) : undefined;
  return approval && deliveryOf(approval, channel, deps, sending);
}

export const deliveryOf = (
  approval: Approval,
  channel: Channel,
  deps: ComposeDeps,
  sending: Pick<ApprovalDelivery, "id" | "tenant" | "topic" | "at">,
  person?: string,
): ApprovalDelivery => ({
  ...sending,
  kind: "approval",
  approval,
  link: linkTo(deps.publicUrl, approval.id),
  buttons: buttonsFor(approval, channel, deps, person),
});
