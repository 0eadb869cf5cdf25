// named-files.ts — which files a search looks into that was told their names by a pattern: `--include=.env`, `glob: "*.pem"`

import { expandBraces } from "../shell/braces.ts";
import { literal, type Word } from "../shell/word.ts";

/** More roots or alternatives say no more than these. */
const ROOTS_MAX = 4;
const NAMES_MAX = 16;

/** Below each root, at any depth. A pattern that takes out, or that any name fits, names none. */
export function namedByGlob(roots: readonly string[], glob: string): Word[] {
  if (glob === "" || glob.startsWith("!") || /^[*/.]*$/.test(glob)) return [];
  const alternatives = (expandBraces(glob) ?? [glob]).slice(0, NAMES_MAX);
  return roots.slice(0, ROOTS_MAX).flatMap((root) =>
    alternatives.map((one) => {
      const name = one.replace(/^(?:\.?\/|\*\*\/)+/, "");
      return { ...literal(`${root.replace(/\/+$/, "")}/**/${name}`), glob: /[*?[]/.test(name) };
    }),
  );
}
