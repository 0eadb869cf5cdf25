// events.ts — what happens, as it happens: server-sent events from the sequencer's cursor on, and again after a break

import type { Sequenced } from "@holdpoint/store/store.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import { PEOPLE_ROLES } from "../auth.ts";
import { lastEventId } from "../headers.ts";
import type { Gateway } from "../parts.ts";
import { SECURITY_HEADERS } from "../problems.ts";
import { type Call, route } from "../route.ts";
import { pause } from "../waiters.ts";

const ROWS = 200;
/** A look without a notice, and a check that the reader's key still stands. */
const LOOK_MS = 1_000;
/** Proxies cut what is silent for long. */
const SILENT_MS_MAX = 15_000;

/** `action.<state>` for a transition; other events keep their own kind in front. */
function kindOf({ event }: Sequenced): string {
  if (event.state !== undefined) return `action.${event.state}`;
  if (event.type === "voted") return "approval.voted";
  return event.type.includes(".") ? event.type : `action.${event.type}`;
}

function frame(sequenced: Sequenced): string {
  const { cursor, event } = sequenced;
  const type = kindOf(sequenced);
  const data = {
    type,
    cursor,
    at: event.at,
    actionId: event.actionId,
    version: event.version,
    state: event.state,
    decisionId: event.decisionId,
    approvalId: event.approvalId,
    outcome: event.outcome,
  };
  // Types are ours, ids too: nothing in a frame can hold a line break.
  return `id: ${cursor}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

async function* frames(
  gateway: Gateway,
  credential: Credential,
  from: number,
  header: string | undefined,
  stop: AbortSignal,
) {
  const { store, door, clock, bells } = gateway;
  let cursor = from;
  let spokeAt = clock.now();
  yield ": the cursor of each event is its id\n\n";
  while (!stop.aborted) {
    const bell = bells.next(credential.tenant);
    const page = await store.events.after(credential.tenant, cursor, ROWS);
    if (page.length > 0) {
      cursor = page.at(-1)?.cursor ?? cursor;
      spokeAt = clock.now();
      yield page.map(frame).join("");
      if (page.length === ROWS) continue;
    }
    await pause(LOOK_MS, bell, stop);
    // A key that was deleted stops reading like it stops everything else.
    await door.caller(header);
    if (clock.now() - spokeAt >= SILENT_MS_MAX) {
      spokeAt = clock.now();
      yield ": still here\n\n";
    }
  }
}

async function stream(call: Call, gateway: Gateway): Promise<Response> {
  const { credential, gone } = call;
  const from = lastEventId(call) ?? (await gateway.store.events.last(credential.tenant));
  const stop = AbortSignal.any([gone, gateway.closing]);
  const source = frames(gateway, credential, from, call.header("authorization"), stop);
  const encoder = new TextEncoder();
  // Pulled: a reader that does not read holds one page and no more.
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await source.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        // The stream just ends: the reader comes back with its last id, to a store or a refusal that speaks for itself.
        gateway.log.debug({ error }, "an event stream ended early");
        controller.close();
      }
    },
    async cancel() {
      await source.return(undefined);
    },
  });
  return new Response(body, {
    headers: { ...SECURITY_HEADERS, "content-type": "text/event-stream", "x-accel-buffering": "no" },
  });
}

export const eventRoutes = [
  route({
    method: "GET",
    path: "/v1/events",
    operationId: "watchEvents",
    summary: "Everything that happens, from now on or after `last-event-id`",
    who: PEOPLE_ROLES,
    produces: "text/event-stream",
    answers: { 200: "server-sent events: `action.<state>`, `approval.*`, `policy.*`, `alert`" },
    run: stream,
  }),
];
