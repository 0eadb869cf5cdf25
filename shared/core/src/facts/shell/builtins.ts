// builtins.ts — what a shell's own commands do to the commands after them: cd, export, alias, eval, source, functions

import { touch } from "../call.ts";
import { classOf } from "../class.ts";
import { locate } from "../paths.ts";
import { addOnce, keep } from "../reading.ts";
import { codeVariable } from "../variables.ts";
import { below, nestedIn, readCode } from "./nested.ts";
import { isPrinter } from "./printers.ts";
import { exportVariable, keepStreams, newCommandAtom, runProgram, setVariable } from "./program.ts";
import { assign, define, setAlias } from "./scope.ts";
import type { Assigned, Setting, Shell } from "./shell.ts";
import { join, literal, type Output, unknownWord, type Word } from "./word.ts";

const UNKNOWN: Output = { kind: "unknown" };

/** Calls a function of this text. `only`: it can mean nothing else. */
export function callFunction(shell: Shell, name: string, words: readonly Word[], setting: Setting): "only" | undefined {
  const definition = shell.scope.functions.get(name);
  if (!definition) return undefined;
  definition.called = true;
  const { frame, scope } = shell;
  if (frame.calling.includes(name)) {
    const atom = newCommandAtom(shell, words, setting);
    atom.program = name;
    atom.opaque.push("a function that calls itself");
    atom.class = "blocked-by-default";
    keep(shell.reading, atom);
    return "only";
  }
  const before = scope.positional;
  scope.positional = words.slice(1);
  const inner = { ...frame, depth: frame.depth + 1, calling: [...frame.calling, name], stdin: setting.streams.stdin };
  shell.read.node({ ...shell, frame: inner, source: definition.source }, definition.body);
  scope.positional = before;
  if (setting.streams.writes.length > 0) touchWrites(shell, words, setting);
  return definition.certain ? "only" : undefined;
}

function touchWrites(shell: Shell, words: readonly Word[], setting: Setting): void {
  const atom = newCommandAtom(shell, words, setting);
  atom.program = words[0]!.text ?? ":";
  atom.class = classOf(atom, shell.scope, "warn");
  keep(shell.reading, atom);
}

/** An alias counts beside the program of its name: whether a shell expands it depends on how it was started. */
export function expandAlias(shell: Shell, name: string, words: readonly Word[], setting: Setting): "only" | undefined {
  const alias = shell.scope.aliases.get(name);
  if (alias === undefined) return undefined;
  // An alias is not expanded within itself.
  const scope = { ...shell.scope, shared: true };
  setAlias(scope, name, undefined);
  const rest = words
    .slice(1)
    .map((word) => word.raw)
    .join(" ");
  const inner = below({ ...shell, scope }, { stdin: setting.streams.stdin });
  shell.read.text(shell.reading, rest === "" ? alias : `${alias} ${rest}`, scope, inner.frame);
  return undefined;
}

function changeFolder(shell: Shell, words: readonly Word[]): void {
  const { scope } = shell;
  const target = words.slice(1).find((word) => word.text === null || !/^-[LPe@]+$|^--$/.test(word.text));
  const before = scope.cwds;
  if (!target) scope.cwds = scope.home === undefined ? [] : [scope.home];
  else if (target.text === null) {
    const printed = target.prints;
    // `cd "$(git rev-parse --show-toplevel)"` stays within what it prints.
    scope.cwds = printed?.kind === "paths" && printed.roots.length === 1 ? printed.roots : [];
  } else if (target.text === "-" || target.glob) scope.cwds = [];
  else {
    scope.cwds = locate(target.text, scope, target.raw.startsWith("~"));
  }
  scope.ifCdFailed = before;
}

/** `export X=1`: sets X here; what makes code run is returned, to be noted on the command and on all after it. */
function declare(shell: Shell, words: readonly Word[]): Assigned[] {
  const noted: Assigned[] = [];
  for (const word of words.slice(1)) {
    const known = word.text ?? word.known;
    const equals = known.indexOf("=");
    if (equals <= 0 || known.startsWith("-")) {
      if (word.text !== null && codeVariable(word.text)) noted.push({ name: word.text, word: literal("") });
      continue;
    }
    const name = known.slice(0, equals).replace(/\+$/, "");
    const cut = known.slice(equals + 1);
    const value: Word =
      word.text === null
        ? { ...unknownWord(word.raw, word.prints), known: cut, template: word.template?.slice(equals + 1) ?? "" }
        : literal(cut);
    assign(shell.scope, name, value);
    if (codeVariable(name)) noted.push({ name, word: value });
  }
  return noted;
}

function defineAliases(shell: Shell, words: readonly Word[]): void {
  for (const word of words.slice(1)) {
    if (word.text === null) continue;
    const equals = word.text.indexOf("=");
    // What an alias says may run in a later call, which this text does not show.
    if (equals > 0) nestedIn(shell).shell(literal(word.text.slice(equals + 1)), "alias");
    if (equals > 0) setAlias(shell.scope, word.text.slice(0, equals), word.text.slice(equals + 1));
  }
}

