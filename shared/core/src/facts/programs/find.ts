// find.ts — find: where it begins, what it looks for, and what it does with what it finds

import { type Call, HERE, touches } from "../call.ts";
import type { Program } from "../grammar.ts";
import { baseName, isInside } from "../paths.ts";
import { inserted } from "../shell/inserted.ts";
import { unknownWord, type Word } from "../shell/word.ts";
import { belowOnly, isPicked, namesOf, type Primary, primariesOf, WRITES } from "./find-expression.ts";

/** `{}.bak`: what lies beside a path that was found has its name and the ending. */
function beside(found: Word, ending: string, cwds: readonly string[]): Word {
  const { prints } = found;
  if (prints?.kind !== "paths" || !/^[\w.+-]*\w$/.test(ending)) return found;
  const named = (root: string): string[] =>
    /[*?]/.test(root)
      ? [root + ending]
      : [...(cwds.includes(root) ? [] : [root + ending]), `${root === "/" ? "" : root}/**/*${ending}`];
  return { ...found, prints: { kind: "paths", roots: prints.roots.flatMap(named) } };
}

/** `{}` stands for what was found; inside a text for a shell it is put in as it is. */
function put(word: Word, found: Word, cwds: readonly string[]): Word {
  if (word.text === null || !word.text.includes("{}")) return word;
  if (word.text === "{}") return found;
  // `{}.bak`, `{}/index.html` lie beside or below what was found.
  if (word.text.startsWith("{}") && /^\{\}[\w./+-]*$/.test(word.text) && !word.text.includes(".."))
    return { ...beside(found, word.text.slice(2), cwds), raw: word.raw };
  return inserted(word.text, "{}", word.raw, found);
}

/** Files that lie in one place on every machine: who looks for the name from above finds them there. */
const PLACES = ["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/master.passwd", "/proc/1/environ", "/etc/sudoers"];
const placesBelow = (root: string): string[] => PLACES.filter((place) => isInside(place, root));

/** find's own pattern for a name, as far as `*` and `?` go. */
function nameMeets(pattern: string, name: string): boolean {
  if (!/[*?[]/.test(pattern)) return pattern === name;
  // `*` and `*.*` look for no name in particular.
  if (!/[a-z]{3}/i.test(pattern) || pattern.includes("[")) return false;
  const escaped = pattern
    .replaceAll(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll(/\*+/g, "[^/]*")
    .replaceAll("?", "[^/]");
  return pattern.length <= 64 && new RegExp(`^${escaped}$`, "i").test(name);
}

function below(root: string, names: readonly string[], shallow: boolean): string[] {
  const folder = `${root === "/" ? "" : root}/${shallow ? "" : "**/"}`;
  const places = shallow && root !== "/etc" ? [] : placesBelow(root);
  const found: string[] = [];
  for (const name of names) {
    found.push(folder + name);
    for (const place of places) if (nameMeets(name, baseName(place))) found.push(place);
  }
  return found;
}

/** A root that may be a file: then it is found itself. */
const withItself = (root: string): string[] => (/\.\w{1,8}$|[*?[][^/]*$/.test(root) ? [root] : []);

/**
 * Where what reaches the end of `expression` may lie: below the roots, and by name where the names are known. A root
 * itself is everything there; what a test picked is something below it. `emptyOnly`: see isPicked.
 */
function foundPaths(call: Call, expression: readonly Primary[], emptyOnly = false): string[] {
  const roots = call.atom.paths.filter((path) => path.access === "read").map((path) => path.path);
  const names = namesOf(expression);
  const shallow = expression.some(({ text, value }) => text === "-maxdepth" && value?.text === "1");
  if (names && names.length * roots.length <= 16) return roots.flatMap((root) => below(root, names, shallow));
  if (isPicked(expression, emptyOnly))
    return roots.flatMap((root) =>
      // Of a whole machine, what is old or large is as good as everything.
      /^\/[^/]*$/.test(root) && root !== "/tmp" && !call.place.cwds.includes(root)
        ? [root]
        : [...withItself(root), ...below(root, ["*"], shallow)],
    );
  // All files of the folder one stands in are all there is.
  if (!belowOnly(expression) || (!shallow && roots.some((root) => call.place.cwds.includes(root)))) return roots;
  return roots.flatMap((root) => below(root, ["*"], shallow));
}

/** `-exec rm {}`: does the call take away what was found, and not what lies beside it (`{}.bak`)? */
const takesFound = (words: readonly Word[]): boolean =>
  /^(.*\/)?(rm|unlink|shred|truncate)$/.test(words[0]?.text ?? "") &&
  words.some(({ text }) => text !== null && /^(\.\/)?\{\}\/?$/.test(text));

/** Everything goes, or what a test picked: several deletions are as bad as the worst of them. */
function deletes(call: Call, picked: boolean): void {
  const first = !call.options.has("delete");
  call.options.set("delete", true);
  if (!picked) call.options.delete("filtered");
  else if (first) call.options.set("filtered", true);
}

function readExpression(call: Call, words: readonly Word[], roots: readonly Word[]): void {
  const expression = primariesOf(words);
  const pruned = expression.findLastIndex(({ text }) => text === "-prune");
  for (const [i, { text, value, runs }] of expression.entries()) {
    if (text === null || text.charCodeAt(0) !== 45) continue;
    const name = text.slice(1);
    const before = expression.slice(0, i);
    if (runs) {
      const found = roots.some((root) => root.text === null && !root.prints)
        ? unknownWord("{}")
        : unknownWord("{}", { kind: "paths", roots: foundPaths(call, before) });
      call.options.set(name, true);
      if (text.startsWith("-exec") && takesFound(runs)) deletes(call, isPicked(before, false));
      call.nested.words(
        runs.map((word) => put(word, found, call.place.cwds)),
        call.program,
      );
    } else if (text === "-delete") {
      deletes(call, isPicked(before, true));
      if (roots.some((root) => root.text === null))
        for (const root of roots) touches(call, root, "delete", { deep: true });
      else touches(call, unknownWord("{}", { kind: "paths", roots: foundPaths(call, before, true) }), "delete");
    } else if (WRITES.has(text)) {
      call.options.set(name, true);
      if (value) touches(call, value, "write");
    } else if (text === "-files0-from") {
      if (value) touches(call, value, "read");
      call.operands.push(unknownWord("…"));
    } else if (value) {
      // Before `-prune`, a name says what is left out.
      if (i < pruned && /^-i?(name|path|regex|wholename)$/.test(text)) continue;
      call.options.set(name, value);
      call.values.set(name, [value]);
    } else call.options.set(name, true);
  }
}

function readFind(call: Call): void {
  const { words } = call;
  let start = 0;
  while (start < words.length && /^-([HLPEXdsx]|O\d|D)$/.test(words[start]!.text ?? ""))
    start += words[start]!.text === "-D" ? 2 : 1;
  const roots: Word[] = [];
  let i = start;
  for (; i < words.length; i++) {
    const { text } = words[i]!;
    if (text !== null && (text.charCodeAt(0) === 45 || text === "(" || text === "!" || text === ")" || text === ","))
      break;
    roots.push(words[i]!);
  }
  call.operands.push(...roots);
  for (const root of roots) touches(call, root, "read", { deep: true });
  if (roots.length === 0) touches(call, HERE, "read", { deep: true });
  readExpression(call, words.slice(i), roots);
}

export const find: Record<string, Program> = {
  "find gfind": {
    raw: true,
    class: "safe",
    effects: readFind,
    prints: (call) => ({ kind: "paths", roots: foundPaths(call, primariesOf(call.words)) }),
  },
};
