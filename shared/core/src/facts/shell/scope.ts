// scope.ts — what a shell text has set so far: variables, functions, aliases, the folder it is in

import type { SyntaxNode } from "unbash";
import type { Place } from "../paths.ts";
import type { Word } from "./word.ts";

export interface Definition {
  body: SyntaxNode;
  source: string;
  called: boolean;
  /** defined in a branch: a call may also mean the program of that name */
  certain: boolean;
}

export interface Scope extends Place {
  cwds: readonly string[];
  home: string | undefined;
  workspace: string | undefined;
  variables: Map<string, Word>;
  functions: Map<string, Definition>;
  aliases: Map<string, string>;
  /** functions defined in the text that is being read, branches included */
  defined: Definition[];
  /** its maps are another scope's until it writes */
  shared: boolean;
  /** variables set for all that follows which make programs run other code */
  exported: readonly string[];
  positional: readonly Word[] | undefined;
  /** `$0`, where a `-c` was given one */
  zero: Word | undefined;
  /** inside a branch, a loop or a function: what is set here may not be */
  branch: boolean;
  /** the folders to be in if the last `cd` failed */
  ifCdFailed: readonly string[] | undefined;
}

const NO_VARIABLES = new Map<string, Word>();
const NO_FUNCTIONS = new Map<string, Definition>();
const NO_ALIASES = new Map<string, string>();

export const newScope = (cwd: string | undefined, home: string | undefined): Scope => ({
  cwds: [cwd ?? "."],
  home,
  workspace: cwd,
  // Most texts set nothing: what is empty is everybody's until somebody writes.
  variables: NO_VARIABLES,
  functions: NO_FUNCTIONS,
  aliases: NO_ALIASES,
  defined: [],
  shared: true,
  exported: [],
  positional: undefined,
  zero: undefined,
  branch: false,
  ifCdFailed: undefined,
});

/** A scope of its own that begins as this one; its maps are copied when it first writes to them. */
export const fork = (scope: Scope): Scope => ({ ...scope, branch: true, shared: true });

function own(scope: Scope): void {
  if (!scope.shared) return;
  scope.variables = new Map(scope.variables);
  scope.functions = new Map(scope.functions);
  scope.aliases = new Map(scope.aliases);
  scope.shared = false;
}

export function assign(scope: Scope, name: string, word: Word): void {
  own(scope);
  scope.variables.set(name, word);
}

export function define(scope: Scope, name: string, definition: Definition | undefined): void {
  own(scope);
  if (!definition) {
    scope.functions.delete(name);
    return;
  }
  scope.functions.set(name, definition);
  scope.defined.push(definition);
}

export function setAlias(scope: Scope, name: string, text: string | undefined): void {
  own(scope);
  if (text === undefined) scope.aliases.delete(name);
  else scope.aliases.set(name, text);
}

const CWDS_MAX = 4;

export function union(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a === b || a.length === 0 || b.length === 0) return a.length === 0 ? a : b;
  const all = new Set([...a, ...b]);
  return all.size > CWDS_MAX ? [] : [...all];
}

/** After a branch that may have run: what it changed is unknown from here on. Returns the names that changed. */
export function merge(scope: Scope, branch: Scope): string[] {
  scope.cwds = union(scope.cwds, branch.cwds);
  if (branch.exported.length > scope.exported.length) scope.exported = branch.exported;
  const changed: string[] = [];
  // Whoever still shares has written nothing.
  if (branch.shared) return changed;
  for (const [name, word] of branch.variables) {
    const before = scope.variables.get(name);
    if (before === word) continue;
    changed.push(name);
    if (before && before.text !== null && before.text === word.text && before.glob === word.glob) continue;
    assign(scope, name, { raw: `$${name}`, text: null, known: "", glob: false });
  }
  for (const [name, definition] of branch.functions) {
    if (scope.functions.get(name) === definition) continue;
    definition.certain = false;
    own(scope);
    scope.functions.set(name, definition);
  }
  for (const [name, text] of branch.aliases) if (scope.aliases.get(name) !== text) setAlias(scope, name, text);
  return changed;
}

/** The end of a statement: from here on a `cd` that failed counts as well. */
export function settleCd(scope: Scope): void {
  if (scope.ifCdFailed === undefined) return;
  scope.cwds = union(scope.cwds, scope.ifCdFailed);
  scope.ifCdFailed = undefined;
}
