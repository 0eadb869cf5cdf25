// canonical-json.ts — RFC 8785: the one way to write a JSON value, so that equal values have equal hashes

import type { Json } from "./scalars.ts";

/**
 * The JSON Canonicalization Scheme: no white space, keys sorted by UTF-16 code units, ECMAScript numbers and strings.
 * Throws a plain `Error` on what JSON cannot say exactly (non-finite numbers, lone surrogates): the strict reader lets
 * neither in, so meeting one here is a bug.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === "string") return canonicalString(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new Error("a non-finite number has no canonical form");
    return JSON.stringify(value);
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  let members = "";
  // Array.prototype.sort without a comparator compares UTF-16 code units, as RFC 8785 §3.2.3 asks.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    // An optional field that is `undefined` in memory is absent in JSON.
    if (member === undefined) continue;
    members += `${members === "" ? "" : ","}${canonicalString(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

/** Printable ASCII without quote and backslash: most of what evidence is made of, and nothing in it is written otherwise. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function canonicalString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new Error("a lone surrogate has no canonical form");
  return JSON.stringify(text);
}
