// sure.ts — what a policy set surely says of a command, wherever and by whomever it is run: the part that may be exported

import type { Effect } from "@holdpoint/wire/scalars.ts";
import { decide } from "../../decide.ts";
import { bareCommand } from "../bare-command.ts";
import type { PolicySet } from "../compiled.ts";
import { isOneCommand } from "../dialects/one-command.ts";
import type { Flavour } from "../glob.ts";
import type { Document, Rule } from "../schema.ts";

/** Letters that mean the same to every shell and every client's pattern. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9 _@%+=:,./-]*$/;

/** Commands that a document names one by one: whole `commands` and examples, as they are written. */
export function namedCommands({ rules = [] }: Document): string[] {
  const found = rules.flatMap(({ when, match = [] }) => [
    ...(when?.commands ?? []),
    ...match.flatMap((example) => (typeof example === "string" ? [example] : [])),
  ]);
  return [...new Set(found)].filter((text) => PLAIN.test(text) && text === text.trim() && isOneCommand(text));
}

export const sureEffect = (set: PolicySet, command: string): Effect => decide(set, bareCommand(command)).verdict.effect;

/** A deny that is about nothing but what a command is called, a path, a host or a tool. */
export type PlainDeny =
  | { about: "commands"; prefixes: string[] }
  | { about: "paths"; patterns: string[]; access: readonly string[] }
  | { about: "tools"; names: string[] };

/** What other clients can say too; undefined = nothing of it. `report` names the part that is lost. */
export function plainDeny(rule: Rule, flavour: Flavour, report: (why: string) => void): PlainDeny | undefined {
  const { when = {}, unless } = rule;
  const words = Object.entries(when).filter(([, value]) => value !== undefined);
  if (unless) report("its `unless` is not said there");
  const [key, second] = words.map(([word]) => word).filter((word) => word !== "tool");
  if (unless || second !== undefined) return undefined;
  if (key === "commands") return commandsOf(when.commands ?? [], report);
  if (key === "paths") return pathsOf(when.paths, flavour, report);
  if (key !== undefined) return undefined;
  const names = when.tool ?? [];
  return names.length > 0 && names.every((name) => !name.startsWith("!")) ? { about: "tools", names } : undefined;
}

function commandsOf(patterns: readonly string[], report: (why: string) => void): PlainDeny | undefined {
  const prefixes = patterns.map((text) => text.replace(/(?: \*)+$/, "")).filter((text) => PLAIN.test(text));
  if (prefixes.length === 0) return undefined;
  if (prefixes.length < patterns.length) report("commands with wildcards are not said there");
  report("is said by its text only: other spellings of the command are asked about there");
  return { about: "commands", prefixes };
}

function pathsOf(
  paths: NonNullable<Rule["when"]>["paths"],
  flavour: Flavour,
  report: (why: string) => void,
): PlainDeny | undefined {
  const [first, more] = paths ?? [];
  if (first === undefined || (typeof first !== "string" && more !== undefined)) return undefined;
  const condition = typeof first === "string" ? { any: paths as string[] } : first;
  const patterns = condition.any ?? [];
  const sayable = patterns.filter((text) => /^(?:\/|~\/|\.\/|\*\*\/|[A-Za-z0-9._])[^{}?\\$]*$/.test(text));
  if (sayable.length === 0 || patterns.some((text) => text.startsWith("!"))) return undefined;
  if (sayable.length < patterns.length) report("some of its paths are not said there");
  // Where a star crosses slashes (seed 003), `/etc/*` is all that is below: other clients say that with two.
  const below = flavour === "crossing" ? sayable.map((text) => text.replace(/(^|\/)\*$/, "$1**")) : sayable;
  if (flavour === "crossing" && below.some((text) => text.replace(/\*\*$/, "").includes("*")))
    report("has stars that cross slashes here, and stop at them there");
  return { about: "paths", patterns: below, access: condition.access ?? ["read", "write", "delete", "execute"] };
}
