// regex.ts — linear-time regular expressions (RE2 syntax), made cheap for the patterns that policies really hold

import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { RE2JS } from "re2js";

export interface Pattern {
  source: string;
  test(text: string): boolean;
}

/**
 * Compiles a pattern that is searched for anywhere in a text (`^` and `$` anchor it). Look-around, back-references and
 * too large programs are `Fault("policy_invalid")`. `.` matches newlines too, so that no line break hides from a rule.
 */
export function compileRegex(source: string): Pattern {
  if (Buffer.byteLength(source) > limits.patternBytesMax)
    throw new Fault("policy_invalid", `the pattern is longer than ${limits.patternBytesMax} bytes`);
  const { size, literals } = survey(source);
  if (size > limits.patternProgramMax)
    throw new Fault("policy_invalid", `the pattern repeats more than ${limits.patternProgramMax} steps`);
  const compiled = compile(withoutOuterStars(source));
  if (compiled.programSize() > limits.patternProgramMax)
    throw new Fault("policy_invalid", `the pattern compiles to more than ${limits.patternProgramMax} steps`);
  if (!literals) return { source, test: (text) => compiled.test(text) };
  const [literal] = literals;
  if (literals.length === 1 && literal !== undefined)
    return { source, test: (text) => text.includes(literal) && compiled.test(text) };
  return { source, test: (text) => literals.some((one) => text.includes(one)) && compiled.test(text) };
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source, RE2JS.DOTALL);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const why = text.replace(/^error parsing regexp: /, "");
    const hint = /\(\?<?[=!]/.test(source) ? " (look-around has no linear-time form)" : "";
    throw new Fault("policy_invalid", `\`${source}\` is no pattern of RE2: ${why}${hint}`, {}, { cause: error });
  }
}

/** `.*sudo.*` asks the same as `sudo` and costs a hundred times as much. Alternatives keep their stars: they own them. */
export function withoutOuterStars(source: string): string {
  if (source.includes("|") || source.includes("\\Q") || source.includes("(?")) return source;
  const rest = source.replace(/^\^?(\.\*)+(?![?+*{])/, "");
  const end = /(?:^|[^\\])((?:\.\*)+\$?)$/.exec(rest);
  const cut = end?.[1]?.startsWith(".*") ? rest.slice(0, rest.length - end[1].length) : rest;
  return cut.endsWith("\\") ? rest : cut;
}

/**
 * One walk over a pattern before anything is compiled: how large its program would be (counted repeats multiply, so
 * `((a{99}){99}){99}` costs nothing here and is refused), and literals of which every match must hold at least one: the
 * longest of each alternative, outside of groups. Undefined where there is none that is sure.
 */
function survey(source: string): { size: number; literals: string[] | undefined } {
  const open: number[] = [0];
  const literals: string[] = [];
  let last = 0;
  let run = "";
  let longest = "";
  const endRun = (keep = run) => {
    if (open.length === 1 && keep.length > longest.length) longest = keep;
    run = "";
  };
  const endBranch = () => {
    endRun();
    if (open.length > 1) return;
    literals.push(longest);
    longest = "";
  };
  const add = (size: number) => {
    open.push((open.pop() ?? 0) + size);
    last = size;
  };
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at] ?? "";
    const count = char === "{" ? /^\{(\d+)?,?(\d+)?\}/.exec(source.slice(at, at + 16)) : null;
    if (count) {
      endRun(withoutLast(run));
      const times = Math.max(Number(count[1] ?? 0), Number(count[2] ?? 0), 1);
      open.push((open.pop() ?? 0) + last * (times - 1));
      last *= times;
      at += count[0].length - 1;
    } else if (char === "(") {
      endRun();
      open.push(0);
    } else if (char === ")") {
      endRun();
      const inner = open.length > 1 ? (open.pop() ?? 0) : 0;
      add(inner + 2);
    } else if (char === "[") {
      endRun();
      at = classEnd(source, at);
      add(1);
    } else if (char === "\\") {
      const next = source[at + 1] ?? "";
      at += 1;
      add(1);
      if (/\w/.test(next)) endRun();
      else run += next;
    } else if (char === "*" || char === "?") endRun(withoutLast(run));
    else if (char === "|") {
      endBranch();
      add(1);
    } else if (/[.^$+{}]/.test(char)) {
      endRun();
      add(1);
    } else {
      run += char;
      add(1);
    }
  }
  endBranch();
  // A flag changes what letters mean; `\x41`, `\101`, `\p{Greek}` and `\Q` go on behind their letter.
  const sure = !source.includes("(?") && !/\\[xpPQ0-9]/.test(source) && literals.every((one) => one !== "");
  return { size: open.reduce((sum, size) => sum + size, 0), literals: sure ? literals : undefined };
}

/** The letter before a `*`, `?` or `{` need not be there; it may be two units long. */
const withoutLast = (run: string): string => run.replace(/.$/su, "");

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
