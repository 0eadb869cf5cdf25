// state.ts — what the inbox shows and what a key does: a pure step from one state to the next, and what is to be sent

import type { ApprovalAnswer } from "@holdpoint/client/answers.ts";
import { harmless } from "../../terminal.ts";
import { gist } from "../gist.ts";
import type { Key } from "./keys.ts";
import { type Row, rowsOf } from "./rows.ts";

export interface Size {
  columns: number;
  rows: number;
}
export type Asking = "deny" | "ask" | "filter";

interface OpenCard {
  id: string;
  /** what is shown, and what a yes names: a card that changes meanwhile is another one */
  sha256: string;
  lines: readonly string[];
  truncated: boolean;
  /** first row on the screen */
  top: number;
  /** lines that were on the screen to their end, counted from the first without a gap */
  seen: number;
}

export interface State {
  size: Size;
  items: readonly ApprovalAnswer[];
  /** id of the row that is marked */
  at?: string;
  filter: string;
  card?: OpenCard;
  input?: { kind: Asking; text: string };
  /** a yes waits for its confirmation */
  confirming: boolean;
  /** a vote or question is on its way: no second one */
  sending: boolean;
  notice: { text: string; tone: "good" | "bad" | "plain" };
  live: boolean;
}

export type Effect =
  | { kind: "approve"; id: string; cardSha256: string }
  | { kind: "deny"; id: string; reason: string }
  | { kind: "ask"; id: string; text: string }
  | { kind: "quit" };

export type Message =
  | { kind: "items"; items: readonly ApprovalAnswer[] }
  | { kind: "live"; live: boolean }
  | { kind: "size"; size: Size }
  | { kind: "key"; key: Key }
  | { kind: "done"; text: string; good: boolean };

/** Title, its line, notice, and the line of keys. */
const FRAME_ROWS = 4;
const INPUT_CHARS_MAX = 1_000;
const START: State["notice"] = { text: "", tone: "plain" };

export const initial = (size: Size): State => ({
  size,
  items: [],
  filter: "",
  confirming: false,
  sending: false,
  notice: START,
  live: false,
});

export const bodyRows = ({ rows }: Size): number => Math.max(1, rows - FRAME_ROWS);

/** Every word of the filter stands somewhere in what the row tells. */
export const shownItems = ({ items, filter }: State): ApprovalAnswer[] => {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return items.filter((item) => {
    const told =
      `${item.id} ${gist(item.card, Number.MAX_SAFE_INTEGER)} ${item.requirements.map(({ role }) => role).join(" ")}`.toLowerCase();
    return words.every((word) => told.includes(word));
  });
};

export const cardRows = (state: State): Row[] => (state.card ? rowsOf(state.card.lines, state.size.columns) : []);
export const openItem = ({ items, card }: State): ApprovalAnswer | undefined => items.find(({ id }) => id === card?.id);

/** Everything of it was on this screen. */
export const wholeSeen = ({ card }: State): boolean =>
  card !== undefined && !card.truncated && card.seen >= card.lines.length;

/** The card at this row, kept within its ends; lines that are shown to their end in an unbroken row count as seen. */
function scrolled(state: State, top: number): State {
  const { card, size } = state;
  if (card === undefined) return state;
  const rows = cardRows(state);
  const room = bodyRows(size);
  const kept = Math.max(0, Math.min(top, rows.length - room));
  const shown = rows.slice(kept, kept + room);
  let seen = card.seen;
  for (const [place, row] of shown.entries()) {
    const fromItsStart = row.line > (rows[kept]?.line ?? 0) || isFirstOf(rows, kept, row.line) || place > 0;
    if (row.ends && row.line === seen && fromItsStart) seen = row.line + 1;
  }
  return { ...state, card: { ...card, top: kept, seen } };
}
const isFirstOf = (rows: readonly Row[], at: number, line: number): boolean => rows[at - 1]?.line !== line;

function opened(state: State, item: ApprovalAnswer): State {
  const lines = item.card.text.replace(/\n+$/, "").split("\n").map(harmless);
  const { sha256, truncated } = item.card;
  const card = { id: item.id, sha256, lines, truncated, top: 0, seen: 0 };
  return scrolled({ ...state, at: item.id, card, notice: START, confirming: false }, 0);
}

function moved(state: State, by: number): State {
  const shown = shownItems(state);
  const from = Math.max(
    0,
    shown.findIndex(({ id }) => id === state.at),
  );
  const next = shown[Math.max(0, Math.min(shown.length - 1, from + by))];
  return next === undefined ? state : { ...state, at: next.id };
}

const told = (state: State, text: string, tone: State["notice"]["tone"] = "plain"): State => ({
  ...state,
  notice: { text, tone },
});

/** A yes is possible only for what was shown whole and still waits. */
function wantsApproval(state: State): State {
  if (state.card === undefined) return state;
  if (state.sending) return told(state, "one answer is on its way", "bad");
  if (openItem(state)?.state !== "pending") return told(state, "it is settled: nothing to approve", "bad");
  if (state.card.truncated) return told(state, "the card is cut off: what cannot be shown cannot be approved", "bad");
  if (!wholeSeen(state)) return told(state, "read the whole card first: scroll to its end", "bad");
  return told({ ...state, confirming: true }, "approve exactly this? y / n");
}

