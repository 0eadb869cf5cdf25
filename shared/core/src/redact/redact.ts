// redact.ts — texts and values without their secrets, for everything that is kept or shown; never for what a tool receives

import type { Redaction } from "@holdpoint/wire/decision.ts";
import type { SecretFact } from "@holdpoint/wire/facts.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { findSecrets, secretByKey } from "../facts/secrets/find.ts";
import { pointer, textsByPointer } from "./leaves.ts";
import { marker } from "./marker.ts";
import { type Span, tidySpans } from "./masks.ts";
import type { Rewrite } from "./rewrite.ts";

/** Finds the secrets of one text. */
export type Find = (text: string) => Span[];

export const secretSpans: Find = (text) => {
  const found: SecretFact[] = [];
  findSecrets(text, "", found);
  return found;
};

/** `text` with each span replaced by its marker. */
export function redactText(text: string, spans: readonly Span[], key: Uint8Array): string {
  let out = "";
  let at = 0;
  for (const { kind, start, end } of tidySpans(spans, text.length)) {
    out += text.slice(at, start) + marker(kind, text.slice(start, end), key);
    at = end;
  }
  return out + text.slice(at);
}

/** The parts of a value that are redacted: by the facts' spans, by what is found anew, and by the name of the argument. */
function spansOf(
  text: string,
  at: string,
  name: string | number | undefined,
  secrets: ReadonlyMap<string, readonly SecretFact[]>,
  find: Find,
): Span[] {
  const spans = [...(secrets.get(at) ?? []), ...find(text)];
  if (spans.length > 0 || typeof name !== "string") return spans;
  const named: SecretFact[] = [];
  secretByKey(name, text, at, named);
  return named;
}

type Path = readonly (string | number)[];

export interface Redacted {
  value: Json;
  redactions: Redaction[];
}

/**
 * A copy of a JSON value in which every secret is a marker. Works on decoded strings, so that no escape hides one; keys
 * are searched too, because a program may put a token there. Not recursive deeper than the strict reader lets in.
 */
export function redactJson(
  root: Json,
  key: Uint8Array,
  secrets: readonly SecretFact[] = [],
  find: Find = secretSpans,
): Redacted {
  const redactions: Redaction[] = [];
  const known = Map.groupBy(secrets, ({ at }) => at);
  const replaced = (text: string, spans: readonly Span[], at: string): string => {
    for (const { kind, start, end } of tidySpans(spans, text.length)) {
      redactions.push({ at, kind, marker: marker(kind, text.slice(start, end), key) });
    }
    return redactText(text, spans, key);
  };
  // Two paths: the facts name the place as it was, a redaction names it without the secrets that its keys may hold.
  const copy = (value: Json, path: Path, clean: Path): Json => {
    const at = pointer(clean);
    if (typeof value === "string") return replaced(value, spansOf(value, pointer(path), path.at(-1), known, find), at);
    if (Array.isArray(value)) return value.map((each, index) => copy(each, [...path, index], [...clean, index]));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => {
        const shown = replaced(name, find(name), at);
        return [shown, copy(each, [...path, name], [...clean, shown])];
      }),
    );
  };
  return { value: copy(root, [], []), redactions };
}

/** What a decision says of the secrets in an action's arguments (`decision.redactions`), with keyed markers. */
export const redactionsOf = (args: Json, secrets: readonly SecretFact[], key: Uint8Array): Redaction[] => {
  const byPointer = textsByPointer(args);
  return secrets.map(({ at, kind, start, end }) => ({
    at,
    kind,
    marker: marker(kind, (byPointer.get(at) ?? "").slice(start, end), key),
  }));
};

export interface Redactor {
  text(text: string): string;
  json(value: Json): Redacted;
}

/** One redactor for a sink: finds secrets by itself, then applies the policy's own rewrites (seed 002 `log_redactions`). */
export function createRedactor(key: Uint8Array, rewrites: readonly Rewrite[] = [], find: Find = secretSpans): Redactor {
  const rewritten = (text: string): string => rewrites.reduce((each, rewrite) => rewrite(each), text);
  const deep = (value: Json): Json => {
    if (typeof value === "string") return rewritten(value);
    if (Array.isArray(value)) return value.map(deep);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, deep(each)]));
  };
  return {
    text: (text) => rewritten(redactText(text, find(text), key)),
    json(value) {
      const redacted = redactJson(value, key, [], find);
      return rewrites.length === 0 ? redacted : { ...redacted, value: deep(redacted.value) };
    },
  };
}
