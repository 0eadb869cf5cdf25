// describe.ts — a program and its words become an atom: meaning, paths, hosts, code that runs, class

import type { Atom, CommandClass } from "@holdpoint/wire/facts.ts";
import { type Call, has, type Nested, opaque, runs, touches } from "./call.ts";
import { classify } from "./class.ts";
import type { ClassName, Grammar } from "./grammar.ts";
import { readWords } from "./options.ts";
import { looksLikePath, type Place } from "./paths.ts";
import { findProgram } from "./programs/registry.ts";
import type { Reading } from "./reading.ts";
import { play, playOperands, reachesBelow } from "./roles.ts";
import type { Output, Word } from "./shell/word.ts";

const CLASSES: Record<ClassName, CommandClass> = { safe: "safe", warn: "warn", blocked: "blocked-by-default" };

export interface Invocation {
  program: string;
  words: readonly Word[];
  atom: Atom;
  place: Place;
  stdin: Output | undefined;
}

export const newCall = (reading: Reading, nested: Nested, invocation: Invocation): Call => ({
  reading,
  nested,
  atom: invocation.atom,
  place: invocation.place,
  origin: invocation.place,
  program: invocation.program,
  subs: [],
  options: new Map(),
  values: new Map(),
  operands: [],
  rest: [],
  stdin: invocation.stdin,
  words: invocation.words,
  base: undefined,
});

const NO_NAMES: readonly string[] = [];
/** They are few: each is put where it belongs. */
function sortedNames(options: ReadonlyMap<string, unknown>): readonly string[] {
  if (options.size === 0) return NO_NAMES;
  if (options.size > FEW_NAMES) return [...options.keys()].sort();
  const names: string[] = [];
  for (const name of options.keys()) {
    let at = names.length;
    for (; at > 0 && names[at - 1]! > name; at--) names[at] = names[at - 1]!;
    names[at] = name;
  }
  return names;
}
const FEW_NAMES = 24;

/** Options and values as a rule sees them: sorted, a value that is not known is empty. */
function plainOptions(call: Call): Record<string, string | true> {
  const plain: Record<string, string | true> = {};
  for (const name of sortedNames(call.options)) {
    const values = call.values.get(name);
    if (!values || values.length === 0) plain[name] = true;
    else plain[name] = values.length === 1 ? (values[0]!.text ?? "") : values.map((word) => word.text ?? "").join(" ");
  }
  return plain;
}

function playOptions(call: Call, chain: readonly Grammar[], deep: boolean): void {
  if (call.options.size === 0) return;
  for (const grammar of chain) {
    for (const [name, values] of call.values) {
      if (values.length === 0) continue;
      const option = grammar.long.get(name) ?? (name.length === 1 ? grammar.short.get(name) : undefined);
      if (option?.role) for (const value of values) play(call, option.role, value, deep);
    }
  }
}

/** A program that no table knows: options by their dash, and whatever looks like a path is read and written. */
function describeUnknown(call: Call): void {
  for (const word of call.words) {
    const { text } = word;
    if (text === null) {
      call.operands.push(word);
      if (word.known.includes("/")) touches(call, word, "write");
      continue;
    }
    if (text.length > 1 && text.charCodeAt(0) === 45) {
      const equals = text.indexOf("=");
      const name = (equals < 0 ? text : text.slice(0, equals)).replace(/^-+/, "");
      const value = equals < 0 ? undefined : text.slice(equals + 1);
      call.options.set(name, true);
      if (value !== undefined) {
        const word = { raw: value, text: value, known: value, glob: false };
        call.values.set(name, [word]);
        if (looksLikePath(value)) both(call, word);
      }
      continue;
    }
    call.operands.push(word);
    if (text.includes("://")) play(call, "url", word, false);
    else if (looksLikePath(text)) both(call, word);
  }
}

function both(call: Call, word: Word): void {
  touches(call, word, "read");
  touches(call, word, "write");
}

/** The output that a reader of this call's standard output may count on. */
function printed(call: Call, grammar: Grammar | undefined): Output {
  const prints = grammar?.program.prints;
  if (prints === undefined) return { kind: "unknown" };
  if (typeof prints === "function") return prints(call);
  if (prints === "input") {
    const read = call.atom.paths.some((path) => path.access === "read");
    return !read && call.stdin?.kind === "paths" ? call.stdin : { kind: "unknown" };
  }
  const roots = call.atom.paths.filter((path) => path.access === "read" && !path.dynamic).map((path) => path.path);
  if (prints === "operands" && roots.length > 0) return { kind: "paths", roots };
  return call.place.cwds.length > 0 ? { kind: "paths", roots: call.place.cwds } : { kind: "unknown" };
}

/** `git push --help`, `gcc --version`: nothing but the question. Among others it may be overruled, or be another word's. */
function asksForHelp(call: Call): boolean {
  return (
    call.options.size === 1 &&
    (call.options.get("help") === true || (call.options.get("version") === true && call.subs.length === 0)) &&
    call.operands.length === 0 &&
    call.rest.length === 0
  );
}

/** Reads the call into `invocation.atom`. Says what the call prints. */
export function describe(reading: Reading, nested: Nested, invocation: Invocation): Output {
  const { atom, program } = invocation;
  const call = newCall(reading, nested, invocation);
  const grammar = findProgram(program);
  if (!grammar) {
    describeUnknown(call);
    atom.meaning = {
      program,
      subcommands: [],
      options: plainOptions(call),
      operands: call.operands.map((w) => w.text),
    };
    classify(call, "warn");
    return { kind: "unknown" };
  }
  const chain = readWords(call, grammar);
  const last = chain.at(-1)!;
  const deep = reachesBelow(call, last.program.deep);
  const use =
    last.useWith.length === 0
      ? last.use
      : (last.useWith.find(({ option }) => call.options.has(option))?.use ?? last.use);
  playOptions(call, chain, deep);
  playOperands(call, use, deep);
  if (asksForHelp(call)) {
    if (has(call, "help")) call.subs.unshift("help");
    atom.paths.length = 0;
    atom.meaning = { program, subcommands: call.subs, options: plainOptions(call), operands: [] };
    classify(call, "safe");
    return { kind: "unknown" };
  }
  let named: ClassName = "warn";
  for (const { program: entry } of chain) {
    if (entry.class) named = entry.class;
    if (entry.runs) runs(call, entry.runs);
  }
  for (const { program: entry } of chain) entry.effects?.(call);
  if (call.subs.includes("?")) opaque(call, "subcommand is not known before the run");
  if (last.program.dry && has(call, ...last.program.dry) && named !== "safe") named = "warn";
  atom.meaning = {
    program,
    subcommands: call.subs,
    options: plainOptions(call),
    operands: call.operands.map((word) => word.text),
  };
  classify(call, call.base ?? CLASSES[named]);
  return printed(call, last);
}
