// judged.ts — for the tests of dialects: what a text in a dialect says of an example

import { isFault } from "@holdpoint/wire/fault.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { deriveFacts } from "../../facts/derive.ts";
import { compileSet } from "../compile.ts";
import { evaluate } from "../evaluate.ts";
import { exampleAction } from "../examples.ts";
import type { Problem } from "../problems.ts";
import type { Example } from "../schema.ts";

export function judged(sources: PolicySource | readonly PolicySource[], example: Example): Verdict {
  const action = exampleAction(example);
  return evaluate(
    compileSet(Array.isArray(sources) ? sources : [sources as PolicySource]),
    action,
    deriveFacts(action),
  );
}

/** Every error of a set that is refused; none when it compiles. */
export function errorsOf(sources: readonly PolicySource[]): Problem[] {
  try {
    compileSet(sources);
  } catch (error) {
    if (isFault(error) && error.code === "policy_invalid") return error.place["errors"] as Problem[];
    throw error;
  }
  return [];
}
