// call.ts — one call of one program being understood: its words sorted by a grammar, and what they touch

import type { Access, Atom, CommandClass, DatabaseFact, PathFact } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { hostFact, namedHost, type Target, urlTargets } from "./hosts.ts";
import { isAbsolute, isHarmlessDevice, locate, type Place } from "./paths.ts";
import { addOnce, type Reading, stricterClass } from "./reading.ts";
import { runsByItself } from "./self-running.ts";
import { literal, type Output, type Word } from "./shell/word.ts";
import { readSql } from "./sql.ts";

/** Texts that are commands or code themselves: read by whoever knows how, with the wrappers of this call. */
export interface Nested {
  shell(text: Word, wrapper: string, place?: "elsewhere"): void;
  words(words: readonly Word[], wrapper: string, place?: "elsewhere"): void;
}

export interface Call {
  reading: Reading;
  atom: Atom;
  place: Place;
  /** where it was called, before `-C` took it elsewhere */
  origin: Place;
  nested: Nested;
  program: string;
  subs: string[];
  options: Map<string, Word | true>;
  /** every value of the options that were given one */
  values: Map<string, Word[]>;
  operands: Word[];
  /** the words after a stop: the called program of a wrapper, what follows `--` for kubectl exec */
  rest: readonly Word[];
  stdin: Output | undefined;
  /** all of the program's arguments, in order */
  words: readonly Word[];
  /** set where the call is less than its table says: it only looks */
  base: CommandClass | undefined;
}

export function has({ options }: Call, ...names: string[]): boolean {
  if (options.size > 0) for (const name of names) if (options.has(name)) return true;
  return false;
}
export const optionValue = (call: Call, name: string): Word | undefined => {
  const value = call.options.get(name);
  return value === true ? undefined : value;
};
export const optionValues = (call: Call, name: string): readonly Word[] => call.values.get(name) ?? [];
export const operandText = (call: Call, index: number): string => call.operands[index]?.text ?? "";

export const runs = (call: Call, kind: string): void => addOnce(call.atom.runsCode, kind);
export const opaque = (call: Call, why: string): void => addOnce(call.atom.opaque, why);
export const sets = (call: Call, variable: string): void => addOnce(call.atom.variables, variable);
/** The call only looks, though its program can do more. */
export const looksOnly = (call: Call): void => {
  call.base = "safe";
};
export const raise = (call: Call, to: CommandClass): void => {
  call.atom.class = stricterClass(call.atom.class, to);
};
const addDatabase = (atom: Atom, fact: DatabaseFact): void => {
  if (atom.databases.length < limits.listItemsMax) atom.databases.push(fact);
  else addOnce(atom.opaque, "more statements than are read");
};
export const database = (call: Call, fact: DatabaseFact): void => addDatabase(call.atom, fact);

/** Every statement of a text for a database; where there are more than are read, the atom says so. */
export function readStatements(atom: Atom, text: Word): void {
  const { databases, opaque: why } = atom;
  const whole = databases.length < limits.listItemsMax && readSql(text, (fact) => addDatabase(atom, fact));
  if (!whole) addOnce(why, "more statements than are read");
}

function addPath(reading: Reading, atom: Atom, fact: PathFact): void {
  reading.paths += 1;
  reading.pathChars += fact.path.length;
  if (pathsFull(reading, atom)) return;
  const { paths } = atom;
  if (paths.length <= DUPLICATES_SOUGHT_MAX)
    for (const known of paths)
      if (
        known.path === fact.path &&
        known.access === fact.access &&
        known.raw === fact.raw &&
        known.mayContain === fact.mayContain
      )
        return;
  paths.push(fact);
}
const DUPLICATES_SOUGHT_MAX = 32;

function pathsFull(reading: Reading, atom: Atom): boolean {
  if (reading.paths <= limits.pathsMax && reading.pathChars <= limits.pathCharsMax) return false;
  reading.caps.add("pathsMax");
  addOnce(atom.opaque, "more paths than are read");
  return true;
}

const PATH_CHARS_MAX = 4_096;

export interface Reach {
  /** it may reach what lies below */
  deep?: boolean;
}

/** Records that `word` is touched with `access`: every place it may name, and what it makes run by itself. */
export function touch(reading: Reading, atom: Atom, place: Place, word: Word, access: Access, reach?: Reach): void {
  const { at } = atom;
  if (word.process !== undefined) return;
  // What is one too many has been said: no more paths are worked out.
  if (reading.caps.has("pathsMax") && pathsFull(reading, atom)) return;
  if (word.text === null) {
    if (word.prints?.kind === "paths") {
      for (const path of word.prints.roots)
        addFact(reading, atom, { raw: word.raw, path, access, mayContain: true, at });
      return;
    }
    const slash = word.known.lastIndexOf("/");
    const path = slash > 0 ? locate(word.known.slice(0, slash), place)[0]! : slash === 0 ? "/" : word.raw;
    addFact(reading, atom, { raw: word.raw, path, access, mayContain: true, dynamic: true, at });
    return;
  }
  // `-` is a stream; a file of that name is `./-`.
  if (word.text === "" || word.text === "-") return;
  if (word.text.length > PATH_CHARS_MAX) {
    addOnce(atom.opaque, "a path longer than any");
    return;
  }
  const tilde = word.raw.charCodeAt(0) === 126 || word.raw === word.text;
  for (const path of locate(word.text, place, tilde)) {
    if (isHarmlessDevice(path)) continue;
    const fact: PathFact = { raw: word.text, path, access, at };
    if (reach?.deep || word.glob) fact.mayContain = true;
    // What Windows takes for the same file counts as well: `.env.`, `.env::$DATA`, `.git /config`.
    const plain = withoutTail(path);
    if (plain !== path) addFact(reading, atom, { ...fact, path: plain });
    // A relative path after a `cd` to an unknown folder: where it lies is not known.
    if (place.cwds.length === 0 && !isAbsolute(path)) fact.dynamic = true;
    addFact(reading, atom, fact);
  }
}

