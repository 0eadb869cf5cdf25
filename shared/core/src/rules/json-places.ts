// json-places.ts — where each value of a JSON text stands: a small walk over a text that was already read as JSON

import type { DocumentPath, Place } from "./problems.ts";

interface Child {
  /** of its key, where it has one */
  key: number;
  value: number;
}

/** A locator for a text that parsed as strict JSON; it answers with the nearest above, where a path leads nowhere. */
export function jsonPlaces(text: string): (path: DocumentPath, key: boolean) => Place {
  // Each list and mapping is walked once, however many places in it are asked for.
  const known = new Map<number, Map<string, Child>>();
  const childrenAt = (offset: number): Map<string, Child> => {
    const children = known.get(offset) ?? childrenOf(text, offset);
    known.set(offset, children);
    return children;
  };
  return (path, key) => {
    let offset = skipSpace(text, 0);
    for (const [index, part] of path.entries()) {
      const child = childrenAt(offset).get(String(part));
      if (!child) break;
      offset = key && index === path.length - 1 ? child.key : child.value;
    }
    return placeOf(text, offset);
  };
}

function placeOf(text: string, offset: number): Place {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

const isSpace = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13;

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** What lies directly in the list or mapping that begins at `offset`; nothing where a plain value does. */
function childrenOf(text: string, offset: number): Map<string, Child> {
  const children = new Map<string, Child>();
  const mapping = text[offset] === "{";
  if (!mapping && text[offset] !== "[") return children;
  let at = skipSpace(text, offset + 1);
  for (let index = 0; at < text.length && text[at] !== "]" && text[at] !== "}"; index += 1) {
    let name = String(index);
    const key = at;
    if (mapping) {
      at = endOf(text, at);
      name = String(JSON.parse(text.slice(key, at)));
      at = skipSpace(text, skipSpace(text, at) + 1);
    }
    children.set(name, { key, value: at });
    at = skipSpace(text, endOf(text, at));
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return children;
}

/** Behind the value that begins at `from`. */
function endOf(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') {
      at += 1;
      while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      if (depth === 0) return at + 1;
    } else if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") {
      depth -= 1;
      if (depth <= 0) return depth < 0 ? at : at + 1;
    } else if (depth === 0 && (char === "," || isSpace(text.charCodeAt(at)))) return at;
  }
  return text.length;
}
