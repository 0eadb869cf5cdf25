// path-list.ts — many path patterns at once: names and folders by lookup, only the odd ones one by one

import type { SeenPath } from "./criteria/view.ts";
import { compileGlob } from "./glob.ts";
import { type Anchor, firstName, isInside, mayReach, type PathPattern, placeOf } from "./path-pattern.ts";
import { inHome } from "./seen-path.ts";
import { admit, mayPass, newSieve, type Sieve } from "./sieve.ts";

export interface PathList {
  /** is the path inside one of the patterns? */
  holds(seen: SeenPath): boolean;
  /** may something that one of them names lie at or below the path? */
  mayReach(seen: SeenPath, below: boolean): boolean;
}

interface Sorted {
  // `**/.env`: the last segment as it is
  names: Set<string>;
  // `**/*.pem`: what the last segment ends in
  endings: string[];
  // `**/id_*`: patterns for the last segment
  nameTests: ((name: string) => boolean)[];
  // `**/secrets/**`: a folder anywhere above, or the path itself
  folders: Set<string>;
  // `**/.git/hooks/**`: by the folder, which such a path has somewhere
  below: Map<string, PathPattern[]>;
  // of which most paths are none: those outside of any home
  homes: PathPattern[];
  // `/dev/mem`: told by the letter behind the slash
  roots: PathPattern[];
  rest: PathPattern[];
}

export function compilePathList(patterns: readonly PathPattern[]): PathList {
  const [only] = patterns;
  if (only && patterns.length === 1)
    return { holds: (seen) => isInside(only, seen), mayReach: (seen, below) => mayReach(only, seen, below) };
  const sorted: Sorted = {
    names: new Set(),
    endings: [],
    nameTests: [],
    folders: new Set(),
    below: new Map(),
    homes: [],
    roots: [],
    rest: [],
  };
  for (const pattern of patterns) sort(pattern, sorted);
  const { names, endings, nameTests, folders, below, homes, roots, rest } = sorted;
  const sieve = newSieve();
  for (const folder of [...folders, ...below.keys()]) admit(sieve, folder);
  const rootLetters = new Set(roots.map(({ head }) => head?.charCodeAt(0)));
  const holds = (seen: SeenPath): boolean => {
    const { name } = seen;
    if (names.size > 0 && names.has(name)) return true;
    for (const ending of endings) if (name.endsWith(ending)) return true;
    for (const test of nameTests) if (test(name)) return true;
    if (folders.size + below.size > 0 && holdsFolder(folders, below, sieve, seen.path)) return true;
    if (homes.length > 0) {
      const place = inHome(seen);
      if (place !== undefined) for (const { glob } of homes) if (glob.test(place)) return true;
    }
    if (roots.length > 0 && (seen.climbed !== undefined || rootLetters.has(seen.path.charCodeAt(1))))
      for (const pattern of roots) if (isInside(pattern, seen)) return true;
    for (const pattern of rest) if (isInside(pattern, seen)) return true;
    return false;
  };
  return { holds, mayReach: reaching(patterns) };
}

/** Patterns of one anchor that begin with names: whoever begins with another plain name reaches none of them. */
interface Begun {
  anchor: Anchor;
  heads: Set<string>;
  patterns: PathPattern[];
}

function reaching(patterns: readonly PathPattern[]): PathList["mayReach"] {
  const begun = new Map<Anchor, Begun>();
  const others: PathPattern[] = [];
  for (const pattern of patterns) {
    const { anchor, head } = pattern;
    if (head === undefined) others.push(pattern);
    else {
      const same = begun.get(anchor) ?? { anchor, heads: new Set(), patterns: [] };
      begun.set(anchor, same);
      same.heads.add(head);
      same.patterns.push(pattern);
    }
  }
  const groups = [...begun.values()];
  return (seen, below) => {
    for (const { anchor, heads, patterns: same } of groups) {
      const place = placeOf(anchor, seen);
      if (place === undefined) continue;
      const first = firstName(place);
      if (first !== undefined && !heads.has(first)) continue;
      for (const pattern of same) if (mayReach(pattern, seen, below)) return true;
    }
    for (const pattern of others) if (mayReach(pattern, seen, below)) return true;
    return false;
  };
}

function holdsFolder(
  folders: ReadonlySet<string>,
  below: ReadonlyMap<string, readonly PathPattern[]>,
  sieve: Sieve,
  path: string,
): boolean {
  // Of a path that names the same folder over and over the patterns are tried once.
  let tried: (readonly PathPattern[])[] | undefined;
  for (let from = 0; from < path.length; ) {
    let to = path.indexOf("/", from);
    if (to < 0) to = path.length;
    if (to > from && mayPass(sieve, path, from, to)) {
      const folder = path.slice(from, to);
      if (folders.has(folder)) return true;
      const patterns = below.get(folder);
      if (patterns && !tried?.includes(patterns)) {
        for (const { glob } of patterns) if (glob.test(path)) return true;
        tried ??= [];
        tried.push(patterns);
      }
    }
    from = to + 1;
  }
  return false;
}

function sort(pattern: PathPattern, sorted: Sorted): void {
  const { anchor, segments } = pattern;
  const [first, second = "", third] = segments;
  if (anchor === "home") sorted.homes.push(pattern);
  else if (anchor === "root" && first && pattern.head === first && pattern.glob.source.startsWith("/"))
    sorted.roots.push(pattern);
  else if (anchor !== "anywhere" || first !== "**" || second.includes("\\")) sorted.rest.push(pattern);
  else if (segments.length === 2 && second !== "**") sortName(second, sorted);
  else if (second === "" || /[*?]/.test(second)) sorted.rest.push(pattern);
  else if (segments.length === 3 && third === "**") sorted.folders.add(second);
  else {
    const same = sorted.below.get(second) ?? [];
    sorted.below.set(second, same);
    same.push(pattern);
  }
}

function sortName(name: string, { names, endings, nameTests }: Sorted): void {
  if (!/[*?]/.test(name)) names.add(name);
  else if (/^\*[^*?]+$/.test(name)) endings.push(name.slice(1));
  else nameTests.push(compileGlob(name).test);
}
