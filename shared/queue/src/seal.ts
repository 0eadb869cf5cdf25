// seal.ts — packs as cipher text: AES-256-GCM, bound to tenant, from, to, and each action with its epoch (rulings §E6)
// A pack that was forged, altered, cut, or moved to another queue does not open, and so changes nothing.

import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { smallRandom } from "@holdpoint/runtime/random.ts";
import { JOB_VERSION, JOB_VERSIONS, type Message } from "@holdpoint/wire/job.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import { writtenOnce } from "@holdpoint/wire/written.ts";
import { squeeze, unsqueeze } from "./squeeze.ts";
import { mayEnter, type Sender } from "./topology.ts";

/** The first key seals, all open: rotate by putting the new one in front and dropping the old one when its jobs are done. */
export interface KeyRing {
  current: string;
  /** made once: a cipher from raw bytes costs twice as much each time */
  keys: ReadonlyMap<string, KeyObject>;
}

export function keyRing(keys: readonly { id: string; key: Buffer }[]): KeyRing {
  const [first] = keys;
  if (first === undefined) throw new Error("a key ring needs at least one key");
  return { current: first.id, keys: new Map(keys.map(({ id, key }) => [id, createSecretKey(key)])) };
}

/** A message on its way into a pack: written once, so that its size is known before it is packed. */
export interface PackItem {
  tenant: string;
  actionId: string;
  epoch: number;
  /** the message without its verdict */
  json: string;
  /** apart, because most actions of a pack have the same one, and a pack holds it once; empty where none judged yet */
  verdict: string;
  message: Message;
}

/** Action and facts stay what they are from stage to stage, and where a process works several, the same objects. */
export function packItem(message: Message): PackItem {
  const { action, facts, verdict, ...rest } = message;
  const more = JSON.stringify(rest).slice(0, -1);
  return {
    tenant: action.tenant,
    actionId: action.id,
    epoch: message.epoch,
    json: `${more},"action":${writtenOnce(action)}${facts === undefined ? "" : `,"facts":${writtenOnce(facts)}`}}`,
    verdict: verdict === undefined ? "" : JSON.stringify(verdict),
    message,
  };
}
/** Its entry in the header, and what surrounds any pack. */
const BESIDE_BYTES = 1_024;
/** What it takes of a pack as that lies in the queue, where nothing in it can be squeezed: bytes, written as base64url. */
export const sizeOf = ({ json, verdict }: PackItem): number =>
  Math.ceil(((Buffer.byteLength(json) + Buffer.byteLength(verdict)) * 4) / 3) + BESIDE_BYTES;

/** What is sealed: the messages, and which of the verdicts each of them has (-1: none yet). */
interface Content {
  verdicts: unknown[];
  of: number[];
  messages: unknown[];
}

function contentOf(items: readonly PackItem[]): string {
  // Few of a pack differ: to compare is less than to hash what is a thousand characters long.
  const verdicts: string[] = [];
  const of = items.map(({ verdict }) => {
    if (verdict === "") return -1;
    const known = verdicts.indexOf(verdict);
    return known === -1 ? verdicts.push(verdict) - 1 : known;
  });
  return `{"verdicts":[${verdicts.join(",")}],"of":[${of.join(",")}],"messages":[${items.map(({ json }) => json).join(",")}]}`;
}

/** The messages with their verdicts again; undefined for what none of us wrote. */
function messagesOf(content: unknown): unknown[] | undefined {
  const { verdicts, of, messages } = (content ?? {}) as Partial<Content>;
  if (!Array.isArray(verdicts) || !Array.isArray(of) || !Array.isArray(messages) || of.length !== messages.length)
    return undefined;
  return messages.map((message: unknown, index) => {
    const verdict = verdicts[of[index] ?? -1];
    return verdict === undefined ? message : { ...(message as object), verdict };
  });
}

