// find.ts — where a text holds a secret: kind and span, never the value. One walk over the text, whatever is in it.

import type { SecretFact } from "@holdpoint/wire/facts.ts";
import { base64Texts, type Packed, unescapeText } from "./encoded.ts";
import { isAuthorization, isPlaceholder, isSecretName, mayBeginHeader, mayEndSecretName } from "./names.ts";
import { type Alphabet, BIT, BY_START, CLASSES, startsToken } from "./tokens.ts";

const WORD = CLASSES.map((bits) => ((bits & BIT.a) !== 0 ? 1 : 0));
const isWord = (code: number): boolean => code < 128 && (CLASSES[code]! & BIT.a) !== 0;

/** End of the run of characters of an alphabet. */
function runEnd(text: string, from: number, alphabet: Alphabet): number {
  const bit = BIT[alphabet];
  let i = from;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code >= 128 || (CLASSES[code]! & bit) === 0) break;
    i++;
  }
  return i;
}

/** Documentation writes `AKIAIOSFODNN7EXAMPLE` and `sk-xxxxxxxx`: one character over and over is nobody's secret. */
function isUniform(text: string, from: number, end: number): boolean {
  const first = text.charCodeAt(from);
  for (let i = from + 1; i < end; i++) if (text.charCodeAt(i) !== first) return false;
  return true;
}

interface Span {
  kind: string;
  start: number;
  end: number;
}

/** Does the prefix stand at `i`, where its first two characters do? A dozen may begin alike, and a text hold nothing else. */
function goesOnAs(text: string, i: number, prefix: string): boolean {
  for (let k = 2; k < prefix.length; k++) if (text.charCodeAt(i + k) !== prefix.charCodeAt(k)) return false;
  return true;
}

/** `startsToken` has said that there may be one. */
function tokenAt(text: string, i: number, code: number, jwt: JwtRun): Span | undefined {
  const next = text.charCodeAt(i + 1);
  const tokens = BY_START[code * 128 + next];
  if (tokens) {
    for (const { kind, prefix, alphabet, min } of tokens) {
      if (!goesOnAs(text, i, prefix)) continue;
      const from = i + prefix.length;
      const end = runEnd(text, from, alphabet);
      if (end - from < min || isUniform(text, from, end)) continue;
      // A hex or capital run that goes on as a longer word is a word.
      if ((alphabet === "x" || alphabet === "A") && isWord(text.charCodeAt(end))) continue;
      return { kind, start: i, end };
    }
  }
  if (code === 101 && next === 121 && text.charCodeAt(i + 2) === 74) return jwtAt(text, i, jwt);
  return undefined;
}

/** The run that was last taken for the head of a token, and where the token ends; many starts may lie in one run. */
interface JwtRun {
  head: number;
  /** 0: what follows the head is no token */
  end: number;
}

/** Three base64url parts, the first two beginning as JSON objects do. */
function jwtAt(text: string, start: number, run: JwtRun): Span | undefined {
  // Starts come in order: one before the end of the run lies in it, and what follows the run is the same for all of them.
  if (start >= run.head) {
    run.head = runEnd(text, start, "w");
    run.end = jwtEnd(text, run.head);
  }
  return run.end > 0 && run.head - start >= 10 ? { kind: "jwt", start, end: run.end } : undefined;
}

/** Where a token ends whose head ends at `head`; 0 where it is none. */
function jwtEnd(text: string, head: number): number {
  if (text[head] !== "." || !text.startsWith("eyJ", head + 1)) return 0;
  const body = runEnd(text, head + 1, "w");
  if (text[body] !== ".") return 0;
  const end = runEnd(text, body + 1, "w");
  return end - body > 8 ? end : 0;
}

function pemAt(text: string, start: number): Span | undefined {
  if (!text.startsWith("-----BEGIN ", start)) return undefined;
  const line = text.indexOf("-----", start + 11);
  if (line < 0 || line - start > 80) return undefined;
  const name = text.slice(start + 11, line);
  if (!name.includes("PRIVATE KEY")) return undefined;
  const close = text.indexOf(`-----END ${name}-----`, line);
  const kind = name.includes("OPENSSH") ? "ssh-private-key" : name.includes("PGP") ? "pgp-private-key" : "private-key";
  return { kind, start, end: close < 0 ? text.length : close + 14 + name.length };
}

