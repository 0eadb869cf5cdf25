// ports.ts — what the courier needs of the rest of the house; the store implements them, tests hold them in memory

import type { Voted } from "@holdpoint/store/types.ts";
import type { Approval } from "@holdpoint/wire/approval.ts";
import type { Actor } from "@holdpoint/wire/event.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";

/** Something that happened, committed together with it; ids only. */
export interface OutboxItem {
  tenant: string;
  id: string;
  topic: string;
  payload: Json;
  /** ms since 1970 */
  madeAt: number;
}
/** An item on its way to one endpoint. */
export interface DeliveryRow extends OutboxItem {
  endpoint: string;
  /** those before this one */
  attempts: number;
  /** approval that it is about: deliveries about one thing keep their order at each endpoint */
  subject?: string;
}
export interface DeadLetter extends DeliveryRow {
  error: string;
  diedAt: number;
}

/** Rows are leased: what a courier that died had in hand comes back when the lease is over. */
export interface Outbox {
  /** Items that were not yet spread over endpoints, oldest first. */
  waiting(rows: number): Promise<OutboxItem[]>;
  /** One delivery an endpoint; an item without endpoints is finished. Doing it twice changes nothing. */
  spread(items: readonly { item: OutboxItem; endpoints: readonly string[]; subject?: string }[]): Promise<void>;
  /** At most `rows` an endpoint, oldest first; each is leased. None whose elder about the same subject still waits. */
  due(leaseMs: number, rooms: readonly { endpoint: string; rows: number }[]): Promise<DeliveryRow[]>;
  done(tenant: string, id: string, ref?: Json): Promise<void>;
  failed(tenant: string, id: string, error: string, retryInMs: number): Promise<void>;
  dead(tenant: string, id: string, error: string): Promise<void>;
  /** A dead letter is due again, with no attempt behind it. False where there is none of this id. */
  resend(tenant: string, id: string): Promise<boolean>;
  deadLetters(tenant: string, rows: number): Promise<DeadLetter[]>;
  /** What waits for this endpoint is due now: it answers again. */
  wake(endpoint: string): Promise<void>;
  /** Refs of the messages that this endpoint was sent about a subject. */
  refs(tenant: string, endpoint: string, subject: string): Promise<Json[]>;
}

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
}
export interface Votes {
  cast(vote: CourierVote): Promise<Voted>;
}

/** Nonces that were used, by whom. `spend` is the one place where a second use loses. */
export interface SpentNonces {
  /** False when this pair was spent before. Kept until `keepUntil` (ms since 1970) at least. */
  spend(tenant: string, nonceHash: string, by: string, keepUntil: number): Promise<boolean>;
  /** Gives it back, because nothing could be recorded. */
  release(tenant: string, nonceHash: string, by: string): Promise<void>;
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
