// grammar.ts — how a program's command line is written: the type of our tables, and their compiled form

import type { Call } from "./call.ts";
import type { Output } from "./shell/word.ts";

export type ClassName = "safe" | "warn" | "blocked";

/**
 * One program or subcommand, written the way its manual says it.
 * `use` names the operands in order: `<read>... <write>`; a role in angle brackets says what happens to the operand
 * (see roles.ts), anything else is a plain word. `...` marks the operand that repeats.
 * `options` has one option a line (or `;`), its names first, the first long name being the canonical one:
 * `-t --target-directory=<write>`; `=` takes a value, `[=WHEN]` may, two spaces begin a remark.
 */
export interface Program {
  use?: string;
  /** another `use` when an option is present: the first that is present counts */
  useWith?: Record<string, string>;
  options?: string;
  /** by name; names of the same meaning are separated by spaces, other names of one subcommand by `|` */
  sub?: Record<string, Program>;
  class?: ClassName;
  /** what runs unread when it is called (rulings §B4) */
  runs?: string;
  /** `single`: long options with one dash (find, terraform); `bundle`: the first word may be a dashless cluster (tar, ps) */
  style?: "single" | "bundle";
  /** operands end the options (sudo, ssh, bash): what follows belongs to the called program */
  stopAtOperand?: true;
  /**
   * What it prints, so that `$(…)`, `| xargs` and `| sh` can be followed: paths at or below its operands or its folder,
   * or what it was given on standard input.
   */
  prints?: "operands" | "cwd" | "input" | ((call: Call) => Output);
  /** subcommands that no table lists: words up to `max`, or up to and with the first that is one of `until` */
  subs?: { max: number; until?: ReadonlySet<string> };
  /** its words follow no option grammar: `effects` reads them (find, test) */
  raw?: true;
  /** options whose presence keeps the call read-only although the class says more: `--dry-run` */
  dry?: string[];
  /** options that reach everything below an operand */
  deep?: string[];
  effects?: (call: Call) => void;
}

export interface Option {
  name: string;
  /** absent: a flag; `optional`: a value only when attached */
  value?: "required" | "optional";
  role?: string;
}

export interface Slot {
  role: string | undefined;
  repeats: boolean;
}

export interface Grammar {
  program: Program;
  short: Map<string, Option>;
  long: Map<string, Option>;
  /** those of two letters and more, by what `beginningOf` says of their first two, and of their first three */
  beginnings: ReadonlyMap<number, readonly Long[]>;
  /** names of more than one letter after a single dash: `-nv`, `-dmS` */
  dashed: Map<string, Option> | undefined;
  sub: Map<string, Grammar> | undefined;
  /** other names of subcommands, to the one that counts */
  alias: Map<string, string>;
  use: Slot[];
  useWith: { option: string; use: Slot[] }[];
}

export interface Long {
  name: string;
  option: Option;
}

function byBeginnings(long: ReadonlyMap<string, Option>): Map<number, Long[]> {
  const found = new Map<number, Long[]>();
  for (const [name, option] of long)
    for (let letters = 2; letters <= Math.min(name.length, 3); letters++) {
      const beginning = beginningOf(name, letters);
      const same = found.get(beginning) ?? [];
      found.set(beginning, same);
      same.push({ name, option });
    }
  return found;
}

/** The first two letters of a name, or three where it has them, as a number. */
export const beginningOf = (name: string, letters = Math.min(name.length, 3)): number =>
  letters < 3
    ? name.charCodeAt(0) * 128 + name.charCodeAt(1)
    : (name.charCodeAt(0) * 128 + name.charCodeAt(1)) * 128 + name.charCodeAt(2);

function parseOption(
  line: string,
  short: Map<string, Option>,
  long: Map<string, Option>,
  dashed: Map<string, Option>,
): void {
  const remark = line.indexOf("  ");
  const text = remark > 0 ? line.slice(0, remark) : line;
  const names: string[] = [];
  let value: Option["value"];
  let role: string | undefined;
  for (const token of text.split(" ")) {
    const equals = token.indexOf("=");
    if (equals < 0) {
      names.push(token);
      continue;
    }
    const optional = token[equals - 1] === "[";
    names.push(token.slice(0, optional ? equals - 1 : equals));
    value = optional ? "optional" : "required";
    const what = token.slice(equals + 1);
    if (what.startsWith("<")) role = what.slice(1, what.indexOf(">"));
  }
  const canonical = names.find((name) => name.startsWith("--")) ?? names.at(-1)!;
  const option: Option = { name: canonical.replace(/^-+/, "") };
  if (value) option.value = value;
  if (role) option.role = role;
  for (const name of names) {
    if (name.startsWith("--")) long.set(name.slice(2), option);
    else if (name.length === 2) short.set(name[1]!, option);
    else {
      long.set(name.slice(1), option);
      dashed.set(name.slice(1), option);
    }
  }
}

const parseUse = (use: string): Slot[] =>
  use
    .split(" ")
    .filter(Boolean)
    .map((token) => ({
      role: token.startsWith("<") ? token.slice(1, token.indexOf(">")) : undefined,
      repeats: token.endsWith("..."),
    }));

/** `"install|i ci": …` describes two subcommands, the first of which has two names. */
function compileSubs(table: Record<string, Program>, alias: Map<string, string>): Map<string, Grammar> {
  const subs = new Map<string, Grammar>();
  for (const [names, program] of Object.entries(table)) {
    const compiled = compile(program);
    for (const name of names.split(" ")) {
      const [canonical = name, ...others] = name.split("|");
      subs.set(canonical, compiled);
      for (const other of others) {
        subs.set(other, compiled);
        alias.set(other, canonical);
      }
    }
  }
  return subs;
}

export function compile(program: Program): Grammar {
  const alias = new Map<string, string>();
  const short = new Map<string, Option>();
  const dashed = new Map<string, Option>();
  const long = new Map<string, Option>();
  for (const line of (program.options ?? "").split(/[\n;]/)) {
    const text = line.trim();
    if (text !== "") parseOption(text, short, long, dashed);
  }
  return {
    program,
    short,
    long,
    beginnings: byBeginnings(long),
    dashed: dashed.size > 0 ? dashed : undefined,
    sub: program.sub ? compileSubs(program.sub, alias) : undefined,
    alias,
    use: parseUse(program.use ?? ""),
    useWith: Object.entries(program.useWith ?? {}).map(([option, use]) => ({ option, use: parseUse(use) })),
  };
}
