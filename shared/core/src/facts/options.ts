// options.ts — sorts the words of a call into subcommands, options and operands, as its grammar says

import { limits } from "@holdpoint/wire/limits.ts";
import type { Call } from "./call.ts";
import { beginningOf, type Grammar, type Option } from "./grammar.ts";
import type { Word } from "./shell/word.ts";

/** A value cut out of a word: `-ofile`, `--out=file`. */
function cut(word: Word, from: number): Word {
  const text = word.text === null ? null : word.text.slice(from);
  const known = word.known.slice(from);
  return { raw: text ?? word.raw, text, known, glob: word.glob };
}

function give(call: Call, option: Option, value: Word | true): void {
  call.options.set(option.name, value);
  if (value === true) return;
  const all = call.values.get(option.name);
  if (all && all.length >= limits.listItemsMax) {
    if (all.length === limits.listItemsMax) call.atom.opaque.push("more options than are read");
    call.reading.caps.add("options");
  } else if (all) all.push(value);
  else call.values.set(option.name, [value]);
}

/** GNU and git accept any beginning that is unique: `--recurs`, `--forc`. */
function byBeginning(chain: readonly Grammar[], name: string, beginning: number): Option | undefined {
  let found: Option | undefined;
  for (const { beginnings } of chain) {
    const longs = beginnings.get(beginning);
    if (!longs) continue;
    for (const { name: long, option } of longs) {
      if (!long.startsWith(name)) continue;
      if (found && found.name !== option.name) return undefined;
      found = option;
    }
  }
  return found;
}

function findLong(chain: readonly Grammar[], name: string): Option | undefined {
  if (name.length < 2) return findLetter(chain, name);
  const beginning = beginningOf(name);
  let begins = false;
  for (let i = chain.length - 1; i >= 0; i--) {
    const longs = chain[i]!.beginnings.get(beginning);
    if (!longs) continue;
    begins = true;
    for (const { name: long, option } of longs) if (long === name) return option;
  }
  const option = begins ? byBeginning(chain, name, beginning) : undefined;
  if (option) return option;
  const lower = name.toLowerCase();
  return lower === name ? undefined : findLong(chain, lower);
}

/** `--x`: hardly a program has such a one. */
function findLetter(chain: readonly Grammar[], name: string): Option | undefined {
  for (let i = chain.length - 1; i >= 0; i--) {
    const option = chain[i]!.long.get(name);
    if (option) return option;
  }
  return undefined;
}

function findShort(chain: readonly Grammar[], char: string): Option | undefined {
  for (let i = chain.length - 1; i >= 0; i--) {
    const option = chain[i]!.short.get(char);
    if (option) return option;
  }
  return undefined;
}

/** `-nv` as one option, where a table says that it is one. */
function findDashed(chain: readonly Grammar[], text: string): Option | undefined {
  for (const grammar of chain) {
    const option = grammar.dashed?.get(text.slice(1));
    if (option) return option;
  }
  return undefined;
}

/** Reads one option word; says how many further words it took. */
function readOption(call: Call, chain: readonly Grammar[], word: Word, text: string, next: Word | undefined): number {
  const long = text.startsWith("--");
  const single = chain[0]!.program.style === "single";
  if (long || single) {
    const from = long ? 2 : 1;
    const equals = text.indexOf("=");
    const name = equals < 0 ? text.slice(from) : text.slice(from, equals);
    const option = findLong(chain, name) ?? (name.length === 1 ? findShort(chain, name) : undefined);
    if (option || long || !single) {
      const known = option ?? { name };
      if (equals >= 0) give(call, known, cut(word, equals + 1));
      else if (known.value === "required" && next) {
        give(call, known, next);
        return 1;
      } else give(call, known, true);
      return 0;
    }
    if (name.length > 1 && findShort(chain, name[0]!)?.value === undefined) {
      give(call, { name }, equals >= 0 ? cut(word, equals + 1) : true);
      return 0;
    }
  }
  if (text.length > 2 && !single) {
    const dashed = findDashed(chain, text);
    if (dashed) {
      if (dashed.value === "required" && next) {
        give(call, dashed, next);
        return 1;
      }
      give(call, dashed, true);
      return 0;
    }
  }
  for (let i = 1; i < text.length; i++) {
    const option = findShort(chain, text[i]!) ?? { name: text[i]! };
    if (option.value === undefined) {
      give(call, option, true);
      continue;
    }
    if (i + 1 < text.length) give(call, option, cut(word, text[i + 1] === "=" ? i + 2 : i + 1));
    else if (option.value === "required" && next) {
      give(call, option, next);
      return 1;
    } else give(call, option, true);
    break;
  }
  return 0;
}

