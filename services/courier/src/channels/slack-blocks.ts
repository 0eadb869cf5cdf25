// slack-blocks.ts — a request as Slack blocks: text elements only, so that no word of an agent becomes markup, link or mention

import type { types } from "@slack/bolt";
import type { ApprovalDelivery, Delivery } from "../channel.ts";
import { excerpt } from "../excerpt.ts";
import { alertLine, headline, particulars, votersOf } from "../words.ts";

/** What the buttons are called in a payload. */
export const ACTIONS = { approve: "holdpoint_approve", deny: "holdpoint_deny", open: "holdpoint_open" } as const;
export const DENY_VIEW = "holdpoint_deny_reason";
export const REASON = { block: "reason", input: "reason" } as const;

// Slack says 40,000 characters a message; blocks beyond some 13,000 are refused in practice, and nobody reads them in a chat.
const CARD_CHARS_MAX = 9_000;
const PIECE_CHARS_MAX = 3_000;

/** Slack trims nothing inside a preformatted element, but it does not take an empty one. */
export const shows = (text: string): boolean => text.length <= CARD_CHARS_MAX && text.trim() !== "";

/** Pieces of whole lines where that is possible; joined they are the text again. */
function pieces(text: string): string[] {
  const found: string[] = [];
  for (let rest = text; rest !== ""; ) {
    const room = rest.slice(0, PIECE_CHARS_MAX);
    const end = rest.length <= PIECE_CHARS_MAX ? rest.length : room.lastIndexOf("\n") + 1 || wellFormedEnd(room);
    found.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return found;
}
const wellFormedEnd = (room: string): number => (room.isWellFormed() ? room.length : room.length - 1);

const plain = (text: string): types.PlainTextElement => ({ type: "plain_text", text, emoji: false });
const context = (text: string): types.ContextBlock => ({ type: "context", elements: [plain(text.slice(0, 2_000))] });

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
  const { text, notice } = excerpt(delivery.approval.card, CARD_CHARS_MAX, delivery.link, shows);
  const voters = votersOf(delivery.approval);
  const card: types.RichTextBlock = {
    type: "rich_text",
    elements: pieces(text).map((piece) => ({
      type: "rich_text_preformatted",
      elements: [{ type: "text", text: piece }],
    })),
  };
  return {
    text: escaped(`${headline(delivery)} (${delivery.approval.id})`),
    blocks: [
      { type: "header", text: plain(headline(delivery).slice(0, 150)) },
      ...(card.elements.length === 0 ? [] : [card]),
      context(particulars(delivery)),
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
