// git-effects.ts — what git's subcommands lose, force or run, beyond what their options say by themselves

import {
  type Call,
  HERE,
  has,
  looksOnly,
  opaque,
  operandText,
  optionValues,
  raise,
  reachesUrl,
  runs,
  touches,
  touchesHere,
} from "../call.ts";
import { gitSetting } from "../git-settings.ts";
import { join, literal, type Word } from "../shell/word.ts";
import { gitSettingRuns } from "../variables.ts";

/** An option that git does not have, added so that a rule can name what is meant whatever way it was written. */
const means = (call: Call, name: string): void => {
  call.options.set(name, true);
};

const branchName = (ref: string): string => ref.replace(/^refs\/heads\//, "");

/**
 * push: `+ref` is --force for it, `:ref` is --delete, `HEAD:main` pushes to main. The operands of the meaning are the
 * remote and the branches that change there.
 */
export function readPush(call: Call): void {
  const [remote, ...refs] = call.operands;
  const targets = refs.map((word): Word => {
    const known = word.text ?? word.known;
    let ref = known;
    if (ref.startsWith("+")) {
      means(call, "force");
      ref = ref.slice(1);
    }
    const colon = ref.indexOf(":");
    if (colon === 0 && ref.length > 1) means(call, "delete");
    const target = branchName(colon >= 0 ? ref.slice(colon + 1) : ref);
    return word.text === null ? { ...word, known: target } : literal(target, word.raw);
  });
  if (remote) {
    call.operands.splice(0, call.operands.length, remote, ...targets);
    if (remote.text !== null && (remote.text.includes("://") || /^[\w.-]+@[\w.-]+:/.test(remote.text)))
      reachesUrl(call, remote, true);
  }
  for (const each of call.atom.hosts) each.upload = true;
  if (call.options.has("no-force-with-lease")) means(call, "force");
}

/** pull, fetch, clone, ls-remote: from a URL; the `ext::` transport runs a command. */
export function cloned(call: Call): void {
  for (const word of call.operands.slice(0, 1)) {
    const text = word.text ?? word.known;
    if (/^(ext|fd)::/.test(text)) {
      runs(call, "git-setting");
      raise(call, "blocked-by-default");
      if (text.startsWith("ext::")) call.nested.shell(literal(text.slice(5)), "git");
    }
    if (text.startsWith("-")) opaque(call, "a remote that looks like an option");
  }
  if (call.subs[0] === "clone" && call.operands.length < 2) {
    const name = /([^/:]+?)(?:\.git)?\/?$/.exec(operandText(call, 0))?.[1];
    touches(call, name ? literal(name) : HERE, "write", { deep: true });
  }
  if (call.subs[0] === "pull") touchesHere(call, "write");
}

const looksLikeFile = (word: Word): boolean => {
  const text = word.text ?? "";
  if (
    text === "." ||
    text === ":/" ||
    text === ":" ||
    text.startsWith("./") ||
    text.startsWith("../") ||
    text.startsWith("/") ||
    text.startsWith(":(") ||
    word.glob
  )
    return true;
  if (text.endsWith("/") || text === "*") return true;
  return /^[\w./@+-]+\.[a-z][a-z0-9]{0,5}$/i.test(text) && !/^v?\d+(\.\d+)*\.x$/.test(text) && !/^origin\//.test(text);
};

function discards(call: Call, files: readonly Word[]): void {
  means(call, "discard-changes");
  for (const word of files) {
    const text = word.text ?? "";
    if (text === ":/" || text === ":" || text.startsWith(":(")) touchesHere(call, "write");
    else touches(call, word, "write", { deep: true });
  }
}

/** checkout switches branches, or throws away what changed in the files it names. */
export function readCheckout(call: Call): void {
  if (has(call, "force")) {
    means(call, "discard-changes");
    touchesHere(call, "write");
    return;
  }
  if (call.options.has("B")) means(call, "force-create");
  if (has(call, "pathspec-from-file")) {
    means(call, "discard-changes");
    touchesHere(call, "write");
  }
  if (has(call, "b", "B", "orphan")) return;
  // `--track direct`, `--recurse-submodules on-demand`: the mode, though git wants it joined with `=`.
  if (has(call, "track", "recurse-submodules") && /^(direct|inherit|checkout|on-demand)$/.test(operandText(call, 0)))
    call.operands.shift();
  const dashes = call.words.some((word) => word.text === "--");
  if (dashes && call.rest.length > 0) discards(call, call.rest);
  else if (call.operands.length >= 2 && !dashes) discards(call, call.operands.slice(1));
  else if (call.operands.length === 1 && !dashes && looksLikeFile(call.operands[0]!)) discards(call, call.operands);
  else if (has(call, "ours", "theirs", "patch")) touchesHere(call, "write");
}

export function readRestore(call: Call): void {
  if (has(call, "staged") && !has(call, "worktree")) return;
  discards(call, call.operands);
  if (has(call, "pathspec-from-file", "patch")) touchesHere(call, "write");
}

export function readReset(call: Call): void {
  if (!has(call, "hard", "merge", "keep")) return;
  if (!has(call, "keep")) means(call, "discard-changes");
  touchesHere(call, "write");
}

export function readClean(call: Call): void {
  if (has(call, "dry-run")) {
    looksOnly(call);
    return;
  }
  if (!has(call, "force", "interactive")) return;
  if (call.operands.length === 0) touchesHere(call, "delete");
  for (const word of call.operands) touches(call, word, "delete", { deep: true });
}

export function readRm(call: Call): void {
  if (has(call, "cached", "dry-run")) call.atom.paths.length = 0;
}

const LISTS = [
  "list",
  "all",
  "remotes",
  "verbose",
  "vv",
  "contains",
  "no-contains",
  "merged",
  "no-merged",
  "show-current",
  "points-at",
  "format",
  "sort",
  "column",
];

export function readBranch(call: Call): void {
  if (has(call, "D")) {
    means(call, "delete");
    means(call, "force");
  }
  if (has(call, "M", "C")) means(call, "force");
  const changes = has(
    call,
    "delete",
    "move",
    "M",
    "copy",
    "C",
    "force",
    "set-upstream-to",
    "unset-upstream",
    "edit-description",
  );
  if (!changes && (call.operands.length === 0 || has(call, ...LISTS))) looksOnly(call);
  else raise(call, "warn");
}

export function readStash(call: Call): void {
  const sub = call.subs[1];
  if (sub === "list" || sub === "show" || sub === "create") return;
  touchesHere(call, "write");
}

export function readWorktree(call: Call): void {
  if (call.subs[1] === "prune" && !has(call, "dry-run")) raise(call, "warn");
}

export function readSubmodule(call: Call): void {
  if (call.subs[1] === "add") cloned(call);
  if (call.subs[1] === "foreach" && call.rest.length > 0) call.nested.shell(join(call.rest), "git");
}

export function readBisect(call: Call): void {
  const [first, ...rest] = call.rest;
  if (first?.text === "run") call.nested.words(rest, "git");
  else if (first?.text && /^(log|visualize|view|terms)$/.test(first.text)) looksOnly(call);
  if (first) call.subs.push(first.text ?? "?");
}

export function readRebase(call: Call): void {
  if (has(call, "interactive", "edit-todo")) runs(call, "editor");
  touchesHere(call, "write");
}

/** `core.editor vim`: a program that everybody has under that name, and nothing behind it. */
const namesTool = (key: string, value: string): boolean =>
  /^(core\.editor|sequence\.editor)$/i.test(key)
    ? /^(vim?|nvim|nano|emacs|micro|hx|code|codium|subl|kate|gedit|mate|pico)( (-w|-n|-nw|--wait|--new-window))*$/.test(
        value,
      )
    : /^core\.pager$/i.test(key) && /^(less|more|cat|delta|bat|most)( -[A-Za-z]+)*$/.test(value);

/** config: reading is safe; writing a setting that runs something is as good as running it. */
export function readConfig(call: Call): void {
  const operands = call.operands.filter(
    (word, index) =>
      !(index === 0 && /^(get|set|unset|list|edit|rename-section|remove-section)$/.test(word.text ?? "")),
  );
  const verb = operands.length < call.operands.length ? call.operands[0]!.text : undefined;
  const [key, value] = operands;
  const reads = has(call, "get", "get-all", "get-regexp", "get-urlmatch", "list") || verb === "get" || verb === "list";
  const writes =
    !reads &&
    (verb !== undefined ||
      value !== undefined ||
      has(call, "add", "replace-all", "unset", "unset-all", "edit", "remove-section", "rename-section"));
  if (!writes) {
    looksOnly(call);
    return;
  }
  raise(call, "warn");
  const running =
    key?.text === null ||
    (key !== undefined && gitSettingRuns(key.text ?? "") !== undefined) ||
    has(call, "edit") ||
    verb === "edit";
  // What is taken out of a configuration runs no more.
  const takesOut = has(call, "unset", "unset-all", "remove-section") || /^(unset|remove-section)$/.test(verb ?? "");
  const before = call.reading.atoms.length;
  if (key && value) gitSetting(call, key, value);
  // `alias.st status`: another name for what only looks.
  const shortens =
    /^alias\./i.test(key?.text ?? "") &&
    !has(call, "system") &&
    call.reading.atoms.length > before &&
    call.reading.atoms.slice(before).every((atom) => atom.class === "safe" && atom.opaque.length === 0);
  const plain = value !== undefined && value.text !== null && namesTool(key?.text ?? "", value.text);
  if (!has(call, "file") && running && !takesOut && !shortens && !plain) {
    if (has(call, "global")) touches(call, literal("~/.gitconfig"), "write");
    else if (has(call, "system")) touches(call, literal("/etc/gitconfig"), "write");
    else touches(call, literal(".git/config"), "write");
  }
  if (has(call, "edit") || verb === "edit") runs(call, "editor");
}

/** log, show, diff: `--output` writes; external drivers and text converters run what the repository says. */
export function readDiff(call: Call): void {
  if (has(call, "ext-diff", "textconv")) runs(call, "git-setting");
  if (has(call, "no-index")) for (const word of call.operands) touches(call, word, "read");
  // `git show HEAD:.env`: a file as it once was.
  for (const word of call.operands) {
    const colon = (word.text ?? "").indexOf(":");
    if (colon >= 0 && !word.text!.includes("://")) touches(call, literal(word.text!.slice(colon + 1)), "read");
  }
  for (const word of optionValues(call, "output")) if (word.text === "") opaque(call, "an output that is not named");
}
