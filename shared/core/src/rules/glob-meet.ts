// glob-meet.ts — can one name fit both a pattern of a rule and a pattern that a shell will expand?

/** No file system knows longer names: such a one is taken to meet. */
const LETTERS_MAX = 255;
const WILD = /[*?[\\]/;

/** A name that meets itself and no other name; undefined where it is a pattern, or too long to be compared. */
export const plainName = (name: string | undefined): string | undefined =>
  name === undefined || name.length > LETTERS_MAX || WILD.test(name) ? undefined : name;

/**
 * Whether the two may name the same thing within one path segment. The shell's side follows the shell: a wildcard at
 * its start names no hidden file; `[…]` is taken for any one character (more can only tighten).
 */
export function globsMeet(rule: string, shell: string): boolean {
  if (plainName(rule) !== undefined && plainName(shell) !== undefined) return rule === shell;
  const ours = rule.replaceAll(/\\(.)/g, "$1");
  const theirs = shell.replaceAll(/\[[^\]]*\]/g, "?");
  if (ours.length > LETTERS_MAX || theirs.length > LETTERS_MAX) return true;
  if (!/[*?]/.test(ours) && !/[*?]/.test(theirs)) return ours === theirs;
  const memo = new Map<number, boolean>();
  /** From position `i` of ours and `j` of theirs on; `start`: the name is empty so far. */
  const meet = (i: number, j: number, start: boolean): boolean => {
    const key = (i * 256 + j) * 2 + Number(start);
    const known = memo.get(key);
    if (known !== undefined) return known;
    const answer = step(i, j, start);
    memo.set(key, answer);
    return answer;
  };
  const step = (i: number, j: number, start: boolean): boolean => {
    const x = ours[i];
    const y = theirs[j];
    if (x === undefined && y === undefined) return true;
    if (x === "*" && meet(i + 1, j, start)) return true;
    if (y === "*" && meet(i, j + 1, start)) return true;
    if (x === "*") return y !== undefined && y !== "*" && meet(i, j + 1, false);
    if (x === undefined) return false;
    const dotRefused = start && x === "." && (y === "*" || y === "?");
    if (y === "*") return !dotRefused && meet(i + 1, j, false);
    if (y === undefined) return false;
    return (x === "?" || (y === "?" && !dotRefused) || x === y) && meet(i + 1, j + 1, false);
  };
  return meet(0, 0, true);
}
