// roles.ts — what happens to a word in its place: the `<role>`s of the program tables

import { type Call, has, reachesHost, reachesRemote, reachesUrl, readStatements, runs, sets, touches } from "./call.ts";
import { gitSetting } from "./git-settings.ts";
import type { Slot } from "./grammar.ts";
import { locate, looksLikePath } from "./paths.ts";
import type { Word } from "./shell/word.ts";

interface Context {
  deep: boolean;
}

type Role = (call: Call, word: Word, context: Context) => void;

const ROLES: Record<string, Role> = {
  read: (call, word, { deep }) => touches(call, word, "read", { deep }),
  write: (call, word, { deep }) => touches(call, word, "write", { deep }),
  delete: (call, word, { deep }) => touches(call, word, "delete", { deep }),
  /** a folder and all that is below it is read */
  tree: (call, word) => touches(call, word, "read", { deep: true }),
  /** a folder into which several things are written */
  into: (call, word) => touches(call, word, "write", { deep: true }),
  edit: (call, word, { deep }) => {
    touches(call, word, "read", { deep });
    touches(call, word, "write", { deep });
  },
  /** gone from here with all that is below it */
  move: (call, word) => {
    touches(call, word, "read", { deep: true });
    touches(call, word, "delete", { deep: true });
  },
  /** its content is lost, or it is a device whose content is lost */
  destroy: (call, word) => {
    touches(call, word, "write", { deep: true });
    touches(call, word, "delete", { deep: true });
  },
  /** a file of code that is run */
  run: (call, word) => {
    touches(call, word, "read");
    runs(call, "script");
  },
  /** a configuration file that may name commands */
  config: (call, word) => {
    touches(call, word, "read");
    runs(call, "configuration");
  },
  /** what follows happens there: `git -C`, `make -C` */
  chdir: (call, word) => {
    const known = word.text;
    call.place = { ...call.place, cwds: known === null ? [] : locate(known, call.place) };
  },
  /** a setting of git, `key=value` */
  gitSetting: (call, word) => gitSetting(call, word),
  linked: (call, word) => linked(call, word),
  url: (call, word) => reachesUrl(call, word),
  upload: (call, word) => reachesUrl(call, word, true),
  host: (call, word) => reachesHost(call, word),
  remoteRead: (call, word, { deep }) => reachesRemote(call, word, "read", { deep }),
  remoteWrite: (call, word, { deep }) => reachesRemote(call, word, "write", { deep }),
  shell: (call, word) => call.nested.shell(word, call.program),
  sql: (call, word) => readStatements(call.atom, word),
  /** `@file`, as curl and its kin take it */
  atFile: (call, word) => {
    const known = word.text ?? word.known;
    if (!known.startsWith("@")) return;
    const path = {
      ...word,
      raw: known.slice(1),
      text: word.text === null ? null : known.slice(1),
      known: known.slice(1),
    };
    touches(call, path, "read");
  },
  /** `NAME=value`: a variable for what is called */
  variable: (call, word) => {
    const known = word.text ?? word.known;
    const equals = known.indexOf("=");
    sets(call, equals < 0 ? known : known.slice(0, equals));
  },
  /** a URL, a host, a path, or none of them */
  source: (call, word) => {
    if (word.text?.includes("://") || /^git@[^:]+:/.test(word.known)) reachesUrlOrScp(call, word);
    else if (word.text === null || looksLikePath(word.text)) touches(call, word, "read", { deep: true });
  },
  /** a path where it looks like one */
  maybe: (call, word, { deep }) => {
    if (word.text === null ? word.known.includes("/") : looksLikePath(word.text)) touches(call, word, "read", { deep });
  },
};

/** Whoever writes to the link writes to what it leads to: to link is to open a way to both. */
export function linked(call: Call, word: Word): void {
  touches(call, word, "read", { deep: true });
  touches(call, word, "write", { deep: true });
}

function reachesUrlOrScp(call: Call, word: Word): void {
  const text = word.text ?? word.known;
  if (text.includes("://")) reachesUrl(call, word);
  else reachesHost(call, { ...word, text: text.slice(0, text.indexOf(":")) }, "ssh");
}

export function play(call: Call, role: string | undefined, word: Word, deep: boolean): void {
  if (role === undefined) return;
  const known = ROLES[role];
  if (!known) throw new Error(`a program table names the role \`${role}\`, which is none`);
  known(call, word, { deep });
}

/** Operands to slots: those before the repeating one from the left, those after it from the right, it takes the rest. */
export function playOperands(call: Call, use: readonly Slot[], deep: boolean): void {
  const { operands } = call;
  const repeating = use.findIndex((slot) => slot.repeats);
  const after = repeating < 0 ? 0 : use.length - repeating - 1;
  for (let i = 0; i < operands.length; i++) {
    let slot: Slot | undefined;
    if (repeating < 0) slot = use[i];
    else if (i < repeating) slot = use[i];
    else if (operands.length - i <= after && operands.length > after) slot = use[use.length - (operands.length - i)];
    else slot = use[repeating];
    play(call, slot?.role, operands[i]!, deep);
  }
}

export const reachesBelow = (call: Call, deep: readonly string[] | undefined): boolean =>
  call.options.size > 0 && (has(call, "recursive", "archive") || (deep !== undefined && has(call, ...deep)));

/** Every role a table may name. */
export const ROLE_NAMES: ReadonlySet<string> = new Set(Object.keys(ROLES));
