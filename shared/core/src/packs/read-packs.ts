// read-packs.ts — what our packs' texts say, read when they were written: reading YAML is a tenth of a service's start
// The values are committed and named by the digest of the text that they were read from, so that an edited pack is read anew until
// `npm run packs` is run.

import { createHash } from "node:crypto";
import values from "./read-packs.json" with { type: "json" };

const known = new Map(Object.entries(values as { readonly [digest: string]: object }));

export const textDigest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What the text of a pack says as YAML, a copy for each who asks; undefined where it is not known as it stands. */
export function packValue(text: string): unknown {
  const value = known.get(textDigest(text));
  return value && structuredClone(value);
}
