// holds.ts — does a rule hold for an atom? The one place where tests, exemptions, gaps and errors come together

import type { Atom, Facts } from "@holdpoint/wire/facts.ts";
import type { CompiledRule } from "./compiled.ts";
import { isDynamic, isOpaque, type View } from "./criteria/view.ts";

/** A text without any command does nothing: judged as one harmless atom, so that rules still apply to its tool. */
const NOTHING: Atom = {
  kind: "command",
  text: "",
  words: [],
  wrappers: [],
  opaque: [],
  runsCode: [],
  paths: [],
  hosts: [],
  databases: [],
  variables: [],
  class: "safe",
  at: "",
};

export const atomsOf = (facts: Facts): readonly Atom[] => (facts.atoms.length > 0 ? facts.atoms : [NOTHING]);

/** Throws when a test throws: the caller counts that on the strict side. */
export function holds(rule: CompiledRule, view: View, atom: Atom): boolean {
  if (rule.effect === "allow" && !mayCover(rule, view, atom)) return false;
  for (const test of rule.tests) if (!test(view, atom)) return false;
  return rule.unless === undefined || !exempt(rule.unless, view, atom);
}

const exempt = (unless: CompiledRule["tests"], view: View, atom: Atom): boolean => {
  for (const test of unless) if (!test(view, atom)) return false;
  return true;
};

/** rulings §B2, §B3, §B7: what an allow covers only where it says so. */
function mayCover(rule: CompiledRule, view: View, atom: Atom): boolean {
  if (!rule.namesTool && view.facts.tool.meaning === undefined) return false;
  if (rule.blindToCommands && atom.kind === "command") return false;
  if (rule.opaque === "allow") return true;
  return !isOpaque(view, atom) && (rule.opaque === "dynamic" || !isDynamic(atom));
}