const DATABASES =
  /^(postgres(ql)?|mysql|mariadb|mongodb(\+srv)?|rediss?|amqps?|mssql|sqlserver|clickhouse|cockroachdb|oracle|jdbc|neo4j|cassandra|snowflake|couchbase|influxdb|nats|kafka)$/;

/** `scheme://user:password@host`: the password's span, at the colon of `://`. */
function urlPasswordAt(text: string, colon: number): Span | undefined {
  let start = colon;
  while (start > 0 && colon - start < 24) {
    const code = text.charCodeAt(start - 1);
    if (!isWord(code) && code !== 43 && code !== 45 && code !== 46) break;
    start--;
  }
  if (start === colon) return undefined;
  let at = -1;
  let split = -1;
  for (let i = colon + 3; i < text.length && i < colon + 600; i++) {
    const char = text.charCodeAt(i);
    // space " ' < > / ? #
    if (
      char <= 32 ||
      char === 34 ||
      char === 39 ||
      char === 60 ||
      char === 62 ||
      char === 47 ||
      char === 63 ||
      char === 35
    )
      break;
    if (char === 64) at = i;
    else if (char === 58 && split < 0) split = i;
  }
  if (at < 0 || split < 0 || split > at) return undefined;
  const password = text.slice(split + 1, at);
  if (
    password === "" ||
    /^(\$|<|\{|%[A-Z]|\*)|^x+$/i.test(password) ||
    (password.length > 3 && isPlaceholder(`${password}     `.slice(0, Math.max(6, password.length))))
  )
    return undefined;
  return {
    kind: DATABASES.test(text.slice(start, colon).toLowerCase()) ? "database-url" : "url-password",
    start: split + 1,
    end: at,
  };
}

/** Back from `=` or `:` over quotes and spaces to a name; empty where it is none whose value is secret. */
function nameBefore(text: string, mark: number): string {
  let end = mark;
  while (end > 0 && mark - end < 4) {
    const code = text.charCodeAt(end - 1);
    if (code !== 32 && code !== 34 && code !== 39 && code !== 96 && code !== 93 && code !== 9) break;
    end--;
  }
  let start = end;
  while (start > 0 && end - start < 80) {
    const code = text.charCodeAt(start - 1);
    if (!isWord(code) && code !== 95 && code !== 45 && code !== 46) break;
    start--;
  }
  if (end - start < 3 || !(mayEndSecretName(text, start, end) || mayBeginHeader(text.charCodeAt(start)))) return "";
  const name = text.slice(start, end);
  return isSecretName(name) || isAuthorization(name) ? name : "";
}

/** What is known of the run of unquoted value characters that was looked at last: many marks may lie in one run. */
interface Run {
  end: number;
  lastDigit: number;
  lastBracket: number;
}

const ENDS = new Uint8Array(128);
for (const char of " \t\n\r\v\f\"'`,;&|)}]<>") ENDS[char.charCodeAt(0)] = 1;

function readRun(text: string, from: number, run: Run): void {
  if (from < run.end) return;
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 128 && ENDS[code] === 1) break;
    if (code >= 48 && code <= 57) run.lastDigit = i;
    else if (code === 40 || code === 123 || code === 91) run.lastBracket = i;
  }
  run.end = i;
}

const quotedEnd = (text: string, from: number, quote: number): number => {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote || code === 10) return i;
  }
  return text.length;
};

/** Is a phrase, and no password: more than three words. */
function isPhrase(value: string): boolean {
  let spaces = 0;
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) === 32 && ++spaces > 2) return true;
  return false;
}

