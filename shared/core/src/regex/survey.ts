// survey.ts — one walk over a pattern before anything is compiled: how large its program would be, and which
// literal texts every match must hold, so that most texts are done with before the engine sees them

export interface Survey {
  /** steps of the program: counted repeats multiply, so `((a{99}){99}){99}` costs nothing here and is refused */
  size: number;
  /** every match holds at least one of these; undefined where nothing is sure */
  literals: readonly string[] | undefined;
}

type Literals = readonly string[] | undefined;

/** A group that is open, or the whole pattern. */
interface Open {
  size: number;
  /** of the steps just read, which a repeat may multiply */
  last: number;
  /** literal letters just read */
  run: string;
  /** what is sure in this branch, and in the branches before it */
  best: Literals;
  branches: Literals[];
}

/** More alternatives than these are not worth their searching. */
const LITERALS_MAX = 16;

export function survey(source: string): Survey {
  const open: Open[] = [newOpen()];
  let top = open[0] as Open;
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at] ?? "";
    const count = char === "{" ? /^\{(\d+)?,?(\d+)?\}/.exec(source.slice(at, at + 16)) : null;
    if (count) {
      endRun(top, withoutLast(top.run));
      const times = Math.max(Number(count[1] ?? 0), Number(count[2] ?? 0), 1);
      top.size += top.last * (times - 1);
      top.last *= times;
      at += count[0].length - 1;
    } else if (char === "(") {
      endRun(top);
      top = newOpen();
      open.push(top);
      if (source.startsWith("?:", at + 1)) at += 2;
    } else if (char === ")" && open.length > 1) {
      const inner = endBranch(top);
      open.pop();
      top = open.at(-1) as Open;
      add(top, inner.size + 2);
      if (!mayBeAbsent(source, at + 1)) top.best = better(top.best, inner.literals);
    } else if (char === "|") {
      endBranch(top);
      add(top, 1);
    } else if (char === "[") {
      endRun(top);
      at = classEnd(source, at);
      add(top, 1);
    } else if (char === "\\") {
      const next = source[at + 1] ?? "";
      at += 1;
      add(top, 1);
      if (/\w/.test(next)) endRun(top);
      else top.run += next;
    } else if (char === "*" || char === "?") endRun(top, withoutLast(top.run));
    else if (/[.^$+{})]/.test(char)) {
      endRun(top);
      add(top, 1);
    } else {
      top.run += char;
      add(top, 1);
    }
  }
  const { literals } = endBranch(open[0] as Open);
  const sure = open.length === 1 && !UNSURE.test(source);
  return { size: open.reduce((sum, { size }) => sum + size, 0), literals: sure ? literals : undefined };
}

/** A flag changes what letters mean; `\x41`, `\101`, `\p{Greek}` and `\Q` go on behind their letter. */
const UNSURE = /\(\?(?!:)|\\[xpPQ0-9]/;

const newOpen = (): Open => ({ size: 0, last: 0, run: "", best: undefined, branches: [] });

function add(to: Open, size: number): void {
  to.size += size;
  to.last = size;
}

function endRun(of: Open, kept = of.run): void {
  if (kept !== "") of.best = better(of.best, [kept]);
  of.run = "";
}

/** Ends the branch that is being read: what is known of all so far. */
function endBranch(of: Open): Survey {
  endRun(of);
  of.branches.push(of.best);
  of.best = undefined;
  const all = of.branches.flatMap((branch) => branch ?? []);
  const sure = of.branches.every((branch) => branch !== undefined) && all.length <= LITERALS_MAX;
  return { size: of.size, literals: sure ? all : undefined };
}

/** Of two sets that are both sure, the one that costs less. */
const better = (a: Literals, b: Literals): Literals => (a && b ? (cost(b) < cost(a) ? b : a) : (a ?? b));

/** A search for each; and where one is there by chance, which short ones often are, the engine runs, as long as a thousand searches. */
const cost = (all: readonly string[]): number =>
  all.length * (1 + 1_000 * 20 ** -Math.min(...all.map(({ length }) => length)));

/** The letter before a `*`, `?` or `{` need not be there; it may be two units long. */
const withoutLast = (run: string): string => run.replace(/.$/su, "");

/** Is what ends here followed by a repeat that may be none? */
const mayBeAbsent = (source: string, at: number): boolean => /^[*?{]/.test(source.slice(at, at + 1));

function classEnd(source: string, start: number): number {
  let at = start + (source[start + 1] === "^" ? 2 : 1);
  if (source[at] === "]") at += 1;
  for (; at < source.length; at += 1) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === "[" && source[at + 1] === ":") at = Math.max(at, source.indexOf(":]", at) + 1);
    else if (source[at] === "]") return at;
  }
  return at;
}
