// args-hash.ts — the identity of arguments and texts: SHA-256 over what cannot be written in two ways

import { createHash } from "node:crypto";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";

/** `sha256:<hex>` of a text's UTF-8. */
export const sha256 = (text: string): string => `sha256:${createHash("sha256").update(text, "utf8").digest("hex")}`;

/** `sha256-jcs:<hex>` over RFC 8785 canonical JSON: equal arguments have equal hashes, whatever their order or spelling. */
export const argsHash = (args: Json): string =>
  `sha256-jcs:${createHash("sha256").update(canonicalJson(args), "utf8").digest("hex")}`;
