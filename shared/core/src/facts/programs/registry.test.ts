// registry.test.ts — the tables themselves: they compile, name only roles that exist, and describe no program twice

import { expect, test } from "vitest";
import type { Grammar } from "../grammar.ts";
import { ROLE_NAMES } from "../roles.ts";
import { canonicalName, findProgram, TABLES } from "./registry.ts";

const names = TABLES.flatMap((table) => Object.keys(table).flatMap((key) => key.split(" ")));

function rolesOf(grammar: Grammar): string[] {
  const roles = [...grammar.short.values(), ...grammar.long.values()].map((option) => option.role);
  const slots = [...grammar.use, ...grammar.useWith.flatMap(({ use }) => use)].map((slot) => slot.role);
  const below = grammar.sub ? [...grammar.sub.values()].flatMap(rolesOf) : [];
  return [...roles, ...slots].filter((role) => role !== undefined).concat(below);
}

test("no program is described twice", () => {
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  expect([...new Set(twice)]).toEqual([]);
});

test("every role that a table names exists", () => {
  const unknown = names.flatMap((name) => rolesOf(findProgram(name)!).filter((role) => !ROLE_NAMES.has(role)));
  expect([...new Set(unknown)]).toEqual([]);
});

test.each<[written: string, name: string]>([
  ["git", "git"],
  ["GIT", "git"],
  ["git.exe", "git"],
  ["python3", "python"],
  ["python3.12", "python"],
  ["pip3", "pip"],
  ["nodejs", "node"],
  ["grm", "rm"],
  ["gsed", "sed"],
  ["mkfs.ext4", "mkfs.ext4"],
  ["Rscript", "Rscript"],
  ["unheard-of", "unheard-of"],
])("%s is the program %s", (written, name) => expect(canonicalName(written)).toBe(name));
