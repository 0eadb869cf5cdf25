// registry.ts — finds the grammar of a program by its name; compiled when first asked for

import { compile, type Grammar, type Program } from "../grammar.ts";
import { archives } from "./archives.ts";
import { builds } from "./builds.ts";
import { builtins } from "./builtins.ts";
import { clouds } from "./cloud.ts";
import { clusters } from "./clusters.ts";
import { containers } from "./containers.ts";
import { databases } from "./databases.ts";
import { editors } from "./editors.ts";
import { files } from "./files.ts";
import { find } from "./find.ts";
import { firewalls } from "./firewalls.ts";
import { git } from "./git.ts";
import { interpreters } from "./interpreters.ts";
import { looking } from "./looking.ts";
import { machines } from "./machines.ts";
import { migrations } from "./migrations.ts";
import { networking } from "./network.ts";
import { packages } from "./packages.ts";
import { nodePackages } from "./packages-node.ts";
import { systemPackages } from "./packages-system.ts";
import { platforms } from "./platforms.ts";
import { redis } from "./redis.ts";
import { searching } from "./searching.ts";
import { systems } from "./system.ts";
import { web } from "./web.ts";
import { windows } from "./windows.ts";

export const TABLES: readonly Record<string, Program>[] = [
  builds,
  archives,
  builtins,
  clouds,
  containers,
  databases,
  editors,
  systems,
  find,
  git,
  interpreters,
  networking,
  packages,
  nodePackages,
  systemPackages,
  platforms,
  searching,
  web,
  clusters,
  migrations,
  redis,
  firewalls,
  looking,
  files,
  windows,
  machines,
];

const programs = new Map<string, Program>();
for (const table of TABLES)
  for (const [names, program] of Object.entries(table))
    for (const name of names.split(" ")) programs.set(name, program);

const compiled = new Map<string, Grammar>();

export function findProgram(name: string): Grammar | undefined {
  const known = compiled.get(name);
  if (known) return known;
  const program = programs.get(name);
  if (!program) return undefined;
  const grammar = compile(program);
  compiled.set(name, grammar);
  return grammar;
}

export const isKnownProgram = (name: string): boolean => programs.has(name);

/** Versioned and alternative names: `python3.12`, `pip3`, `nodejs`, `git.exe`, `gsed`. */
export function canonicalName(base: string): string {
  if (programs.has(base)) return base;
  let name = base.toLowerCase();
  if (name.endsWith(".exe") || name.endsWith(".cmd")) name = name.slice(0, -4);
  if (programs.has(name)) return name;
  const versioned =
    /^(python|pip|ruby|perl|php|lua|node|gcc|g\+\+|clang|clang\+\+|pypy|java|psql|pg_dump|llvm-config)-?[\d.]+$/.exec(
      name,
    );
  if (versioned) return versioned[1]!;
  if (name === "nodejs") return "node";
  // GNU tools beside BSD ones.
  if (name.startsWith("g") && GNU.has(name.slice(1))) return name.slice(1);
  return name;
}
const GNU = new Set(
  "rm mv cp sed awk tar find xargs dd chmod chown ln shred truncate install tee mkdir rmdir unlink cat head tail sort cut env timeout stat".split(
    " ",
  ),
);
