// words.ts — the few sentences that every channel says; none of them repeats a word of the agent's

import type { Approval } from "@holdpoint/wire/approval.ts";
import type { AlertDelivery, ApprovalDelivery, Outcome } from "./channel.ts";

const STATES: Readonly<Record<Approval["state"], string>> = {
  pending: "Approval needed",
  approved: "Approved",
  rejected: "Denied",
  expired: "Expired: nobody answered in time, so it was denied",
  cancelled: "Cancelled",
};

export const headline = ({ approval }: ApprovalDelivery): string => STATES[approval.state];

const minute = (time: string): string => `${time.slice(0, 16).replace("T", " ")} UTC`;

/** Ids, roles and times: what tells one request from another without its content. */
export function particulars({ approval }: ApprovalDelivery): string {
  const asked = approval.requirements.map(({ role, quorum, votes }) => `${role} ${votes}/${quorum}`).join(", ");
  const until =
    approval.state === "pending"
      ? `until ${minute(approval.expiresAt)}`
      : `ended ${minute(approval.settledAt ?? approval.expiresAt)}`;
  return `${approval.id} · ${asked} · risk ${approval.risk.score} · ${until}`;
}

/** Who answered what; a reason is a person's own words and stays in the full view. */
export function votersOf(approval: Approval): string {
  return approval.votes
    .map(({ voter, vote, void: gone }) => {
      const said = `${voter} ${vote === "approve" ? "approved" : "denied"}`;
      return gone === undefined ? said : `${said} (counts no more)`;
    })
    .join(", ");
}

export const alertLine = (delivery: AlertDelivery): string => {
  const worst = delivery.alerts.map(({ severity, rule }) => `${severity}: ${rule}`).join(", ");
  return `Alert for ${delivery.actionId}: ${worst}`;
};

export function outcomeText(outcome: Outcome): string {
  if (outcome.status === "refused") return `Not counted: ${outcome.reason}.`;
  const { approval, vote } = outcome;
  const said = vote === "approve" ? "Your approval is counted" : "Your denial is counted";
  return approval.state === "pending" ? `${said}.` : `${said}: ${STATES[approval.state].toLowerCase()}.`;
}
