// nested.ts — code inside code: texts for a shell and calls for another program, read below their wrapper

import type { Nested } from "../call.ts";
import { addOnce } from "../reading.ts";
import type { Frame } from "./frame.ts";
import { FOUND } from "./inserted.ts";
import { assign, newScope, type Scope } from "./scope.ts";
import type { Setting, Shell } from "./shell.ts";
import { asCode, type Output, type Word } from "./word.ts";

export interface Below {
  wrapper?: string;
  /** another machine or a container: nothing of here is known there */
  elsewhere?: boolean;
  runs?: string;
  variables?: readonly string[];
  /** the text changes this very shell: `eval`, `source` */
  sameShell?: boolean;
  stdin?: Output | undefined;
}

export function below(shell: Shell, how: Below): Shell {
  const { frame } = shell;
  const inner: Frame = {
    ...frame,
    depth: frame.depth + 1,
    wrappers: how.wrapper === undefined ? frame.wrappers : [...frame.wrappers, how.wrapper],
    elsewhere: frame.elsewhere || how.elsewhere === true,
    runs: how.runs === undefined ? frame.runs : [...frame.runs, how.runs],
    variables: how.variables && how.variables.length > 0 ? [...frame.variables, ...how.variables] : frame.variables,
    stdin: how.stdin,
  };
  const scope: Scope = how.elsewhere ? newScope(undefined, undefined) : shell.scope;
  return { ...shell, frame: inner, scope };
}

/** Reads `word` as a shell text. Where a part is not known, all that comes out of it is in doubt. */
export function readCode(shell: Shell, word: Word): Output {
  const from = shell.reading.atoms.length;
  const { inserts } = word;
  const scope = inserts ? { ...shell.scope, shared: true } : shell.scope;
  if (inserts) assign(scope, FOUND, inserts);
  const output = shell.read.text(shell.reading, asCode(word), scope, shell.frame);
  if (word.text !== null) return output;
  // A path that was found is a word in the code; anything else that is put there may be code itself.
  if (inserts?.prints?.kind === "paths") return { kind: "unknown" };
  for (const atom of shell.reading.atoms.slice(from)) {
    addOnce(atom.opaque, "part of the code is not known before the run");
    if (atom.class === "safe") atom.class = "warn";
  }
  return { kind: "unknown" };
}

export const callOf = (words: readonly Word[], stdin: Output | undefined): Setting => ({
  text: words.map((word) => word.raw).join(" "),
  streams: { stdin, writes: [], reads: [] },
  assigned: [],
});

/** What a program's table may do with the code in its arguments. */
export function nestedIn(shell: Shell, program?: string, stdin?: Output): Nested {
  return {
    shell(word, wrapper, place) {
      readCode(below(shell, { wrapper, elsewhere: place === "elsewhere" }), word);
    },
    words(words, wrapper, place) {
      if (words.length === 0) return;
      shell.read.words(
        below(shell, { wrapper: wrapper || program || "", elsewhere: place === "elsewhere", stdin }),
        words,
        callOf(words, stdin),
        true,
      );
    },
  };
}
