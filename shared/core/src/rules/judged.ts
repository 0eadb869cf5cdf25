// judged.ts — for tests of rules: what policy texts say of an example, and what is wrong with them

import type { Action, Attestable } from "@holdpoint/wire/action.ts";
import { ATTESTABLE } from "@holdpoint/wire/action.ts";
import { isFault } from "@holdpoint/wire/fault.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { deriveFacts } from "../facts/derive.ts";
import { compileSet } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { exampleAction } from "./examples.ts";
import type { Problem } from "./problems.ts";
import type { Example } from "./schema.ts";

export type Given = Example;

export const yamlSource = (text: string, name = "test"): PolicySource => ({ name, dialect: "native-yaml", text });

export const attesting = (action: Action, attested: readonly Attestable[] | "all"): Action => ({
  ...action,
  attested: attested === "all" ? [...ATTESTABLE] : [...attested],
});

/** Native YAML texts, each a document of its own, over an example of which the given words are vouched for. */
export function judge(
  policy: string | string[],
  given: Given,
  attested: readonly Attestable[] | "all" = "all",
): Verdict {
  const texts = Array.isArray(policy) ? policy : [policy];
  const action = attesting(exampleAction(given), attested);
  const set = compileSet(texts.map((text, index) => yamlSource(text, `doc-${index}`)));
  return evaluate(set, action, deriveFacts(action, set.tools));
}

export const effect = (...args: Parameters<typeof judge>): string => judge(...args).effect;

/** Sources in any dialect over an example of which everything is vouched for. */
export function judged(sources: PolicySource | readonly PolicySource[], example: Given): Verdict {
  const action = exampleAction(example);
  const all = Array.isArray(sources) ? sources : [sources as PolicySource];
  const set = compileSet(all);
  return evaluate(set, action, deriveFacts(action, set.tools));
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
