// toml-places.ts — where each key and value of a TOML text stands: a small scanner beside the parser, which keeps no positions

import type { DocumentPath, Place } from "./problems.ts";

const SPACE = /(?:[ \t\r\n]+|#[^\n]*)*/y;
const KEY_PART = /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+/y;
const DOT = /[ \t]*\.[ \t]*/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const TEXT = /"""(?:[^\\]|\\[\s\S])*?"""+|'''[\s\S]*?'''+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y;
const OTHER = /[^,\]}#\n]+/y;

/**
 * A locator for a text that already parsed as TOML: of the value at a path, of its key where `key` says so, and of the
 * nearest thing above where the path leads nowhere. It never throws: what it does not follow ends it, and what it knows stays.
 */
export function tomlPlaces(text: string): (path: DocumentPath, key?: boolean) => Place {
  const values = new Map<string, number>();
  const keys = new Map<string, number>();
  const counts = new Map<string, number>();
  let at = 0;
  const eat = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const remember = (places: Map<string, number>, path: DocumentPath, offset: number): void => {
    const name = JSON.stringify(path);
    if (!places.has(name)) places.set(name, offset);
  };
  const dotted = (): string[] => {
    const parts: string[] = [];
    do {
      const part = eat(KEY_PART);
      if (part === undefined) return parts;
      parts.push(unquoted(part));
    } while (eat(DOT) !== undefined);
    return parts;
  };
  /** `key = value` below `table`; false = this is none. */
  const entry = (table: DocumentPath): boolean => {
    const from = at;
    const parts = dotted();
    if (parts.length === 0 || eat(EQUALS) === undefined) return false;
    const path = [...table, ...parts];
    remember(keys, path, from);
    value(path);
    return true;
  };
  const value = (path: DocumentPath): void => {
    remember(values, path, at);
    if (eat(TEXT) !== undefined) return;
    const opening = text[at];
    if (opening !== "[" && opening !== "{") return void eat(OTHER);
    const closing = opening === "[" ? "]" : "}";
    at += 1;
    for (let index = 0; ; index += 1) {
      eat(SPACE);
      if (text[at] !== closing && text[at] !== undefined) {
        if (opening === "[") value([...path, index]);
        else if (!entry(path)) return;
        eat(SPACE);
      }
      const next = text[at];
      at += 1;
      if (next !== ",") return;
    }
  };
  let table: DocumentPath = [];
  for (;;) {
    eat(SPACE);
    const from = at;
    if (text[at] === "[") {
      const opens = text[at + 1] === "[";
      at += opens ? 2 : 1;
      eat(SPACE);
      const parts = dotted();
      table = resolve(parts, opens, counts);
      // The list itself stands where its first table does.
      if (opens) remember(keys, table.slice(0, -1), from);
      remember(values, table, from);
      while (at < text.length && text[at] !== "\n") at += 1;
    } else if (!entry(table)) break;
  }
  return (path, key) => {
    for (let length = path.length; length > 0; length -= 1) {
      const name = JSON.stringify(path.slice(0, length));
      const [first, second] = key && length === path.length ? [keys, values] : [values, keys];
      const offset = first.get(name) ?? second.get(name);
      if (offset !== undefined) return placeOf(text, offset);
    }
    return { line: 1, column: 1 };
  };
}

function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

const unquoted = (part: string): string => part.replace(/^(["'])(.*)\1$/s, "$2");

/** `[[a.b]]` opens the next element of `a.b`; a header below an array of tables means its newest element. */
function resolve(parts: readonly string[], opens: boolean, counts: Map<string, number>): (string | number)[] {
  const path: (string | number)[] = [];
  for (const [index, part] of parts.entries()) {
    path.push(part);
    const key = JSON.stringify(path);
    const count = counts.get(key);
    if (index === parts.length - 1 && opens) {
      counts.set(key, (count ?? 0) + 1);
      path.push(count ?? 0);
    } else if (count !== undefined) path.push(count - 1);
  }
  return path;
}
