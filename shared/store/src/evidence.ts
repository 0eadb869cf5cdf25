// evidence.ts — what an event says: a public part that is hashed, and content that stands behind salted commitments

import { hash } from "node:crypto";
import { redactJson } from "@holdpoint/core/redact/redact.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import { smallRandom } from "@holdpoint/runtime/random.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { Actor, Event } from "@holdpoint/wire/event.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import type { TenantKey } from "./seal.ts";

export interface EventDraft {
  tenant: string;
  actionId?: string;
  type: string;
  state?: string;
  actor: Actor;
  decisionId?: string;
  approvalId?: string;
  outcome?: string;
  rules?: string[];
  policyDigest?: string;
  vote?: string;
  cardSha256?: string;
  /** keyed: `argsHash` itself never leaves the house */
  argsMac?: string;
  id?: string;
  /** may quote arguments or name a person: erasable, so only its commitments are hashed */
  content: { command?: string; reason?: string; detail?: Record<string, unknown> };
}

/** What people and programs wrote in their own words may hold a secret, of whatever action: kept with markers instead. */
export const withoutSecrets = <T extends Record<string, unknown>>(key: TenantKey, said: T): T =>
  redactJson(JSON.parse(JSON.stringify(said)) as Json, key.redaction).value as T;

export interface WrittenEvent {
  id: string;
  payload: string;
  content: Buffer | undefined;
}

const sha256 = (text: string) => hash("sha256", text, "hex");

/** `sha256:` over 32 hex digits of salt and the value's canonical JSON. Without the salt nothing can be guessed from it. */
export const commitment = (salt: string, value: Json): string => `sha256:${sha256(salt + canonicalJson(value))}`;

type Content = Record<string, [salt: string, value: Json]>;

export function writeEvent(key: TenantKey, draft: EventDraft): WrittenEvent {
  const id = draft.id ?? newId("evt");
  const { person, ...actor } = draft.actor;
  const content: Content = {};
  const commitments: Record<string, string> = {};
  for (const [field, value] of Object.entries({ ...draft.content, person })) {
    if (value === undefined) continue;
    const salt = smallRandom(16).toString("hex");
    // what comes from a program may hold `undefined` or dates: as JSON it holds neither
    const json = typeof value === "string" ? value.toWellFormed() : (JSON.parse(JSON.stringify(value)) as Json);
    content[field] = [salt, json];
    commitments[field] = commitment(salt, json);
  }
  const payload = canonicalJson({
    id,
    tenant: draft.tenant,
    type: draft.type,
    actor,
    commitments,
    action: draft.actionId,
    approval: draft.approvalId,
    argsMac: draft.argsMac,
    card: draft.cardSha256,
    decision: draft.decisionId,
    outcome: draft.outcome,
    policyDigest: draft.policyDigest,
    rules: draft.rules,
    state: draft.state,
    vote: draft.vote,
  } as unknown as Json);
  const filled = Object.keys(content).length > 0;
  return { id, payload, content: filled ? key.seal(id, "event", JSON.stringify(content)) : undefined };
}

export interface EventRow {
  id: string;
  action_id: string | null;
  version: number | null;
  type: string;
  state: string | null;
  at: Date;
  payload: string;
  previous: string | null;
  hash: string;
  content: Buffer | null;
}

interface Payload {
  tenant: string;
  actor: Actor;
  approval?: string;
  decision?: string;
  outcome?: string;
  rules?: string[];
  policyDigest?: string;
  vote?: string;
  card?: string;
}

/** The text that `hash` is the SHA-256 of; SQL's `event_body` writes the same. */
export function eventBody(row: Pick<EventRow, "at" | "payload" | "previous" | "version">): string {
  const previous = row.previous === null ? "" : `,"previous":"${row.previous}"`;
  const version = row.version === null ? "" : `,"version":${row.version}`;
  return `{"at":"${row.at.toISOString()}","event":${row.payload}${previous}${version}}`;
}

/** True when the hash is that of the row, and each content value that is still there is the one committed to. */
export function isIntact(key: TenantKey, row: EventRow): boolean {
  if (row.hash !== `sha256:${sha256(eventBody(row))}`) return false;
  if (!row.content) return true;
  const { commitments } = JSON.parse(row.payload) as { commitments: Record<string, string> };
  return Object.entries(readContent(key, row)).every(
    ([field, [salt, value]]) => commitments[field] === commitment(salt, value),
  );
}

const readContent = (key: TenantKey, row: EventRow): Content =>
  row.content ? (JSON.parse(key.open(row.id, "event", row.content)) as Content) : {};

export function readEvent(key: TenantKey, row: EventRow): Event {
  const payload = JSON.parse(row.payload) as Payload;
  const content = readContent(key, row);
  const text = (field: string) => content[field]?.[1] as string | undefined;
  const detail = content["detail"]?.[1] as Record<string, Json> | undefined;
  const person = text("person");
  const optional = {
    actionId: row.action_id ?? undefined,
    version: row.version ?? undefined,
    state: row.state ?? undefined,
    decisionId: payload.decision,
    approvalId: payload.approval,
    outcome: payload.outcome,
    command: text("command"),
    rules: payload.rules,
    reason: text("reason"),
    policyDigest: payload.policyDigest,
    vote: payload.vote,
    cardSha256: payload.card,
    detail,
    previous: row.previous ?? undefined,
  };
  return {
    id: row.id,
    tenant: payload.tenant,
    type: row.type,
    actor: person === undefined ? payload.actor : { ...payload.actor, person },
    at: row.at.toISOString(),
    hash: row.hash,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  } as Event;
}
