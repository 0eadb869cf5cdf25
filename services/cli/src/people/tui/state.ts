// state.ts — one step of the inbox: news, a new size, an answer that was given, or a key

import type { ApprovalAnswer } from "@holdpoint/client/answers.ts";
import type { Key } from "./keys.ts";
import { opened, openItem, type Size, type State, scrolled, shownItems, told } from "./model.ts";
import { type Effect, pressed } from "./press.ts";

export type Message =
  | { kind: "items"; items: readonly ApprovalAnswer[] }
  | { kind: "live"; live: boolean }
  | { kind: "size"; size: Size }
  | { kind: "key"; key: Key }
  | { kind: "done"; text: string; good: boolean };

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
  if (now?.state === "pending") return next;
  const over = { ...next, confirming: false };
  const byOthers = openItem(state)?.state === "pending" && !state.sending && state.notice.tone !== "good";
  return byOthers ? told(over, "it is settled: answered elsewhere, or its time is over") : over;
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
      return pressed(state, message.key);
  }
}
