// squeeze.ts — the content of a pack made small before it is sealed: what all its actions say alike is written once
// Many actions are a tenth of their JSON, and every byte of a job is encrypted, escaped, copied, logged and read again.

import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { limits } from "@holdpoint/wire/limits.ts";

/** The first byte of what was squeezed; content as it is begins with `{`. */
const SQUEEZED = 1;
const HEAD_BYTES = 1 + 4; // the mark, the length of the stream
/**
 * What is sealed has a length of whole steps. Without them its exact length would say how much one action has in common
 * with its neighbours, and so, guess by guess, what stands in them.
 */
const STEP_BYTES = 256;
/** The quickest there is: it costs less than to encrypt and escape what it saves. */
const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MIN_QUALITY } };

/** Content below `limits.packPlainBytesMax` stays as it is: a lone action waits for no compressor. */
export function squeeze(content: string): string | Buffer {
  if (content.length < limits.packPlainBytesMax) return content;
  const stream = brotliCompressSync(content, QUICK);
  const bytes = Buffer.alloc(Math.ceil((HEAD_BYTES + stream.length) / STEP_BYTES) * STEP_BYTES);
  bytes[0] = SQUEEZED;
  bytes.writeUInt32BE(stream.length, 1);
  stream.copy(bytes, HEAD_BYTES);
  return bytes;
}

/** Throws on what `squeeze` did not write; whoever calls has authenticated it before. */
export function unsqueeze(bytes: Buffer): string {
  if (bytes[0] !== SQUEEZED) return bytes.toString("utf8");
  return brotliDecompressSync(bytes.subarray(HEAD_BYTES, HEAD_BYTES + bytes.readUInt32BE(1))).toString("utf8");
}
