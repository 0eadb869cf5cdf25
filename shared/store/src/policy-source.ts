// policy-source.ts — how the compiler reads what a person wrote: a whole document as it is, a row of seed 001 as one

import type { PolicySource, PolicyWrite } from "@holdpoint/wire/policy.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";

type Row = Exclude<PolicyWrite, { document: unknown }>;

/**
 * `rule_expr` holds one rule's body, or a whole document (then `effect` is `mixed` and each rule brings its own).
 * The row's scope and selector say whom it concerns, its description is the reason where it gives no other.
 */
function rowDocument({ name, description, scope, selector, effect, rule_expr }: Row): { [key: string]: Json } {
  const concern: { [key: string]: Json } = { scope, ...(selector === undefined ? {} : { selector }) };
  if ("rules" in rule_expr) return { ...concern, ...rule_expr };
  const reason: { [key: string]: Json } = description === undefined ? {} : { reason: description };
  return { ...concern, rules: [{ id: name, ...reason, ...rule_expr, effect }] };
}

/** @param version counts the row's changes, and is shown with the rules that decided */
export function sourceOf(write: PolicyWrite, version: number): PolicySource {
  const { name } = write;
  if (!("document" in write))
    return { name, dialect: "native-json", text: JSON.stringify(rowDocument(write)), version };
  return typeof write.document === "string"
    ? { name, dialect: "native-yaml", text: write.document, version }
    : { name, dialect: "native-json", text: JSON.stringify(write.document), version };
}
