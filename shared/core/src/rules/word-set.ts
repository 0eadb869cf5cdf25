// word-set.ts — many globs at once: literals, starts and endings by lookup, so that a list of hundreds costs what a few cost

import type { Glob } from "./glob.ts";

/** Texts by the two letters at their edge, then by their length: most words have no such letters there. */
type ByEdge = Map<number, Map<number, Set<string>>>;

/** Does one of the globs match? */
export function anyGlob(globs: readonly Glob[]): (text: string) => boolean {
  if (globs.length === 0) return () => false;
  if (globs.length <= FEW) return (text) => globs.some((glob) => glob.test(text));
  const literals = new Set<string>();
  const starts: ByEdge = new Map();
  const ends: ByEdge = new Map();
  /** by their first letter, then as those above: most words hold none of these letters */
  const byFirst = new Map<string, ByEdge>();
  const rest: Glob[] = [];
  for (const glob of globs) {
    if (glob.literal !== undefined) literals.add(glob.literal);
    else if (!glob.shape || glob.shape.text.length < EDGE) rest.push(glob);
    else if (glob.shape.kind === "start") put(starts, edgeAt(glob.shape.text, 0), glob.shape.text);
    else if (glob.shape.kind === "end")
      put(ends, edgeAt(glob.shape.text, glob.shape.text.length - EDGE), glob.shape.text);
    else {
      const first = glob.shape.text.charAt(0);
      const all = byFirst.get(first) ?? new Map();
      byFirst.set(first, all);
      put(all, edgeAt(glob.shape.text, 0), glob.shape.text);
    }
  }
  const insides = [...byFirst];
  return (text) => {
    if (literals.has(text)) return true;
    const last = text.length - EDGE;
    if (last >= 0) {
      if (starts.size > 0 && standsAt(starts, text, 0)) return true;
      const ending = ends.size > 0 ? ends.get(edgeAt(text, last)) : undefined;
      if (ending) for (const [length, all] of ending) if (all.has(text.slice(-length))) return true;
      for (const [first, all] of insides)
        for (let at = text.indexOf(first); at >= 0 && at <= last; at = text.indexOf(first, at + 1))
          if (standsAt(all, text, at)) return true;
    }
    for (const glob of rest) if (glob.test(text)) return true;
    return false;
  };
}

const EDGE = 2;
/** Both letters as one number; what falls together is told apart by what follows. */
const edgeAt = (text: string, at: number): number => (text.charCodeAt(at) << 8) ^ text.charCodeAt(at + 1);

function standsAt(texts: ByEdge, text: string, at: number): boolean {
  const byLength = texts.get(edgeAt(text, at));
  if (byLength) for (const [length, all] of byLength) if (all.has(text.slice(at, at + length))) return true;
  return false;
}

/** So few are tried one by one as fast. */
const FEW = 2;

function put(to: ByEdge, edge: number, text: string): void {
  const byLength = to.get(edge) ?? new Map<number, Set<string>>();
  to.set(edge, byLength);
  byLength.set(text.length, (byLength.get(text.length) ?? new Set()).add(text));
}
