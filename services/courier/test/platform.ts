// platform.ts — the other side of a channel, as the contract suites see it

import { createOutbound } from "@holdpoint/runtime/outbound.ts";
import type { Channel, ChannelIdentity, InboundRequest } from "../src/channel.ts";
import type { Heard, Loopback } from "./loopback.ts";
import type { World } from "./world.ts";

export interface Pressed {
  vote: "approve" | "deny";
  /** which account; `alice` is the one that a test makes known */
  user?: string;
  reason?: string;
  /** ms the platform's own clock is off by */
  skewMs?: number;
  /** the place it is pressed in: another team, server or chat than the configured one */
  elsewhere?: boolean;
  /** the approval it is about; the newest message otherwise */
  code?: string;
}

export interface Platform {
  channel: Channel;
  /** the message that the platform holds now, per message, newest last: edits replace */
  messages(): string[];
  /** what the person who pressed was told, from a reply or a call */
  told(reply: { status: number; body?: string }): string;
  identity(user?: string): ChannelIdentity;
  /** the request that the platform sends when somebody presses a button of the newest message */
  press(how: Pressed): Promise<InboundRequest>;
  /** a request of this platform, rightly signed, with any body */
  signed?(body: string, skewMs?: number): InboundRequest;
  loop?: Loopback;
  /** black hole, server error, back again */
  trouble(kind: "nothing" | "error" | "busy" | "none"): void;
  close(): Promise<void>;
}

const CODE = /[ad]\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{22}/g;
export const codesIn = (text: string): string[] => text.match(CODE) ?? [];
export const codeFor = (text: string, vote: "approve" | "deny"): string =>
  codesIn(text).find((code) => code.startsWith(vote === "approve" ? "a" : "d")) ?? "";

export const seconds = (world: World, skewMs = 0): string => String(Math.floor((world.clock.now() + skewMs) / 1_000));
export const post = (body: string, headers: Record<string, string>): InboundRequest => ({
  method: "POST",
  query: "",
  headers,
  body,
});
export const outboundTo = (...hosts: string[]) => createOutbound({ allow: hosts, timeoutMs: 300 });

export const troubles =
  (loop: Loopback, well: (heard: Heard) => { status?: number; body?: string }): Platform["trouble"] =>
  (kind) =>
    loop.say(
      kind === "nothing"
        ? "nothing"
        : kind === "error"
          ? () => ({ status: 500, body: "{}" })
          : kind === "busy"
            ? () => ({
                status: 429,
                headers: { "retry-after": "7", "content-type": "application/json" },
                body: '{"ok":false,"error":"ratelimited","description":"Too Many Requests"}',
              })
            : well,
    );
