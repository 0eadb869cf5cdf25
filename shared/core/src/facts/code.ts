// code.ts — one-liners and short scripts of other languages, scanned for what destroys, runs, writes or sends
// A scan is not an understanding: the call stays marked as code that runs. What it finds is added, never taken as all.

import type { Access } from "@holdpoint/wire/facts.ts";
import { type Call, opaque, raise, reachesUrl, runs, touches } from "./call.ts";
import { CALLS, MAKES_CODE } from "./code-calls.ts";
import { fullName, readNames } from "./code-names.ts";
import { looksLikePath } from "./paths.ts";
import { literal, unknownWord, type Word } from "./shell/word.ts";

interface Literal {
  value: string;
  end: number;
  /** holds `{x}` or `${x}` of its language: only partly known */
  filled: boolean;
}

/** The string literal that begins at `i`, prefixes like `r`, `b`, `f` skipped. */
function stringAt(code: string, start: number): Literal | undefined {
  let i = start;
  let prefix = "";
  while (i < code.length && /[rbfuRBFU]/.test(code[i]!) && i - start < 2) prefix += code[i++];
  let quote = code[i];
  if (quote !== "'" && quote !== '"' && quote !== "`") return undefined;
  if (code.startsWith(quote.repeat(3), i) && quote !== "`") {
    const end = code.indexOf(quote.repeat(3), i + 3);
    return end < 0 ? undefined : { value: code.slice(i + 3, end), end: end + 3, filled: false };
  }
  let value = "";
  for (i++; i < code.length && code[i] !== quote; i++) {
    if (code[i] === "\\" && i + 1 < code.length) value += unescapedChar(code[++i]!);
    else value += code[i];
  }
  quote = code[i];
  if (quote === undefined) return undefined;
  const filled = (/f/i.test(prefix) && value.includes("{")) || /[$#]\{/.test(value);
  return { value, end: i + 1, filled };
}
const unescapedChar = (char: string): string => (char === "n" ? "\n" : char === "t" ? "\t" : char);

const skipSpace = (code: string, i: number): number => {
  let at = i;
  while (at < code.length && /\s/.test(code[at]!)) at++;
  return at;
};

interface Arguments {
  words: Word[];
  list: boolean;
}

/** Texts and lists of texts that the code has given a name, where it gave the name only once. */
type Constants = ReadonlyMap<string, Arguments>;
const NONE: Constants = new Map();

/** `cmd = "rm -rf /"`, `my $x = '…'`, `args = ["rm", "-rf"]`. */
function readConstants(code: string): Constants {
  const constants = new Map<string, Arguments>();
  const twice = new Set<string>();
  for (const match of code.matchAll(/(?<![\w$@])([$@]?[A-Za-z_]\w*)\s*(?::\s*\w+\s*)?=\s*(?=[[("'`rbf])/g)) {
    const name = match[1]!;
    const from = match.index + match[0].length;
    if (code[match.index - 1] === "." || constants.size > 64) continue;
    if (code[from] !== "[" && code[from] !== "(" && !stringAt(code, from)) continue;
    if (constants.has(name)) twice.add(name);
    constants.set(name, argumentsAt(code, from, NONE, true));
  }
  for (const name of twice) constants.delete(name);
  return constants;
}

/** Literal arguments after a `(`, or after a word where a language needs none; nested lists are flattened. */
function argumentsAt(code: string, start: number, constants: Constants, single = false): Arguments {
  let i = skipSpace(code, start);
  const open = code[i] === "(";
  if (open) i = skipSpace(code, i + 1);
  const words: Word[] = [];
  let list = false;
  for (let steps = 0; i < code.length && steps < 64; steps++) {
    i = skipSpace(code, i);
    const char = code[i];
    if (char === undefined || char === ")" || char === ";" || char === "}" || char === "\n") break;
    if (single && !open && !list && words.length > 0) break;
    if (char === "," || char === "(") {
      i++;
      continue;
    }
    if (single && char === "]") break;
    if (char === "[" || char === "]") {
      list = true;
      i++;
      continue;
    }
    const found = stringAt(code, i);
    if (!found) {
      const name = /^[$@]?[A-Za-z_]\w*(?=\s*(?:[,)\];\n]|$))/.exec(code.slice(i, i + 80))?.[0];
      const meant = name === undefined ? undefined : constants.get(name);
      if (meant && name) {
        words.push(...meant.words);
        list ||= meant.list;
        i += name.length;
        continue;
      }
      const next = code.slice(i).search(/[,)\];\n]/);
      if (next < 0) break;
      words.push(unknownWord(code.slice(i, i + Math.min(next, 80)).trim()));
      i += next;
      continue;
    }
    // `"." + "env"`: two texts are one.
    for (let next = /^\s*\+\s*/.exec(code.slice(found.end, found.end + 20)); next; ) {
      const second = stringAt(code, found.end + next[0].length);
      if (!second || second.filled || found.filled) break;
      found.value += second.value;
      found.end = second.end;
      next = /^\s*\+\s*/.exec(code.slice(found.end, found.end + 20));
    }
    // A line that ends here ends the text; what follows on the next one is not joined to it.
    i = found.end;
    while (code[i] === " " || code[i] === "\t") i++;
    const joined = i < code.length && !/[,)\];}\n]/.test(code[i]!);
    // `"/tmp/" + name`: the beginning is known.
    const known = found.filled ? found.value.slice(0, Math.max(0, found.value.search(/[$#]?\{/))) : found.value;
    words.push(joined || found.filled ? { raw: found.value, text: null, known, glob: false } : literal(found.value));
    if (joined) {
      const next = code.slice(i).search(/[,)\];\n]/);
      if (next < 0) break;
      i += next;
    }
  }
  return { words, list };
}

/** All string literals of the code that look like paths: what a call without a literal may mean. */
function pathLiterals(code: string): Word[] {
  const out: Word[] = [];
  for (let i = 0; i < code.length && out.length < 32; i++) {
    if (code[i] !== "'" && code[i] !== '"' && code[i] !== "`") continue;
    const found = stringAt(code, i);
    if (!found) continue;
    if (looksLikePath(found.value) || /^[\w.-]+$/.test(found.value)) out.push(literal(found.value));
    i = found.end - 1;
  }
  return out;
}

function remove(call: Call, words: readonly Word[], code: string, access: Access, deep: boolean): void {
  const named = words.length > 0 ? [words[0]!] : pathLiterals(code).filter((word) => looksLikePath(word.text!));
  if (named.length === 0 || (words.length > 0 && words[0]!.text === null)) {
    for (const word of pathLiterals(code)) if (looksLikePath(word.text!)) touches(call, word, access, { deep });
    touches(call, words[0] ?? unknownWord("…"), access, { deep });
    return;
  }
  for (const word of named) touches(call, word, access, { deep });
}

/** `Path("x").read_text()`, `p.read_text()`: what the method is called on. */
function receiverOf(code: string, index: number, constants: Constants): Word[] {
  const before = code.slice(Math.max(0, index - 200), index);
  const made = /\bPath\(\s*(["'])([^"']+)\1\s*\)(?:\.\w+\([^()]*\))*\.$/.exec(before)?.[2];
  if (made !== undefined) return [literal(made)];
  const name = /\bPath\(\s*(\w+)\s*\)\.$/.exec(before)?.[1];
  return (name === undefined ? undefined : constants.get(name)?.words.slice(0, 1)) ?? [];
}

/** `open(path, "w")`, `fopen`, `File.open`: written where the mode says so. */
function opened(call: Call, words: readonly Word[]): void {
  const [path, mode] = words;
  if (!path) return;
  if (path.text !== null && /^\+?>/.test(path.text)) touches(call, literal(path.text.replace(/^[+>\s]+/, "")), "write");
  else if (mode?.text && /[wax+>]/.test(mode.text) && mode.text.length <= 4)
    touches(call, words.length > 2 && /^[+<>]+$/.test(mode.text) ? words[2]! : path, "write");
  else if (mode?.text && /^[<]$/.test(mode.text) && words[2]) touches(call, words[2], "read");
  else touches(call, path, "read");
}

function shellCall(call: Call, args: Arguments): void {
  const { words } = args;
  const known = words.filter((word) => word.text !== null);
  if (words.length === 0 || known.length === 0) {
    opaque(call, "code runs a command that is not known before the run");
    return;
  }
  const first = words[0]!;
  // `["rm", "-rf", x]` and `system("rm", "-rf", x)` are words; one text is for a shell.
  if (args.list || (words.length > 1 && words[1]!.text !== null && !/\s/.test(first.text ?? " "))) {
    const end = words.findIndex((word) => word.text === null && /[={]/.test(word.raw));
    call.nested.words(end < 0 ? words : words.slice(0, end), call.program);
  } else call.nested.shell(first, call.program);
  if (first.text === null) opaque(call, "code runs a command that is not known before the run");
}

/** Languages in which `exec` runs a command; in others it runs code. */
const RUNS_COMMANDS = /^(perl|ruby|php|tclsh|wish|expect)$/;

const NEEDS_BRACKETS = /^(python|ipython|pypy|bpython|node|bun|deno|ts-node|tsx|php|lua|luajit)$/;

const CODE_CHARS_MAX = 16_384;

/** Reads `code` of the language that `call.program` speaks. */
export function readForeignCode(call: Call, word: Word): void {
  runs(call, "interpreter");
  const code = word.text ?? word.template ?? word.known;
  if (word.text === null) opaque(call, "part of the code is not known before the run");
  if (code.length > CODE_CHARS_MAX) {
    opaque(call, "more code than is read");
    return;
  }
  // `node -e "rm -rf /"` is no program of that language; whoever wrote it meant a shell.
  if (
    /^\s*(sudo\s+)?(rm|dd|git|chmod|chown|mkfs[.\w]*|shutdown|reboot|curl|wget)\s+[-\w/~.]/.test(code) &&
    !code.includes("(")
  )
    call.nested.shell(literal(code), call.program);
  const names = readNames(code);
  const constants = readConstants(code);
  const chain = /[A-Za-z_$][\w$]*(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]*)*[!?]?/g;
  for (const match of code.matchAll(chain)) {
    const name = fullName(match[0].replaceAll(/::|->|\?\./g, "."), names);
    const effect = RUNS_COMMANDS.test(call.program) && name === "exec" ? "shell" : effectOf(name, code, match.index);
    if (!effect) continue;
    const after = match.index + match[0].length;
    const next = code[skipSpace(code, after)];
    if (effect === "code") {
      if (next === "(" || next === "`" || /^(eval|exec)$/.test(match[0])) opaque(call, "code that makes code");
      continue;
    }
    const args = argumentsAt(code, after, constants);
    // Only some languages call without brackets; elsewhere the name is an import or a mention.
    if (next !== "(" && next !== "`" && NEEDS_BRACKETS.test(call.program)) continue;
    if (next !== "(" && args.words.length === 0) {
      // A name without a call is an import or a mention, but in some languages also a call.
      if (effect !== "delete" && effect !== "delete-tree") continue;
      if (!/^(unlink|rmdir|rmtree|remove_tree)$/.test(name) || !/^(perl|ruby)$/.test(call.program)) continue;
    }
    switch (effect) {
      case "delete":
        remove(call, args.words, code, "delete", false);
        break;
      case "delete-tree":
        remove(call, args.words, code, "delete", true);
        break;
      case "write":
        remove(call, args.words, code, "write", false);
        break;
      case "move":
        remove(call, args.words, code, "delete", true);
        if (args.words[1]) touches(call, args.words[1], "write");
        break;
      case "open":
        opened(call, args.words);
        break;
      case "read":
        for (const word of args.words.slice(0, 1)) touches(call, word, "read");
        if (args.words.length === 0)
          for (const word of receiverOf(code, match.index, constants)) touches(call, word, "read");
        break;
      case "shell":
        shellCall(call, args);
        break;
      case "send":
        if (
          name.endsWith("connect") &&
          !/socket|paramiko|ftplib|smtplib|telnet|["'](node:)?(net|tls|dgram)["']/i.test(code)
        )
          break;
        // `net.connect(4444, "host")`: the port may stand first.
        for (const host of args.words.filter((word) => !/^\d+$/.test(word.text ?? "")).slice(0, 1))
          reachesUrl(call, host, true);
        break;
      case "fetch":
        if (args.words[0])
          reachesUrl(call, args.words[0], /\b(POST|PUT|PATCH|data\s*=|body\s*:)/.test(code) || undefined);
        break;
      case "kill":
        raise(call, "blocked-by-default");
        break;
    }
  }
  // `client.deleteIndex(…)`, `db.dropCollection(…)`: whatever it is, it is gone then.
  if (/\.(delete|drop|destroy|purge|truncate|clear)[A-Z]\w*\s*\(/.test(code)) raise(call, "blocked-by-default");
  readBackticks(call, code);
}

/** `cmd` and %x(cmd), qx(cmd) of ruby, perl and php. */
function readBackticks(call: Call, code: string): void {
  if (!/^(ruby|perl|php)$/.test(call.program)) return;
  for (const [, text] of code.matchAll(/`([^`]*)`/g))
    call.nested.shell(
      /[$#@]/.test(text!) ? { ...unknownWord(text!), template: text!, known: text! } : literal(text!),
      call.program,
    );
  for (const [, text] of code.matchAll(/(?:%x|qx\s*)[({[/|!]([^)}\]/|!]*)[)}\]/|!]/g))
    call.nested.shell(literal(text!), call.program);
}

function effectOf(name: string, code: string, index: number): (typeof CALLS)[string] | "code" | undefined {
  const short = name.slice(name.lastIndexOf(".") + 1);
  if (MAKES_CODE.has(name) || (MAKES_CODE.has(short) && !name.includes("."))) return "code";
  const direct = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
  if (direct) return direct;
  const parts = name.split(".");
  for (let i = 1; i < parts.length; i++) {
    const tail = parts.slice(i).join(".");
    if (Object.hasOwn(CALLS, tail)) return CALLS[tail];
  }
  // `require("fs").rm(…)`, `Path(x).unlink()`: the name stands alone after a dot.
  if (code[index - 1] === "." && Object.hasOwn(CALLS, `.${short}`)) return CALLS[`.${short}`];
  if (Object.hasOwn(CALLS, `.${short}`) && name.includes(".")) return CALLS[`.${short}`];
  // `from os import remove`
  if (!name.includes("."))
    for (const module of ["os", "shutil", "subprocess", "fs", "FileUtils"])
      if (Object.hasOwn(CALLS, `${module}.${name}`) && code.includes(`${module}`) && /\bimport\b|require/.test(code))
        return CALLS[`${module}.${name}`];
  return undefined;
}
