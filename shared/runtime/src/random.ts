// random.ts — random bytes in small pieces: fetched from the system a page at a time
// A fetch of 12 bytes costs as much as one of 8,000, and an action needs a dozen (nonces, salts, ids).

import { randomBytes } from "node:crypto";

const PAGE_BYTES = 8_192;

let page = Buffer.alloc(0);
let used = 0;

/** `count` random bytes for nonces, salts and ids. Each byte is handed out once: a used page is never written again. */
export function smallRandom(count: number): Buffer {
  if (count > PAGE_BYTES / 8) return randomBytes(count);
  if (used + count > page.length) {
    page = randomBytes(PAGE_BYTES);
    used = 0;
  }
  used += count;
  return page.subarray(used - count, used);
}