function valueAfter(text: string, mark: number, name: string, run: Run): Span | undefined {
  let i = mark + 1;
  if (text[i] === ":" || text[i] === "=") i++;
  if (text[i] === ">") i++;
  while (i < text.length && i - mark < 6 && (text[i] === " " || text[i] === "\t")) i++;
  const opening = text.charCodeAt(i);
  const quoted = opening === 34 || opening === 39 || opening === 96;
  if (quoted) i++;
  const authorization = isAuthorization(name);
  if (authorization) {
    const scheme = /^(bearer|basic|token|apikey|bot|digest)\s+/i.exec(text.slice(i, i + 16));
    if (scheme) i += scheme[0].length;
  }
  let end: number;
  if (quoted) end = quotedEnd(text, i, opening);
  else {
    readRun(text, i, run);
    end = run.end;
  }
  if (end - i < 6) return undefined;
  if (!quoted && !authorization) {
    // `token = getToken()`, `password: string`: code, not a value. An environment's NAME=value is one.
    const environment = text[mark] === "=" && /^[A-Z][A-Z0-9_]*$/.test(name);
    if (run.lastBracket >= i || (!environment && run.lastDigit < i)) return undefined;
  }
  // A placeholder says so at its beginning.
  if (isPlaceholder(text.slice(i, Math.min(end, i + 64)))) return undefined;
  if (quoted && isPhrase(text.slice(i, Math.min(end, i + 256)))) return undefined;
  return { kind: authorization ? "authorization-header" : "named-secret", start: i, end };
}

/** Secrets of a text, also those under a coat: escapes are undone once, base64 is opened once. In order, without overlaps. */
export function findSecrets(text: string, at: string, out: SecretFact[]): void {
  const spans: Span[] = [];
  findPlain(text, spans);
  const plain = spans.length;
  for (const packed of base64Texts(text)) openPacked(packed, spans);
  const unescaped = unescapeText(text);
  if (unescaped) {
    const under: Span[] = [];
    findPlain(unescaped.text, under);
    for (const packed of base64Texts(unescaped.text)) openPacked(packed, under);
    const place = (index: number): number => unescaped.from[index] ?? text.length;
    for (const { kind, start, end } of under) spans.push({ kind, start: place(start), end: place(end) });
  }
  const tidy = spans.length > plain ? merged(spans) : spans;
  for (const { kind, start, end } of tidy) out.push({ kind, at, start, end });
}

function openPacked({ text, start, end }: Packed, spans: Span[]): void {
  const inside: Span[] = [];
  findPlain(text, inside);
  const [first] = inside;
  if (first) spans.push({ kind: first.kind, start, end });
}

/** Of spans that overlap the first names the whole. */
function merged(spans: readonly Span[]): Span[] {
  const tidy: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = tidy.at(-1);
    if (last !== undefined && span.start < last.end) last.end = Math.max(last.end, span.end);
    else tidy.push(span);
  }
  return tidy;
}

function findPlain(text: string, out: Span[]): void {
  const { length } = text;
  const run: Run = { end: 0, lastDigit: -1, lastBracket: -1 };
  const jwt: JwtRun = { head: 0, end: 0 };
  let reached = 0;
  let inWord = false;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 128 && WORD[code] === 1) {
      if (inWord) continue;
      inWord = true;
    } else inWord = false;
    if (i < reached) continue;
    let span: Span | undefined;
    if (inWord) {
      if (i + 1 < length && startsToken(code, text.charCodeAt(i + 1))) span = tokenAt(text, i, code, jwt);
    } else if (code === 58 || code === 61) {
      if (code === 58 && text.charCodeAt(i + 1) === 47 && text.charCodeAt(i + 2) === 47) span = urlPasswordAt(text, i);
      else {
        const name = nameBefore(text, i);
        if (name !== "") span = valueAfter(text, i, name, run);
      }
    } else if (code === 45 && text.charCodeAt(i + 1) === 45) span = pemAt(text, i);
    if (span && span.start >= reached) {
      out.push(span);
      reached = span.end;
    }
  }
}

/** A secret by the name of its field: `{ "password": "…" }` as arguments. What `findSecrets` found at the same place stands last. */
export function secretByKey(key: string, text: string, at: string, out: SecretFact[]): void {
  if (!isSecretName(key) || isPlaceholder(text) || out.at(-1)?.at === at) return;
  out.push({ kind: "named-secret", at, start: 0, end: text.length });
}
