// building.ts — a word being put together from its pieces: known text, unknown parts, splitting, variables

import { limits } from "@holdpoint/wire/limits.ts";
import type { Scope } from "./scope.ts";
import { hasGlob, literal, type Output, UNKNOWN_PART, type Word } from "./word.ts";

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
export interface Building {
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

export function addText(b: Building, text: string): void {
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

export function addUnknown(b: Building, prints?: Output): void {
  // Only a word that is nothing but the substitution stands for what it prints.
  b.prints = b.text === "" ? prints : undefined;
  b.template = (b.text ?? b.template) + UNKNOWN_PART;
  b.started = true;
  b.text = null;
}

export function finish(b: Building): void {
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
export function addSplit(b: Building, value: string, separators = " \t\n"): void {
  const plain = separators === " \t\n";
  let from = 0;
  for (let i = 0; i <= value.length; i++) {
    const code = i < value.length ? value.charCodeAt(i) : 32;
    if (plain ? code !== 32 && code !== 9 && code !== 10 : i < value.length && !separators.includes(value[i]!))
      continue;
    if (i > from) {
      const piece = value.slice(from, i);
      addText(b, piece);
      if (hasGlob(piece)) b.glob = true;
    }
    if (i < value.length) finish(b);
    from = i + 1;
  }
}

export function addVariable(b: Building, word: Word | undefined, quoted: boolean, scope?: Scope): void {
  if (!word || word.text === null) {
    addUnknown(b, word?.prints);
    return;
  }
  if (quoted) {
    addText(b, word.text);
    return;
  }
  const separators = scope?.variables.get("IFS");
  if (!separators) addSplit(b, word.text);
  else if (separators.text === null) addUnknown(b);
  else addSplit(b, word.text, separators.text);
}

export function addPositional(b: Building, scope: Scope, quoted: boolean): void {
  if (!scope.positional || scope.positional.length > limits.listItemsMax) {
    addUnknown(b);
    return;
  }
  scope.positional.forEach((word, index) => {
    if (index > 0) finish(b);
    addVariable(b, word, quoted, scope);
    if (word.glob && !quoted) b.glob = true;
  });
}

export function addNamed(b: Building, name: string, scope: Scope, quoted: boolean): void {
  if (name === "@" || name === "*") addPositional(b, scope, quoted);
  else addVariable(b, lookUp(name, scope), quoted, scope);
}

const NOTHING = literal("");

/** `$1`, `$0` or a name. An argument that was not given is empty. */
/** Numbers that only the run knows, and that mean nothing by themselves: any one of them will do. */
const SPECIAL = new Map(
  ["$", "!", "PPID", "BASHPID", "RANDOM", "SECONDS"].map((name, index) => [name, literal(String(99_991 + index))]),
).set("?", literal("0"));

export function lookUp(name: string, scope: Scope): Word | undefined {
  const special = SPECIAL.get(name);
  if (special) return special;
  const code = name.charCodeAt(0);
  if (code < 48 || code > 57) return variable(name, scope);
  const index = Number(name);
  if (index === 0) return scope.zero;
  return scope.positional ? (scope.positional[index - 1] ?? NOTHING) : undefined;
}

/** `${f%.txt}`, `${f#a-}`: taken away where it is plain text; of a found path, the beginning lies where the path does. */
export function addShortened(
  b: Building,
  word: Word | undefined,
  operator: string,
  pattern: string,
  quoted: boolean,
): void {
  const plain = !hasGlob(pattern) && !pattern.includes("$") && !pattern.includes("\\");
  if (word && word.text !== null && plain) {
    const { text } = word;
    const end = operator.startsWith("%");
    const cut = end ? text.endsWith(pattern) : text.startsWith(pattern);
    const left = cut ? (end ? text.slice(0, text.length - pattern.length) : text.slice(pattern.length)) : text;
    addVariable(b, { ...word, text: left, known: left }, quoted);
  } else addUnknown(b, operator.startsWith("%") ? word?.prints : undefined);
}

export const newBuilding = (raw: string): Building => ({
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
