// commands.ts — `commands` compares meanings: `rm -rf` holds `rm --force --recursive`, `/bin/rm -fr`, `sudo rm -r -f x`

import type { Atom } from "@holdpoint/wire/facts.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { deriveFacts } from "../../facts/derive.ts";
import { canonicalName } from "../../facts/programs/registry.ts";
import { bareCommand } from "../bare-command.ts";
import { compileGlob, expandBraces } from "../glob.ts";
import { compileFolded, compileWords } from "../words.ts";
import type { Criterion } from "./anchors.ts";
import { type Direction, knownWords, programOf, type Test, type View } from "./view.ts";

type WordTest = (word: string) => boolean;

/** What a pattern asks of a simple command. */
export interface CommandPattern {
  program: string;
  programTest: WordTest;
  wrappers: string[];
  /** the pattern is one word: a wrapper of that name is meant too (`sudo`, `xargs`) */
  bare: boolean;
  options: { name: string; value: WordTest | undefined }[];
  /** subcommands and operands in their order */
  operands: WordTest[];
  /** the first of them, where it is no pattern: most commands differ here already */
  first: string | undefined;
}

export function commands(patterns: readonly string[], direction: Direction): Criterion {
  const all: CommandPattern[] = [];
  for (const [index, text] of patterns.entries()) {
    try {
      all.push(...expandBraces(text).map(parseCommandPattern));
    } catch (error) {
      if (error instanceof Fault) throw new Fault(error.code, error.message, { index });
      throw error;
    }
  }
  const byProgram = new Map<string, ByFirst>();
  for (const pattern of all) sortByFirst(byProgram, isWild(pattern.program) ? "*" : pattern.program, pattern);
  const among = (name: string, view: View, atom: Atom): boolean => {
    const sorted = byProgram.get(name);
    if (!sorted) return false;
    const words = atom.meaning ? wordsOf(atom.meaning) : NO_WORDS;
    const [first] = words;
    for (const pattern of sorted.rest) if (commandMatches(pattern, atom, words, direction, view)) return true;
    if (typeof first === "string") {
      for (const pattern of sorted.first.get(first) ?? [])
        if (commandMatches(pattern, atom, words, direction, view)) return true;
    } else
      for (const patterns of sorted.first.values())
        for (const pattern of patterns) if (commandMatches(pattern, atom, words, direction, view)) return true;
    return false;
  };
  const wild = byProgram.has("*");
  const test: Test = (view, atom) => {
    if (atom.program !== undefined && among(atom.program, view, atom)) return true;
    if (wild && among("*", view, atom)) return true;
    return direction === "tighten" && atom.wrappers.some((wrapper) => among(wrapper, view, atom));
  };
  return { cost: 4, test, ...(wild ? {} : { anchor: { kind: "program", keys: all.map(({ program }) => program) } }) };
}

/** Patterns of one program by their first word, where that is no pattern itself: most commands have another. */
interface ByFirst {
  first: Map<string, CommandPattern[]>;
  rest: CommandPattern[];
}
const NO_WORDS: readonly string[] = [];

function sortByFirst(to: Map<string, ByFirst>, program: string, pattern: CommandPattern): void {
  const sorted = to.get(program) ?? { first: new Map(), rest: [] };
  to.set(program, sorted);
  const same = pattern.first === undefined ? sorted.rest : sorted.first.get(pattern.first);
  if (same) same.push(pattern);
  else if (pattern.first !== undefined) sorted.first.set(pattern.first, [pattern]);
}

/**
 * What a command may be wrapped in without meaning more. An allow that names `git status` covers `timeout 5 git status`;
 * `sudo git status` or `ssh host git status` only where it names the wrapper too.
 */
const HARMLESS_WRAPPERS = new Set([
  ...["env", "timeout", "time", "nice", "ionice", "nohup", "stdbuf", "setsid", "command", "builtin", "exec", "watch"],
  ...[
    "xargs",
    "find",
    "fd",
    "parallel",
    "sh",
    "bash",
    "zsh",
    "dash",
    "ksh",
    "busybox",
    "npx",
    "npm exec",
    "pnpx",
    "pnpm exec",
  ],
  ...[
    "pnpm dlx",
    "yarn",
    "yarn exec",
    "yarn dlx",
    "bunx",
    "bun x",
    "uv run",
    "uvx",
    "poetry run",
    "pipenv run",
    "pdm run",
  ],
  ...[
    "hatch run",
    "bundle exec",
    "cross-env",
    "dotenv",
    "direnv exec",
    "mise exec",
    "asdf exec",
    "caffeinate",
    "{",
    "(",
  ],
]);
const onlyHarmless = (atom: Atom, named: readonly string[]): boolean =>
  atom.wrappers.every((wrapper) => HARMLESS_WRAPPERS.has(wrapper) || named.includes(wrapper));

