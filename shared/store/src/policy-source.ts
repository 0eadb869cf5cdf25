// policy-source.ts — how the compiler reads what a person wrote: a whole document as it is, a row of seed 001 as one

import type { PolicySource, PolicyWrite } from "@holdpoint/wire/policy.ts";

/** @param version counts the row's changes, and is shown with the rules that decided */
export function sourceOf(write: PolicyWrite, version: number): PolicySource {
  const { name } = write;
  if (!("document" in write)) {
    // What decides, and nothing that changes without changing a decision.
    const { description, scope, selector, effect, rule_expr } = write;
    return {
      name,
      dialect: "row",
      text: JSON.stringify({ name, description, scope, selector, effect, rule_expr }),
      version,
    };
  }
  return typeof write.document === "string"
    ? { name, dialect: "native-yaml", text: write.document, version }
    : { name, dialect: "native-json", text: JSON.stringify(write.document), version };
}
