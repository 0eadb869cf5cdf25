// word-set.ts — many globs at once: literals, starts and endings by lookup, so that a list of hundreds costs what a few cost

import type { Glob } from "./glob.ts";

/** Texts by their length: whether one of them stands somewhere is a lookup for each length. */
type ByLength = Map<number, Set<string>>;

/** Does one of the globs match? */
export function anyGlob(globs: readonly Glob[]): (text: string) => boolean {
  if (globs.length === 0) return () => false;
  if (globs.length <= FEW) return (text) => globs.some((glob) => glob.test(text));
  const literals = new Set<string>();
  const starts: ByLength = new Map();
  const ends: ByLength = new Map();
  /** by their first letter: most words hold none of these */
  const insides = new Map<string, string[]>();
  const rest: Glob[] = [];
  for (const glob of globs) {
    if (glob.literal !== undefined) literals.add(glob.literal);
    else if (!glob.shape || glob.shape.text === "") rest.push(glob);
    else if (glob.shape.kind === "inside") {
      const first = glob.shape.text.charAt(0);
      insides.set(first, [...(insides.get(first) ?? []), glob.shape.text]);
    } else put(glob.shape.kind === "start" ? starts : ends, glob.shape.text);
  }
  return (text) => {
    if (literals.has(text)) return true;
    for (const [length, all] of starts) if (length <= text.length && all.has(text.slice(0, length))) return true;
    for (const [length, all] of ends) if (length <= text.length && all.has(text.slice(-length))) return true;
    for (const [first, all] of insides)
      if (text.includes(first)) for (const part of all) if (text.includes(part)) return true;
    for (const glob of rest) if (glob.test(text)) return true;
    return false;
  };
}

/** So few are tried one by one as fast. */
const FEW = 2;

function put(to: ByLength, text: string): void {
  const all = to.get(text.length) ?? new Set();
  to.set(text.length, all.add(text));
}
