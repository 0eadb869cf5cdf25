// expand.ts — from a parsed word to the words a shell would make of it: quotes, variables, braces, splitting

import { type Word as Node, type ParsedScript, parse, type WordPart } from "unbash";
import { expandBraces } from "./braces.ts";
import {
  addNamed,
  addShortened,
  addText,
  addUnknown,
  addVariable,
  type Building,
  finish,
  lookUp,
  newBuilding,
} from "./building.ts";
import type { Scope } from "./scope.ts";
import { literal, type Output, unknownWord, type Word } from "./word.ts";

/** Reads a nested script where it stands and says what it prints. */
export type ReadInner = (script: ParsedScript | undefined, text: string, scope: Scope) => Output;

function addPart(b: Building, part: WordPart, scope: Scope, quoted: boolean, inner: ReadInner): void {
  switch (part.type) {
    case "Literal":
      addText(b, part.value);
      return;
    case "SingleQuoted":
    case "AnsiCQuoted":
      addText(b, part.value);
      return;
    case "DoubleQuoted":
    case "LocaleString":
      // `""` is a word, though an empty one; `"$@"` of no arguments is none, which matters to nobody here.
      addText(b, "");
      for (const child of part.parts) addPart(b, child, scope, true, inner);
      return;
    case "Glob":
      addText(b, part.text);
      b.glob = true;
      return;
    case "ExtendedGlob":
    case "BraceExpansion":
      for (const child of part.parts ?? []) readOnly(child, scope, inner);
      addText(b, part.text);
      b.glob = true;
      return;
    case "SimpleExpansion":
      addNamed(b, part.text.slice(1), scope, quoted);
      return;
    case "ParameterExpansion": {
      const { operation } = part;
      if (operation) readOperation(operation, scope, inner);
      const plain = part.index === undefined && part.prefix === undefined;
      if (plain && operation === undefined) addNamed(b, part.parameter, scope, quoted);
      else if (plain && operation?.type === "Default" && /^:?[-=?]$/.test(operation.operator)) {
        const word = lookUp(part.parameter, scope);
        if (word && word.text !== null && word.text !== "") addVariable(b, word, quoted, scope);
        else addUnknown(b);
      } else if (plain && operation?.type === "Remove") {
        addShortened(b, lookUp(part.parameter, scope), operation.operator, operation.operand.text, quoted);
      } else {
        if (part.index) readWord(part.index, scope, inner);
        addUnknown(b);
      }
      return;
    }
    case "CommandExpansion": {
      const printed = inner(part.script, part.text, scope);
      // `$(echo word)` is the word: the commonest way to hide one.
      if (printed.kind === "text") {
        const text = printed.text.replace(/\n+$/, "");
        if (quoted) addText(b, text);
        else addVariable(b, literal(text), false, scope);
      } else addUnknown(b, printed);
      return;
    }
    case "ProcessSubstitution":
      addText(b, "/dev/fd/63");
      b.prints = inner(part.script, part.text, scope);
      b.process = part.operator;
      return;
    case "ArithmeticExpansion":
      readNested(part.expression, scope, inner);
      addUnknown(b);
      return;
  }
}

/** The scripts inside parts that make no known text. */
function readOnly(part: WordPart, scope: Scope, inner: ReadInner): void {
  addPart(newBuilding(""), part, scope, true, inner);
}

function readWord(node: Node, scope: Scope, inner: ReadInner): void {
  if (node.parts) for (const part of node.parts) readOnly(part, scope, inner);
}

function readOperation(operation: object, scope: Scope, inner: ReadInner): void {
  for (const value of Object.values(operation))
    if (typeof value === "object" && value !== null && (value as Node).type === "Word")
      readWord(value as Node, scope, inner);
}

/** Scripts below an arithmetic or test expression. An explicit stack: expressions may nest deep. */
export function readNested(root: unknown, scope: Scope, inner: ReadInner): void {
  const open: unknown[] = [root];
  for (let steps = 0; open.length > 0 && steps < 10_000; steps++) {
    const node = open.pop();
    if (typeof node !== "object" || node === null) continue;
    const typed = node as { type?: string; script?: ParsedScript; text?: string };
    if (typed.type === "ArithmeticCommandExpansion") inner(typed.script, typed.text ?? "", scope);
    else if (typed.type === "Word") readWord(node as Node, scope, inner);
    else if (typed.type === "ArithmeticWord")
      for (const part of (node as { parts?: WordPart[] }).parts ?? []) readOnly(part, scope, inner);
    else
      for (const name of EXPRESSION_FIELDS) {
        const child = (node as Record<string, unknown>)[name];
        if (Array.isArray(child)) open.push(...child);
        else if (child) open.push(child);
      }
  }
}
const EXPRESSION_FIELDS = [
  "left",
  "right",
  "operand",
  "operands",
  "test",
  "consequent",
  "alternate",
  "expression",
  "initialize",
  "update",
];

/** Beyond so many words no more are written out. */
const WORDS_MAX = 512;

function withBraces(node: Node, scope: Scope, inner: ReadInner, out: Word[]): void {
  const texts = out.length > WORDS_MAX ? undefined : expandBraces(node.text);
  if (!texts || (texts.length === 1 && texts[0] === node.text)) {
    // Too many to write out, or no group after all: whatever it becomes, it is not known here.
    const b = newBuilding(node.text);
    for (const part of node.parts ?? []) addPart(b, part, scope, false, inner);
    if (!texts) {
      b.text = null;
      b.known = node.text.slice(0, Math.max(0, node.text.indexOf("{")));
    }
    finish(b);
    out.push(...b.out);
    return;
  }
  for (const text of texts) {
    const command = parse(`: ${text}`).commands[0]?.command;
    if (command?.type !== "Command") {
      out.push(unknownWord(text));
      continue;
    }
    for (const arg of command.args) {
      if (arg.type === "Word") expandInto(out, arg, scope, inner, false);
      else out.push(literal(arg.text));
    }
  }
}

/** Appends the words that `node` becomes. `quoted`: an assignment or a redirection, where nothing is split. */
export function expandInto(out: Word[], node: Node, scope: Scope, inner: ReadInner, quoted = false): void {
  const { parts } = node;
  if (!parts) {
    out.push({ raw: node.text, text: node.value, known: node.value, glob: false });
    return;
  }
  if (!quoted) {
    for (const part of parts) {
      if (part.type !== "BraceExpansion") continue;
      withBraces(node, scope, inner, out);
      return;
    }
  }
  const b = newBuilding(node.text);
  b.out = out;
  for (const part of parts) addPart(b, part, scope, quoted, inner);
  finish(b);
}

/** One word, for an assignment's value or a redirection's target. */
export function expandOne(node: Node, scope: Scope, inner: ReadInner): Word {
  const out: Word[] = [];
  expandInto(out, node, scope, inner, true);
  return out.length === 1 ? out[0]! : out.length === 0 ? literal("", node.text) : unknownWord(node.text);
}
