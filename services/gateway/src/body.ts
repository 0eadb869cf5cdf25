// body.ts — the body of a request: bounded in bytes and time, strictly UTF-8, strictly JSON, strictly its schema

import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { parseStrictJson } from "@holdpoint/wire/strict-json.ts";
import type { z } from "zod";
import { misfit } from "./problems.ts";

/** How much of a body that is too large anyway is read and dropped, so that its sender hears the answer. */
const DRAINED_BYTES_MAX = 256 * limits.bodyBytesMax;

export interface BodyLimits {
  bytesMax: number;
  readMs: number;
}
const BODY_LIMITS: BodyLimits = { bytesMax: limits.bodyBytesMax, readMs: limits.bodyReadMs };

/**
 * All bytes of a body. Throws `too_large` only after the sender has sent it all (within reason): cutting the connection
 * earlier would take the answer with it. Throws `request_timeout` for a body that takes its time.
 */
export function readBytes(incoming: IncomingMessage, { bytesMax, readMs }: BodyLimits = BODY_LIMITS): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(
      () => end(new Fault("request_timeout", `the body did not arrive within ${readMs} ms`)),
      readMs,
    );
    const tooLarge = () => new Fault("too_large", `the body is larger than ${bytesMax} bytes`, { bytesMax });
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) chunks.push(chunk);
      else if (bytes > DRAINED_BYTES_MAX) end(tooLarge());
      else chunks.length = 0;
    };
    const onEnd = () => end(bytes > bytesMax ? tooLarge() : undefined);
    const onBroken = () => end(new Fault("request_timeout", "the connection ended inside the body"));
    function end(fault?: Fault) {
      clearTimeout(timer);
      incoming.off("data", onData).off("end", onEnd).off("error", onBroken).off("close", onBroken);
      // An error that comes after the answer is nobody's business any more, and must not be uncaught.
      incoming.on("error", () => undefined);
      if (fault) reject(fault);
      else resolve(Buffer.concat(chunks));
    }
    incoming.on("data", onData).on("end", onEnd).on("error", onBroken).on("close", onBroken);
    if (incoming.readableEnded) onEnd();
  });
}

/** Line and column of the first byte that is no UTF-8; the decoder puts U+FFFD there, unless the text really has one. */
function brokenPlace(bytes: Buffer): { line: number; column: number } {
  let offset = 0;
  let line = 1;
  let column = 1;
  for (const char of bytes.toString("utf8")) {
    const genuine = char !== "\ufffd" || bytes.subarray(offset, offset + 3).equals(Buffer.from("\ufffd"));
    if (!genuine) break;
    offset += Buffer.byteLength(char);
    if (char === "\n") {
      line += 1;
      column = 1;
    } else column += char.length;
  }
  return { line, column };
}

export function decodeJson(bytes: Buffer): Json {
  if (!isUtf8(bytes)) {
    const place = brokenPlace(bytes);
    throw new Fault("bad_json", `not UTF-8, at line ${place.line}, column ${place.column}`, { at: "", ...place });
  }
  return parseStrictJson(bytes.toString("utf8"));
}

const JSON_TYPE = /^application\/json[ \t]*(;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;

function checkHeaders(incoming: IncomingMessage): void {
  const type = incoming.headers["content-type"] ?? "";
  if (!JSON_TYPE.test(type.trim()))
    throw new Fault("unsupported_media_type", `expected \`application/json\`, got \`${type.slice(0, 80)}\``);
  const encoding = incoming.headers["content-encoding"] ?? "identity";
  if (encoding.toLowerCase() !== "identity")
    throw new Fault("unsupported_media_type", "expected a body without `content-encoding`");
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";

/** A body as its schema knows it. `optional`: no body is `{}`. */
export async function readBody<T extends z.ZodType>(
  incoming: IncomingMessage,
  schema: T,
  optional = false,
): Promise<z.output<T>> {
  if (optional && !hasBody(incoming)) return fit(schema, {});
  checkHeaders(incoming);
  const bytes = await readBytes(incoming);
  return fit(schema, optional && bytes.length === 0 ? {} : decodeJson(bytes));
}

const FORM_TYPE = /^application\/x-www-form-urlencoded[ \t]*(;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;

/** A page's form as its schema knows it: a field that stands twice is refused like one that is unknown. */
export async function readForm<T extends z.ZodType>(incoming: IncomingMessage, schema: T): Promise<z.output<T>> {
  const type = incoming.headers["content-type"] ?? "";
  if (hasBody(incoming) && !FORM_TYPE.test(type.trim()))
    throw new Fault("unsupported_media_type", `expected a form, got \`${type.slice(0, 80)}\``);
  const fields: [string, string][] = [...new URLSearchParams((await readBytes(incoming)).toString("utf8"))];
  const twice = fields.find(([name], place) => fields.findIndex(([other]) => other === name) !== place);
  if (twice !== undefined)
    throw new Fault("invalid", `\`/${twice[0].slice(0, 80)}\`: stands twice`, { at: `/${twice[0]}` });
  return fit(schema, Object.fromEntries(fields));
}

export function fit<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw misfit(parsed.error);
  return parsed.data;
}
