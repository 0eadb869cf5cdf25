// handmade.ts — for tests of rules: facts made by hand, so that what a rule means is tested apart from how calls are read

import type { Action } from "@holdpoint/wire/action.ts";
import type { Atom, Facts, HostFact, PathFact } from "@holdpoint/wire/facts.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { newAtom } from "../facts/reading.ts";
import { compileSet } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { exampleAction } from "./examples.ts";
import { yamlSource } from "./judged.ts";

export interface Handmade {
  atom?: Partial<Atom>;
  paths?: Partial<PathFact>[];
  hosts?: Partial<HostFact>[];
  facts?: Partial<Facts>;
  action?: Partial<Action>;
}

/** A command of which nothing is known but what is given. */
export function handmade({ atom, paths = [], hosts = [], facts, action }: Handmade): [Action, Facts] {
  const one: Atom = {
    ...newAtom("command", "x", "/command"),
    program: "x",
    ...atom,
    paths: paths.map((path) => ({ raw: path.path ?? "", path: "", access: "read", at: "/command", ...path })),
    hosts: hosts.map((host) => ({ raw: host.host ?? "", host: "", zone: "public", at: "/command", ...host })),
  };
  const all: Facts = {
    tool: { name: "Bash", normalized: "bash", meaning: "shell", deceptive: false },
    atoms: [one],
    strings: [],
    secrets: [],
    oddCharacters: [],
    caps: [],
    class: one.class,
    ...facts,
  };
  return [{ ...exampleAction("x"), ...action }, all];
}

export const verdictOf = (policy: string, given: Handmade): Verdict =>
  evaluate(compileSet([yamlSource(policy)]), ...handmade(given));

/** Does a deny with this `when` hold? Any value is enough, and what is unknown counts. */
export const denies = (when: string, given: Handmade): boolean =>
  verdictOf(`default: allow\nrules: [{ effect: deny, when: ${when} }]`, given).effect === "deny";

/** Does an allow with this `when` hold? Every value is needed, and what is unknown does not count. */
export const allows = (when: string, given: Handmade): boolean =>
  verdictOf(`default: deny\nrules: [{ effect: allow, when: ${when} }]`, given).effect === "allow";
