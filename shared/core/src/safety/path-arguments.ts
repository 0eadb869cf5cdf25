// path-arguments.ts — which arguments of a call are paths: by what the facts say, and by name where they say nothing

import type { Facts } from "@holdpoint/wire/facts.ts";

/** Whole last words of argument names: `file_path`, `notebookPath`, `dest`, `sources`, `outputDir`. */
const PATH_NAME =
  /(?:^|[_\-.]|(?<=[a-z])(?=[A-Z]))(?:path|paths|file|files|filename|filenames|filepath|dir|dirs|directory|folder|dest|destination|source|sources|src|target|cwd|workdir|root)$/i;

/**
 * A test for the arguments of one call. A shell text is never one path; an argument of another call is one when its facts or
 * its name say so.
 * @returns of a JSON pointer, and of the keys and indexes that it is made of
 */
export function pathArguments(facts: Facts): (at: string, path: readonly (string | number)[]) => boolean {
  const commands = new Set<string>();
  const paths = new Set<string>();
  for (const atom of facts.atoms) {
    if (atom.kind === "command") commands.add(atom.at);
    for (const { at } of atom.paths) (atom.kind === "command" ? commands : paths).add(at);
  }
  return (at, path) => {
    if (commands.has(at)) return false;
    if (paths.has(at)) return true;
    const name = path.findLast((part) => typeof part === "string");
    return typeof name === "string" && PATH_NAME.test(name);
  };
}
