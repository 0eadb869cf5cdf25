// seal.ts — jobs as cipher text: AES-256-GCM, bound to tenant, from, to, action and epoch (rulings §E6)
// A job that was forged, altered, cut, or moved to another queue does not open, and so changes nothing.

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { JOB_VERSION, JOB_VERSIONS, type Message, MessageEnvelope } from "@holdpoint/wire/job.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import { mayEnter, type Sender } from "./topology.ts";

/** The first key seals, all open: rotate by putting the new one in front and dropping the old one when its jobs are done. */
export interface KeyRing {
  current: string;
  keys: ReadonlyMap<string, Buffer>;
}

export function keyRing(keys: readonly { id: string; key: Buffer }[]): KeyRing {
  const [first] = keys;
  if (first === undefined) throw new Error("a key ring needs at least one key");
  return { current: first.id, keys: new Map(keys.map(({ id, key }) => [id, key])) };
}

/** In the clear, because it says how to open; authenticated, because it is the additional data. */
type Header = [version: number, key: string, tenant: string, from: Sender, to: Stage, actionId: string, epoch: number];

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** `<header as base64url JSON>.<iv, cipher text and tag as base64url>` */
export function seal(ring: KeyRing, from: Sender, to: Stage, message: Message): string {
  const key = ring.keys.get(ring.current);
  if (key === undefined) throw new Error(`the key ring has no key \`${ring.current}\``);
  const header: Header = [JOB_VERSION, ring.current, message.action.tenant, from, to, message.action.id, message.epoch];
  const clear = Buffer.from(JSON.stringify(header)).toString("base64url");
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  cipher.setAAD(Buffer.from(clear));
  const body = Buffer.concat([iv, cipher.update(JSON.stringify(message), "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `${clear}.${body.toString("base64url")}`;
}

export type Opened =
  | { message: Message }
  | { refused: "garbled" | "unknown_key" | "unknown_version" | "wrong_queue" | "forged" | "mismatch" };

function parseHeader(clear: string): Header | undefined {
  try {
    const header = JSON.parse(Buffer.from(clear, "base64url").toString("utf8")) as unknown;
    return Array.isArray(header) && header.length === 7 ? (header as Header) : undefined;
  } catch {
    return undefined; // not ours: the caller counts it as garbled
  }
}

/** Opens an item that stood in the queue of `to`; every way to fail is a value, none throws. */
export function open(ring: KeyRing, to: Stage, item: string): Opened {
  const dot = item.indexOf(".");
  const clear = item.slice(0, dot);
  const header = dot > 0 ? parseHeader(clear) : undefined;
  if (header === undefined) return { refused: "garbled" };
  const [version, keyId, tenant, from, addressee, actionId, epoch] = header;
  if (!(JOB_VERSIONS as readonly number[]).includes(version)) return { refused: "unknown_version" };
  const key = ring.keys.get(keyId);
  if (key === undefined) return { refused: "unknown_key" };
  if (addressee !== to || !mayEnter(from, to)) return { refused: "wrong_queue" };
  const body = Buffer.from(item.slice(dot + 1), "base64url");
  if (body.length < IV_BYTES + TAG_BYTES) return { refused: "garbled" };
  let parsed: unknown;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, body.subarray(0, IV_BYTES));
    decipher.setAAD(Buffer.from(clear));
    decipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
    const text = Buffer.concat([decipher.update(body.subarray(IV_BYTES, body.length - TAG_BYTES)), decipher.final()]);
    parsed = JSON.parse(text.toString("utf8"));
  } catch {
    return { refused: "forged" }; // authentication failed: nothing of it is believed
  }
  const envelope = MessageEnvelope.safeParse(parsed);
  if (!envelope.success) return { refused: "garbled" };
  const message = parsed as Message;
  const same = message.action.tenant === tenant && message.action.id === actionId && message.epoch === epoch;
  return same ? { message } : { refused: "mismatch" };
}
