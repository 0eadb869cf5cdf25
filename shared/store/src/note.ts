// note.ts — an event that changes no state: refusals, late reports, administration

import type { Actor, Event } from "@holdpoint/wire/event.ts";
import { readEvent, type WrittenEvent, withoutSecrets, writeEvent } from "./evidence.ts";
import type { Database, Transaction } from "./pool.ts";
import type { TenantKey } from "./seal.ts";

const NOTE = "SELECT * FROM holdpoint.note($1, $2, $3, $4, $5, $6)";

/** `policyDigest` of the detail is public, as in every event; the rest is content: sealed, committed to, erasable. */
function written(
  key: TenantKey,
  tenant: string,
  actionId: string | undefined,
  type: string,
  actor: Actor,
  detail: Record<string, unknown>,
): WrittenEvent {
  const { reason, policyDigest, ...rest } = detail;
  return writeEvent(key, {
    tenant,
    ...(actionId === undefined ? {} : { actionId }),
    type,
    actor,
    ...(typeof policyDigest === "string" ? { policyDigest } : {}),
    content: withoutSecrets(key, {
      ...(typeof reason === "string" ? { reason } : {}),
      ...(Object.keys(rest).length > 0 ? { detail: rest } : {}),
    }),
  });
}

const parameters = (tenant: string, actionId: string | undefined, type: string, event: WrittenEvent) => [
  tenant,
  actionId ?? null,
  event.id,
  type,
  event.payload,
  event.content ?? null,
];

/** As part of the change that it tells of: both are committed, or neither. */
export async function noteWithin(
  tx: Transaction,
  key: TenantKey,
  tenant: string,
  type: string,
  actor: Actor,
  detail: Record<string, unknown>,
  actionId?: string,
): Promise<void> {
  await tx.query(NOTE, parameters(tenant, actionId, type, written(key, tenant, actionId, type, actor, detail)));
}

/** One that says more than a note does, such as which decision it tells of. */
export async function noteWritten(
  tx: Transaction,
  { tenant, actionId, type }: { tenant: string; actionId: string; type: string },
  event: WrittenEvent,
): Promise<void> {
  await tx.query(NOTE, parameters(tenant, actionId, type, event));
}

/** The same about an action. */
export async function noteOn(
  tx: Transaction,
  key: TenantKey,
  on: { tenant: string; actionId: string; type: string; actor: Actor; detail: Record<string, unknown> },
): Promise<void> {
  const { tenant, actionId, type, actor, detail } = on;
  await tx.query(NOTE, parameters(tenant, actionId, type, written(key, tenant, actionId, type, actor, detail)));
}

export async function writeNote(
  database: Database,
  key: TenantKey,
  tenant: string,
  actionId: string | undefined,
  type: string,
  actor: Actor,
  detail: Record<string, unknown>,
): Promise<Event> {
  const event = written(key, tenant, actionId, type, actor, detail);
  const [row] = await database.call<{ r_at: Date; r_previous: string | null; r_hash: string }>(
    "note",
    NOTE,
    parameters(tenant, actionId, type, event),
  );
  if (!row) throw new Error("a note was not written");
  return readEvent(key, {
    id: event.id,
    action_id: actionId ?? null,
    version: null,
    type,
    state: null,
    at: row.r_at,
    payload: event.payload,
    previous: row.r_previous,
    hash: row.r_hash,
    content: event.content ?? null,
  });
}
