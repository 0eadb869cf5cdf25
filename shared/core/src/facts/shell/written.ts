// written.ts — text on its way into a file that will run: read as if it ran now (rulings §B4)

import { baseName } from "../paths.ts";
import { isFull, type Reading } from "../reading.ts";
import { runsByItself } from "../self-running.ts";
import { type Frame, newFrame } from "./frame.ts";
import { assign, newScope, type Scope } from "./scope.ts";
import type { Reader } from "./shell.ts";
import { literal, unknownWord } from "./word.ts";

/** Stands among the wrappers of what a script says, so that people see it does not run yet. */
const WRITTEN = "(written)";

const isShellScript = (path: string, text: string): boolean => {
  const name = baseName(path);
  const shebang = text.startsWith("#!") ? text.slice(0, text.indexOf("\n") + 1 || undefined) : "";
  if (shebang !== "") return /\b(sh|bash|dash|ash|zsh|ksh)\b/.test(shebang);
  if (/\.(sh|bash|bats|command)$/.test(name)) return true;
  if (/^\.(bash\w*|profile|envrc|xinitrc|xprofile)$/.test(name)) return true;
  return runsByItself(path) === "git hook" && !name.includes(".");
};

/** JSON, or nothing: what does not parse, npm will not run either. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The lines of an edit between two others: `"test": "vitest", "build": "tsc"`. */
function fragmentValues(text: string): string[] {
  const values = parsed(`{${text.trim().replace(/,$/, "")}}`);
  if (typeof values !== "object" || values === null) return [];
  // A version of a package is no command.
  return Object.values(values).filter((value) => typeof value === "string" && /\s/.test(value));
}

/** The shell texts in a package.json's scripts. */
function packageScripts(text: string): string[] {
  const whole = parsed(text);
  if (whole === undefined) return fragmentValues(text);
  const scripts = typeof whole === "object" && whole !== null ? (whole as { scripts?: unknown }).scripts : undefined;
  if (typeof scripts !== "object" || scripts === null) return [];
  return Object.values(scripts).filter((script) => typeof script === "string");
}

const isMakefile = (path: string): boolean => /^(GNU)?[Mm]akefile$|\.mk$|^[Jj]ustfile$/.test(baseName(path));

/** Recipe lines of a Makefile: what stands behind a tab (or a target's `;`), its variables made the shell's. */
function* recipes(text: string): Generator<string> {
  for (const line of text.replaceAll(/\\\n/g, " ").split("\n")) {
    const recipe =
      /^(?:\t| {2,})\s*[@+-]*\s*(\S.*)$/.exec(line)?.[1] ?? /^[\w./%-]+\s*:[^=;]*;\s*[@+-]*(.*)$/.exec(line)?.[1];
    if (recipe !== undefined && !recipe.startsWith("#")) yield shellVariables(recipe);
  }
}
const shellVariables = (recipe: string): string =>
  recipe
    .replaceAll("$(RM)", "rm -f")
    .replaceAll(/\{\{[^{}]*\}\}/g, '"$__made"')
    .replaceAll(/\$\(\s*shell\s+/g, "$$$$(")
    .replaceAll(/(?<!\$)\$\((\w+)\)/g, "$${$1}")
    .replaceAll(/(?<!\$)\$[@<^+?*]/g, '"$__made"')
    .replaceAll("$$", "$");

/** `BUILD = build`, `BUILD := out/app`: a plain text that recipes use. */
function makeVariables(text: string, scope: Scope): void {
  for (const [, name, value] of text.matchAll(/^([A-Za-z_]\w*)\s*[:?]{0,2}=\s*([^\n#]*)$/gm))
    assign(scope, name!, /^[\w./ -]*$/.test(value!) ? literal(value!.trim()) : unknownWord(`$${name}`));
}

/** The first text that finds no room says so, and the others with it. */
function readAll(read: Reader["text"], reading: Reading, texts: Iterable<string>, scope: Scope, frame: Frame): void {
  for (const text of texts) {
    const full = isFull(reading);
    read(reading, text, scope, frame);
    if (full) break;
  }
}

function readMakefile(read: Reader["text"], reading: Reading, text: string, scope: Scope, frame: Frame): void {
  makeVariables(text, scope);
  const first = reading.atoms.length;
  readAll(read, reading, recipes(text), scope, frame);
  // `$(CC) -o $@ $<` is how makefiles are written; make says which compiler when it runs.
  for (const atom of reading.atoms.slice(first))
    atom.opaque = atom.opaque.filter((why) => why !== "program is not known before the run");
}

/** Reads what `path` will say. `fragment`: only a part of the file, which need not be whole commands. */
export function readWritten(
  read: Reader["text"],
  reading: Reading,
  path: string,
  text: string,
  at: string,
  scope: Scope,
  fragment = false,
): void {
  const frame: Frame = { ...newFrame(at), wrappers: [WRITTEN] };
  const clean: Scope = { ...newScope(undefined, scope.home), cwds: scope.cwds, workspace: scope.workspace };
  if (baseName(path) === "package.json") {
    readAll(read, reading, packageScripts(text), clean, frame);
    return;
  }
  if (isMakefile(path)) {
    readMakefile(read, reading, text, clean, frame);
    return;
  }
  if (!isShellScript(path, text)) return;
  const first = reading.atoms.length;
  read(reading, text, clean, frame);
  if (!fragment) return;
  for (const atom of reading.atoms.slice(first))
    atom.opaque = atom.opaque.filter((why) => !why.startsWith("not read as shell"));
}
