// command.ts — one simple command: its assignments, words and streams become atoms

import { limits } from "@holdpoint/wire/limits.ts";
import type { Assignment, Command, Redirected } from "unbash";
import { touch } from "../call.ts";
import { classOf } from "../class.ts";
import { baseName } from "../paths.ts";
import { canonicalName } from "../programs/registry.ts";
import { keep, keepUnread } from "../reading.ts";
import { codeVariable } from "../variables.ts";
import { applyBuiltin, callFunction, expandAlias } from "./builtins.ts";
import { expandInto, expandOne, type ReadInner } from "./expand.ts";
import { peel } from "./peel.ts";
import { bare, newCommandAtom, runProgram } from "./program.ts";
import { readStreams, type Streams } from "./redirect.ts";
import { assign, fork } from "./scope.ts";
import type { Assigned, Setting, Shell } from "./shell.ts";
import { readShellCall } from "./shells.ts";
import { literal, type Output, unknownWord, type Word } from "./word.ts";
import { findWrapper, OTHER_SHELLS, SHELLS } from "./wrappers.ts";

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
    const output = shell.read.node({ ...shell, frame: { ...shell.frame, stdin: streams.stdin } }, node.command);
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
