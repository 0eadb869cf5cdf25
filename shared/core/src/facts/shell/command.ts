// command.ts — one simple command: its assignments, words and streams become atoms

import type { Atom } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Assignment, Command, Redirected } from "unbash";
import { touch } from "../call.ts";
import { classOf } from "../class.ts";
import { describe } from "../describe.ts";
import { baseName } from "../paths.ts";
import { canonicalName, isKnownProgram } from "../programs/registry.ts";
import { addOnce, keep, keepUnread, newAtom } from "../reading.ts";
import { codeVariable } from "../variables.ts";
import { applyBuiltin, callFunction, expandAlias } from "./builtins.ts";
import { expandInto, expandOne, type ReadInner } from "./expand.ts";
import type { Frame } from "./frame.ts";
import { nestedIn } from "./nested.ts";
import { peel } from "./peel.ts";
import { readStreams, type Streams, touchStreams } from "./redirect.ts";
import { assign, fork, type Scope } from "./scope.ts";
import { readShellCall } from "./shells.ts";
import { readNode, type Shell } from "./walk.ts";
import { literal, type Output, unknownWord, type Word } from "./word.ts";
import { findWrapper, OTHER_SHELLS, SHELLS } from "./wrappers.ts";
import { readWritten } from "./written.ts";

export interface Assigned {
  name: string;
  word: Word;
}

/** What belongs to a command beside its words. */
export interface Setting {
  text: string;
  streams: Streams;
  assigned: readonly Assigned[];
}

/** A call of more words than this is read no further: the cap makes it opaque. */
const WORDS_MAX = 4_000;

const UNKNOWN: Output = { kind: "unknown" };

function readAssignment(assignment: Assignment, shell: Shell, inner: ReadInner): Word {
  const { value } = assignment;
  if (assignment.index) expandOne(assignment.index, shell.scope, inner);
  if (value.type === "Word") {
    const word = expandOne(value, shell.scope, inner);
    if (!assignment.append) return word;
    const before = shell.scope.variables.get(assignment.name);
    if (!before || before.text === null || word.text === null) return unknownWord(assignment.text);
    return { ...word, text: before.text + word.text, known: before.text + word.text };
  }
  const words: Word[] = [];
  for (const element of value.elements) expandInto(words, element, shell.scope, inner);
  // `${a[@]}` is not followed: an array is only worth its single element.
  return words.length === 1 ? words[0]! : unknownWord(assignment.text);
}

/** `NAME=value` among the arguments (`export X=1`, `env X=1`): one word. */
function assignmentWord(assignment: Assignment, value: Word): Word {
  const head = `${assignment.name}=`;
  const word: Word = {
    raw: assignment.text,
    text: value.text === null ? null : head + value.text,
    known: head + value.known,
    glob: false,
  };
  if (value.template !== undefined) word.template = head + value.template;
  return word;
}

export function runCommand(shell: Shell, node: Command | Redirected, inner: ReadInner): Output {
  const text = shell.source.slice(node.pos, node.end);
  const redirects = node.redirects;
  const streams: Streams =
    redirects.length > 0
      ? readStreams(redirects, shell.scope, inner, shell.frame.stdin)
      : { stdin: shell.frame.stdin, writes: [], reads: [] };
  if (node.type === "Redirected") {
    const output = readNode({ ...shell, frame: { ...shell.frame, stdin: streams.stdin } }, node.command);
    if (streams.writes.length + streams.reads.length > 0) bare(shell, { text, streams, assigned: [] });
    return output;
  }
  const assigned: Assigned[] = [];
  for (const prefix of node.prefix)
    if (prefix.type === "Assignment") assigned.push({ name: prefix.name, word: readAssignment(prefix, shell, inner) });
  if (!node.name) {
    for (const { name, word } of assigned) assign(shell.scope, name, word);
    if (streams.writes.length + streams.reads.length > 0 || assigned.some(({ name }) => codeVariable(name)))
      bare(shell, { text, streams, assigned });
    return UNKNOWN;
  }
  const words: Word[] = [];
  // `X=1 cmd $X`: the shell fills in the X of before, which other readers get wrong: it counts as not known.
  const scope = assigned.length > 0 ? fork(shell.scope) : shell.scope;
  for (const { name } of assigned) assign(scope, name, unknownWord(`$${name}`));
  expandInto(words, node.name, scope, inner);
  for (const arg of node.args) {
    if (words.length > WORDS_MAX) {
      shell.reading.caps.add("words");
      break;
    }
    if (arg.type === "Word") expandInto(words, arg, scope, inner);
    else words.push(assignmentWord(arg, readAssignment(arg, shell, inner)));
  }
  return runWords(shell, words, { text, streams, assigned }, node.name.parts === undefined);
}