/** The command as it is written: the same program and the same first words, options in their places. */
export function startsWith(patterns: readonly string[], direction: Direction): Criterion {
  const all = patterns.map((text) => {
    const [first = "", ...rest] = text.trim().split(/\s+/).map(unquote);
    // An agent's `/usr/bin/git` is git: enough to tighten, and too little to loosen.
    const name = direction === "tighten" ? first.slice(first.lastIndexOf("/") + 1) : first;
    return [named(name), ...rest].map(wordTest);
  });
  const test: Test = (_view, atom) =>
    (direction === "tighten" || onlyHarmless(atom, [])) &&
    all.some(
      ([programTest, ...words]) =>
        atom.program !== undefined && programTest?.(atom.program) === true && wordsMatch(words, atom.words, direction),
    );
  return { cost: 4, test };
}

/** The simple command as it is written, as a glob over its text. Like arguments it never allows one alone (rulings §B2). */
export function written(patterns: readonly string[]): Criterion {
  const list = compileWords(patterns);
  return { cost: 5, test: (_view, atom) => atom.kind === "command" && list.test(atom.text.trim()) };
}

/** A program by its name alone, or a wrapper that it runs in. */
export function program(patterns: readonly string[], direction: Direction): Criterion {
  const words = compileFolded(
    patterns
      .flatMap((pattern) => expandBraces(pattern))
      .map((one) => (one.startsWith("!") ? `!${named(one.slice(1))}` : widely(one, direction))),
  );
  // A list of exceptions is about the program itself: a wrapper that is no exception proves nothing.
  const wrapped = direction === "tighten" && !words.onlyNegative;
  const test: Test = (view, atom) => {
    const name = programOf(view, atom);
    if (name !== undefined && words.test(name) && (direction === "tighten" || onlyHarmless(atom, patterns)))
      return true;
    return wrapped && atom.wrappers.length > 0 && atom.wrappers.some(words.test);
  };
  return { cost: 1, test, ...(words.literals ? { anchor: { kind: "program", keys: words.literals } } : {}) };
}

/** Any word that is known, as it was written or as it is meant. */
export function words(patterns: readonly string[]): Criterion {
  const list = compileFolded(patterns);
  return {
    cost: 5,
    test: (view, atom) => {
      for (const word of knownWords(view, atom)) if (list.test(word)) return true;
      return false;
    },
  };
}

/** The same reader that reads agents' commands reads the pattern, so that both mean the same by construction. */
export function parseCommandPattern(text: string): CommandPattern {
  const { atoms } = deriveFacts(bareCommand(quoteWildcards(text)));
  const [atom] = atoms;
  const broken = atom?.opaque.find((why) => why.startsWith("not read as shell"));
  if (broken !== undefined) throw new Fault("policy_invalid", `\`${text}\` cannot be understood: ${broken}`);
  if (!atom || atoms.length !== 1) throw new Fault("policy_invalid", `\`${text}\` must be one simple command`);
  const word = text.trim();
  if (/^[^\s/]+$/.test(word)) return { ...nothing(named(unquote(word).toLowerCase())), bare: true };
  const { program: name, meaning } = atom;
  if (name === undefined || !meaning)
    throw new Fault("policy_invalid", `\`${text}\` cannot be understood: ${atom.opaque.join(", ") || "no program"}`);
  const known = (one: string | null): WordTest => (one === null ? () => true : wordTest(one));
  const [first] = wordsOf(meaning);
  return {
    ...nothing(name),
    wrappers: atom.wrappers,
    first: first === null || first === undefined || isWild(first) || first.includes("\\") ? undefined : first,
    options: Object.entries(meaning.options).map(([option, value]) => ({
      name: option,
      value: value === true ? undefined : wordTest(value),
    })),
    operands: wordsOf(meaning).map((one) => known(one === null ? null : operand(meaning, one))),
  };
}

