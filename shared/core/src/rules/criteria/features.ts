// features.ts — what is plainly there in a call and in an atom, as bits: most rules need one that is missing, or bar one
// that is there, and are done with in one comparison

import type { Action } from "@holdpoint/wire/action.ts";
import type { Access, Atom, CommandClass, Facts } from "@holdpoint/wire/facts.ts";
import type { Kind, Mode, Trust } from "@holdpoint/wire/scalars.ts";

const of = <K extends string>(first: number, ...names: K[]): Readonly<Record<K, number>> =>
  Object.fromEntries(names.map((name, index) => [name, 1 << (first + index)])) as Record<K, number>;

/** Of the call as a whole. */
export const CALL = of(0, "secrets", "oddCharacters", "unknownTool");
export const KINDS: Readonly<Record<Kind, number>> = of(3, "tool", "agent_step", "model_call");
export const MODES: Readonly<Record<Mode, number>> = of(6, "draft", "auto");
export const TRUSTS: Readonly<Record<Trust, number>> = of(8, "blocked", "quarantined", "verified", "trusted");
/** Of one atom. */
export const ATOM = {
  ...of(12, "hosts", "uploads", "databases", "runsCode", "opaque", "dynamic"),
  ...of(18, "variables", "command", "paths", "writes", "reaches"),
};
export const ACCESSES: Readonly<Record<Access, number>> = of(23, "read", "write", "delete", "execute");
export const CLASSES: Readonly<Record<CommandClass, number>> = of(27, "safe", "warn", "blocked-by-default");

/** The bits that are not named: what a list of the only ones that will do bars. */
export function others(all: Readonly<Record<string, number>>, named: readonly string[]): number {
  let bits = 0;
  for (const [name, bit] of Object.entries(all)) if (!named.includes(name)) bits |= bit;
  return bits;
}

/** A value that is none of the known ones is barred by every list. */
const STRANGE = {
  kind: others(KINDS, []),
  mode: others(MODES, []),
  trust: others(TRUSTS, []),
  class: others(CLASSES, []),
};

export function callFeatures(action: Action, facts: Facts): number {
  let bits = KINDS[action.kind] ?? STRANGE.kind;
  bits |= MODES[action.mode] ?? STRANGE.mode;
  bits |= TRUSTS[action.trust] ?? STRANGE.trust;
  if (facts.secrets.length > 0) bits |= CALL.secrets;
  if (facts.oddCharacters.length > 0 || facts.tool.deceptive) bits |= CALL.oddCharacters;
  if (facts.tool.meaning === undefined) bits |= CALL.unknownTool;
  // A cap that was hit leaves something unread, nobody knows in which atom.
  if (facts.caps.length > 0) bits |= ATOM.opaque;
  return bits;
}

export function atomFeatures(atom: Atom): number {
  let bits = CLASSES[atom.class] ?? STRANGE.class;
  if (atom.kind === "command") bits |= ATOM.command;
  // Could not be understood, for a reason of its own.
  if (atom.opaque.length > 0) bits |= ATOM.opaque;
  if (atom.runsCode.length > 0) bits |= ATOM.runsCode;
  if (atom.databases.length > 0) bits |= ATOM.databases;
  if (atom.variables.length > 0) bits |= ATOM.variables;
  // Words that only the run itself knows, in a name, an operand, a path or a host.
  if (atom.words.includes(null) || atom.meaning?.operands.includes(null)) bits |= ATOM.dynamic;
  for (const { access, mayContain, dynamic } of atom.paths) {
    bits |= ATOM.paths | ACCESSES[access];
    if (access !== "read") bits |= ATOM.writes;
    if (mayContain) bits |= ATOM.reaches;
    if (dynamic) bits |= ATOM.dynamic;
  }
  for (const { upload, dynamic } of atom.hosts) {
    bits |= ATOM.hosts;
    if (upload) bits |= ATOM.uploads;
    if (dynamic) bits |= ATOM.dynamic;
  }
  return bits;
}
