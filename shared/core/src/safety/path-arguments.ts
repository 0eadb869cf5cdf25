// path-arguments.ts — which arguments of a call are paths: by what the facts say, and by name where they say nothing

import type { Facts } from "@holdpoint/wire/facts.ts";
import { pointer } from "../redact/leaves.ts";

/** Whole last words of argument names: `file_path`, `notebookPath`, `dest`, `sources`, `outputDir`. */
const PATH_NAME =
  /(?:^|[_\-.]|(?<=[a-z])(?=[A-Z]))(?:path|paths|file|files|filename|filenames|filepath|dir|dirs|directory|folder|dest|destination|source|sources|src|target|cwd|workdir|root)$/i;

/** A shell text is never one path; an argument of another call is one when its facts or its name say so. */
export function isPathArgument(path: readonly (string | number)[], facts: Facts): boolean {
  const at = pointer(path);
  const atoms = facts.atoms.filter((atom) => atom.at === at || atom.paths.some((each) => each.at === at));
  if (atoms.some(({ kind }) => kind === "command")) return false;
  if (atoms.some(({ paths }) => paths.some((each) => each.at === at))) return true;
  const name = path.findLast((part) => typeof part === "string");
  return typeof name === "string" && PATH_NAME.test(name);
}
