// find-expression.ts — find's expression taken apart: which names it looks for, and what it picks before it acts

import type { Word } from "../shell/word.ts";

/** Tests and actions that take a value. */
const TAKES_ONE = new Set(
  "-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -type -xtype -size -mtime -atime -ctime -mmin -amin -cmin -newer -anewer -cnewer -user -group -uid -gid -perm -maxdepth -mindepth -links -inum -samefile -fstype -used -lname -ilname -context -printf -D -newermt -newerct -newerat -newermm -Btime -Bmin -flags -depth-level -files0-from -fprint -fprint0 -fls".split(
    " ",
  ),
);
export const WRITES = new Set(["-fprint", "-fprint0", "-fls", "-fprintf"]);
export const RUNS = new Set(["-exec", "-execdir", "-ok", "-okdir"]);

/** One test, action or sign of an expression, with what belongs to it. */
export interface Primary {
  /** place of its first word */
  at: number;
  text: string | null;
  value: Word | undefined;
  /** the words of the command that it runs */
  runs: readonly Word[] | undefined;
}

/** Words up to `;` or `+`. */
function commandEnd(words: readonly Word[], start: number): number {
  let end = start;
  while (end < words.length) {
    const { text } = words[end]!;
    if (text === ";" || text === "\\;") break;
    if (text === "+" && words[end - 1]?.text === "{}") break;
    end++;
  }
  return end;
}

/** A value is no test, and what a called program is told is not said to find. */
export function primariesOf(words: readonly Word[]): Primary[] {
  const found: Primary[] = [];
  for (let at = 0; at < words.length; at++) {
    const { text } = words[at]!;
    const primary: Primary = { at, text, value: undefined, runs: undefined };
    found.push(primary);
    if (text === null) continue;
    if (RUNS.has(text)) {
      const end = commandEnd(words, at + 1);
      primary.runs = words.slice(at + 1, end);
      at = end;
    } else if (text === "-fprintf") {
      primary.value = words[at + 1];
      at += 2;
    } else if (TAKES_ONE.has(text)) primary.value = words[++at];
  }
  return found;
}

const isNot = (text: string | null): boolean => text === "!" || text === "-not";
const isOr = (text: string | null): boolean => text === "-o" || text === "-or";

/** The names that are looked for, where nothing but names joined by `-o` says what is found. */
export function namesOf(expression: readonly Primary[]): string[] | undefined {
  const names: string[] = [];
  let ors = 0;
  let given = 0;
  for (let i = 0; i < expression.length; i++) {
    const { text, value } = expression[i]!;
    if (isNot(text)) {
      // What is left out adds nothing to what is found.
      if (/^-i?(name|path|wholename|regex)$/.test(expression[i + 1]?.text ?? "")) i++;
      else return undefined;
      continue;
    }
    if (text === "," || text === "-prune") return undefined;
    if (isOr(text)) ors++;
    if (text !== "-name" && text !== "-iname") continue;
    const name = value?.text;
    if (!name || name === "*" || name.includes("/")) return undefined;
    given++;
    names.push(name);
    // A wildcard at the beginning finds hidden files too, which a shell's does not.
    if (/^[*?[]/.test(name)) names.push(`.${name}`);
  }
  return given > 0 && (ors === 0 || given === ors + 1) ? names : undefined;
}

/** Plain files, or a depth to begin at: the roots themselves are not among what is found. */
export const belowOnly = (expression: readonly Primary[]): boolean =>
  expression.some(
    ({ text, value }, i) =>
      (text === "-type" && value?.text === "f" && !isNot(expression[i - 1]?.text ?? null)) ||
      (text === "-mindepth" && /^[1-9]/.test(value?.text ?? "")),
  ) && !expression.some(({ text }) => isOr(text) || text === ",");

/** `*`, `*.*`, `?*`, `.*`, `./*` and `[!x]*` name nothing in particular. */
const namesSomething = (pattern: string): boolean =>
  !/^[*?/]*(\.[*?/]+)*$/.test(pattern.replaceAll(/\[[^\]]*\]/g, "?"));
const saysSomething = (pattern: string): boolean => /[\p{L}\p{N}_~#-]/u.test(pattern.replaceAll(/\[[^\]]*\]/g, ""));

/** `+30`, `7`: what is old, or of a size. What is young or small (`-1`) is what people work on, and most of what there is. */
const measures = (value: string): boolean => /^\+?[1-9]\d*[a-z]?$/i.test(value) || /^0[ckwbM]?$/.test(value);

const PICKING: Record<string, (value: string) => boolean> = {};
for (const name of "-name -iname -path -ipath -wholename -iwholename -lname -ilname".split(" "))
  PICKING[name] = namesSomething;
for (const name of ["-regex", "-iregex"]) PICKING[name] = saysSomething;
for (const name of "-mtime -atime -ctime -mmin -amin -cmin -size".split(" ")) PICKING[name] = measures;
for (const name of ["-inum", "-samefile"]) PICKING[name] = () => true;

function picks({ text, value }: Primary, emptyOnly: boolean): boolean {
  if (text === null) return false;
  if (text === "-empty" || text === "-nouser" || text === "-nogroup") return true;
  // Of `*.$KIND` the beginning is known, and is more than nothing.
  const said = value?.text ?? value?.known;
  if (!said) return false;
  // A link holds nothing; of folders `-delete` takes only those that hold nothing.
  if (text === "-type" || text === "-xtype") return said === "l" || (said === "d" && emptyOnly);
  return PICKING[text]?.(said) ?? false;
}

/** A row of `and` within a group, as far as it was read. */
interface Group {
  picks: boolean;
  /** every earlier row of the group picked */
  every: boolean;
  negated: boolean;
}

/**
 * Is what reaches the end of `expression` picked by a test? One that is negated, that stands behind, or in another row of
 * an `-o`, picks nothing for it. `emptyOnly`: the action takes no folder that holds something (`-delete`).
 */
export function isPicked(expression: readonly Primary[], emptyOnly: boolean): boolean {
  const groups: Group[] = [{ picks: false, every: true, negated: false }];
  let negated = false;
  for (const primary of expression) {
    const group = groups.at(-1)!;
    const { text } = primary;
    if (isNot(text)) {
      negated = !negated;
      continue;
    }
    if (text === "(" || text === "\\(") groups.push({ picks: false, every: true, negated });
    else if ((text === ")" || text === "\\)") && groups.length > 1) {
      groups.pop();
      if (!group.negated && group.every && group.picks) groups.at(-1)!.picks = true;
    } else if (isOr(text)) {
      group.every &&= group.picks;
      group.picks = false;
    } else if (text === ",") {
      group.every = false;
      group.picks = false;
    } else if (!negated && picks(primary, emptyOnly)) group.picks = true;
    negated = false;
  }
  return groups.some((group) => group.picks && !group.negated);
}
