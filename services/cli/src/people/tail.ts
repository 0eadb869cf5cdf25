// tail.ts — `holdpoint tail`: events as they happen; after a break it goes on where it stopped

import { z } from "zod";
import { type Access, accessOf } from "../api.ts";
import { type AccessOptions, whyUnreached } from "../gateway-url.ts";
import { writeOut } from "../output.ts";
import { harmless, type Paint, paintFor } from "../terminal.ts";

export interface TailOptions extends AccessOptions {
  json?: boolean;
  since?: string;
}
export interface StreamEvent {
  id?: string;
  event: string;
  data: string;
}

/** Server-sent events, as the HTML standard writes them; comments and retry hints are left out. */
export async function* streamEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let held = "";
  for await (const chunk of chunks) {
    held += decoder.decode(chunk, { stream: true });
    // A carriage return at the end may be half of a line end: what follows it decides.
    const whole = held.endsWith("\r") ? held.length - 1 : held.length;
    held = held.slice(0, whole).replace(/\r\n?/g, "\n") + held.slice(whole);
    for (let end = held.indexOf("\n\n"); end !== -1; end = held.indexOf("\n\n")) {
      const event = oneEvent(held.slice(0, end));
      held = held.slice(end + 2);
      if (event !== undefined) yield event;
    }
  }
}

function oneEvent(block: string): StreamEvent | undefined {
  const data: string[] = [];
  let id: string | undefined;
  let event = "message";
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === 0) continue; // a comment keeps the connection alive
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") data.push(value);
    else if (field === "id") id = value;
    else if (field === "event") event = value;
  }
  return data.length === 0 ? undefined : { ...(id === undefined ? {} : { id }), event, data: data.join("\n") };
}

const STATES: Readonly<Record<string, "red" | "green" | "yellow" | "cyan">> = {
  allowed: "green",
  succeeded: "green",
  approved: "green",
  denied: "red",
  rejected: "red",
  failed: "red",
  held: "yellow",
};

const Told = z.looseObject({
  at: z.string().optional(),
  actionId: z.string().optional(),
  outcome: z.string().optional(),
  approvalId: z.string().optional(),
  decisionId: z.string().optional(),
  /** of a request that was refused */
  code: z.string().optional(),
  operation: z.string().optional(),
});

export function eventLine({ event, data }: StreamEvent, paint: Paint): string {
  const { at = "", actionId = "", outcome, approvalId, decisionId, code, operation } = Told.parse(JSON.parse(data));
  const colour = STATES[event.split(".").at(-1) ?? event];
  const name = harmless(event).padEnd(20);
  const said = [actionId, outcome, approvalId, decisionId, operation, code].filter(
    (each) => each !== undefined && each !== "",
  );
  return `${paint.dim(harmless(at).slice(11, 23))}  ${colour ? paint[colour](name) : name}  ${harmless(said.join("  "))}`;
}

const againMs = 1_000;

interface Following {
  access: Access;
  json: boolean;
  signal: AbortSignal;
  /** where to go on: the id of the last event that was shown */
  last: string | undefined;
}

/** One connection to the events from now on, or after `last`. Throws where there is none. */
export async function openEvents(
  access: Access,
  signal: AbortSignal,
  last?: string,
): Promise<AsyncGenerator<StreamEvent>> {
  const response = await fetch(`${access.url}/v1/events`, {
    redirect: "error",
    signal,
    headers: {
      authorization: `Bearer ${access.key}`,
      accept: "text/event-stream",
      ...(last === undefined ? {} : { "last-event-id": last }),
    },
  });
  if (!response.ok || response.body === null)
    throw new Error(`the gateway answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  return streamEvents(response.body);
}

/** One connection, until it ends. */
async function follow(following: Following): Promise<void> {
  const { access, json, signal, last } = following;
  const paint = paintFor(process.stdout);
  for await (const event of await openEvents(access, signal, last)) {
    await writeOut(`${json ? event.data : eventLine(event, paint)}\n`);
    following.last = event.id ?? following.last;
  }
}

/** Until Ctrl-C. The first connection must work; when one breaks, the next goes on where it stopped. */
export async function tail(options: TailOptions): Promise<number> {
  const ending = new AbortController();
  process.once("SIGINT", () => ending.abort());
  process.once("SIGTERM", () => ending.abort());
  const access = await accessOf(options);
  const following: Following = { access, json: options.json === true, signal: ending.signal, last: options.since };
  for (let first = true; !ending.signal.aborted; first = false) {
    try {
      await follow(following);
    } catch (error) {
      if (ending.signal.aborted) break;
      if (first && following.last === options.since)
        throw new Error(`no events from ${access.url}: ${whyUnreached(error)}`);
      process.stderr.write(`holdpoint: the stream broke (${whyUnreached(error)}), going on\n`);
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
  return 0;
}
