// slack-blocks.ts — a request as Slack blocks: text elements only, so that no word of an agent becomes markup, link or mention

import type { Card } from "@holdpoint/wire/approval.ts";
import type { types } from "@slack/bolt";
import type { ApprovalDelivery, Delivery } from "../channel.ts";
import { type Excerpt, excerpt } from "../excerpt.ts";
import { alertLine, headline, particulars, votersOf } from "../words.ts";
import { cardBlocks, cardOf } from "./slack-card.ts";

/** What the buttons are called in a payload. */
export const ACTIONS = { approve: "holdpoint_approve", deny: "holdpoint_deny", open: "holdpoint_open" } as const;
export const DENY_VIEW = "holdpoint_deny_reason";
export const REASON = { block: "reason", input: "reason" } as const;

// Slack takes 50 blocks a message, of which some are not the card's. It says 40,000 characters, but blocks of more than
// some 13,000 are refused in practice, and nobody reads them in a chat.
const CARD_BLOCKS_MAX = 44;
const CARD_BLOCKS_BYTES_MAX = 12_000;
const HEADER_CHARS_MAX = 150;
const CONTEXT_CHARS_MAX = 2_000;

const fits = (blocks: readonly unknown[]): boolean =>
  blocks.length <= CARD_BLOCKS_MAX && Buffer.byteLength(JSON.stringify(blocks)) <= CARD_BLOCKS_BYTES_MAX;

/** Whole, and exactly: read back from its blocks it is the same text, letter by letter. */
export function shows(text: string): boolean {
  const blocks = cardBlocks(text);
  return text.trim() !== "" && fits(blocks) && cardOf(blocks) === text;
}

/** As much of it as Slack takes. */
function excerptOf(card: Card, link: string): Excerpt {
  for (let room = card.text.length; ; room = Math.floor(room / 2)) {
    const cut = excerpt(card, room, link, shows);
    if (cut.whole || fits(cardBlocks(cut.text))) return cut;
  }
}

const plain = (text: string): types.PlainTextElement => ({ type: "plain_text", text, emoji: false });
const context = (text: string): types.ContextBlock => ({
  type: "context",
  elements: [plain(text.slice(0, CONTEXT_CHARS_MAX))],
});

const button = (action: string, label: string, more: Partial<types.Button>): types.Button => ({
  type: "button",
  action_id: action,
  text: plain(label),
  ...more,
});

function actions({ buttons, link }: ApprovalDelivery): types.ActionsBlock {
  const { approve, deny } = buttons;
  const elements = [
    ...(approve === undefined ? [] : [button(ACTIONS.approve, "Approve", { style: "primary", value: approve })]),
    ...(deny === undefined ? [] : [button(ACTIONS.deny, "Deny …", { style: "danger", value: deny })]),
    button(ACTIONS.open, "Open", { url: link }),
  ];
  return { type: "actions", elements };
}

export interface SlackMessage {
  /** for notifications and readers that show no blocks */
  text: string;
  blocks: types.KnownBlock[];
}

export function messageOf(delivery: Delivery): SlackMessage {
  if (delivery.kind === "alert") return { text: escaped(alertLine(delivery)), blocks: [context(alertLine(delivery))] };
  const { text, notice } = excerptOf(delivery.approval.card, delivery.link);
  const voters = votersOf(delivery.approval);
  return {
    text: escaped(`${headline(delivery)} (${delivery.approval.id})`),
    blocks: [
      { type: "header", text: plain(headline(delivery).slice(0, HEADER_CHARS_MAX)) },
      context(particulars(delivery)),
      ...cardBlocks(text),
      ...(voters === "" ? [] : [context(voters)]),
      ...(notice === "" ? [] : [context(notice)]),
      actions(delivery),
    ],
  };
}

/** The three characters that mean something in `text`. */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Asks for the reason of a denial; Slack signs `private_metadata` when it comes back. */
export const denyView = (code: string, message: string): types.ModalView => ({
  type: "modal",
  callback_id: DENY_VIEW,
  private_metadata: code,
  title: plain("Deny"),
  submit: plain("Deny"),
  close: plain("Back"),
  blocks: [
    context(message),
    {
      type: "input",
      block_id: REASON.block,
      label: plain("Why not?"),
      element: { type: "plain_text_input", action_id: REASON.input, multiline: true, min_length: 1, max_length: 1_000 },
    },
  ],
});
