// peel.ts — takes a wrapper off and reads the call it carries, with what the wrapper changes for it

import { touch } from "../call.ts";
import { newCall } from "../describe.ts";
import { readWords } from "../options.ts";
import { locate } from "../paths.ts";
import { addOnce, keep, stricterClass } from "../reading.ts";
import { FOUND, inserted, insertFound } from "./inserted.ts";
import { below, callOf, nestedIn, readCode } from "./nested.ts";
import { keepStreams, newCommandAtom } from "./program.ts";
import { assign } from "./scope.ts";
import type { Assigned, Setting, Shell } from "./shell.ts";
import { asCode, join, literal, type Output, unknownWord, type Word } from "./word.ts";
import { type CompiledWrapper, isShell } from "./wrappers.ts";

const UNKNOWN: Output = { kind: "unknown" };
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

/** `NAME=value` words before the called program, as env and sudo take them. */
function takeAssignments(words: readonly Word[]): { assigned: Assigned[]; rest: readonly Word[] } {
  const assigned: Assigned[] = [];
  let i = 0;
  while (i < words.length && ASSIGNMENT.test(words[i]!.known)) {
    const word = words[i]!;
    const equals = word.known.indexOf("=");
    const value = word.known.slice(equals + 1);
    assigned.push({
      name: word.known.slice(0, equals),
      word: {
        raw: value,
        text: word.text === null ? null : value,
        known: value,
        glob: false,
        template: word.template?.slice(equals + 1) ?? value,
      },
    });
    i++;
  }
  return { assigned, rest: words.slice(i) };
}

/** The words that standard input adds: known ones where they are few, else one that stands for all. */
function fromStdin(stdin: Output | undefined): Word[] {
  if (stdin?.kind === "text") {
    const words = stdin.text.split(/\s+/).filter(Boolean);
    if (words.length <= 16) return words.map((word) => literal(word));
  }
  return [unknownWord("…", stdin?.kind === "paths" ? stdin : { kind: "unknown" })];
}

/** `{}` in any word becomes what is added. */
function replace(words: readonly Word[], mark: string, added: readonly Word[]): Word[] {
  const only = added.length === 1 ? added[0]! : unknownWord(mark);
  return words.map((word) => {
    if (word.text === null || !word.text.includes(mark)) return word;
    if (word.text === mark) return only;
    if (
      only.text === null &&
      word.text.startsWith(mark) &&
      /^[\w./+-]*$/.test(word.text.slice(mark.length)) &&
      !word.text.includes("..")
    )
      return { ...only, raw: word.raw };
    if (only.text !== null) return literal(word.text.replaceAll(mark, only.text), word.raw);
    return inserted(word.text, mark, word.raw, only);
  });
}

