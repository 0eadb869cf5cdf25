// leaves.ts — every value of a JSON tree that is not itself a tree, with the JSON pointer that leads to it

import type { Json } from "@holdpoint/wire/scalars.ts";

export interface Leaf {
  /** JSON pointer (RFC 6901) */
  at: string;
  /** keys and indexes from the root */
  path: (string | number)[];
  value: string | number | boolean | null | "empty-list" | "empty-object";
  kind: "text" | "number" | "boolean" | "null" | "empty list" | "empty object";
}

export const pointer = (path: readonly (string | number)[]): string => path.map(segment).join("");

const segment = (part: string | number): string =>
  typeof part === "number" ? `/${part}` : `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** Leaves in canonical order (keys by UTF-16 units, as RFC 8785), so that equal values give equal lists. Not recursive. */
export function leaves(root: Json): Leaf[] {
  const found: Leaf[] = [];
  const open: { at: string; path: (string | number)[]; value: Json }[] = [{ at: "", path: [], value: root }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { at, path, value } = next;
    if (typeof value === "string") found.push({ at, path, value, kind: "text" });
    else if (typeof value === "number") found.push({ at, path, value, kind: "number" });
    else if (typeof value === "boolean") found.push({ at, path, value, kind: "boolean" });
    else if (value === null) found.push({ at, path, value, kind: "null" });
    else if (Array.isArray(value)) {
      if (value.length === 0) found.push({ at, path, value: "empty-list", kind: "empty list" });
      for (let index = value.length - 1; index >= 0; index--) {
        open.push({ at: at + segment(index), path: [...path, index], value: value[index] as Json });
      }
    } else {
      const keys = Object.keys(value).sort().reverse();
      if (keys.length === 0) found.push({ at, path, value: "empty-object", kind: "empty object" });
      for (const key of keys) open.push({ at: at + segment(key), path: [...path, key], value: value[key] as Json });
    }
  }
  return found;
}

/** Every text that a secret's fact may point into: the text leaves, and the names of each object, a line each. */
export function textsByPointer(root: Json): Map<string, string> {
  const found = new Map<string, string>();
  const open: { at: string; value: Json }[] = [{ at: "", value: root }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { at, value } = next;
    if (typeof value === "string") found.set(at, value);
    if (typeof value !== "object" || value === null) continue;
    if (!Array.isArray(value)) found.set(at, Object.keys(value).join("\n"));
    for (const [key, each] of Object.entries(value))
      open.push({ at: at + segment(Array.isArray(value) ? Number(key) : key), value: each });
  }
  return found;
}

/** The text leaves only: what checkers read. */
export const texts = (root: Json): { at: string; path: (string | number)[]; text: string }[] =>
  leaves(root).flatMap(({ at, path, value, kind }) => (kind === "text" ? [{ at, path, text: String(value) }] : []));
