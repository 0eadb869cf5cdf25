// branches.ts — parts of a text that may run, run again, or run only after others: what they set is not certain

import type { Atom } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { CompoundList, Word as Node, SyntaxNode } from "unbash";
import { expandInto } from "./expand.ts";
import { assign, fork, merge, type Scope, settleCd, union } from "./scope.ts";
import { inside, type Shell } from "./shell.ts";
import { literal, unknownWord, type Word } from "./word.ts";

/** A part that may or may not run. Returns the names of variables it changed. */
export function maybe(shell: Shell, read: (inner: Shell) => void): string[] {
  const scope = fork(shell.scope);
  read({ ...shell, scope });
  settleCd(scope);
  return merge(shell.scope, scope);
}

/** A loop: its body is read again with what it changes unknown, when it changes anything. */
export function loop(shell: Shell, read: (inner: Shell) => void): void {
  const { atoms } = shell.reading;
  const first = atoms.length;
  if (maybe(shell, read).length === 0) return;
  const second = atoms.length;
  maybe(shell, read);
  dropRepeated(atoms, first, second);
}

/** What a further pass found that was found before says nothing new. */
function dropRepeated(atoms: Atom[], first: number, second: number): void {
  if (second === atoms.length) return;
  const known = new Set(atoms.slice(first, second).map((atom) => JSON.stringify(atom)));
  const fresh = atoms.splice(second).filter((atom) => !known.has(JSON.stringify(atom)));
  atoms.push(...fresh);
}

/** Commands after which nothing of the same text runs. */
const LEAVES = new Set(["exit", "return", "die", "break", "continue", "kill"]);
function leaves(node: SyntaxNode): boolean {
  if (node.type === "Command") return LEAVES.has(node.name?.value ?? "");
  if (node.type === "BraceGroup") return node.body.commands.some((statement) => leaves(statement.command));
  return false;
}

export function readAndOr(shell: Shell, commands: readonly SyntaxNode[], operators: readonly ("&&" | "||")[]): void {
  const { scope } = shell;
  shell.read.node(shell, commands[0]!);
  let chain: Scope | undefined;
  let never = false;
  for (let i = 1; i < commands.length && shell.reading.nodes <= limits.commandNodesMax; i++) {
    const command = commands[i]!;
    if (operators[i - 1] === "&&") {
      chain ??= fork(scope);
      chain.ifCdFailed = undefined;
      shell.read.node({ ...shell, scope: chain }, command);
      continue;
    }
    const other = fork(chain ?? scope);
    if (scope.ifCdFailed) other.cwds = scope.ifCdFailed;
    other.ifCdFailed = undefined;
    shell.read.node({ ...shell, scope: other }, command);
    if (leaves(command)) {
      // `cd x || exit`: whoever goes on is in x.
      never = true;
      if (!chain) scope.ifCdFailed = undefined;
    } else merge(chain ?? scope, other);
  }
  if (!chain) return;
  const failed = scope.ifCdFailed;
  if (never) {
    scope.ifCdFailed = undefined;
    scope.cwds = chain.cwds;
    for (const [name, word] of chain.variables) if (scope.variables.get(name) !== word) assign(scope, name, word);
  }
  merge(scope, chain);
  if (failed && !never) scope.cwds = union(scope.cwds, failed);
  scope.ifCdFailed = undefined;
}

const FOR_VALUES_MAX = 8;

export function readFor(shell: Shell, name: Node, wordlist: readonly Node[] | undefined, body: CompoundList): void {
  const words: Word[] = [];
  const inner = shell.read.inner(shell);
  if (wordlist) for (const node of wordlist) expandInto(words, node, shell.scope, inner);
  else if (shell.scope.positional) words.push(...shell.scope.positional);
  else words.push(unknownWord("$@"));
  const values = words.length > FOR_VALUES_MAX ? [common(words)] : words;
  const first = shell.reading.atoms.length;
  for (const value of values) {
    const before = shell.reading.atoms.length;
    assign(shell.scope, name.value, value);
    loop(shell, (branch) => inside(branch, body));
    if (before > first) dropRepeated(shell.reading.atoms, first, before);
  }
  if (values.length !== 1) assign(shell.scope, name.value, unknownWord(`$${name.value}`));
}

/** One word for many: unknown, but where all are literal it stands for the folder they share. */
function common(words: readonly Word[]): Word {
  const texts = words.map((word) => word.text);
  if (texts.includes(null)) return unknownWord("…");
  let prefix = texts[0]!;
  for (const text of texts) while (!text!.startsWith(prefix)) prefix = prefix.slice(0, -1);
  const plain = texts.every((text) => /^[\w.@+-]+$/.test(text!) && !text!.startsWith("-"));
  return plain ? { ...literal(`${prefix}*`), glob: true } : { raw: "…", text: null, known: prefix, glob: false };
}
