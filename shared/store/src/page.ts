// page.ts — one page of a list: asked for one row more than it shows, to know whether there is a next

import type { Page } from "./types.ts";

export function page<T>(rows: T[], limit: number, cursorOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: cursorOf(last) } : { items };
}
