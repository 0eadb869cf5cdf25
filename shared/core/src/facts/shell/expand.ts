// expand.ts — from a parsed word to the words a shell would make of it: quotes, variables, braces, splitting

import { limits } from "@holdpoint/wire/limits.ts";
import { type Word as Node, type ParsedScript, parse, type WordPart } from "unbash";
import { expandBraces } from "./braces.ts";
import type { Scope } from "./scope.ts";
import { hasGlob, literal, type Output, UNKNOWN_PART, unknownWord, type Word } from "./word.ts";

/** Reads a nested script where it stands and says what it prints. */
export type ReadInner = (script: ParsedScript | undefined, text: string, scope: Scope) => Output;

/** What is known of a variable: an assignment of this text, or what every shell sets. */
export function variable(name: string, scope: Scope): Word | undefined {
  const set = scope.variables.get(name);
  if (set) return set;
  if (name === "HOME") return scope.home === undefined ? undefined : literal(scope.home);
  if (name === "PWD") return scope.cwds.length === 1 && scope.cwds[0] !== "." ? literal(scope.cwds[0]!) : undefined;
  // Where nothing in the text says otherwise, the folder for passing things.
  if (name === "TMPDIR") return literal("/tmp");
  if (name === "IFS") return literal(" \t\n");
  return undefined;
}

/** Collects the pieces of one node; more than one word comes out where an unquoted value holds white space. */
interface Building {
  out: Word[];
  raw: string;
  text: string | null;
  known: string;
  /** empty as long as everything is known */
  template: string;
  glob: boolean;
  started: boolean;
  prints: Output | undefined;
  process: "<" | ">" | undefined;
}

function addText(b: Building, text: string): void {
  b.started = true;
  if (text === "") return;
  if (b.text !== null && b.text.length + text.length > limits.commandCharsMax) {
    addUnknown(b);
    return;
  }
  if (b.text === null) {
    // What follows a found path stays beside or below it, unless it climbs.
    if (b.prints?.kind !== "paths" || text.includes("..")) b.prints = undefined;
    b.template += text;
    return;
  }
  b.text += text;
  b.known = b.text;
}

function addUnknown(b: Building, prints?: Output): void {
  // Only a word that is nothing but the substitution stands for what it prints.
  b.prints = b.text === "" ? prints : undefined;
  b.template = (b.text ?? b.template) + UNKNOWN_PART;
  b.started = true;
  b.text = null;
}

function finish(b: Building): void {
  if (!b.started) return;
  const word: Word = { raw: b.raw, text: b.text, known: b.known, glob: b.glob };
  if (b.prints) word.prints = b.prints;
  if (b.process) word.process = b.process;
  if (b.text === null) word.template = b.template;
  b.out.push(word);
  b.text = "";
  b.known = "";
  b.template = "";
  b.glob = false;
  b.started = false;
  b.prints = undefined;
  b.process = undefined;
}

/** An unquoted value: split at white space, its glob characters alive. */
function addSplit(b: Building, value: string): void {
  let from = 0;
  for (let i = 0; i <= value.length; i++) {
    const code = i < value.length ? value.charCodeAt(i) : 32;
    if (code !== 32 && code !== 9 && code !== 10) continue;
    if (i > from) {
      const piece = value.slice(from, i);
      addText(b, piece);
      if (hasGlob(piece)) b.glob = true;
    }
    if (i < value.length) finish(b);
    from = i + 1;
  }
}

function addVariable(b: Building, word: Word | undefined, quoted: boolean): void {
  if (!word || word.text === null) {
    addUnknown(b, word?.prints);
    return;
  }
  if (quoted) addText(b, word.text);
  else addSplit(b, word.text);
}

function addPositional(b: Building, scope: Scope, quoted: boolean): void {
  if (!scope.positional || scope.positional.length > limits.listItemsMax) {
    addUnknown(b);
    return;
  }
  scope.positional.forEach((word, index) => {
    if (index > 0) finish(b);
    addVariable(b, word, quoted);
    if (word.glob && !quoted) b.glob = true;
  });
}

function addNamed(b: Building, name: string, scope: Scope, quoted: boolean): void {
  if (name === "@" || name === "*") addPositional(b, scope, quoted);
  else addVariable(b, lookUp(name, scope), quoted);
}

const NOTHING = literal("");

/** `$1`, `$0` or a name. An argument that was not given is empty. */
function lookUp(name: string, scope: Scope): Word | undefined {
  const code = name.charCodeAt(0);
  if (code < 48 || code > 57) return variable(name, scope);
  const index = Number(name);
  if (index === 0) return scope.zero;
  return scope.positional ? (scope.positional[index - 1] ?? NOTHING) : undefined;
}

/** `${f%.txt}`, `${f#a-}`: taken away where it is plain text; of a found path, the beginning lies where the path does. */
function addShortened(b: Building, word: Word | undefined, operator: string, pattern: string, quoted: boolean): void {
  const plain = !hasGlob(pattern) && !pattern.includes("$") && !pattern.includes("\\");
  if (word && word.text !== null && plain) {
    const { text } = word;
    const end = operator.startsWith("%");
    const cut = end ? text.endsWith(pattern) : text.startsWith(pattern);
    const left = cut ? (end ? text.slice(0, text.length - pattern.length) : text.slice(pattern.length)) : text;
    addVariable(b, { ...word, text: left, known: left }, quoted);
  } else addUnknown(b, operator.startsWith("%") ? word?.prints : undefined);
}

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
        if (word && word.text !== null && word.text !== "") addVariable(b, word, quoted);
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
        else addSplit(b, text);
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

const newBuilding = (raw: string): Building => ({
  out: [],
  raw,
  text: "",
  known: "",
  template: "",
  glob: false,
  started: false,
  prints: undefined,
  process: undefined,
});

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
