// toml-places.ts — where each key of a TOML text stands: a small scanner beside the parser, which keeps no positions

import type { DocumentPath, Place } from "./problems.ts";

/** A locator for a text that already parsed as TOML; it knows headers and keys, and answers with the nearest above. */
export function tomlPlaces(text: string): (path: DocumentPath) => Place {
  const places = new Map<string, Place>();
  const counts = new Map<string, number>();
  const remember = (path: DocumentPath, place: Place) => {
    const key = JSON.stringify(path);
    if (!places.has(key)) places.set(key, place);
  };
  let table: (string | number)[] = [];
  let until: string | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    if (until) {
      if (line.includes(until)) until = undefined;
      continue;
    }
    const header = /^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?/.exec(line);
    const place = { line: index + 1, column: line.search(/\S/) + 1 };
    if (header?.[1] && header[2]) {
      table = resolve(keyParts(header[2]), header[1] === "[[", counts);
      remember(table, place);
      continue;
    }
    const entry = /^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=\s*/.exec(
      line,
    );
    if (!entry?.[1]) continue;
    const path = [...table, ...keyParts(entry[1])];
    remember(path, { line: index + 1, column: entry[0].length + 1 });
    const value = line.slice(entry[0].length);
    const quotes = /^("""|''')/.exec(value)?.[1];
    if (quotes && !value.slice(3).includes(quotes)) until = quotes;
  }
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const place = places.get(JSON.stringify(path.slice(0, length)));
      if (place) return place;
    }
    return { line: 1, column: 1 };
  };
}

const keyParts = (text: string): string[] =>
  (text.match(/"[^"]*"|'[^']*'|[^.\s]+/g) ?? []).map((part) => part.replace(/^["']|["']$/g, ""));

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
