// discord.ts — messages with buttons, and interactions signed with ed25519; a denial opens a form for its reason

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Outbound } from "@holdpoint/runtime/outbound.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { z } from "zod";
import { readButton } from "../button.ts";
import type {
  ApprovalDelivery,
  Channel,
  ChannelIdentity,
  Delivery,
  InboundRequest,
  Outcome,
  Received,
  Reply,
  Sent,
} from "../channel.ts";
import { REFUSALS, type RefusalCode } from "../channel.ts";
import { json, parsed, stranger, turnedAway } from "../door.ts";
import { excerpt } from "../excerpt.ts";
import { failureOf, isOk } from "../http-sent.ts";
import { alertLine, headline, outcomeText, particulars, votersOf } from "../words.ts";

export interface DiscordConfig {
  id: string;
  tenant: string;
  /** base of the HTTP API, with its version */
  apiUrl: string;
  token: string;
  applicationId: string;
  /** 64 hex digits, as the developer portal shows it */
  publicKey: string;
  guildId: string;
  channelId: string;
}

// An embed's description holds 4,096 characters; the fence around the card takes some.
const CARD_CHARS_MAX = 4_000;
const EPHEMERAL = 64;
const BUTTON_STYLE = { approve: 3, deny: 4, link: 5 } as const;

const snowflake = z.string().regex(/^\d{1,20}$/);
const User = z.looseObject({ id: snowflake });
const Where = {
  application_id: snowflake,
  guild_id: snowflake,
  channel_id: snowflake,
  member: z.looseObject({ user: User }),
};
const Press = z.looseObject({
  type: z.literal(3),
  ...Where,
  data: z.looseObject({ custom_id: z.string(), component_type: z.literal(2) }),
});
const Form = z.looseObject({
  type: z.literal(5),
  ...Where,
  data: z.looseObject({
    custom_id: z.string(),
    components: z.tuple([
      z.looseObject({ components: z.tuple([z.looseObject({ custom_id: z.literal("reason"), value: z.string() })]) }),
    ]),
  }),
});
const Ping = z.looseObject({ type: z.literal(1) });
const MessageRef = z.strictObject({ message: snowflake });

/** Raw ed25519 keys need this before them to be a key in SPKI form (RFC 8410). */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
const keyOf = (hex: string): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_PREFIX, Buffer.from(hex, "hex")]), format: "der", type: "spki" });

const FENCE = "```";
/** A fence in the text would end ours: such a card is not shown exactly. */
const shows = (text: string): boolean => text.length <= CARD_CHARS_MAX && !text.includes(FENCE);

function buttonRow(delivery: ApprovalDelivery) {
  const { approve, deny } = delivery.buttons;
  return {
    type: 1,
    components: [
      ...(approve === undefined
        ? []
        : [{ type: 2, style: BUTTON_STYLE.approve, label: "Approve", custom_id: approve }]),
      ...(deny === undefined ? [] : [{ type: 2, style: BUTTON_STYLE.deny, label: "Deny", custom_id: deny }]),
      { type: 2, style: BUTTON_STYLE.link, label: "Open", url: delivery.link },
    ],
  };
}

function messageOf(delivery: Delivery) {
  const quiet = { allowed_mentions: { parse: [] } };
  if (delivery.kind === "alert") return { ...quiet, content: alertLine(delivery), embeds: [], components: [] };
  const { text, notice } = excerpt(delivery.approval.card, CARD_CHARS_MAX, delivery.link, shows);
  const voters = votersOf(delivery.approval);
  const lines = [particulars(delivery), ...(voters === "" ? [] : [voters]), ...(notice === "" ? [] : [notice])];
  return {
    ...quiet,
    content: `${headline(delivery)}\n${lines.join("\n")}`.slice(0, 2_000),
    // A fence in an excerpt is shown as other signs; nothing can be approved by an excerpt.
    embeds: [{ description: `\`\`\`text\n${text.replaceAll(FENCE, "'''")}\`\`\`` }],
    components: [buttonRow(delivery)],
  };
}

const whisper = (content: string): Reply =>
  json({ type: 4, data: { content, flags: EPHEMERAL, allowed_mentions: { parse: [] } } });
const whisperRefusal = (code: RefusalCode): Reply =>
  whisper(outcomeText({ status: "refused", code, reason: REFUSALS[code] }));
