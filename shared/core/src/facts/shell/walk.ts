// walk.ts — from a shell text to its simple commands: lists, pipelines, branches, loops, functions, substitutions

import type { Atom } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import {
  type CompoundList,
  type Word as Node,
  type ParsedScript,
  parse,
  type Statement,
  type SyntaxNode,
} from "unbash";
import { addOnce, keepUnread, type Reading } from "../reading.ts";
import { runCommand } from "./command.ts";
import { expandInto, expandOne, type ReadInner, readNested } from "./expand.ts";
import { type Frame, NESTING_MAX } from "./frame.ts";
import { assign, define, fork, merge, type Scope, settleCd, union } from "./scope.ts";
import { literal, type Output, unknownWord, type Word } from "./word.ts";

export interface Shell {
  reading: Reading;
  scope: Scope;
  frame: Frame;
  /** the text that positions of nodes point into */
  source: string;
}

const UNKNOWN: Output = { kind: "unknown" };

/** Reads a whole text. Says what it prints, where one command does. */
export function readText(reading: Reading, text: string, scope: Scope, frame: Frame): Output {
  reading.chars += text.length;
  if (reading.chars > limits.commandCharsMax) {
    reading.caps.add("commandCharsMax");
    keepUnread(reading, text, frame.at, frame.wrappers, "longer than is read");
    return UNKNOWN;
  }
  if (text.includes("\0")) {
    keepUnread(reading, text, frame.at, frame.wrappers, "holds a NUL character");
    return UNKNOWN;
  }
  return readScript({ reading, scope, frame, source: text }, parse(text));
}

export function readScript(shell: Shell, script: ParsedScript): Output {
  const { reading, frame } = shell;
  const first = reading.atoms.length;
  const { scope } = shell;
  const outer = scope.defined;
  scope.defined = [];
  const output = readList(shell, script.commands);
  readUncalled(shell);
  scope.defined = outer;
  if (script.errors && script.errors.length > 0) {
    const why = `not read as shell: ${script.errors[0]!.message}`;
    // Where recovery went wrong nobody knows: all that came out of this text is in doubt.
    if (reading.atoms.length === first) keepUnread(reading, shell.source, frame.at, frame.wrappers, why);
    else for (const atom of reading.atoms.slice(first)) addOnce(atom.opaque, why);
  }
  return output;
}

/** Functions that nothing called are read as well: what defines them may be sourced, or call them by a name not known. */
function readUncalled(shell: Shell): void {
  for (const definition of shell.scope.defined) {
    if (definition.called) continue;
    definition.called = true;
    const scope = fork(shell.scope);
    scope.positional = undefined;
    readNode({ ...shell, scope, source: definition.source }, definition.body);
  }
}

export function readList(shell: Shell, statements: readonly Statement[]): Output {
  let output: Output = UNKNOWN;
  for (const statement of statements) {
    if (++shell.reading.nodes > limits.commandNodesMax) {
      shell.reading.caps.add("commandNodesMax");
      keepUnread(shell.reading, "", shell.frame.at, shell.frame.wrappers, "more commands than are read");
      return UNKNOWN;
    }
    const printed = readNode(shell, statement.command);
    output = statements.length === 1 ? printed : UNKNOWN;
    settleCd(shell.scope);
  }
  return output;
}

const inside = (shell: Shell, list: CompoundList): Output => readList(shell, list.commands);

/** A part that may or may not run. Returns the names of variables it changed. */
function maybe(shell: Shell, read: (inner: Shell) => void): string[] {
  const scope = fork(shell.scope);
  read({ ...shell, scope });
  settleCd(scope);
  return merge(shell.scope, scope);
}

/** A loop: its body is read again with what it changes unknown, when it changes anything. */
function loop(shell: Shell, read: (inner: Shell) => void): void {
  const { atoms } = shell.reading;
  const first = atoms.length;
  if (maybe(shell, read).length === 0) return;
  const second = atoms.length;
  maybe(shell, read);
  dropRepeated(atoms, first, second);
}

