// masks.ts — where secrets stand: in the arguments by their spans, elsewhere by the same values

import type { SecretFact } from "@holdpoint/wire/facts.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { textsByPointer } from "./leaves.ts";

export interface SecretValue {
  kind: string;
  value: string;
}
export interface Span {
  kind: string;
  start: number;
  end: number;
}

/** Shorter values would be found in innocent places. */
const VALUE_CHARS_MIN = 6;

/** The literal values behind the spans of the facts. Kept in memory only, to be masked where they are repeated. */
export function secretValues(args: Json, secrets: readonly SecretFact[]): SecretValue[] {
  if (secrets.length === 0) return [];
  const byPointer = textsByPointer(args);
  const values = new Map<string, SecretValue>();
  for (const { kind, at, start, end } of secrets) {
    const value = byPointer.get(at)?.slice(start, end) ?? "";
    if (value.length >= VALUE_CHARS_MIN) values.set(value, { kind, value });
  }
  return [...values.values()].sort((a, b) => b.value.length - a.value.length);
}

/** So much of a value's beginning is that value, cut short: notes and reasons quote only so many characters. */
const HEAD_CHARS = 12;

/** Every place in `text` that repeats a known value, or its beginning as far as it goes. */
export function repeats(text: string, values: readonly SecretValue[]): Span[] {
  const spans: Span[] = [];
  for (const { kind, value } of values) {
    const head = value.slice(0, HEAD_CHARS);
    for (let at = text.indexOf(head); at >= 0; ) {
      let length = head.length;
      while (length < value.length && text.charCodeAt(at + length) === value.charCodeAt(length)) length += 1;
      spans.push({ kind, start: at, end: at + length });
      at = text.indexOf(head, at + length);
    }
  }
  return spans;
}

/** Sorted, inside the text, without overlaps: of two that overlap, the first names the whole. */
export function tidySpans(spans: readonly Span[], length: number): Span[] {
  const sorted = spans
    .map(({ kind, start, end }) => ({ kind, start: Math.max(0, start), end: Math.min(length, end) }))
    .filter(({ start, end }) => start < end)
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const tidy: Span[] = [];
  for (const span of sorted) {
    const last = tidy.at(-1);
    if (last !== undefined && span.start < last.end) last.end = Math.max(last.end, span.end);
    else tidy.push(span);
  }
  return tidy;
}