function cardKey(state: State, { name, text, together }: Key): [State, Effect?] {
  const { card } = state;
  if (card === undefined) return [state];
  const page = bodyRows(state.size);
  const to = (top: number): [State] => [scrolled(state, top)];
  if (name === "up" || text === "k") return to(card.top - 1);
  if (name === "down" || text === "j") return to(card.top + 1);
  if (name === "pageUp" || text === "b") return to(card.top - page);
  if (name === "pageDown" || text === " ") return to(card.top + page);
  if (name === "home" || text === "g") return to(0);
  if (name === "end" || text === "G") return to(Number.MAX_SAFE_INTEGER);
  if (text === "a")
    return [together ? told(state, "it came with other keys: press a alone", "bad") : wantsApproval(state)];
  if (text === "d") return [{ ...state, input: { kind: "deny", text: "" }, notice: START }];
  if (text === "i") return [{ ...state, input: { kind: "ask", text: "" }, notice: START }];
  if (name === "escape" || name === "erase" || text === "h") {
    const { card: _, ...list } = state;
    return [{ ...list, notice: START }];
  }
  return text === "q" ? [state, { kind: "quit" }] : [state];
}

function listKey(state: State, { name, text }: Key): [State, Effect?] {
  const marked = shownItems(state).find(({ id }) => id === state.at);
  if (name === "up" || text === "k") return [moved(state, -1)];
  if (name === "down" || text === "j") return [moved(state, 1)];
  if (name === "pageUp" || name === "pageDown")
    return [moved(state, (name === "pageUp" ? -1 : 1) * bodyRows(state.size))];
  if (name === "home" || text === "g") return [moved(state, -state.items.length)];
  if (name === "end" || text === "G") return [moved(state, state.items.length)];
  if (name === "enter" || text === "l") return [marked ? opened(state, marked) : state];
  if (text === "/") return [{ ...state, input: { kind: "filter", text: state.filter }, notice: START }];
  if (name === "escape" && state.filter !== "") return [moved({ ...state, filter: "" }, 0)];
  return text === "q" ? [state, { kind: "quit" }] : [state];
}

function inputKey(state: State, { name, text }: Key): [State, Effect?] {
  const { input, card } = state;
  if (input === undefined) return [state];
  const { input: _, ...without } = state;
  if (name === "escape") return [told(without, input.kind === "filter" ? "" : "nothing was sent")];
  if (name === "erase") return [{ ...state, input: { ...input, text: [...input.text].slice(0, -1).join("") } }];
  if (name === "enter") {
    const said = input.text.trim();
    if (input.kind === "filter") return [moved({ ...without, filter: said }, 0)];
    if (said === "") return [told(state, input.kind === "deny" ? "a denial needs a reason" : "ask something", "bad")];
    if (card === undefined || state.sending) return [without];
    const sent = { ...told(without, "sending …"), sending: true };
    return input.kind === "deny"
      ? [sent, { kind: "deny", id: card.id, reason: said }]
      : [sent, { kind: "ask", id: card.id, text: said }];
  }
  if (text === undefined) return [state];
  return [{ ...state, input: { ...input, text: `${input.text}${harmless(text)}`.slice(0, INPUT_CHARS_MAX) } }];
}

function keyed(state: State, key: Key): [State, Effect?] {
  if (key.name === "interrupt") return [state, { kind: "quit" }];
  if (state.input !== undefined) return inputKey(state, key);
  if (state.confirming) {
    const over = { ...state, confirming: false };
    if (key.text !== "y" || key.together || state.card === undefined || !wholeSeen(state))
      return [told(over, "nothing was sent")];
    const { id, sha256 } = state.card;
    return [
      { ...told(over, "sending …"), sending: true },
      { kind: "approve", id, cardSha256: sha256 },
    ];
  }
  return state.card === undefined ? listKey(state, key) : cardKey(state, key);
}

/** What came in: the marked row stays marked; an open card stays as it was read, or says that it changed. */
function received(state: State, items: readonly ApprovalAnswer[]): State {
  const next = { ...state, items };
  const { card } = state;
  if (card === undefined) {
    const known = shownItems(next).some(({ id }) => id === next.at);
    const first = shownItems(next)[0];
    if (known || first === undefined) return next;
    return { ...next, at: first.id };
  }
  const now = items.find(({ id }) => id === card.id);
  if (now !== undefined && now.card.sha256 !== card.sha256)
    return told(opened(next, now), "the card changed: read it again", "bad");
  return now?.state === "pending" ? next : { ...next, confirming: false };
}

/** One step. */
export function update(state: State, message: Message): [State, Effect?] {
  switch (message.kind) {
    case "items":
      return [received(state, message.items)];
    case "live":
      return [{ ...state, live: message.live }];
    case "size": {
      const resized = { ...state, size: message.size };
      return [state.card === undefined ? resized : scrolled(resized, state.card.top)];
    }
    case "done":
      return [told({ ...state, sending: false }, message.text, message.good ? "good" : "bad")];
    case "key":
      return keyed(state, message.key);
  }
}