/** What a further pass found that was found before says nothing new. */
function dropRepeated(atoms: Atom[], first: number, second: number): void {
  if (second === atoms.length) return;
  const known = new Set(atoms.slice(first, second).map((atom) => JSON.stringify(atom)));
  const fresh = atoms.splice(second).filter((atom) => !known.has(JSON.stringify(atom)));
  atoms.push(...fresh);
}

export function readNode(shell: Shell, node: SyntaxNode): Output {
  const { reading, frame } = shell;
  if (++reading.nodes > limits.commandNodesMax) {
    reading.caps.add("commandNodesMax");
    keepUnread(
      reading,
      shell.source.slice(node.pos, node.end),
      frame.at,
      frame.wrappers,
      "more commands than are read",
    );
    return UNKNOWN;
  }
  if (frame.depth > NESTING_MAX) {
    reading.caps.add("nesting");
    keepUnread(reading, shell.source.slice(node.pos, node.end), frame.at, frame.wrappers, "nested deeper than is read");
    return UNKNOWN;
  }
  const below: Shell = node.type === "Command" ? shell : { ...shell, frame: { ...frame, depth: frame.depth + 1 } };
  const inner = innerOf(below);
  switch (node.type) {
    case "Command":
      return runCommand(shell, node, inner);
    case "Pipeline":
      return readPipeline(below, node.commands);
    case "AndOr":
      readAndOr(below, node.commands, node.operators);
      return UNKNOWN;
    case "Subshell": {
      const scope = fork(shell.scope);
      return inside({ ...below, scope }, node.body);
    }
    case "BraceGroup":
      return inside(below, node.body);
    case "CompoundList":
      return inside(below, node);
    case "If":
      inside(below, node.clause);
      maybe(below, (branch) => inside(branch, node.then));
      for (const elif of node.elif)
        maybe(below, (branch) => {
          inside(branch, elif.clause);
          inside(branch, elif.then);
        });
      if (node.else) maybe(below, (branch) => inside(branch, node.else!));
      return UNKNOWN;
    case "While":
      loop(below, (branch) => {
        inside(branch, node.clause);
        inside(branch, node.body);
      });
      return UNKNOWN;
    case "For":
    case "Select":
      readFor(below, node.name, node.wordlist, node.body);
      return UNKNOWN;
    case "ArithmeticFor":
      for (const part of [node.initialize, node.test, node.update]) readNested(part, shell.scope, inner);
      loop(below, (branch) => inside(branch, node.body));
      return UNKNOWN;
    case "Case":
      expandOne(node.word, shell.scope, inner);
      for (const item of node.items) {
        for (const pattern of item.pattern) expandOne(pattern, shell.scope, inner);
        maybe(below, (branch) => inside(branch, item.body));
      }
      return UNKNOWN;
    case "TestCommand":
    case "ArithmeticCommand":
      readNested(node.expression, shell.scope, inner);
      return UNKNOWN;
    case "Redirected":
      return runCommand(below, node, inner);
    case "Function": {
      const name = node.name.value;
      define(shell.scope, name, {
        body: node.body,
        source: shell.source,
        called: false,
        certain: !shell.scope.branch,
      });
      return UNKNOWN;
    }
    case "Coproc":
      return readNode(below, node.body);
    default:
      keepUnread(
        reading,
        shell.source.slice(node.pos, node.end),
        frame.at,
        frame.wrappers,
        "a form of command that is not known",
      );
      return UNKNOWN;
  }
}

/** Reads substitutions where they stand, in a subshell, one level deeper. */
export function innerOf(shell: Shell): ReadInner {
  return (script, text, scope) => {
    const frame = { ...shell.frame, depth: shell.frame.depth + 1, stdin: undefined };
    if (++shell.reading.nodes > limits.commandNodesMax) return UNKNOWN;
    if (!script || frame.depth > NESTING_MAX) {
      shell.reading.caps.add("nesting");
      keepUnread(shell.reading, text, frame.at, frame.wrappers, "nested deeper than is read");
      return UNKNOWN;
    }
    return readScript({ ...shell, frame, scope: fork(scope), source: script.source ?? shell.source }, script);
  };
}

