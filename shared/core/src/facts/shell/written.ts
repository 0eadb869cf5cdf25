// written.ts — text on its way into a file that will run: read as if it ran now (rulings §B4)

import { baseName } from "../paths.ts";
import type { Reading } from "../reading.ts";
import { runsByItself } from "../self-running.ts";
import { type Frame, newFrame } from "./frame.ts";
import { newScope, type Scope } from "./scope.ts";
import { readText } from "./walk.ts";

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

/** The shell texts in a package.json's scripts. */
function packageScripts(text: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    // A fragment of an edit, or no JSON at all: npm will not run that either.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
  const scripts = typeof parsed === "object" && parsed !== null ? (parsed as { scripts?: unknown }).scripts : undefined;
  if (typeof scripts !== "object" || scripts === null) return [];
  return Object.values(scripts).filter((script) => typeof script === "string");
}

/** Reads what `path` will say. `fragment`: only a part of the file, which need not be whole commands. */
export function readWritten(
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
    for (const script of packageScripts(text)) readText(reading, script, clean, frame);
    return;
  }
  if (!isShellScript(path, text)) return;
  const first = reading.atoms.length;
  readText(reading, text, clean, frame);
  if (!fragment) return;
  for (const atom of reading.atoms.slice(first))
    atom.opaque = atom.opaque.filter((why) => !why.startsWith("not read as shell"));
}
