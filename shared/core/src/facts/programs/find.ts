// find.ts — find: where it begins, what it looks for, and what it does with what it finds

import { type Call, HERE, touches } from "../call.ts";
import type { Program } from "../grammar.ts";
import { baseName, isInside } from "../paths.ts";
import { inserted } from "../shell/inserted.ts";
import { unknownWord, type Word } from "../shell/word.ts";

/** Tests and actions that take a value. */
const TAKES_ONE = new Set(
  "-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -type -xtype -size -mtime -atime -ctime -mmin -amin -cmin -newer -anewer -cnewer -user -group -uid -gid -perm -maxdepth -mindepth -links -inum -samefile -fstype -used -lname -ilname -context -printf -D -newermt -newerct -newerat -newermm -Btime -Bmin -flags -depth-level".split(
    " ",
  ),
);
const WRITES = new Set(["-fprint", "-fprint0", "-fls", "-fprintf"]);
const RUNS = new Set(["-exec", "-execdir", "-ok", "-okdir"]);

/** Words up to `;` or `+`. */
function commandFrom(words: readonly Word[], start: number): number {
  let end = start;
  while (end < words.length) {
    const { text } = words[end]!;
    if (text === ";" || text === "\\;") break;
    if (text === "+" && words[end - 1]?.text === "{}") break;
    end++;
  }
  return end;
}

/** `{}` stands for what was found; inside a text for a shell it is put in as it is. */
function put(word: Word, found: Word): Word {
  if (word.text === null || !word.text.includes("{}")) return word;
  if (word.text === "{}") return found;
  // `{}.bak`, `{}/index.html` lie beside or below what was found.
  if (word.text.startsWith("{}") && /^\{\}[\w./+-]*$/.test(word.text) && !word.text.includes(".."))
    return { ...found, raw: word.raw };
  return inserted(word.text, "{}", word.raw, found);
}

/** The names that are looked for, where nothing but names joined by `-o` says what is found. */
function namesOf(words: readonly Word[]): string[] | undefined {
  const names: string[] = [];
  let ors = 0;
  let given = 0;
  for (let i = 0; i < words.length; i++) {
    const { text } = words[i]!;
    if (text === "!" || text === "-not" || text === "," || text === "-prune") return undefined;
    if (text === "-o" || text === "-or") ors++;
    if (text !== "-name" && text !== "-iname") continue;
    const name = words[i + 1]?.text;
    if (!name || name === "*" || name.includes("/")) return undefined;
    given++;
    names.push(name);
    // A wildcard at the beginning finds hidden files too, which a shell's does not.
    if (/^[*?[]/.test(name)) names.push(`.${name}`);
  }
  return given > 0 && (ors === 0 || given === ors + 1) ? names : undefined;
}

/** Files that lie in one place on every machine: who looks for the name from above finds them there. */
const PLACES: Record<string, string> = {
  shadow: "/etc/shadow",
  "shadow-": "/etc/shadow-",
  gshadow: "/etc/gshadow",
  "master.passwd": "/etc/master.passwd",
  environ: "/proc/1/environ",
  sudoers: "/etc/sudoers",
};
const placeOf = (root: string, name: string): string[] =>
  Object.values(PLACES).filter((place) => isInside(place, root) && nameMeets(name, baseName(place)));

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

const below = (root: string, names: readonly string[], shallow: boolean): string[] =>
  names.flatMap((name) => [
    `${root === "/" ? "" : root}/${shallow ? "" : "**/"}${name}`,
    ...(shallow && root !== "/etc" ? [] : placeOf(root, name)),
  ]);

/** Plain files, or a depth to begin at: the roots themselves are not among what is found. */
function belowOnly(words: readonly Word[]): boolean {
  return (
    words.some(({ text }, i) => {
      const value = words[i + 1]?.text ?? "";
      return (
        (text === "-type" && value === "f" && words[i - 1]?.text !== "!" && words[i - 1]?.text !== "-not") ||
        (text === "-mindepth" && /^[1-9]/.test(value))
      );
    }) && !words.some(({ text }) => text === "-o" || text === "-or" || text === ",")
  );
}

/** Where what is found may lie: below the roots, and by name where the names are known. */
function foundPaths(call: Call): string[] {
  const roots = call.atom.paths.filter((path) => path.access === "read").map((path) => path.path);
  const names = namesOf(call.words);
  const shallow = call.words.some((word, i) => word.text === "-maxdepth" && call.words[i + 1]?.text === "1");
  if (!names && belowOnly(call.words)) return roots.flatMap((root) => below(root, ["*"], shallow));
  if (!names || names.length * roots.length > 16) return roots;
  return roots.flatMap((root) => below(root, names, shallow));
}

function readExpression(call: Call, words: readonly Word[], roots: readonly Word[]): void {
  const pruned = words.findLastIndex((word) => word.text === "-prune");
  for (let i = 0; i < words.length; i++) {
    const { text } = words[i]!;
    if (text === null || text.charCodeAt(0) !== 45) continue;
    const name = text.slice(1);
    if (RUNS.has(text)) {
      const end = commandFrom(words, i + 1);
      const prints = { kind: "paths" as const, roots: foundPaths(call) };
      const found = roots.some((root) => root.text === null && !root.prints)
        ? unknownWord("{}")
        : unknownWord("{}", prints);
      call.options.set(name, true);
      // `-exec rm` without a name to look for is `-delete` said otherwise.
      if (text.startsWith("-exec") && /^(.*\/)?(rm|unlink|shred|truncate)$/.test(words[i + 1]?.text ?? ""))
        call.options.set("delete", true);
      call.nested.words(
        words.slice(i + 1, end).map((word) => put(word, found)),
        call.program,
      );
      i = end;
    } else if (text === "-delete") {
      call.options.set("delete", true);
      if (roots.some((root) => root.text === null))
        for (const root of roots) touches(call, root, "delete", { deep: true });
      else touches(call, unknownWord("{}", { kind: "paths", roots: foundPaths(call) }), "delete");
    } else if (WRITES.has(text)) {
      const target = words[++i];
      call.options.set(name, true);
      if (target) touches(call, target, "write");
      if (text === "-fprintf") i++;
    } else if (text === "-files0-from") {
      const list = words[++i];
      if (list) touches(call, list, "read");
      call.operands.push(unknownWord("…"));
    } else if (TAKES_ONE.has(text)) {
      const value = words[++i];
      // Before `-prune`, a name says what is left out.
      if (value && !(i < pruned && /^-i?(name|path|regex|wholename)$/.test(text))) {
        call.options.set(name, value);
        call.values.set(name, [value]);
      }
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
    prints: (call) => ({ kind: "paths", roots: foundPaths(call) }),
  },
};
