// ports.ts — what the courier needs of the rest of the house; the store implements them, tests hold them in memory

import type { Deliveries, UsedNonces } from "@holdpoint/store/store.ts";
import type { Voted } from "@holdpoint/store/types.ts";
import type { Approval } from "@holdpoint/wire/approval.ts";
import type { Actor } from "@holdpoint/wire/event.ts";

/** The part of the store's deliveries that delivering needs. */
export type Outbox = Omit<Deliveries, "prune">;
export type SpentNonces = UsedNonces;

export interface ApprovalReader {
  get(tenant: string, approvalId: string): Promise<Approval | undefined>;
}

export interface KnownPerson {
  id: string;
  roles: string[];
  /** when the person, an identity or a role last changed, ms since 1970 */
  changedAt: number;
}
export interface People {
  byIdentity(tenant: string, channel: string, id: string): Promise<KnownPerson | undefined>;
}

export interface CourierVote {
  tenant: string;
  approval: Approval;
  /** person id: also what a webhook or bot is entered as (rulings §D3) */
  voter: string;
  roles: string[];
  vote: "approve" | "deny";
  reason?: string;
  cardSha256: string;
  /** id of the configured channel */
  channel: string;
  /** the channel signs its people in */
  signedIn: boolean;
}
export interface Votes {
  cast(vote: CourierVote): Promise<Voted>;
}

export interface Evidence {
  note(
    tenant: string,
    actionId: string | undefined,
    type: string,
    actor: Actor,
    detail: Record<string, unknown>,
  ): Promise<unknown>;
}
