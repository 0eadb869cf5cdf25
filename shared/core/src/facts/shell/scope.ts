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
  variables: Map<string, Word>;
  functions: Map<string, Definition>;
  aliases: Map<string, string>;
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

export const newScope = (cwd: string | undefined, home: string | undefined): Scope => ({
  cwds: [cwd ?? "."],
  home,
  variables: new Map(),
  functions: new Map(),
  aliases: new Map(),
  exported: [],
  positional: undefined,
  zero: undefined,
  branch: false,
  ifCdFailed: undefined,
});

export const fork = (scope: Scope): Scope => ({
  ...scope,
  variables: scope.variables.size > 0 ? new Map(scope.variables) : new Map(),
  functions: new Map(scope.functions),
  aliases: new Map(scope.aliases),
  branch: true,
});

const CWDS_MAX = 4;

export function union(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a === b || a.length === 0 || b.length === 0) return a.length === 0 ? a : b;
  const all = new Set([...a, ...b]);
  return all.size > CWDS_MAX ? [] : [...all];
}

/** After a branch that may have run: what it changed is unknown from here on. Returns the names that changed. */
export function merge(scope: Scope, branch: Scope): string[] {
  const changed: string[] = [];
  for (const [name, word] of branch.variables) {
    const before = scope.variables.get(name);
    if (before === word) continue;
    changed.push(name);
    if (before && before.text !== null && before.text === word.text && before.glob === word.glob) continue;
    scope.variables.set(name, { raw: `$${name}`, text: null, known: "", glob: false });
  }
  for (const [name, definition] of branch.functions) {
    if (scope.functions.get(name) === definition) continue;
    definition.certain = false;
    scope.functions.set(name, definition);
  }
  for (const [name, text] of branch.aliases) scope.aliases.set(name, text);
  if (branch.exported.length > scope.exported.length) scope.exported = branch.exported;
  scope.cwds = union(scope.cwds, branch.cwds);
  return changed;
}

/** The end of a statement: from here on a `cd` that failed counts as well. */
export function settleCd(scope: Scope): void {
  if (scope.ifCdFailed === undefined) return;
  scope.cwds = union(scope.cwds, scope.ifCdFailed);
  scope.ifCdFailed = undefined;
}
