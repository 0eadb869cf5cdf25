// marker.ts — what stands where a secret stood: its kind, and a keyed hash by which equal secrets can be recognised

import { createHmac } from "node:crypto";

const HASH_CHARS = 16;

/** A kind as it may stand in a marker: nothing of the secret, nothing that ends the marker early. */
const kindWord = (kind: string): string =>
  kind
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .slice(0, 64) || "secret";

/**
 * `[redacted:kind:hash]`. The hash is an HMAC under a key that stays inside, so that a short secret cannot be found by
 * trying, and that the same secret in two places can still be seen to be the same.
 */
export const marker = (kind: string, value: string, key: Uint8Array): string =>
  `[redacted:${kindWord(kind)}:${createHmac("sha256", key).update(value).digest("hex").slice(0, HASH_CHARS)}]`;
