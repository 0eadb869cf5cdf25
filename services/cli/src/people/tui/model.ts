// model.ts — what the inbox shows: the list, the card that is open and how much of it was read, and how each is moved

import type { ApprovalAnswer } from "@holdpoint/client/answers.ts";
import { harmless } from "../../terminal.ts";
import { gist } from "../gist.ts";
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
  /** how much of it was on the screen, counted from its beginning without a gap */
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
  /** the keys are shown in the place of list or card */
  help: boolean;
  /** a vote or question is on its way: no second one */
  sending: boolean;
  notice: { text: string; tone: "good" | "bad" | "plain" };
  live: boolean;
}

/** Title, its line, notice, and the line of keys. */
const FRAME_ROWS = 4;
const SMALLEST: Size = { columns: 20, rows: 6 };
export const NO_NOTICE: State["notice"] = { text: "", tone: "plain" };

export const initial = (size: Size): State => ({
  size,
  items: [],
  filter: "",
  confirming: false,
  help: false,
  sending: false,
  notice: NO_NOTICE,
  live: false,
});

/** Nothing can be read there, and so nothing be answered. */
export const tooSmall = ({ columns, rows }: Size): boolean => columns < SMALLEST.columns || rows < SMALLEST.rows;

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
export const wholeSeen = (state: State): boolean =>
  state.card !== undefined && !state.card.truncated && state.card.seen >= (cardRows(state).at(-1)?.to ?? 0);

/** The card at this row, kept within its ends. What was jumped over does not count as seen. */
export function scrolled(state: State, top: number): State {
  const { card, size } = state;
  if (card === undefined || tooSmall(size)) return state;
  const rows = cardRows(state);
  const room = bodyRows(size);
  const kept = Math.max(0, Math.min(top, rows.length - room));
  const shown = rows.slice(kept, kept + room);
  const follows = (shown[0]?.from ?? 0) <= card.seen;
  const seen = follows ? Math.max(card.seen, shown.at(-1)?.to ?? 0) : card.seen;
  return { ...state, card: { ...card, top: kept, seen } };
}

export function opened(state: State, item: ApprovalAnswer): State {
  const lines = item.card.text.replace(/\n+$/, "").split("\n").map(harmless);
  const { sha256, truncated } = item.card;
  const card = { id: item.id, sha256, lines, truncated, top: 0, seen: 0 };
  return scrolled({ ...state, at: item.id, card, notice: NO_NOTICE, confirming: false }, 0);
}

export function moved(state: State, by: number): State {
  const shown = shownItems(state);
  const from = Math.max(
    0,
    shown.findIndex(({ id }) => id === state.at),
  );
  const next = shown[Math.max(0, Math.min(shown.length - 1, from + by))];
  return next === undefined ? state : { ...state, at: next.id };
}

export const told = (state: State, text: string, tone: State["notice"]["tone"] = "plain"): State => ({
  ...state,
  notice: { text, tone },
});
