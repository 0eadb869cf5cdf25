// view.ts — the screen: a list or a card, one line of news, one line of keys. Ink, without JSX, so that nothing is built

import { pieces } from "@holdpoint/core/escalation/card-layout.ts";
import { Box, Text } from "ink";
import { createElement as h, type ReactNode } from "react";
import { cut, harmless } from "../../terminal.ts";
import { gist, timeLeft } from "../gist.ts";
import { soFarText } from "../so-far-text.ts";
import { bodyRows, cardRows, openItem, type State, shownItems, tooSmall, wholeSeen } from "./model.ts";
import { GOES_ON, type Row } from "./rows.ts";

const KEYS = {
  list: "↑↓ choose  ⏎ open  / filter  q quit  ? keys",
  unread: "space scroll (approve: when all is read)  d deny  i ask  esc back  ? keys",
  read: "a approve  d deny  i ask  esc back  q quit  ? keys",
  settled: "space scroll  esc back  q quit  ? keys",
  input: "⏎ send  esc give up",
  confirm: "y approve  any other key: nothing is sent",
  help: "any key: back",
} as const;
const HELP = [
  "↑ ↓ j k        up and down",
  "space b        a page on, a page back (also PgDn, PgUp)",
  "g G            to the beginning, to the end",
  "Enter          open the marked request",
  "/              filter by words of the call, the role or the id",
  "a, then y      approve the open card, once all of it was on the screen",
  "d              deny it, with a reason",
  "i              ask the agent's side something first; it goes on waiting",
  "Esc h          back to the list; in the list: without the filter",
  "q Ctrl-C       quit",
  "",
  `${GOES_ON}           goes on with the line above`,
  "\\u{…}          a character that is easy to misread, spelled out",
] as const;
const PROMPT = { deny: "why not? ", ask: "what do you want to know? ", filter: "filter: " } as const;
const TONE = { good: "green", bad: "red", plain: "yellow" } as const;

const line = (key: string, children: ReactNode, style: object = {}) =>
  h(Text, { key, wrap: "truncate-end", ...style }, children);

function listLines(state: State, nowMs: number): ReactNode[] {
  const shown = shownItems(state);
  if (shown.length === 0)
    return [
      line("none", state.filter === "" ? "nothing waits for you" : "nothing fits the filter", { dimColor: true }),
    ];
  const room = bodyRows(state.size);
  const at = Math.max(
    0,
    shown.findIndex(({ id }) => id === state.at),
  );
  const top = Math.max(0, Math.min(at - Math.floor(room / 2), shown.length - room));
  return shown.slice(top, top + room).map((item) => {
    const needs = item.requirements.map(({ role, quorum, votes }) => `${harmless(role)} ${votes}/${quorum}`).join(", ");
    const left = item.state === "pending" ? timeLeft(item.expiresAt, nowMs) : item.state;
    const tail = `  ${needs}  risk ${item.risk.score}  ${left}`;
    const what = gist(item.card, Math.max(10, state.size.columns - tail.length - 3));
    const marked = item.id === state.at;
    return line(item.id, `${marked ? "▸ " : "  "}${what}${tail}`, { inverse: marked });
  });
}

/** Colours only, and the mark of what goes on; the letters are the rows' own. */
const cardLine = ({ text, goesOn }: Row, key: number): ReactNode =>
  h(
    Text,
    { key, wrap: "truncate-end", bold: !goesOn && text !== "" && !text.startsWith(" ") },
    goesOn ? h(Text, { key: "mark", dimColor: true }, GOES_ON) : null,
    text === "" ? " " : pieces(text).map(({ text: part, odd }, place) => h(Text, { key: place, inverse: odd }, part)),
  );

function cardTitle(state: State): string {
  const item = openItem(state);
  const rows = cardRows(state);
  const last = Math.min(rows.length, (state.card?.top ?? 0) + bodyRows(state.size));
  const status = item === undefined ? "gone" : item.state;
  // What a narrow screen must not cut comes first.
  return `${wholeSeen(state) ? "all read" : "unread"}  rows ${last}/${rows.length}  ${status}  ${state.card?.id ?? ""}`;
}

function keysOf(state: State): string {
  if (state.input !== undefined) return KEYS.input;
  if (state.help) return KEYS.help;
  if (state.confirming) return KEYS.confirm;
  if (state.card === undefined) return KEYS.list;
  if (openItem(state)?.state !== "pending") return KEYS.settled;
  return wholeSeen(state) ? KEYS.read : KEYS.unread;
}

/** Of the card that is open: who has answered, and who is missing. */
function standing(state: State): string {
  const item = state.card === undefined ? undefined : openItem(state);
  return item === undefined ? "" : soFarText(item);
}

/** The news, or what is being typed, cut at its beginning: the end of it is where the person writes. */
function newsLine(state: State): ReactNode {
  const { input, notice, size } = state;
  if (input === undefined && notice.text === "") return line("news", standing(state) || " ", { dimColor: true });
  if (input === undefined) return line("news", harmless(notice.text), { color: TONE[notice.tone] });
  const why = notice.text === "" ? "" : `${notice.text}: `;
  const typed = [...`${why}${PROMPT[input.kind]}${input.text}▏`];
  return line("news", typed.slice(-Math.max(1, size.columns - 1)).join(""), { color: "cyan" });
}

function bodyLines(state: State, nowMs: number): ReactNode[] {
  const { card, size, help } = state;
  if (help) return HELP.map((text, place) => line(`help ${place}`, text === "" ? " " : text));
  if (card === undefined) return listLines(state, nowMs);
  return cardRows(state)
    .slice(card.top, card.top + bodyRows(size))
    .map(cardLine);
}

export function screen(state: State, nowMs: number): ReactNode {
  const { card, size, live, filter } = state;
  if (tooSmall(size)) return line("small", cut("too small to read: make this window larger (q quits)", size.columns));
  const where = live ? "live" : "not connected";
  const title =
    card === undefined
      ? `Holdpoint inbox  ${shownItems(state).length} wait${filter && `  (${harmless(filter)})`}`
      : cardTitle(state);
  return h(
    Box,
    { flexDirection: "column", width: size.columns, height: size.rows },
    line("title", cut(`${where}  ${title}`, size.columns), { bold: true }),
    line("rule", "─".repeat(size.columns), { dimColor: true }),
    h(
      Box,
      { key: "body", flexDirection: "column", height: bodyRows(size), overflow: "hidden" },
      ...bodyLines(state, nowMs),
    ),
    newsLine(state),
    line("keys", cut(keysOf(state), size.columns), { dimColor: true }),
  );
}
