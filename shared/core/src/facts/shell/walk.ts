// walk.ts — from a shell text to its simple commands: lists, pipelines, branches, loops, functions, substitutions

import { limits } from "@holdpoint/wire/limits.ts";
import { type ParsedScript, parse, type Statement, type SyntaxNode } from "unbash";
import { addOnce, isFull, keepUnread, type Reading } from "../reading.ts";
import { loop, maybe, readAndOr, readFor } from "./branches.ts";
import { runCommand, runWords } from "./command.ts";
import { expandOne, type ReadInner, readNested } from "./expand.ts";
import { type Frame, NESTING_MAX } from "./frame.ts";
import { define, fork, type Scope, settleCd } from "./scope.ts";
import { inside, type Reader, type Shell } from "./shell.ts";
import type { Output } from "./word.ts";

const UNKNOWN: Output = { kind: "unknown" };

/** A shell that has read nothing of `source` yet. */
export const shellOf = (reading: Reading, scope: Scope, frame: Frame, source: string): Shell => ({
  reading,
  scope,
  frame,
  source,
  read: READER,
});

/** Reads a whole text. Says what it prints, where one command does. */
export function readText(reading: Reading, text: string, scope: Scope, frame: Frame): Output {
  if (isFull(reading)) {
    keepUnread(reading, text, frame.at, frame.wrappers, "more commands than are read");
    return UNKNOWN;
  }
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
  return readScript(shellOf(reading, scope, frame, text), parse(text));
}

function readScript(shell: Shell, script: ParsedScript): Output {
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

function readList(shell: Shell, statements: readonly Statement[]): Output {
  let output: Output = UNKNOWN;
  for (const statement of statements) {
    if (++shell.reading.nodes > limits.commandNodesMax || isFull(shell.reading)) {
      if (shell.reading.nodes > limits.commandNodesMax) shell.reading.caps.add("commandNodesMax");
      keepUnread(shell.reading, "", shell.frame.at, shell.frame.wrappers, "more commands than are read");
      return UNKNOWN;
    }
    const printed = readNode(shell, statement.command);
    output = statements.length === 1 ? printed : UNKNOWN;
    settleCd(shell.scope);
  }
  return output;
}

function readNode(shell: Shell, node: SyntaxNode): Output {
  const { reading, frame } = shell;
  if (++reading.nodes > limits.commandNodesMax) {
    reading.caps.add("commandNodesMax");
    return unread(shell, node, "more commands than are read");
  }
  if (frame.depth > NESTING_MAX) {
    reading.caps.add("nesting");
    return unread(shell, node, "nested deeper than is read");
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
      return unread(shell, node, "a form of command that is not known");
  }
}

/** What is not read any further is kept as it is written, with the reason. */
function unread({ reading, frame, source }: Shell, node: SyntaxNode, why: string): Output {
  keepUnread(reading, source.slice(node.pos, node.end), frame.at, frame.wrappers, why);
  return UNKNOWN;
}

/** Reads substitutions where they stand, in a subshell, one level deeper. */
function innerOf(shell: Shell): ReadInner {
  return (script, text, scope) => {
    const frame = { ...shell.frame, depth: shell.frame.depth + 1, stdin: undefined };
    if (++shell.reading.nodes > limits.commandNodesMax) return UNKNOWN;
    if (!script || frame.depth > NESTING_MAX) {
      shell.reading.caps.add("nesting");
      keepUnread(shell.reading, text, frame.at, frame.wrappers, "nested deeper than is read");
      return UNKNOWN;
    }
    // `$()` prints nothing, as `.e$()nv` knows.
    if (script.commands.length === 0 && !script.errors) return { kind: "text", text: "" };
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

const READER: Reader = { text: readText, list: readList, node: readNode, words: runWords, inner: innerOf };
