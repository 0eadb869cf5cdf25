// shell.ts — a shell text being read: how far it is, what it has set, and how what it carries is read in turn

import type { CompoundList, Statement, SyntaxNode } from "unbash";
import type { Reading } from "../reading.ts";
import type { ReadInner } from "./expand.ts";
import type { Frame } from "./frame.ts";
import type { Streams } from "./redirect.ts";
import type { Scope } from "./scope.ts";
import type { Output, Word } from "./word.ts";

export interface Shell {
  reading: Reading;
  scope: Scope;
  frame: Frame;
  /** the text that positions of nodes point into */
  source: string;
  read: Reader;
}

/**
 * The entrances of the reader. A wrapper, a builtin, a branch or a substitution carries shell again: whoever meets it
 * hands it back through these, and needs not know who reads it. Each says what the text prints, where that is known.
 */
export interface Reader {
  /** a whole text, before it is parsed */
  text(reading: Reading, text: string, scope: Scope, frame: Frame): Output;
  list(shell: Shell, statements: readonly Statement[]): Output;
  node(shell: Shell, node: SyntaxNode): Output;
  /** one call; `plain`: its first word was written without quotes or expansions */
  words(shell: Shell, words: readonly Word[], setting: Setting, plain: boolean): Output;
  /** for the substitutions that stand in `shell` */
  inner(shell: Shell): ReadInner;
}

export const inside = (shell: Shell, list: CompoundList): Output => shell.read.list(shell, list.commands);

export interface Assigned {
  name: string;
  word: Word;
}

/** What belongs to a command beside its words. */
export interface Setting {
  text: string;
  streams: Streams;
  assigned: readonly Assigned[];
}