/** The streams of a call whose own words are read as something else: they are not lost. */
export function keepStreams(shell: Shell, setting: Setting): void {
  if (setting.streams.writes.length + setting.streams.reads.length > 0) bare(shell, setting);
}

/** Redirections or assignments without a program. */
function bare(shell: Shell, setting: Setting): void {
  const { reading, frame, scope } = shell;
  const atom = newAtom("command", setting.text, frame.at);
  atom.program = ":";
  atom.meaning = { program: ":", subcommands: [], options: {}, operands: [] };
  atom.wrappers.push(...frame.wrappers);
  for (const each of setting.assigned) {
    setVariable(shell, atom, each);
    exportVariable(scope, each.name);
  }
  touchStreams(reading, atom, scope, setting.streams);
  atom.class = classOf(atom, scope, "safe");
  keep(reading, atom);
}

/** Notes a variable on the atom it is set for: what its value runs, and the code it lets in (rulings §B5). */
export function setVariable(shell: Shell, atom: Atom, { name, word }: Assigned): void {
  addOnce(atom.variables, name);
  const kind = codeVariable(name);
  if (kind === "command") {
    if (word.text === null || !/^[\w./+-]*$/.test(word.text)) nestedIn(shell).shell(word, name);
  } else if ((kind === "code" || kind === "search") && name !== "PATH" && name !== "SHELL") {
    for (const part of (word.text ?? word.known).split(":"))
      if (part !== "") touch(shell.reading, atom, shell.scope, literal(part), "execute", { deep: kind === "search" });
  }
}

/** From here on the variable is set for everything. */
export function exportVariable(scope: Scope, name: string): void {
  if (codeVariable(name) && !scope.exported.includes(name)) scope.exported = [...scope.exported, name];
}

const SYSTEM_BINS = [
  "/bin/",
  "/usr/bin/",
  "/usr/local/bin/",
  "/sbin/",
  "/usr/sbin/",
  "/usr/local/sbin/",
  "/opt/homebrew/bin/",
  "/opt/local/bin/",
  "/snap/bin/",
  "/run/current-system/sw/bin/",
  "/usr/libexec/",
  "/usr/games/",
  "/system/bin/",
];

/** One call of words that a shell would run. `plain`: the first word was written without quotes or expansions. */
export function runWords(shell: Shell, words: readonly Word[], setting: Setting, plain: boolean): Output {
  const { reading, frame, scope } = shell;
  const first = words[0];
  if (!first) {
    if (setting.streams.writes.length > 0) bare(shell, setting);
    return UNKNOWN;
  }
  if (frame.wrappers.length > limits.wrapperDepthMax) {
    reading.caps.add("wrapperDepthMax");
    keepUnread(reading, setting.text, frame.at, frame.wrappers, "more wrappers than are read");
    return UNKNOWN;
  }
  if (first.text === null || first.glob || first.process || first.text === "") return runUnknown(shell, words, setting);
  // `=rm` is where zsh finds rm.
  const name =
    first.text.length > 1 && first.text.startsWith("=") && first.raw.startsWith("=") ? first.text.slice(1) : first.text;
  if (plain && scope.aliases.size > 0 && expandAlias(shell, name, words, setting) === "only") return UNKNOWN;
  if (scope.functions.size > 0 && callFunction(shell, name, words, setting) === "only") return UNKNOWN;
  const slash = name.lastIndexOf("/");
  const base = slash < 0 ? name : baseName(name);
  const program = canonicalName(base);
  const foreign = slash >= 0 && !SYSTEM_BINS.some((bin) => name.startsWith(bin) && !name.includes("/../"));
  if (!foreign) {
    const output = applyBuiltin(shell, program, words, setting);
    if (output) return output;
    const wrapper = findWrapper(program);
    if (wrapper) {
      const peeled = peel(shell, program, wrapper, words.slice(1), setting);
      if (peeled) return peeled;
    }
  }
  if (SHELLS.has(program) || OTHER_SHELLS.has(program)) {
    const output = readShellCall(shell, program, words.slice(1), setting);
    if (output) return output;
  }
  const shouted = base.charCodeAt(0) < 97 && /^[A-Z]{2,}$/.test(base);
  return runProgram(shell, program, shouted ? quieter(words) : words, setting, foreign);
}

