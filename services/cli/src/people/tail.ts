// tail.ts — `holdpoint tail`: events as they happen; after a break it goes on where it stopped

import { type AccessOptions, type Api, type Body, openApi } from "../api.ts";
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
    held = (held + decoder.decode(chunk, { stream: true })).replace(/\r\n?/g, "\n");
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

export function eventLine({ event, data }: StreamEvent, paint: Paint): string {
  const body: Body = JSON.parse(data);
  const state = event.split(".").at(-1) ?? event;
  const colour = STATES[state];
  const said = [body.outcome, body.approvalId, body.decisionId].filter((each) => typeof each === "string");
  const name = event.padEnd(26);
  return `${paint.dim(String(body.at ?? "").slice(11, 23))}  ${colour ? paint[colour](name) : name}  ${harmless(String(body.actionId ?? ""))}  ${harmless(said.join("  "))}`.trimEnd();
}

const againMs = 1_000;

async function follow(api: Api, from: string | undefined, options: TailOptions, signal: AbortSignal) {
  const paint = paintFor(process.stdout);
  let last = from;
  const response = await api.open(
    "/v1/events",
    { accept: "text/event-stream", ...(last === undefined ? {} : { "last-event-id": last }) },
    signal,
  );
  try {
    for await (const event of streamEvents(response.body as unknown as AsyncIterable<Uint8Array>)) {
      last = event.id ?? last;
      await writeOut(`${options.json ? event.data : eventLine(event, paint)}\n`);
    }
  } catch (error) {
    if (signal.aborted) return last;
    process.stderr.write(`holdpoint: the stream broke (${error instanceof Error ? error.message : error}), going on\n`);
  }
  return last;
}

/** Until Ctrl-C. The first connection must work; later ones are tried again. */
export async function tail(options: TailOptions): Promise<number> {
  const api = await openApi(options);
  const ending = new AbortController();
  process.once("SIGINT", () => ending.abort());
  process.once("SIGTERM", () => ending.abort());
  let last = await follow(api, options.since, options, ending.signal);
  while (!ending.signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, againMs));
    last = await follow(api, last, options, ending.signal).catch((error: unknown) => {
      if (!ending.signal.aborted)
        process.stderr.write(`holdpoint: ${error instanceof Error ? error.message : error}\n`);
      return last;
    });
  }
  return 0;
}
