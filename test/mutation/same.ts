// same.ts — mutants that change no answer, sorted by hand, each group with its reason: they are tried all the same, and stand
// on the page by name. One of them that a test notices, or that is no longer there, is reported: then it has no place here

import type { Mutant } from "./mutate.ts";

/** How a mutant is named: by its file, the line it stands in, and the change. */
export const nameOf = ({ file, text, from, to }: Pick<Mutant, "file" | "text" | "from" | "to">): string =>
  `${file.replace(/^.*\//, "")}: ${text.slice(0, 80)} :: ${flat(from)} → ${flat(to)}`;

const flat = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
};

export const SAME: Readonly<Record<string, readonly string[]>> = {};