function readInput(shell: Shell, words: readonly Word[], setting: Setting): void {
  const { stdin } = setting.streams;
  const names = words.slice(1).filter((word) => word.text !== null && /^[A-Za-z_]\w*$/.test(word.text));
  for (const word of names) {
    // A line of a list of paths is one of them; of anything else, unknown.
    const value = stdin?.kind === "paths" ? unknownWord(`$${word.text}`, stdin) : unknownWord(`$${word.text}`);
    assign(shell.scope, word.text!, value);
  }
}

function evaluate(shell: Shell, words: readonly Word[], setting: Setting): Output {
  const code = join(words.slice(1));
  if (words.length < 2) return runProgram(shell, "eval", words, setting, false);
  if (code.text === null && code.prints?.kind !== "text" && code.known === "") {
    const atom = newCommandAtom(shell, words, setting);
    atom.program = "eval";
    if (words.length === 2 && isPrinter(words[1]!.raw)) addOnce(atom.runsCode, "script");
    else {
      atom.opaque.push("code is not known before the run");
      addOnce(atom.runsCode, "piped-code");
    }
    atom.class = "warn";
    keep(shell.reading, atom);
    return UNKNOWN;
  }
  keepStreams(shell, setting);
  return readCode(below(shell, { wrapper: "eval", stdin: setting.streams.stdin }), code);
}

function source(shell: Shell, words: readonly Word[], setting: Setting): Output {
  const target = words[1];
  const atom = newCommandAtom(shell, words, setting);
  atom.program = "source";
  atom.meaning = { program: "source", subcommands: [], options: {}, operands: words.slice(1).map((word) => word.text) };
  keep(shell.reading, atom);
  if (target) {
    const piped = target.process !== undefined || target.text === "/dev/stdin";
    const content = target.process ? target.prints : target.text === "/dev/stdin" ? setting.streams.stdin : undefined;
    if (content?.kind === "text")
      shell.read.text(shell.reading, content.text, shell.scope, below(shell, { wrapper: "source" }).frame);
    else if (isPrinter(target.raw)) addOnce(atom.runsCode, "script");
    else if (piped && content?.kind === "file") {
      addOnce(atom.runsCode, "script");
      touch(shell.reading, atom, shell.scope, content.word, "read");
    } else if (piped) {
      addOnce(atom.runsCode, "piped-code");
      atom.opaque.push("code is not known before the run");
    } else {
      addOnce(atom.runsCode, "script");
      touch(shell.reading, atom, shell.scope, target, "read");
    }
  }
  atom.class = classOf(atom, shell.scope, "warn");
  return UNKNOWN;
}

const BUILTINS = new Set(
  "cd chdir pushd popd export declare typeset local readonly unset alias unalias read mapfile readarray eval source . trap set shift".split(
    " ",
  ),
);

/** Applies a builtin's effect on the scope. Returns its output when that was all of it; else it is described like any program. */
export function applyBuiltin(
  shell: Shell,
  program: string,
  words: readonly Word[],
  setting: Setting,
): Output | undefined {
  if (!BUILTINS.has(program)) return undefined;
  const { scope } = shell;
  switch (program) {
    case "cd":
    case "chdir":
    case "pushd": {
      const output = runProgram(shell, program, words, setting, false);
      changeFolder(shell, words);
      return output;
    }
    case "popd":
      scope.cwds = [];
      return undefined;
    case "export":
    case "declare":
    case "typeset":
    case "local":
    case "readonly": {
      const noted = declare(shell, words);
      const from = shell.reading.atoms.length;
      const output = runProgram(shell, program, words, setting, false);
      const atom = shell.reading.atoms[from];
      for (const each of noted) {
        if (atom) setVariable(shell, atom, each);
        exportVariable(scope, each.name);
      }
      if (atom && noted.length > 0) atom.class = classOf(atom, scope, "warn");
      return output;
    }
    case "unset":
      for (const word of words.slice(1)) {
        if (word.text === null) continue;
        assign(scope, word.text, unknownWord(`$${word.text}`));
        if (words[1]?.text === "-f") define(scope, word.text, undefined);
      }
      return undefined;
    case "alias":
      defineAliases(shell, words);
      return undefined;
    case "unalias":
      return undefined;
    case "read":
    case "mapfile":
    case "readarray":
      readInput(shell, words, setting);
      return undefined;
    case "eval":
      return evaluate(shell, words, setting);
    case "source":
    case ".":
      return source(shell, words, setting);
    case "trap":
      if (words[1] && words[1].text !== "-" && words.length > 2 && !words[1].text?.startsWith("-")) {
        nestedIn(shell).shell(words[1], "trap");
      }
      return undefined;
    case "set":
      if (words.some((word) => word.text === "--"))
        scope.positional = words.slice(words.findIndex((word) => word.text === "--") + 1);
      return undefined;
    case "shift":
      scope.positional = words.length === 1 ? scope.positional?.slice(1) : undefined;
      return undefined;
    default:
      return undefined;
  }
}