function readPipeline(shell: Shell, commands: readonly SyntaxNode[]): Output {
  if (commands.length === 1) return readNode(shell, commands[0]!);
  let stdin = shell.frame.stdin;
  for (const command of commands) {
    // The one that passes the limit says so; the others are in it.
    if (shell.reading.nodes > limits.commandNodesMax) break;
    const scope = fork(shell.scope);
    scope.branch = shell.scope.branch;
    stdin = readNode({ ...shell, scope, frame: { ...shell.frame, stdin } }, command);
  }
  return stdin ?? UNKNOWN;
}

/** Commands after which nothing of the same text runs. */
const LEAVES = new Set(["exit", "return", "die", "break", "continue", "kill"]);
function leaves(node: SyntaxNode): boolean {
  if (node.type === "Command") return LEAVES.has(node.name?.value ?? "");
  if (node.type === "BraceGroup") return node.body.commands.some((statement) => leaves(statement.command));
  return false;
}

function readAndOr(shell: Shell, commands: readonly SyntaxNode[], operators: readonly ("&&" | "||")[]): void {
  const { scope } = shell;
  readNode(shell, commands[0]!);
  let chain: Scope | undefined;
  let never = false;
  for (let i = 1; i < commands.length && shell.reading.nodes <= limits.commandNodesMax; i++) {
    const command = commands[i]!;
    if (operators[i - 1] === "&&") {
      chain ??= fork(scope);
      chain.ifCdFailed = undefined;
      readNode({ ...shell, scope: chain }, command);
      continue;
    }
    const other = fork(chain ?? scope);
    if (scope.ifCdFailed) other.cwds = scope.ifCdFailed;
    other.ifCdFailed = undefined;
    readNode({ ...shell, scope: other }, command);
    if (leaves(command)) {
      // `cd x || exit`: whoever goes on is in x.
      never = true;
      if (!chain) scope.ifCdFailed = undefined;
    } else merge(chain ?? scope, other);
  }
  if (!chain) return;
  const failed = scope.ifCdFailed;
  if (never) {
    scope.ifCdFailed = undefined;
    scope.cwds = chain.cwds;
    for (const [name, word] of chain.variables) if (scope.variables.get(name) !== word) assign(scope, name, word);
  }
  merge(scope, chain);
  if (failed && !never) scope.cwds = union(scope.cwds, failed);
  scope.ifCdFailed = undefined;
}

const FOR_VALUES_MAX = 8;

function readFor(shell: Shell, name: Node, wordlist: readonly Node[] | undefined, body: CompoundList): void {
  const words: Word[] = [];
  const inner = innerOf(shell);
  if (wordlist) for (const node of wordlist) expandInto(words, node, shell.scope, inner);
  else if (shell.scope.positional) words.push(...shell.scope.positional);
  else words.push(unknownWord("$@"));
  const values = words.length > FOR_VALUES_MAX ? [common(words)] : words;
  const first = shell.reading.atoms.length;
  for (const value of values) {
    const before = shell.reading.atoms.length;
    assign(shell.scope, name.value, value);
    loop(shell, (branch) => inside(branch, body));
    if (before > first) dropRepeated(shell.reading.atoms, first, before);
  }
  if (values.length !== 1) assign(shell.scope, name.value, unknownWord(`$${name.value}`));
}

/** One word for many: unknown, but where all are literal it stands for the folder they share. */
function common(words: readonly Word[]): Word {
  const texts = words.map((word) => word.text);
  if (texts.includes(null)) return unknownWord("…");
  let prefix = texts[0]!;
  for (const text of texts) while (!text!.startsWith(prefix)) prefix = prefix.slice(0, -1);
  const plain = texts.every((text) => /^[\w.@+-]+$/.test(text!) && !text!.startsWith("-"));
  return plain ? { ...literal(`${prefix}*`), glob: true } : { raw: "…", text: null, known: prefix, glob: false };
}