/** `RM -RF`: where a disk does not care about case, whoever shouts the name shouts the options. */
const quieter = (words: readonly Word[]): Word[] =>
  words.map((word) =>
    word.text !== null && /^-[A-Z]+$/.test(word.text) ? literal(word.text.toLowerCase(), word.raw) : word,
  );

/** Puts on an atom what its surroundings bring: wrappers, variables, streams. */
export function newCommandAtom(
  shell: Shell,
  words: readonly Word[],
  setting: Setting,
  frame: Frame = shell.frame,
): Atom {
  const atom = newAtom("command", setting.text, frame.at);
  for (let i = 1; i < words.length; i++) atom.words.push(words[i]!.text);
  if (frame.wrappers.length > 0) atom.wrappers.push(...frame.wrappers);
  for (const kind of frame.runs) addOnce(atom.runsCode, kind);
  for (const name of frame.variables) addOnce(atom.variables, name);
  for (const each of setting.assigned) setVariable(shell, atom, each);
  for (const name of shell.scope.exported) addOnce(atom.variables, name);
  touchStreams(shell.reading, atom, shell.scope, setting.streams);
  return atom;
}

export function runProgram(
  shell: Shell,
  program: string,
  words: readonly Word[],
  setting: Setting,
  foreign: boolean,
): Output {
  const { reading, scope } = shell;
  const atom = newCommandAtom(shell, words, setting);
  atom.program = program;
  keep(reading, atom);
  if (foreign) {
    addOnce(atom.runsCode, "script");
    touch(reading, atom, scope, words[0]!, "read");
  } else if (!isKnownProgram(program) && looksLikeScript(program)) addOnce(atom.runsCode, "script");
  const output = describe(reading, nestedIn(shell, program, setting.streams.stdin), {
    program,
    words: words.slice(1),
    atom,
    place: scope,
    stdin: setting.streams.stdin,
  });
  if (output.kind === "text" && (setting.streams.writes.length > 0 || program === "tee"))
    for (const fact of atom.paths)
      if (fact.access === "write") readWritten(reading, fact.path, output.text, shell.frame.at, scope);
  return output;
}

const looksLikeScript = (name: string): boolean => /\.(sh|bash|py|rb|pl|js|mjs|ts|php)$/.test(name);

/** The program itself is only known at the run: nothing it is given can be understood. */
function runUnknown(shell: Shell, words: readonly Word[], setting: Setting): Output {
  const atom = newCommandAtom(shell, words, setting);
  atom.opaque.push("program is not known before the run");
  atom.class = "warn";
  for (const word of words.slice(1))
    if (word.text === null ? /^[/~]/.test(word.known) : word.text.startsWith("/") || word.text.startsWith("~")) {
      touch(shell.reading, atom, shell.scope, word, "read");
      touch(shell.reading, atom, shell.scope, word, "write");
      touch(shell.reading, atom, shell.scope, word, "delete");
    }
  atom.class = classOf(atom, shell.scope, "warn");
  keep(shell.reading, atom);
  return UNKNOWN;
}
