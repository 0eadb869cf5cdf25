// feed.ts — what waits, kept fresh: read once, and again whenever the gateway says that something happened

import { setTimeout } from "node:timers/promises";
import type { ApprovalAnswer } from "@holdpoint/client/answers.ts";
import type { Client } from "@holdpoint/client/client.ts";
import type { Access } from "../../api.ts";
import { openEvents } from "../tail.ts";
import { everyOne } from "../waiting.ts";

export interface FeedOptions {
  client: Client;
  access: Access;
  role?: string;
  all?: boolean;
  signal: AbortSignal;
  onItems(items: ApprovalAnswer[]): void;
  onLive(live: boolean): void;
}

const AGAIN_MS = 1_000;
/** Also without an event: what runs out is told late, and a row says how long there is left. */
const LOOK_MS = 15_000;

/** Ends after ms, or with the signal. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);

/** Until the signal. A broken connection is told and tried again; the first read must work. */
export async function follow(options: FeedOptions): Promise<void> {
  const { client, access, signal, onItems, onLive } = options;
  let asked = 0;
  /** Of several answers the one that was asked for last counts. */
  async function read(): Promise<void> {
    asked += 1;
    const mine = asked;
    const items = await everyOne(client, options);
    if (mine === asked) onItems(items);
  }
  const failed = () => onLive(false);
  await read();
  const look = setInterval(() => void read().catch(failed), LOOK_MS);
  signal.addEventListener("abort", () => clearInterval(look), { once: true });
  while (!signal.aborted) {
    try {
      const events = await openEvents(access, signal);
      onLive(true);
      // What happened between the last read and the stream's beginning.
      await read();
      for await (const { event } of events) if (/^(approval|action)\./.test(event)) await read();
    } catch {
      // Told below: whatever it was, the next turn tries again.
    }
    onLive(false);
    await pause(AGAIN_MS, signal);
  }
}