/** As facts call it: `python3` and `python3.12` are `python`, `nodejs` is `node`. */
const named = (name: string): string => (isWild(name) || name.includes("\\") ? name : canonicalName(name));
/** `python3*` tightens what `python*` names: no fact has the version. An allow is not read so. */
function widely(name: string, direction: Direction): string {
  const stem = /^[^*?[\\]+(?=[*?])/.exec(name)?.[0];
  const canonical = stem === undefined ? undefined : canonicalName(stem);
  return direction === "tighten" && canonical !== undefined && canonical !== stem ? `${canonical}*` : named(name);
}
const isWild = (program: string): boolean => /[*?]/.test(program);

const nothing = (program: string): CommandPattern => ({
  program,
  programTest: wordTest(program),
  wrappers: [],
  bare: false,
  options: [],
  operands: [],
  first: undefined,
});

const wordTest = (word: string): WordTest => compileGlob(word).test;

/** Wildcards of a pattern are ours, not the shell's: quoted, the reader leaves them alone. */
const quoteWildcards = (text: string): string =>
  text.replaceAll(/(^|\s)([^\s'"]*[*?][^\s'"]*)/g, (_all, before: string, word: string) => `${before}'${word}'`);
const unquote = (word: string): string => word.replaceAll(/^['"]|['"]$/g, "");

/** @param given subcommands and operands of what the atom means */
function commandMatches(
  pattern: CommandPattern,
  atom: Atom,
  given: readonly (string | null)[],
  direction: Direction,
  view: View,
): boolean {
  const named = atom.program !== undefined && pattern.programTest(atom.program);
  if (named && direction === "loosen" && !onlyHarmless(atom, pattern.wrappers)) return false;
  if (pattern.bare) return named || (direction === "tighten" && atom.wrappers.some(pattern.programTest));
  if (!named || !pattern.wrappers.every((wrapper) => atom.wrappers.includes(wrapper))) return false;
  const { meaning } = atom;
  if (!meaning) return false;
  for (let index = 0; index < pattern.operands.length; index += 1)
    if (!operandMatches(pattern.operands[index] as WordTest, index, given, meaning, direction, view)) return false;
  for (const { name, value } of pattern.options) {
    const set = Object.hasOwn(meaning.options, name) ? meaning.options[name] : undefined;
    if (set === undefined) return false;
    // A value that was not given may be the one that is meant: enough to tighten, and too little to loosen.
    if (value && (set === true ? direction === "loosen" : !value(set))) return false;
  }
  return true;
}

type Meaning = NonNullable<Atom["meaning"]>;
const wordsOf = ({ subcommands, operands }: Meaning): (string | null)[] =>
  subcommands.length === 0 ? operands : [...subcommands, ...operands];

function operandMatches(
  test: WordTest,
  index: number,
  words: readonly (string | null)[],
  meaning: Meaning,
  direction: Direction,
  view: View,
): boolean {
  if (index >= words.length) return impliedBranch(test, index, meaning, view);
  const given = words[index];
  // A word that only the run knows may be the one that is meant.
  if (given === null || given === undefined) return direction === "tighten";
  return test(operand(meaning, given));
}

/** `git push origin HEAD:refs/heads/main` and `+main` push to `main`; what a pattern names is where things go. */
function operand(meaning: Meaning, word: string): string {
  if (meaning.program !== "git" || meaning.subcommands[0] !== "push") return word;
  const target = word.replace(/^\+/, "");
  const to = !target.includes("://") && !target.includes("@") ? target.slice(target.lastIndexOf(":") + 1) : target;
  return to.replace(/^refs\/heads\//, "") || word;
}

/** `git push` alone pushes the branch that is checked out, where somebody said which that is. */
function impliedBranch(test: WordTest, index: number, meaning: Meaning, view: View): boolean {
  if (meaning.program !== "git" || meaning.subcommands[0] !== "push") return false;
  if (index === 1) return test("origin");
  const branch = view.action.context?.branch;
  return index === 2 && branch !== undefined && test(branch);
}

/** Without a grammar: options anywhere, the other words in order from the first. */
function wordsMatch(pattern: readonly WordTest[], words: Atom["words"], direction: Direction): boolean {
  return pattern.every((test, index) => {
    const given = words[index];
    return given === undefined ? false : given === null ? direction === "tighten" : test(given);
  });
}