/** Dots, blanks and stream names at the end of a path's segments, which Windows drops. */
function withoutTail(path: string): string {
  if (!/[. ](?:\/|$)|::\$/.test(path)) return path;
  return path.replaceAll(/(?<=[^./ ])(?:[. ]+|::\$[A-Za-z_]+)(?=\/|$)/g, "");
}

function addFact(reading: Reading, atom: Atom, fact: PathFact): void {
  addPath(reading, atom, fact);
  if (fact.access === "write" && runsByItself(fact.path)) addPath(reading, atom, { ...fact, access: "execute" });
}

export const touches = (call: Call, word: Word, access: Access, reach?: Reach): void =>
  touch(call.reading, call.atom, call.place, word, access, reach);

/** A path that the call touches without naming it: the folder it is called in. */
export const HERE: Word = literal(".");
export function touchesHere(call: Call, access: Access): void {
  touches(call, HERE, access, { deep: true });
}

/** No further host is kept; said where one more is met. */
export function hostsFull(reading: Reading, atom: Atom): boolean {
  if (reading.hosts < limits.hostsMax) return false;
  reading.caps.add("hostsMax");
  addOnce(atom.opaque, "more hosts than are read");
  return true;
}

export function addHost(reading: Reading, atom: Atom, raw: string, target: Target, upload?: boolean): void {
  if (hostsFull(reading, atom)) return;
  reading.hosts += 1;
  atom.hosts.push(hostFact(raw, target, atom.at, upload ? { upload } : undefined));
}

function addUnknownHost(reading: Reading, atom: Atom, raw: string, upload?: boolean): void {
  reading.hosts += 1;
  atom.hosts.push(
    hostFact(raw, { host: "", zone: "unknown" }, atom.at, upload ? { upload, dynamic: true } : { dynamic: true }),
  );
}

const RAW_CHARS_MAX = 2_000;

/** Every machine that a URL may lead to; one that is longer than any leads who knows where. */
export function addUrl(reading: Reading, atom: Atom, url: string, upload?: boolean): void {
  if (hostsFull(reading, atom)) return;
  const raw = url.slice(0, RAW_CHARS_MAX);
  if (url.length > limits.urlCharsMax) {
    addOnce(atom.opaque, "a URL longer than any");
    addUnknownHost(reading, atom, raw, upload);
    return;
  }
  for (const target of urlTargets(url)) addHost(reading, atom, raw, target, upload);
}

const SECRET_NAME = /SECRET|TOKEN|PASSW|API_?KEY|ACCESS_?KEY|PRIVATE|CREDENTIAL/i;

/** What a shell fills into `word` may be anything of this machine: all but plain variables that the text did not set itself. */
export function carries(call: Call, word: Word): boolean {
  if (word.text !== null) return false;
  if (word.prints !== undefined || /\$\(|`|<\(/.test(word.raw)) return true;
  const names = [...word.raw.matchAll(/\$\{?([A-Za-z_]\w*|\d)/g)].map(([, name]) => name!);
  return names.length === 0 || names.some((name) => SECRET_NAME.test(name) || call.place.variables?.has(name) === true);
}

/** A URL word: fetched from, or sent to. */
export function reachesUrl(call: Call, word: Word, upload?: boolean): void {
  if (word.text === null) {
    // `https://known.example/$X`: the machine is known though the rest is not.
    const scheme = word.known.indexOf("://");
    const end = scheme < 0 ? -1 : word.known.slice(scheme + 3).search(/[/?#]/);
    if (end < 0) addUnknownHost(call.reading, call.atom, word.raw, upload);
    else
      for (const target of urlTargets(word.known.slice(0, scheme + 3 + end)))
        addHost(call.reading, call.atom, word.raw, target, upload);
    return;
  }
  if (word.text.startsWith("file:")) {
    touches(call, word, "read");
    return;
  }
  addUrl(call.reading, call.atom, word.text, upload);
}

/** A host word, perhaps `user@host` or `host:port`. */
export function reachesHost(call: Call, word: Word, scheme?: string, upload?: boolean): void {
  if (word.text === null) {
    addUnknownHost(call.reading, call.atom, word.raw, upload);
    return;
  }
  if (word.text.includes("://")) {
    reachesUrl(call, word, upload);
    return;
  }
  const at = word.text.lastIndexOf("@");
  const name = word.text.slice(at + 1);
  const target: Target = namedHost(/^[^:]+:\d+$/.test(name) ? name.slice(0, name.indexOf(":")) : name);
  if (scheme !== undefined) target.scheme = scheme;
  addHost(call.reading, call.atom, word.text, target, upload);
}

/** scp and rsync: `user@host:path`, `host::module`, `rsync://…`, else a path here. */
export function reachesRemote(call: Call, word: Word, access: "read" | "write", reach: Reach): void {
  const text = word.text ?? word.known;
  if (text.includes("://")) {
    reachesUrl(call, word, access === "write");
    return;
  }
  // `$HOST:/x`: elsewhere, wherever that is.
  if (word.text === null && /^[^/:]*:(?!\/\/)/.test(word.template ?? "")) {
    addUnknownHost(call.reading, call.atom, word.raw, access === "write" || undefined);
    return;
  }
  const colon = text.indexOf(":");
  const slash = text.indexOf("/");
  if (colon > 0 && (slash < 0 || colon < slash)) {
    const host = { ...word, text: text.slice(0, colon), known: text.slice(0, colon) };
    reachesHost(call, host, "ssh", access === "write");
    return;
  }
  touches(call, word, access, reach);
}
