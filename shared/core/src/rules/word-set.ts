// word-set.ts — many globs at once: literals, starts and endings by lookup, so that a list of hundreds costs what a few cost

import type { Glob } from "./glob.ts";

/** Texts by the two letters at their edge, then by their length: most words have no such letters there. */
type ByEdge = Map<string, Map<number, Set<string>>>;

/** Does one of the globs match? */
export function anyGlob(globs: readonly Glob[]): (text: string) => boolean {
  if (globs.length === 0) return () => false;
  if (globs.length <= FEW) return (text) => globs.some((glob) => glob.test(text));
  const literals = new Set<string>();
  const starts: ByEdge = new Map();
  const ends: ByEdge = new Map();
  /** by their first letter, then as those above: most words hold none of these letters */
  const insides = new Map<string, ByEdge>();
  const rest: Glob[] = [];
  for (const glob of globs) {
    if (glob.literal !== undefined) literals.add(glob.literal);
    else if (!glob.shape || glob.shape.text.length < EDGE) rest.push(glob);
    else if (glob.shape.kind === "start") put(starts, glob.shape.text.slice(0, EDGE), glob.shape.text);
    else if (glob.shape.kind === "end") put(ends, glob.shape.text.slice(-EDGE), glob.shape.text);
    else {
      const first = glob.shape.text.charAt(0);
      const all = insides.get(first) ?? new Map();
      insides.set(first, all);
      put(all, glob.shape.text.slice(0, EDGE), glob.shape.text);
    }
  }
  return (text) => {
    if (literals.has(text)) return true;
    if (standsAt(starts, text, 0)) return true;
    const ending = ends.size > 0 ? ends.get(text.slice(-EDGE)) : undefined;
    if (ending) for (const [length, all] of ending) if (all.has(text.slice(-length))) return true;
    for (const [first, all] of insides)
      for (let at = text.indexOf(first); at >= 0; at = text.indexOf(first, at + 1))
        if (standsAt(all, text, at)) return true;
    for (const glob of rest) if (glob.test(text)) return true;
    return false;
  };
}

const EDGE = 2;

function standsAt(texts: ByEdge, text: string, at: number): boolean {
  const byLength = texts.size > 0 ? texts.get(text.slice(at, at + EDGE)) : undefined;
  if (byLength) for (const [length, all] of byLength) if (all.has(text.slice(at, at + length))) return true;
  return false;
}

/** So few are tried one by one as fast. */
const FEW = 2;

function put(to: ByEdge, edge: string, text: string): void {
  const byLength = to.get(edge) ?? new Map<number, Set<string>>();
  to.set(edge, byLength);
  byLength.set(text.length, (byLength.get(text.length) ?? new Set()).add(text));
}
