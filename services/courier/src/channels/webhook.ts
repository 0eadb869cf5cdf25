// webhook.ts — a signed webhook, out and in: Standard Webhooks signatures over CloudEvents, with two secrets while they change

import { timingSafeEqual } from "node:crypto";
import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Outbound } from "@holdpoint/runtime/outbound.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { id, type Json, name, text, timestamp } from "@holdpoint/wire/scalars.ts";
import { parseStrictJson } from "@holdpoint/wire/strict-json.ts";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { readButton } from "../button.ts";
import type { Buttons, Channel, Delivery, InboundRequest, Received } from "../channel.ts";
import { asProblem, problem, stranger, turnedAway } from "../door.ts";
import { sentBy } from "../http-sent.ts";

export interface WebhookConfig {
  id: string;
  tenant: string;
  url: string;
  /** `whsec_…`: each signs, so that a receiver may know either */
  secrets: readonly string[];
  /** of the answers; each is accepted. Without one this webhook only tells */
  answerSecrets: readonly string[];
}

const VOTE_TYPE = "com.holdpoint.approval.vote";

const VoteEvent = z.strictObject({
  specversion: z.literal("1.0"),
  id: name(),
  source: name(),
  type: z.literal(VOTE_TYPE),
  time: timestamp.optional(),
  subject: name().optional(),
  datacontenttype: z.literal("application/json").optional(),
  data: z.strictObject({
    approvalId: id("apr"),
    vote: z.enum(["approve", "deny"]),
    reason: text().optional(),
    cardSha256: name(),
    nonce: name(64),
  }),
});

const nonces = ({ approve, deny }: Buttons) => {
  const nonce = (code: string | undefined) => (code === undefined ? undefined : readButton(code)?.nonce);
  return { approve: nonce(approve), deny: nonce(deny) };
};

/** CloudEvents 1.0 in JSON. */
const eventOf = (delivery: Delivery) => ({
  specversion: "1.0",
  id: delivery.id,
  source: `urn:holdpoint:tenant:${encodeURIComponent(delivery.tenant)}`,
  type: `com.holdpoint.${delivery.topic}`,
  time: delivery.at,
  datacontenttype: "application/json",
  ...(delivery.kind === "alert"
    ? {
        subject: delivery.actionId,
        data: { actionId: delivery.actionId, alerts: delivery.alerts, link: delivery.link },
      }
    : {
        subject: delivery.approval.id,
        data: { approval: delivery.approval, link: delivery.link, nonces: nonces(delivery.buttons) },
      }),
});

const bytes = (value: string) => Buffer.from(value, "utf8");
const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(bytes(a), bytes(b));

/** Our own clock, and every secret in the same time; the library's `verify` reads the system's clock. */
function verified(
  request: InboundRequest,
  signers: readonly Webhook[],
  clock: Clock,
): "not_authentic" | "wrong_time" | undefined {
  const { "webhook-id": messageId, "webhook-timestamp": at, "webhook-signature": given } = request.headers;
  if (!messageId || !at || !given || !/^[1-9]\d{0,11}$/.test(at)) return "not_authentic";
  const sentAt = new Date(Number(at) * 1_000);
  const known = signers.map((signer) => signer.sign(messageId, sentAt, request.body));
  const matches = given.split(" ").flatMap((each) => known.map((wanted) => same(each, wanted)));
  if (!matches.includes(true)) return "not_authentic";
  return Math.abs(clock.now() - sentAt.getTime()) > limits.callbackSkewMs ? "wrong_time" : undefined;
}

/** The event, or what is wrong with it and where: whoever signed it is told, so that its author can mend it. */
function read(body: string): { event: z.infer<typeof VoteEvent> } | { wrong: string } {
  let value: Json;
  try {
    value = parseStrictJson(body);
  } catch (error) {
    if (isFault(error)) return { wrong: error.message };
    throw error;
  }
  const { data, error } = VoteEvent.safeParse(value);
  if (data !== undefined) return { event: data };
  return { wrong: error.issues.map(({ path, message }) => `\`/${path.join("/")}\`: ${message}`).join("; ") };
}

export function webhook(config: WebhookConfig, deps: { outbound: Outbound; clock: Clock }): Channel {
  const signers = config.secrets.map((secret) => new Webhook(secret));
  const verifiers = config.answerSecrets.map((secret) => new Webhook(secret));
  const identity = { channel: "webhook", id: config.id };

  const receive = async (request: InboundRequest): Promise<Received> => {
    if (request.method !== "POST") return stranger("malformed");
    const wrong = verified(request, verifiers, deps.clock);
    if (wrong !== undefined) return stranger(wrong);
    const found = read(request.body);
    if ("wrong" in found) return turnedAway("malformed", problem("malformed", found.wrong), { identity });
    const { approvalId, vote, reason, cardSha256, nonce } = found.event.data;
    return {
      kind: "answer",
      answer: { approvalId, vote, cardSha256, nonce, identity, ...(reason === undefined ? {} : { reason }) },
      reply: async (outcome) => asProblem(outcome),
    };
  };

  return {
    id: config.id,
    tenant: config.tenant,
    kind: verifiers.length > 0 ? "answers" : "notify-only",
    shows: () => true,
    async send(delivery, signal) {
      const body = JSON.stringify(eventOf(delivery));
      const now = new Date(deps.clock.now());
      const answer = await deps.outbound.send({
        url: config.url,
        method: "POST",
        headers: {
          "content-type": "application/cloudevents+json; charset=utf-8",
          "webhook-id": delivery.id,
          "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
          "webhook-signature": signers.map((signer) => signer.sign(delivery.id, now, body)).join(" "),
        },
        body,
        signal,
      });
      return sentBy(answer, deps.clock);
    },
    ...(verifiers.length > 0 ? { receive } : {}),
  };
}
