// telegram.ts — messages of the Bot API with buttons; a denial's reason is one of a few buttons, because text decides nothing

import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Outbound } from "@holdpoint/runtime/outbound.ts";
import { z } from "zod";
import { readButton } from "../button.ts";
import type {
  ApprovalDelivery,
  Channel,
  Delivery,
  InboundRequest,
  Received,
  RefusalCode,
  Reply,
  Sent,
} from "../channel.ts";
import { REFUSALS, refused } from "../channel.ts";
import { json, parsed, stranger, turnedAway } from "../door.ts";
import { excerpt } from "../excerpt.ts";
import { failureOf, isOk } from "../http-sent.ts";
import { alertLine, headline, outcomeText, particulars, votersOf } from "../words.ts";

export interface TelegramConfig {
  id: string;
  tenant: string;
  /** base of the Bot API */
  apiUrl: string;
  token: string;
  /** what Telegram sends in a header with every update (`setWebhook`'s `secret_token`) */
  webhookSecret: string;
  /** the only chat that is written to and listened to */
  chatId: number;
}

// A message holds 4,096 UTF-16 units; headline, particulars and notice take some.
const CARD_CHARS_MAX = 3_300;
const MESSAGE_CHARS_MAX = 4_096;
const ANSWER_CHARS_MAX = 200;

/** The evidence says what was pressed; more words can be given in the full view. */
const REASONS = ["not needed", "too risky", "wrong target", "ask me first"] as const;

const User = z.looseObject({ id: z.int(), is_bot: z.literal(false) });
const Press = z.looseObject({
  update_id: z.int(),
  callback_query: z.looseObject({
    id: z.string().max(64),
    from: User,
    message: z.looseObject({ message_id: z.int(), chat: z.looseObject({ id: z.int() }) }),
    data: z.string().max(64),
  }),
});
const Talk = z.looseObject({ update_id: z.int(), message: z.looseObject({ chat: z.looseObject({ id: z.int() }) }) });
const Made = z.looseObject({ ok: z.literal(true), result: z.looseObject({ message_id: z.int() }) });
const Failed = z.looseObject({
  ok: z.literal(false),
  description: z.string(),
  parameters: z.looseObject({ retry_after: z.number() }).optional(),
});
const MessageRef = z.strictObject({ message: z.int() });

const digest = (text: string) => createHash("sha256").update(text).digest();
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

function keyboard({ buttons, link }: ApprovalDelivery) {
  const { approve, deny } = buttons;
  const rows = [
    ...(approve === undefined ? [] : [[{ text: "Approve", callback_data: approve }]]),
    ...(deny === undefined
      ? []
      : REASONS.map((why, index) => [{ text: `Deny: ${why}`, callback_data: `${deny}${index}` }])),
    // A button that leads somewhere takes https only; the link is in the text as well.
    ...(link.startsWith("https:") ? [[{ text: "Open", url: link }]] : []),
  ];
  return { inline_keyboard: rows };
}

/** The card as an entity of kind `pre`: no markup is parsed, so nothing in it can become one. */
function messageOf(delivery: Delivery) {
  const plain = { link_preview_options: { is_disabled: true } };
  if (delivery.kind === "alert") return { ...plain, text: alertLine(delivery).slice(0, MESSAGE_CHARS_MAX) };
  const { text, notice } = excerpt(delivery.approval.card, CARD_CHARS_MAX, delivery.link, shows);
  const voters = votersOf(delivery.approval);
  const head = `${[headline(delivery), particulars(delivery), voters].filter((each) => each !== "").join("\n")}\n`;
  return {
    ...plain,
    text: `${head}${text}${notice === "" ? delivery.link : notice}`.slice(0, MESSAGE_CHARS_MAX),
    entities: [{ type: "pre", offset: head.length, length: text.length }],
    reply_markup: keyboard(delivery),
  };
}
const shows = (text: string): boolean => text.length <= CARD_CHARS_MAX;

/** A webhook may answer with a call of one method: this one shows a text to the person who pressed. */
const told = (queryId: string, text: string): Reply =>
  json({
    method: "answerCallbackQuery",
    callback_query_id: queryId,
    text: text.slice(0, ANSWER_CHARS_MAX),
    show_alert: true,
  });

export function telegram(config: TelegramConfig, deps: { outbound: Outbound; clock: Clock }): Channel {
  const { clock } = deps;

  async function receive(request: InboundRequest): Promise<Received> {
    if (request.method !== "POST") return stranger("malformed");
    if (!same(request.headers["x-telegram-bot-api-secret-token"] ?? "", config.webhookSecret))
      return stranger("not_authentic");
    const body = parsed(request.body);
    const press = Press.safeParse(body).data?.callback_query;
    if (press === undefined) {
      // Telegram repeats an update until it gets a 200, and people in a chat talk.
      const code: RefusalCode = Talk.safeParse(body).success ? "free_text" : "malformed";
      return turnedAway(code, { status: 200 });
    }
    const identity = { channel: "telegram", id: String(press.from.id) };
    const refusal = (code: RefusalCode, approvalId?: string): Received =>
      turnedAway(code, told(press.id, outcomeText(refused(code, REFUSALS[code]))), {
        identity,
        ...(approvalId === undefined ? {} : { approvalId }),
      });
    if (press.message.chat.id !== config.chatId) return refusal("wrong_place");
    const [, code = "", why] = /^(.{47})([0-3]?)$/.exec(press.data) ?? [];
    const button = readButton(code);
    if (button === undefined) return refusal("malformed");
    const { vote, approvalId, nonce } = button;
    const reason = REASONS[why === "" ? -1 : Number(why)];
    if ((vote === "deny") !== (reason !== undefined)) return refusal("malformed", approvalId);
    return {
      kind: "answer",
      answer: { approvalId, vote, nonce, identity, ...(reason === undefined ? {} : { reason }) },
      reply: async (outcome) => told(press.id, outcomeText(outcome)),
    };
  }

  async function call(method: string, body: object, signal: AbortSignal): Promise<Sent> {
    const answer = await deps.outbound.send({
      url: `${config.apiUrl}/bot${config.token}/${method}`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ chat_id: config.chatId, ...body }),
      signal,
    });
    const value = parsed(answer.body);
    const made = Made.safeParse(value).data;
    if (isOk(answer) && made !== undefined) return { status: "sent", ref: { message: made.result.message_id } };
    const failed = Failed.safeParse(value).data;
    // It says already what it should say, or somebody deleted it.
    if (method === "editMessageText" && failed && /not modified|not found/.test(failed.description))
      return { status: "sent" };
    const sent = failureOf(answer, clock);
    if (failed === undefined || sent.status !== "retry") return sent;
    const wait = failed.parameters?.retry_after;
    const error = `${sent.error}: ${failed.description}`;
    return { status: "retry", error, ...(wait === undefined ? {} : { afterMs: Math.min(wait * 1_000, 3_600_000) }) };
  }

  return {
    id: config.id,
    tenant: config.tenant,
    kind: "answers",
    shows,
    receive,
    send: (delivery, signal) => call("sendMessage", messageOf(delivery), signal),
    async update(delivery, ref, signal) {
      const known = MessageRef.safeParse(ref);
      if (!known.success) return { status: "refused", error: "the message is not known" };
      const sent = await call("editMessageText", { message_id: known.data.message, ...messageOf(delivery) }, signal);
      return sent.status === "sent" ? { status: "sent" } : sent;
    },
  };
}
