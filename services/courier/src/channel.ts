// channel.ts — the contract of a channel: pure data goes out to people, pure data comes back; it never decides anything

import type { Approval } from "@holdpoint/wire/approval.ts";
import type { Alert } from "@holdpoint/wire/decision.ts";
import { id, type Json, name, text } from "@holdpoint/wire/scalars.ts";
import { z } from "zod";

/** What a button may carry: which request, which way, and a secret that is good once. Never the action itself. */
export interface Buttons {
  approve?: string;
  deny?: string;
}

interface Sending {
  /** the same for every attempt, so that a receiver can tell a repetition */
  id: string;
  tenant: string;
  topic: string;
  /** when the thing happened, RFC 3339 */
  at: string;
  /** where a person sees everything, after signing in */
  link: string;
}
export interface ApprovalDelivery extends Sending {
  kind: "approval";
  /** as it is now, which may be later than `topic` */
  approval: Approval;
  /** none where this channel cannot show everything, or the answer must come from a signed-in person */
  buttons: Buttons;
}
export interface AlertDelivery extends Sending {
  kind: "alert";
  actionId: string;
  alerts: Alert[];
}
export type Delivery = ApprovalDelivery | AlertDelivery;

export type Sent =
  /** `ref` is what `update` needs to find the message again */
  | { status: "sent"; ref?: Json }
  | { status: "retry"; error: string; afterMs?: number }
  /** it will never be taken: goes to the dead letters at once */
  | { status: "refused"; error: string };

/** Who somebody is on a channel: `{ channel: "slack", id: "T1/U1" }`. People are found by it. */
export const ChannelIdentity = z.strictObject({ channel: name(), id: name() });
export type ChannelIdentity = z.infer<typeof ChannelIdentity>;

export const Answer = z.strictObject({
  approvalId: id("apr"),
  vote: z.enum(["approve", "deny"]),
  reason: text().optional(),
  /** where the channel carries it; the nonce is bound to the card in any case */
  cardSha256: name().optional(),
  identity: ChannelIdentity,
  nonce: name(64),
});
export type Answer = z.infer<typeof Answer>;

export const REFUSALS = {
  unknown_channel: "there is no such channel",
  not_authentic: "the signature or secret is missing or wrong",
  wrong_time: "the request is too old, or from the future",
  malformed: "the request is not understood",
  wrong_place: "this comes from a team, server or conversation that is not the configured one",
  free_text: "text does not decide anything: use the buttons, or sign in",
  unknown_approval: "there is no such request",
  wrong_nonce: "this button or link is not valid for that request, or what was shown has changed since",
  used_nonce: "this button or link was used already",
  card_changed: "what is asked has changed since: look at it again",
  reason_missing: "a denial needs a reason",
  not_shown_whole: "it could not be shown whole here: open the full view",
  sign_in_needed: "this must be answered after signing in: open the full view",
  unknown_person: "you are not known here: ask for your account to be linked",
  too_new: "your account or roles are newer than this request",
  too_many: "you have approved more within an hour than anybody reads: somebody else should look at this",
  not_an_approver: "your roles do not allow you to answer this",
  own_request: "nobody answers a request of their own",
  already_voted: "you have answered this already",
  already_settled: "this is settled already",
  approval_expired: "the time to answer is over",
  unavailable: "it could not be recorded: try again in a moment",
} as const;
export type RefusalCode = keyof typeof REFUSALS;

export type Outcome =
  | { status: "counted"; vote: "approve" | "deny"; approval: Approval }
  | { status: "refused"; code: RefusalCode; reason: string };

export interface InboundRequest {
  method: string;
  /** after `/inbound/{channel}`, with its `?` */
  query: string;
  /** names in lower case */
  headers: Readonly<Record<string, string>>;
  /** exactly as it came: signatures are over it */
  body: string;
}
export interface Reply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export type Received =
  | { kind: "answer"; answer: Answer; reply(outcome: Outcome): Promise<Reply> }
  /** `authentic` says that the channel itself vouched for the request; what it does not vouch for is only counted */
  | {
      kind: "refused";
      code: RefusalCode;
      authentic: boolean;
      identity?: ChannelIdentity;
      approvalId?: string;
      reply: Reply;
    }
  /** a handshake, a form, a page: nothing was decided */
  | { kind: "handled"; reply: Reply };

export interface Channel {
  id: string;
  tenant: string;
  kind: "answers" | "notify-only";
  /** the person who answers here has signed in (OIDC): may answer what takes several people, or the highest tier */
  signedIn?: boolean;
  /** this channel shows exactly this text, whole */
  shows(text: string): boolean;
  send(delivery: Delivery, signal: AbortSignal): Promise<Sent>;
  /** Changes a message that was sent before, where the channel can. */
  update?(delivery: ApprovalDelivery, ref: Json, signal: AbortSignal): Promise<Sent>;
  /** Verifies that the request comes from the channel and reads it. Never throws for what someone sent. */
  receive?(request: InboundRequest): Promise<Received>;
}

export const refused = (code: RefusalCode, reason: string = REFUSALS[code]): Outcome => ({
  status: "refused",
  code,
  reason,
});
