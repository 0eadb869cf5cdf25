// press.ts — what a key does: a pure step, and what is to be sent; a key that does nothing says so

import { harmless } from "../../terminal.ts";
import type { Key } from "./keys.ts";
import {
  bodyRows,
  moved,
  NO_NOTICE,
  opened,
  openItem,
  type State,
  scrolled,
  shownItems,
  told,
  tooSmall,
  wholeSeen,
} from "./model.ts";

export type Effect =
  | { kind: "approve"; id: string; cardSha256: string }
  | { kind: "deny"; id: string; reason: string }
  | { kind: "ask"; id: string; text: string }
  | { kind: "quit" };

type Pressed = [State, Effect?];

const INPUT_CHARS_MAX = 1_000;

const noSuchKey = (state: State, { name, text }: Key): Pressed => [
  told(state, `no use for ${harmless(name ?? text ?? "that")} here: ? shows the keys`),
];

/** A yes is possible only for what was shown whole and still waits. */
function wantsApproval(state: State): State {
  if (state.card === undefined) return state;
  if (state.sending) return told(state, "one answer is on its way", "bad");
  if (openItem(state)?.state !== "pending") return told(state, "it is settled: nothing to approve", "bad");
  if (state.card.truncated) return told(state, "the card is cut off: what cannot be shown cannot be approved", "bad");
  if (!wholeSeen(state)) return told(state, "read the whole card first: scroll to its end", "bad");
  return told({ ...state, confirming: true }, "approve exactly this? y / n");
}

function writes(state: State, kind: "deny" | "ask"): State {
  if (state.sending) return told(state, "one answer is on its way", "bad");
  if (openItem(state)?.state !== "pending") return told(state, "it is settled: nothing to answer", "bad");
  return { ...state, input: { kind, text: "" }, notice: NO_NOTICE };
}

function cardKey(state: State, key: Key): Pressed {
  const { name, text, together } = key;
  const { card } = state;
  if (card === undefined) return [state];
  const page = bodyRows(state.size);
  const to = (top: number): Pressed => [scrolled({ ...state, notice: NO_NOTICE }, top)];
  if (name === "up" || text === "k") return to(card.top - 1);
  if (name === "down" || text === "j") return to(card.top + 1);
  if (name === "pageUp" || text === "b") return to(card.top - page);
  if (name === "pageDown" || text === " ") return to(card.top + page);
  if (name === "home" || text === "g") return to(0);
  if (name === "end" || text === "G") return to(Number.MAX_SAFE_INTEGER);
  if (together && (text === "a" || text === "y"))
    return [told(state, "it came with other keys: press a alone, then y", "bad")];
  if (text === "a") return [wantsApproval(state)];
  if (text === "y") return [wholeSeen(state) ? told(state, "press a first, then y") : wantsApproval(state)];
  if (text === "d") return [writes(state, "deny")];
  if (text === "i") return [writes(state, "ask")];
  if (name === "escape" || name === "erase" || text === "h") {
    const { card: _, ...list } = state;
    return [{ ...list, notice: NO_NOTICE }];
  }
  return text === "q" ? [state, { kind: "quit" }] : noSuchKey(state, key);
}

function listKey(state: State, key: Key): Pressed {
  const { name, text } = key;
  const marked = shownItems(state).find(({ id }) => id === state.at);
  const to = (by: number): Pressed => [moved({ ...state, notice: NO_NOTICE }, by)];
  const page = bodyRows(state.size);
  if (name === "up" || text === "k") return to(-1);
  if (name === "down" || text === "j") return to(1);
  if (name === "pageUp" || text === "b") return to(-page);
  if (name === "pageDown" || text === " ") return to(page);
  if (name === "home" || text === "g") return to(-state.items.length);
  if (name === "end" || text === "G") return to(state.items.length);
  if (name === "enter" || text === "l") return [marked ? opened(state, marked) : told(state, "nothing to open")];
  if (text === "a" || text === "d" || text === "i")
    return [told(state, marked ? "open it first: Enter shows its card" : "nothing waits for you", "bad")];
  if (text === "/") return [{ ...state, input: { kind: "filter", text: state.filter }, notice: NO_NOTICE }];
  if (name === "escape" && state.filter !== "") return [moved({ ...state, filter: "", notice: NO_NOTICE }, 0)];
  return text === "q" ? [state, { kind: "quit" }] : noSuchKey(state, key);
}

function inputKey(state: State, { name, text }: Key): Pressed {
  const { input, card } = state;
  if (input === undefined) return [state];
  const { input: _, ...without } = state;
  const typing = (now: string): Pressed => [{ ...state, input: { ...input, text: now }, notice: NO_NOTICE }];
  if (name === "escape") return [told(without, input.kind === "filter" ? "" : "nothing was sent")];
  if (name === "erase") return typing([...input.text].slice(0, -1).join(""));
  if (name === "enter") {
    const said = input.text.trim();
    if (input.kind === "filter") return [moved({ ...without, filter: said }, 0)];
    if (said === "") return [told(state, input.kind === "deny" ? "a denial needs a reason" : "ask something", "bad")];
    if (card === undefined || state.sending) return [told(without, "nothing was sent", "bad")];
    const sent = { ...told(without, "sending …"), sending: true };
    return input.kind === "deny"
      ? [sent, { kind: "deny", id: card.id, reason: said }]
      : [sent, { kind: "ask", id: card.id, text: said }];
  }
  if (text === undefined) return [state];
  return typing(`${input.text}${harmless(text)}`.slice(0, INPUT_CHARS_MAX));
}

export function pressed(state: State, key: Key): Pressed {
  if (key.name === "interrupt") return [state, { kind: "quit" }];
  if (tooSmall(state.size)) return key.text === "q" ? [state, { kind: "quit" }] : [state];
  if (state.input !== undefined) return inputKey(state, key);
  if (state.help) return [{ ...state, help: false }];
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
  if (key.text === "?") return [{ ...state, help: true, notice: NO_NOTICE }];
  return state.card === undefined ? listKey(state, key) : cardKey(state, key);
}
