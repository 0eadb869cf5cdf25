// reading.ts — what one derivation collects while it reads an action, and the caps it keeps to

import type { Atom, CommandClass } from "@holdpoint/wire/facts.ts";
import { limits } from "@holdpoint/wire/limits.ts";

export interface Reading {
  atoms: Atom[];
  caps: Set<string>;
  home: string | undefined;
  nodes: number;
  paths: number;
  /** characters of all paths together */
  pathChars: number;
  hosts: number;
  /** the text of all commands read so far: nested texts count too, so that nothing multiplies */
  chars: number;
}

export const newReading = (home: string | undefined): Reading => ({
  atoms: [],
  caps: new Set(),
  home,
  nodes: 0,
  paths: 0,
  pathChars: 0,
  hosts: 0,
  chars: 0,
});

const TEXT_SHOWN_MAX = 2_000;

export function newAtom(kind: Atom["kind"], text: string, at: string): Atom {
  return {
    kind,
    text: text.length > TEXT_SHOWN_MAX ? `${text.slice(0, TEXT_SHOWN_MAX)}…` : text,
    words: [],
    wrappers: [],
    opaque: [],
    runsCode: [],
    paths: [],
    hosts: [],
    databases: [],
    variables: [],
    class: "safe",
    at,
  };
}

/** Adds the atom, or, where there are too many, makes the last one stand for all that was not kept. */
export function keep(reading: Reading, atom: Atom): void {
  if (reading.atoms.length < limits.commandAtomsMax) {
    reading.atoms.push(atom);
    return;
  }
  reading.caps.add("commandAtomsMax");
  const last = reading.atoms.at(-1)!;
  addOnce(last.opaque, "more commands than are read");
  last.class = stricterClass(last.class, "warn");
}

/** No more can become an atom of its own: reading on would cost, and say nothing new. */
export const isFull = (reading: Reading): boolean =>
  reading.atoms.length >= limits.commandAtomsMax ||
  reading.nodes > limits.commandNodesMax ||
  reading.chars > limits.commandCharsMax;

/** A part that was not read: an atom of its own, opaque. */
export function keepUnread(reading: Reading, text: string, at: string, wrappers: readonly string[], why: string): void {
  const atom = newAtom("command", text, at);
  atom.opaque.push(why);
  atom.class = "warn";
  atom.wrappers.push(...wrappers);
  keep(reading, atom);
}

export function addOnce<T>(list: T[], item: T): void {
  if (!list.includes(item)) list.push(item);
}

export const stricterClass = (a: CommandClass, b: CommandClass): CommandClass =>
  a === "safe" || b === "blocked-by-default" ? b : a;