/** `bash -c` without its text, or with `{}` as its text: what is added is code. */
function takesCode(words: readonly Word[], sign: string | undefined): boolean {
  const shell = words[0]?.text ?? "";
  if (!isShell(shell.slice(shell.lastIndexOf("/") + 1))) return false;
  const option = words.findIndex((word) => word.text !== null && /^-[a-zA-Z]*c$/.test(word.text));
  if (option < 0) return false;
  const text = words[option + 1]?.text;
  return text === undefined || (text !== null && (text === sign || /^\{-?\d*[.#%/]*\}$/.test(text)));
}

function doubt(shell: Shell, from: number): void {
  for (const atom of shell.reading.atoms.slice(from)) {
    addOnce(atom.opaque, "what is read from standard input becomes code");
    atom.class = stricterClass(atom.class, "warn");
  }
}

/** Reads what `wrapper` carries; undefined when it carries nothing and is a program like any other. */
export function peel(
  shell: Shell,
  name: string,
  compiled: CompiledWrapper,
  words: readonly Word[],
  setting: Setting,
): Output | undefined {
  const { wrapper, grammar } = compiled;
  const atom = newCommandAtom(shell, [literal(name), ...words], {
    ...setting,
    assigned: [],
    streams: { stdin: undefined, writes: [], reads: [] },
  });
  const call = newCall(shell.reading, nestedIn(shell), {
    program: name,
    words,
    atom,
    place: shell.scope,
    stdin: setting.streams.stdin,
  });
  readWords(call, grammar);
  let { rest } = call;
  if (name === "command" && (call.options.has("v") || call.options.has("V"))) return undefined;
  if (name === "sudo" && call.options.has("edit")) {
    atom.program = "sudoedit";
    for (const word of rest) touch(shell.reading, atom, shell.scope, word, "write");
    atom.class = "blocked-by-default";
    keep(shell.reading, atom);
    return UNKNOWN;
  }
  // parallel without a command runs the lines it is given.
  if (wrapper.until === ":::" && (rest.length === 0 || /^::::?\+?$/.test(rest[0]?.text ?? "x"))) {
    keepStreams(shell, setting);
    const inner = below(shell, { wrapper: name });
    const { stdin } = setting.streams;
    if (rest.length > 1) return readParallel(inner, rest, setting);
    if (stdin?.kind === "text") return readCode(inner, literal(stdin.text));
    if (stdin !== undefined) {
      addOnce(atom.opaque, "what is read from standard input becomes code");
      addOnce(atom.runsCode, "piped-code");
      atom.program = name;
      atom.class = "warn";
      keep(shell.reading, atom);
      return UNKNOWN;
    }
  }
  if (wrapper.until && wrapper.until !== ":::" && rest[0]?.text !== wrapper.until) return undefined;
  const carried: Assigned[] = [...setting.assigned];
  if (wrapper.assigns) {
    const taken = takeAssignments(rest);
    carried.push(...taken.assigned);
    rest = taken.rest;
  }
  const inner = below(shell, {
    wrapper: name,
    elsewhere: wrapper.elsewhere === true,
    stdin: setting.streams.stdin,
    ...(wrapper.runs === undefined ? {} : { runs: wrapper.runs }),
  });
  const code = (word: Word): Output => {
    keepStreams(shell, setting);
    return readCode(inner, word);
  };
  const changed = call.options.get("chdir");
  if (changed && changed !== true)
    inner.scope = { ...inner.scope, cwds: changed.text === null ? [] : locate(changed.text, inner.scope) };
  for (const option of wrapper.text ?? []) {
    const text = call.options.get(option);
    if (text && text !== true) return code(text);
  }
  if (name === "env") {
    const split = call.options.get("split-string");
    if (split && split !== true) return code(join([split, ...rest]));
  }
  if (wrapper.dashC) {
    const dash = rest.findIndex((word) => word.text === "-c" || word.text === "--command");
    if (dash >= 0 && rest[dash + 1]) return code(rest[dash + 1]!);
  }
  if (wrapper.textOnly) {
    const { stdin } = setting.streams;
    return stdin?.kind === "text" ? code(literal(stdin.text)) : undefined;
  }
  rest = rest.slice(wrapper.takes ?? 0);
  if (rest[0]?.text === "--") rest = rest.slice(1);
  if (rest.length === 0) {
    if (name === "exec") return shell.read.words(shell, [literal(":")], setting, true);
    // `sudo -s` is a shell, and reads what a shell would read.
    if (!call.options.has("shell") && !call.options.has("login")) return undefined;
    rest = [literal("sh")];
  }
  if (wrapper.until === ":::") {
    keepStreams(shell, setting);
    return readParallel(inner, rest, setting);
  }
  if (wrapper.adds) {
    const added = fromStdin(setting.streams.stdin);
    const mark = call.options.get("replace") ?? call.options.get("i") ?? call.options.get("J");
    const sign = mark === true ? "{}" : mark ? mark.text || "{}" : undefined;
    const marked = sign !== undefined && rest.some((word) => asCode(word).includes(sign));
    const given = rest;
    rest = marked ? replace(rest, sign, added) : [...rest, ...added];
    if (takesCode(given, marked ? sign : undefined)) {
      const from = shell.reading.atoms.length;
      const output = inner.read.words(inner, rest, callOf(rest, setting.streams.stdin), true);
      doubt(shell, from);
      keepStreams(shell, setting);
      return output;
    }
  }
  if (wrapper.joins && !call.options.has("exec")) return code(join(rest));
  return inner.read.words(
    inner,
    rest,
    { ...callOf(rest, setting.streams.stdin), text: setting.text, assigned: carried, streams: setting.streams },
    true,
  );
}

const PARALLEL_MAX = 8;
/** `{}`, `{.}`, `{2}`, `{2/.}`. */
const MARKS = /\{-?\d*[.#%/]*\}/g;

/** GNU parallel: the command is a shell text, `{}` its argument, `:::` begins the arguments. */
function readParallel(inner: Shell, rest: readonly Word[], setting: Setting): Output {
  const split = rest.findIndex((word) => word.text !== null && /^::::?\+?$/.test(word.text));
  const command = split < 0 ? rest : rest.slice(0, split);
  const given =
    split < 0 || rest[split]!.text!.startsWith("::::")
      ? []
      : rest.slice(split + 1).filter((word) => word.text === null || !/^:::\+?$/.test(word.text));
  const args =
    given.length > 0 && given.length <= PARALLEL_MAX
      ? given
      : split < 0
        ? fromStdin(setting.streams.stdin)
        : [unknownWord("{}")];
  if (command.length === 0) {
    // `parallel :::`: nothing to run, and standard input is not read.
    if (split >= 0 && rest.length === split + 1 && rest[split]!.text!.length < 4) return UNKNOWN;
    for (const arg of args) readCode(inner, arg);
    return UNKNOWN;
  }
  const from = inner.reading.atoms.length;
  const text = asCode(join(command)).replace(MARKS, "{}");
  // An argument is put in quoted: it is a word there, whatever it holds.
  const code = text.includes("{}") ? insertFound(text, "{}") : `${text} "$${FOUND}"`;
  const known = command.every((word) => word.text !== null);
  for (const arg of args) {
    const scope = { ...inner.scope, shared: true };
    assign(scope, FOUND, arg);
    readCode({ ...inner, scope }, known ? literal(code) : { ...unknownWord(code), template: code });
    // `bash -c '…'` loses its quotes on the way; who wrote it meant them.
    if (isShell(command[0]!.text ?? ""))
      inner.read.words(inner, replace(command.map(plainMarks), "{}", [arg]), callOf(command, undefined), true);
  }
  if (takesCode(command, "{}")) doubt(inner, from);
  return UNKNOWN;
}

const plainMarks = (word: Word): Word =>
  word.text === null ? word : literal(word.text.replace(MARKS, "{}"), word.raw);