const whisperOutcome = async (outcome: Outcome): Promise<Reply> => whisper(outcomeText(outcome));

const reasonForm = (code: string): Reply =>
  json({
    type: 9,
    data: {
      custom_id: code,
      title: "Deny",
      components: [
        {
          type: 1,
          components: [
            {
              type: 4,
              custom_id: "reason",
              style: 2,
              label: "Why not?",
              min_length: 1,
              max_length: 1_000,
              required: true,
            },
          ],
        },
      ],
    },
  });

export function discord(config: DiscordConfig, deps: { outbound: Outbound; clock: Clock }): Channel {
  const key = keyOf(config.publicKey);
  const { clock } = deps;

  function verified({ headers, body }: InboundRequest): "not_authentic" | "wrong_time" | undefined {
    const at = headers["x-signature-timestamp"] ?? "";
    const signature = headers["x-signature-ed25519"] ?? "";
    // One spelling only: the same signature in capitals would be an altered request that counts.
    if (!/^[0-9a-f]{128}$/.test(signature) || !/^[1-9]\d{0,11}$/.test(at)) return "not_authentic";
    if (!verify(null, Buffer.from(at + body, "utf8"), key, Buffer.from(signature, "hex"))) return "not_authentic";
    return Math.abs(clock.now() - Number(at) * 1_000) > limits.callbackSkewMs ? "wrong_time" : undefined;
  }

  const elsewhere = (from: { application_id: string; guild_id: string; channel_id: string }): boolean =>
    from.application_id !== config.applicationId ||
    from.guild_id !== config.guildId ||
    from.channel_id !== config.channelId;

  async function receive(request: InboundRequest): Promise<Received> {
    if (request.method !== "POST") return stranger("malformed");
    const wrong = verified(request);
    if (wrong !== undefined) return stranger(wrong);
    const body = parsed(request.body);
    if (Ping.safeParse(body).success) return { kind: "handled", reply: json({ type: 1 }) };
    const press = Press.safeParse(body).data ?? Form.safeParse(body).data;
    if (press === undefined) return turnedAway("malformed", whisperRefusal("malformed"));
    const identity: ChannelIdentity = { channel: "discord", id: press.member.user.id };
    if (elsewhere(press)) return turnedAway("wrong_place", whisperRefusal("wrong_place"), { identity });
    const button = readButton(press.data.custom_id);
    if (button === undefined) return turnedAway("malformed", whisperRefusal("malformed"), { identity });
    const { vote, approvalId, nonce } = button;
    if (press.type === 5) {
      if (vote !== "deny") return turnedAway("malformed", whisperRefusal("malformed"), { identity, approvalId });
      const reason = press.data.components[0].components[0].value;
      return { kind: "answer", answer: { approvalId, vote, reason, nonce, identity }, reply: whisperOutcome };
    }
    if (vote === "deny") return { kind: "handled", reply: reasonForm(press.data.custom_id) };
    return { kind: "answer", answer: { approvalId, vote, nonce, identity }, reply: whisperOutcome };
  }

  async function call(method: "POST" | "PATCH", path: string, body: Json | object, signal: AbortSignal): Promise<Sent> {
    const answer = await deps.outbound.send({
      url: `${config.apiUrl}/channels/${config.channelId}/messages${path}`,
      method,
      headers: { "content-type": "application/json", authorization: `Bot ${config.token}` },
      body: JSON.stringify(body),
      signal,
    });
    // A message that somebody deleted shows nothing wrong any more.
    if (method === "PATCH" && answer.status === 404) return { status: "sent" };
    if (!isOk(answer)) return failureOf(answer, clock);
    const made = User.safeParse(parsed(answer.body));
    return made.success ? { status: "sent", ref: { message: made.data.id } } : { status: "sent" };
  }

  return {
    id: config.id,
    tenant: config.tenant,
    kind: "answers",
    shows,
    receive,
    send: (delivery, signal) => call("POST", "", messageOf(delivery), signal),
    async update(delivery, ref, signal) {
      const known = MessageRef.safeParse(ref);
      if (!known.success) return { status: "refused", error: "the message is not known" };
      const sent = await call("PATCH", `/${known.data.message}`, messageOf(delivery), signal);
      return sent.status === "sent" ? { status: "sent" } : sent;
    },
  };
}
