// run.ts — `holdpoint inbox` in a terminal: the state, the screen, the gateway's news and the person's keys, tied together

import { createClient } from "@holdpoint/client/client.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import { type Key as InkKey, render, useInput, usePaste } from "ink";
import { createElement as h, useEffect, useReducer } from "react";
import { z } from "zod";
import { accessOf } from "../../api.ts";
import type { InboxOptions } from "../waiting.ts";
import { follow } from "./feed.ts";
import { type Key, typed } from "./keys.ts";
import { initial, type Size, type State } from "./model.ts";
import type { Effect } from "./press.ts";
import { type Message, update } from "./state.ts";
import { screen } from "./view.ts";

const NAMES: readonly [keyof InkKey, NonNullable<Key["name"]>][] = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["pageUp", "pageUp"],
  ["pageDown", "pageDown"],
  ["home", "home"],
  ["end", "end"],
  ["return", "enter"],
  ["escape", "escape"],
  ["backspace", "erase"],
  ["delete", "erase"],
];

/** Several keys may come at once over a slow line: each is one. What is typed into a field stays together. */
function keysOf(text: string, key: InkKey): Key[] {
  if (key.ctrl) return text === "c" || text === "d" ? [{ name: "interrupt" }] : [];
  const named = NAMES.find(([flag]) => key[flag] === true);
  if (named !== undefined) return [{ name: named[1] }];
  if (text === "" || key.meta) return [];
  return typed(text);
}

/** State outside of React: news and keys come from everywhere, and each step is made on the newest state. */
function createShop(size: Size, onEffect: (effect: Effect) => void) {
  let state = initial(size);
  const readers = new Set<() => void>();
  return {
    state: (): State => state,
    send(message: Message): void {
      const [next, effect] = update(state, message);
      state = next;
      for (const reader of readers) reader();
      if (effect !== undefined) onEffect(effect);
    },
    read(reader: () => void): () => void {
      readers.add(reader);
      return () => readers.delete(reader);
    },
  };
}
type Shop = ReturnType<typeof createShop>;

function Inbox({ shop }: { shop: Shop }) {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => shop.read(again), [shop]);
  useInput((text, key) => {
    for (const pressed of keysOf(text, key)) shop.send({ kind: "key", key: pressed });
  });
  // Pasted text is text: none of its letters is a key, unless a person is writing it is dropped.
  usePaste((text) => {
    if (shop.state().input !== undefined) shop.send({ kind: "key", key: { text } });
  });
  return screen(shop.state(), Date.now());
}

const sizeOf = (): Size => ({ columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 });

export async function runInbox(options: InboxOptions): Promise<number> {
  const access = await accessOf(options);
  const client = createClient(access);
  const ending = new AbortController();
  const shop = createShop(sizeOf(), (effect) => void act(effect));
  const done = (text: string, good: boolean) => shop.send({ kind: "done", text, good });

  async function act(effect: Effect): Promise<void> {
    if (effect.kind === "quit") return ending.abort();
    const { id } = effect;
    try {
      if (effect.kind === "ask") {
        const body = { text: effect.text };
        await client.request("POST", `/v1/approvals/${encodeURIComponent(id)}/questions`, z.looseObject({}), { body });
        return done("asked; the answer will stand on the card", true);
      }
      const vote =
        effect.kind === "approve"
          ? { vote: "approve" as const, cardSha256: effect.cardSha256 }
          : { vote: "deny" as const, reason: effect.reason };
      const { approval } = await client.vote(id, vote);
      done(approval.state === "pending" ? "counted; others must answer too" : `${id} is ${approval.state}`, true);
    } catch (error) {
      const code = isFault(error) && typeof error.place["code"] === "string" ? ` (${error.place["code"]})` : "";
      done(`not counted: ${error instanceof Error ? error.message : String(error)}${code}`, false);
    }
  }

  // Before the screen is taken: what is wrong with address or key is said where the person called.
  const feed = {
    client,
    access,
    signal: ending.signal,
    ...(options.role && { role: options.role }),
    all: options.all === true,
  };
  let first: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    first = resolve;
  });
  const following = follow({
    ...feed,
    onItems: (items) => {
      shop.send({ kind: "items", items });
      first();
    },
    onLive: (live) => shop.send({ kind: "live", live }),
  });
  await Promise.race([ready, following]);

  const drawn = render(h(Inbox, { shop }), {
    alternateScreen: true,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
  });
  const onResize = () => shop.send({ kind: "size", size: sizeOf() });
  const onEnd = () => ending.abort();
  process.stdout.on("resize", onResize);
  process.once("SIGTERM", onEnd).once("SIGHUP", onEnd);
  // Each second: a row says how long there is left.
  const clock = setInterval(onResize, 1_000);
  await following;
  clearInterval(clock);
  process.stdout.off("resize", onResize);
  drawn.unmount();
  await drawn.waitUntilExit();
  return 0;
}
