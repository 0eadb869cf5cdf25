// program.ts — a program that a shell runs, as an atom: what its surroundings bring, what its table knows of it

import type { Atom } from "@holdpoint/wire/facts.ts";
import { touch } from "../call.ts";
import { classOf } from "../class.ts";
import { describe } from "../describe.ts";
import { isKnownProgram } from "../programs/registry.ts";
import { addOnce, keep, newAtom } from "../reading.ts";
import { codeVariable } from "../variables.ts";
import type { Frame } from "./frame.ts";
import { nestedIn } from "./nested.ts";
import { touchStreams } from "./redirect.ts";
import type { Scope } from "./scope.ts";
import type { Assigned, Setting, Shell } from "./shell.ts";
import { literal, type Output, type Word } from "./word.ts";
import { readWritten } from "./written.ts";

/** The streams of a call whose own words are read as something else: they are not lost. */
export function keepStreams(shell: Shell, setting: Setting): void {
  if (setting.streams.writes.length + setting.streams.reads.length > 0) bare(shell, setting);
}

/** Redirections or assignments without a program. */
export function bare(shell: Shell, setting: Setting): void {
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
      if (fact.access === "write") readWritten(shell.read.text, reading, fact.path, output.text, shell.frame.at, scope);
  return output;
}

const looksLikeScript = (name: string): boolean => /\.(sh|bash|py|rb|pl|js|mjs|ts|php)$/.test(name);
