// events.ts — what happens, as it happens: server-sent events from the sequencer's cursor on, and again after a break

import type { Sequenced } from "@holdpoint/store/store.ts";
import type { ActionRow } from "@holdpoint/store/types.ts";
import { type Credential, PEOPLE_ROLES } from "@holdpoint/wire/access.ts";
import type { ActionState } from "@holdpoint/wire/action.ts";
import type { Event } from "@holdpoint/wire/event.ts";
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

/** What a transition of an action means for its approval. */
const APPROVAL_KINDS: Readonly<Partial<Record<ActionState, string>>> = {
  held: "approval.opened",
  approved: "approval.approved",
  rejected: "approval.rejected",
  expired: "approval.expired",
  cancelled: "approval.cancelled",
  denied: "approval.cancelled",
  revoked: "approval.cancelled",
};

function dataOf({ cursor, event }: Sequenced, type: string, row: ActionRow | undefined) {
  const { at, actionId, version, state, decisionId, outcome } = event;
  return {
    type,
    cursor,
    at,
    actionId,
    version,
    state,
    decisionId,
    approvalId: event.approvalId ?? row?.approvalId,
    outcome,
    ...refusedOf(event.detail),
  };
}

/** Why a request was refused, and which, in words that are ours; what its sender wrote stays in the evidence. */
function refusedOf(detail: Event["detail"]): { code?: string; operation?: string } {
  const { code, operation } = detail ?? {};
  return { ...(typeof code === "string" && { code }), ...(typeof operation === "string" && { operation }) };
}

const frame = (data: { type: string }, id?: number): string =>
  // Types are ours, ids too, and JSON writes no line breaks: nothing in a frame can end it early.
  `${id === undefined ? "" : `id: ${id}\n`}event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** The event itself under its cursor; before it, without a cursor of their own, what it means for approval and alarm. */
function framesOf(sequenced: Sequenced, row: ActionRow | undefined): string {
  const { cursor, event } = sequenced;
  const approval = event.state && row?.approvalId !== undefined ? APPROVAL_KINDS[event.state] : undefined;
  const decision = row?.decision?.decisionId === event.decisionId ? row?.decision : undefined;
  const alerts = event.state !== undefined && decision ? decision.alerts : [];
  return [
    ...(alerts.length > 0 ? [frame({ ...dataOf(sequenced, "alert", row), ...{ alerts } })] : []),
    ...(approval ? [frame(dataOf(sequenced, approval, row))] : []),
    frame(dataOf(sequenced, kindOf(sequenced), row), cursor),
  ].join("");
}

async function written(gateway: Gateway, tenant: string, page: readonly Sequenced[]): Promise<string> {
  const ids = [...new Set(page.flatMap(({ event }) => (event.actionId && event.state ? [event.actionId] : [])))];
  const rows = await gateway.store.actions.many(tenant, ids);
  const byId = new Map(ids.map((id, index) => [id as string, rows[index]]));
  return page.map((each) => framesOf(each, byId.get(each.event.actionId ?? ""))).join("");
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
      yield await written(gateway, credential.tenant, page);
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
