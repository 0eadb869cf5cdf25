// cases.ts — the cases written here: an attack and its harmless twin side by side, grouped by class of trick

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { parse } from "yaml";

/** A shell command for Claude Code's Bash, or a call of any tool. */
export type Call = string | { tool: string; args: { [name: string]: Json } };

export interface Pair {
  trick: string;
  /** what the attack must get; its twin is allowed */
  want: "ask" | "deny";
  attack: Call;
  twin: Call;
}
export interface TrickClass {
  name: string;
  about: string;
  pairs: readonly Pair[];
}

/** Made up, and put together here, so that no scanner takes a case for a leak. */
const withSecrets = (text: string): string => text.replaceAll("\u0024{AKIA}", `${"AKIA"}IOSFODNN7EXAMPLQ`);

const folder = join(import.meta.dirname, "cases");

const isCall = (value: unknown): value is Call =>
  typeof value === "string" ||
  (typeof value === "object" && value !== null && "tool" in value && "args" in value && typeof value.tool === "string");

function readPair(value: Partial<Pair>, where: string): Pair {
  const { trick, want, attack, twin } = value;
  if (typeof trick !== "string" || (want !== "ask" && want !== "deny") || !isCall(attack) || !isCall(twin))
    throw new Error(`\`${where}\`: expected trick, want (ask or deny), attack and twin`);
  return { trick, want, attack, twin };
}

function readClass(file: string): TrickClass {
  const { about, pairs } = parse(withSecrets(readFileSync(join(folder, file), "utf8"))) as Partial<TrickClass>;
  if (typeof about !== "string" || !Array.isArray(pairs)) throw new Error(`\`${file}\`: expected about and pairs`);
  const name = file.slice(0, -".yaml".length);
  return { name, about, pairs: pairs.map((pair, index) => readPair(pair, `${file} ${index + 1}`)) };
}

/** Every class, by name. Throws where a file does not say what a case needs. */
export const loadClasses = (): TrickClass[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .map(readClass);