/** In the clear, because it says how to open; authenticated, because it is the additional data. */
type Header = [
  version: number,
  key: string,
  tenant: string,
  from: Sender,
  to: Stage,
  actions: [actionId: string, epoch: number][],
];

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** `<header as base64url JSON>.<iv, cipher text and tag as base64url>`. All items are of one tenant. */
export function seal(ring: KeyRing, from: Sender, to: Stage, items: readonly PackItem[]): string {
  const key = ring.keys.get(ring.current);
  const [first] = items;
  if (key === undefined) throw new Error(`the key ring has no key \`${ring.current}\``);
  if (first === undefined) throw new Error("a pack holds at least one message");
  if (items.some(({ tenant }) => tenant !== first.tenant)) throw new Error("a pack never mixes tenants");
  const header: Header = [
    JOB_VERSION,
    ring.current,
    first.tenant,
    from,
    to,
    items.map(({ actionId, epoch }) => [actionId, epoch]),
  ];
  const clear = Buffer.from(JSON.stringify(header)).toString("base64url");
  const iv = smallRandom(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  cipher.setAAD(Buffer.from(clear));
  const content = squeeze(contentOf(items));
  const hidden = typeof content === "string" ? cipher.update(content, "utf8") : cipher.update(content);
  cipher.final(); // of this cipher it has no bytes
  const body = Buffer.concat([iv, hidden, cipher.getAuthTag()]);
  return `${clear}.${body.toString("base64url")}`;
}

export type Opened =
  | { messages: Message[] }
  | { refused: "garbled" | "unknown_key" | "unknown_version" | "wrong_queue" | "forged" | "mismatch" };

const isAction = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && Number.isSafeInteger(value[1]);

function parseHeader(clear: string): Header | undefined {
  try {
    const header = JSON.parse(Buffer.from(clear, "base64url").toString("utf8")) as unknown;
    if (!Array.isArray(header) || header.length !== 6) return undefined;
    const actions = header[5] as unknown;
    const listed = Array.isArray(actions) && actions.length > 0 && actions.length <= limits.packActionsMax;
    return listed && actions.every(isAction) ? (header as Header) : undefined;
  } catch {
    return undefined; // not ours: the caller counts it as garbled
  }
}

function decipher(key: KeyObject, clear: string, sealed: string): unknown {
  const body = Buffer.from(sealed, "base64url");
  if (body.length < IV_BYTES + TAG_BYTES) return undefined;
  try {
    const opening = createDecipheriv("aes-256-gcm", key, body.subarray(0, IV_BYTES));
    opening.setAAD(Buffer.from(clear));
    opening.setAuthTag(body.subarray(body.length - TAG_BYTES));
    const text = Buffer.concat([opening.update(body.subarray(IV_BYTES, body.length - TAG_BYTES)), opening.final()]);
    return JSON.parse(unsqueeze(text));
  } catch {
    return undefined; // authentication failed, or none of ours wrote it so: nothing of it is believed
  }
}

/**
 * A message of a version that this process reads. Its content is believed because one of us sealed it: checking every
 * field again at each hop would cost as much as the hop.
 */
function isMessage(value: unknown): value is Message {
  const { v, action, stages, trace, sentAt } = (value ?? {}) as Partial<Message>;
  return (
    (JOB_VERSIONS as readonly unknown[]).includes(v) &&
    typeof action === "object" &&
    action !== null &&
    typeof trace === "object" &&
    Array.isArray(stages) &&
    typeof sentAt === "number"
  );
}

/** Opens a pack that stood in the queue of `to`; every way to fail is a value, none throws. */
export function open(ring: KeyRing, to: Stage, item: string): Opened {
  const dot = item.indexOf(".");
  const clear = item.slice(0, dot);
  const header = dot > 0 ? parseHeader(clear) : undefined;
  if (header === undefined) return { refused: "garbled" };
  const [version, keyId, tenant, from, addressee, actions] = header;
  if (!(JOB_VERSIONS as readonly number[]).includes(version)) return { refused: "unknown_version" };
  const key = ring.keys.get(keyId);
  if (key === undefined) return { refused: "unknown_key" };
  if (addressee !== to || !mayEnter(from, to)) return { refused: "wrong_queue" };
  const parsed = decipher(key, clear, item.slice(dot + 1));
  if (parsed === undefined) return { refused: "forged" };
  const messages = messagesOf(parsed);
  if (messages?.length !== actions.length) return { refused: "mismatch" };
  for (const [index, each] of messages.entries()) {
    if (!isMessage(each)) return { refused: "garbled" };
    const { action, epoch } = each;
    const [actionId, dispatched] = actions[index] as Header[5][number];
    if (action.tenant !== tenant || action.id !== actionId || epoch !== dispatched) return { refused: "mismatch" };
  }
  return { messages: messages as Message[] };
}
