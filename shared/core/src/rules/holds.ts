// holds.ts — does a rule hold for an atom? The one place where tests, exemptions, gaps and errors come together

import type { Atom, Facts } from "@holdpoint/wire/facts.ts";
import { newAtom } from "../facts/reading.ts";
import type { CompiledRule } from "./compiled.ts";
import type { Checks } from "./conditions.ts";
import { featuresOf, type View } from "./criteria/view.ts";

/** A text without any command does nothing: judged as one harmless atom, so that rules still apply to its tool. */
const NOTHING: Atom = newAtom("command", "", "");

export const atomsOf = (facts: Facts): readonly Atom[] => (facts.atoms.length > 0 ? facts.atoms : [NOTHING]);

/** Throws when a test throws: the caller counts that on the strict side. */
export const holds = (rule: CompiledRule, view: View, atom: Atom): boolean =>
  met(rule.checks, view, atom) && (rule.unless === undefined || !met(rule.unless, view, atom));

/** Are all the criteria met? */
export function met({ needs, bars, tests }: Checks, view: View, atom: Atom): boolean {
  const features = featuresOf(view, atom);
  if ((features & needs) !== needs || (features & bars) !== 0) return false;
  for (const test of tests) if (!test(view, atom)) return false;
  return true;
}
