// glob-meet.ts — can one name fit both a pattern of a rule and a pattern that a shell will expand?

/** No file system knows longer names: such a one is taken to meet. */
const LETTERS_MAX = 255;

/** What stands for more than itself on either side, or ends what does: `*`, `?`, `[`, `]`, a backslash. */
const isWild = (code: number): boolean => code === 42 || code === 63 || code === 91 || code === 92 || code === 93;

/** A name that meets itself and no other name; undefined where it is a pattern, or too long to be compared. */
export function plainName(name: string | undefined): string | undefined {
  if (name === undefined || name.length > LETTERS_MAX) return undefined;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code !== 93 && isWild(code)) return undefined;
  }
  return name;
}

/** Do they begin, or end, with other letters? Most do, and share no name then. */
function differAtAnEdge(rule: string, shell: string): boolean {
  const shorter = Math.min(rule.length, shell.length);
  for (let at = 0; at < shorter; at += 1) {
    const ours = rule.charCodeAt(at);
    const theirs = shell.charCodeAt(at);
    if (isWild(ours) || isWild(theirs)) break;
    if (ours !== theirs) return true;
  }
  for (let back = 1; back <= shorter; back += 1) {
    const ours = rule.charCodeAt(rule.length - back);
    const theirs = shell.charCodeAt(shell.length - back);
    if (isWild(ours) || isWild(theirs)) break;
    if (ours !== theirs) return true;
  }
  return false;
}

/**
 * Whether the two may name the same thing within one path segment. The shell's side follows the shell: a wildcard at
 * its start names no hidden file; `[…]` is taken for any one character (more can only tighten).
 */
export function globsMeet(rule: string, shell: string): boolean {
  if (rule.length <= LETTERS_MAX && shell.length <= LETTERS_MAX && differAtAnEdge(rule, shell)) return false;
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
