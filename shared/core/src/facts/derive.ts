// derive.ts — from an action to its facts: pure, bounded, and never silent about what it could not understand

import type { Action } from "@holdpoint/wire/action.ts";
import type { Atom, CommandClass, Facts } from "@holdpoint/wire/facts.ts";
import { touch } from "./call.ts";
import { findOddCharacters } from "./odd-characters.ts";
import { addOnce, keep, newAtom, newReading, type Reading, stricterClass } from "./reading.ts";
import { findSecrets, secretByKey } from "./secrets/find.ts";
import { literal } from "./shell/word.ts";
import { collectStrings } from "./strings.ts";
import { readToolName } from "./tools/name.ts";
import type { OwnTools } from "./tools/own-tools.ts";
import { readCall } from "./tools/read-call.ts";

/** A file that one command fetched and a later one runs: code that came over the network. */
function markDownloads(reading: Reading): void {
  if (reading.hosts === 0 || reading.atoms.length < 2) return;
  const fetched = new Set<string>();
  for (const atom of reading.atoms) {
    if (
      atom.runsCode.includes("script") &&
      atom.paths.some(({ access, path }) => access === "read" && fetched.has(path))
    )
      addOnce(atom.runsCode, "downloaded-code");
    if (!atom.hosts.some(({ zone }) => zone === "public" || zone === "unknown")) continue;
    for (const { access, path } of atom.paths) if (access === "write") fetched.add(path);
  }
}

/** Symlinks' real places, as an enforcer saw them: each counts with every access that the action has anywhere. */
function addResolved(reading: Reading, action: Action): void {
  const resolved = action.bindings?.resolvedPaths;
  if (!resolved || resolved.length === 0) return;
  const atom = reading.atoms.find((each) => each.paths.length > 0) ?? reading.atoms[0]!;
  const accesses = new Set(reading.atoms.flatMap((each) => each.paths.map((path) => path.access)));
  if (accesses.size === 0) accesses.add("read");
  const from = atom.paths.length;
  for (const path of resolved)
    for (const access of accesses)
      touch(reading, atom, { cwds: [action.cwd ?? "."], home: action.home }, literal(path), access);
  for (const fact of atom.paths.slice(from)) fact.resolved = true;
}

/** The facts of an action nobody could read: one opaque atom, so that no allow covers it. */
function unreadable(action: Action, why: string): Atom {
  const atom = newAtom("call", action.tool, "");
  addOnce(atom.opaque, why);
  atom.class = "warn";
  return atom;
}

/** More spans than this say no more than this many. */
const SECRETS_MAX = 1_000;

/** Facts that were derived under other descriptions of the tool are derived again; all others stay as they are. */
export const factsUnder = (tools: OwnTools | undefined, action: Action, facts: Facts): Facts =>
  facts.tool.map === readToolName(action.tool, tools).tool.map ? facts : deriveFacts(action, tools);

function moveBy(secret: Facts["secrets"][number], chars: number): void {
  secret.start += chars;
  secret.end += chars;
}

/** `tools`: what a policy says of a house's own tools, by normalised name. */
export function deriveFacts(action: Action, tools?: OwnTools): Facts {
  const reading = newReading(action.home);
  const { tool, map } = readToolName(action.tool, tools);
  const strings = collectStrings(action.args);
  const writes = action.args["writes"];
  try {
    readCall(reading, {
      tool: action.tool,
      map,
      strings: strings.found,
      cwd: action.cwd ?? action.bindings?.cwd,
      home: action.home,
      writes: typeof writes === "boolean" ? writes : undefined,
    });
  } catch (error) {
    // A reader that stumbles has understood nothing: the action stays, opaque, beside whatever was read before.
    keep(reading, unreadable(action, `could not be read: ${error instanceof Error ? error.message : String(error)}`));
    reading.caps.add("reader");
  }
  if (reading.atoms.length === 0) {
    const nothing = newAtom("command", "", "");
    nothing.program = ":";
    nothing.meaning = { program: ":", subcommands: [], options: {}, operands: [] };
    keep(reading, nothing);
  }
  if (strings.cut) {
    reading.caps.add("stringsScannedBytesMax");
    for (const atom of reading.atoms) addOnce(atom.opaque, "more text than is read");
  }
  markDownloads(reading);
  addResolved(reading, action);
  const oddCharacters: Facts["oddCharacters"] = [];
  const secrets: Facts["secrets"] = [];
  for (const { text, at, key } of strings.found) {
    findOddCharacters(text, at, oddCharacters, tool.meaning === "shell");
    findSecrets(text, at, secrets);
    secretByKey(key, text, at, secrets);
  }
  for (const { text, at, from } of strings.names) {
    const before = secrets.length;
    findSecrets(text, at, secrets);
    for (let index = before; index < secrets.length; index += 1) moveBy(secrets[index]!, from);
  }
  if (secrets.length > SECRETS_MAX) {
    secrets.length = SECRETS_MAX;
    reading.caps.add("secrets");
  }
  let strictest: CommandClass = "safe";
  for (const atom of reading.atoms) {
    if (atom.opaque.length > 0) atom.class = stricterClass(atom.class, "warn");
    strictest = stricterClass(strictest, atom.class);
  }
  return {
    tool,
    atoms: reading.atoms,
    strings: strings.found.map(({ at, text }) => ({ at, text })),
    secrets,
    oddCharacters,
    caps: [...reading.caps],
    class: strictest,
  };
}