/** `npm i` is `npm install`; `git RESET` is refused by most, but not worth a bet. */
const canonical = (grammar: Grammar, text: string): string => {
  const known = grammar.sub!.has(text) ? text : text.toLowerCase();
  return grammar.alias.get(known) ?? (grammar.sub!.has(known) ? known : text);
};

/** Is the next plain word another subcommand, where no table names them? */
function takesSub(current: Grammar, call: Call, known: number): boolean {
  const { subs } = current.program;
  if (!subs || call.operands.length > 0 || call.subs.length - (known - 1) >= subs.max) return false;
  const last = call.subs.at(-1);
  return call.subs.length < known || last === undefined || !subs.until?.has(last);
}

/**
 * Fills subs, options, operands and rest of `call` from its words; returns the grammars from program to subcommand.
 * A word that only the run knows is an operand; where a subcommand was due, the call is opaque.
 */
export function readWords(call: Call, grammar: Grammar): Grammar[] {
  const chain = [grammar];
  if (grammar.program.raw) return chain;
  const { words } = call;
  let current = grammar;
  let onlyOperands = false;
  let first = 0;
  const bundle = words[0]?.text;
  if (grammar.program.style === "bundle" && bundle && /^[A-Za-z]+$/.test(bundle)) {
    // `tar xzf a.tgz`: the first word is a cluster without its dash.
    first =
      1 + readOption(call, chain, { ...words[0]!, text: `-${bundle}`, known: `-${bundle}` }, `-${bundle}`, words[1]);
  }
  for (let i = first; i < words.length; i++) {
    const word = words[i]!;
    const { text } = word;
    if (text === null) {
      if (current.sub && !onlyOperands && call.operands.length === 0) {
        if (word.known.startsWith("-")) continue;
        call.atom.opaque.push("subcommand is not known before the run");
        call.subs.push("?");
        current = { ...current, sub: undefined };
      } else if (current.program.stopAtOperand && !word.known.startsWith("-")) {
        call.rest = words.slice(i);
        break;
      } else if (word.known.startsWith("--") && word.known.includes("=")) {
        const name = word.known.slice(2, word.known.indexOf("="));
        give(call, findLong(chain, name) ?? { name }, cut(word, word.known.indexOf("=") + 1));
      } else if (word.known.length > 1 && word.known.startsWith("-") && !onlyOperands) {
        const option = findShort(chain, word.known[1]!);
        if (option?.value && !word.known.startsWith("--")) give(call, option, cut(word, 2));
        else call.operands.push(word);
      } else call.operands.push(word);
      continue;
    }
    if (onlyOperands || text.length < 2 || text.charCodeAt(0) !== 45) {
      if (current.sub && !onlyOperands) {
        call.subs.push(canonical(current, text));
        const sub = current.sub.get(text) ?? current.sub.get(text.toLowerCase());
        if (sub) chain.push(sub);
        current = sub ?? { ...current, sub: undefined };
      } else if (takesSub(current, call, chain.length)) {
        call.subs.push(text);
      } else if (current.program.stopAtOperand) {
        call.rest = words.slice(i);
        break;
      } else call.operands.push(word);
      continue;
    }
    if (text === "--") {
      // `git -- reset`: nothing was said yet that could end here.
      if (current.sub && !current.program.stopAtOperand) continue;
      call.rest = words.slice(i + 1);
      if (current.program.stopAtOperand) break;
      onlyOperands = true;
      continue;
    }
    i += readOption(call, chain, word, text, words[i + 1]);
  }
  return chain;
}
