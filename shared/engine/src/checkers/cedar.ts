// cedar.ts — a checker that asks Cedar policies: what they do not permit, or forbid, blocks

import { createRequire } from "node:module";
import type { Checker } from "@holdpoint/core/safety/checker.ts";
import { findingsOf } from "@holdpoint/core/safety/finding.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import { cedarRequest, type Entity } from "./cedar-request.ts";

export interface CedarChecker {
  checker: string;
  timeoutMs: number;
  version: string;
  /** text of the policies, in Cedar's own syntax */
  policies: string;
  /** text of a Cedar schema: the policies must be valid under it */
  schema?: string;
  /** entities beside those of the action: what is above a team, what a resource belongs to */
  entities?: Entity[];
  escalatable?: boolean;
}

type Cedar = typeof import("@cedar-policy/cedar-wasm/nodejs");
type Failure = { errors: { message: string }[] };
const messages = ({ errors }: Failure): string => errors.map(({ message }) => message).join("; ");

/** Only here is the package loaded: a house without Cedar policies needs none. */
const loadCedar = (): Cedar => createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs") as Cedar;

/** Each policy under the name that its `@id` gives it, so that findings and people can speak of it. */
function named(cedar: Cedar, text: string): { policies: Record<string, string>; advice: Map<string, string> } {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === "failure") throw new Error(messages(parts));
  if (parts.policy_templates.length > 0) throw new Error("a template decides nothing by itself: write policies");
  if (parts.policies.length === 0) throw new Error("there is no policy in it");
  const policies: Record<string, string> = {};
  const advice = new Map<string, string>();
  for (const [index, policy] of parts.policies.entries()) {
    const read = cedar.policyToJson(policy);
    if (read.type === "failure") throw new Error(messages(read));
    const { id = `policy-${index + 1}`, advice: said } = read.json.annotations ?? {};
    if (Object.hasOwn(policies, id)) throw new Error(`two policies are called \`${id}\``);
    policies[id] = policy;
    if (said) advice.set(id, said);
  }
  return { policies, advice };
}

function valid(cedar: Cedar, policies: Record<string, string>, schema: string): void {
  const answer = cedar.validate({ schema, policies: { staticPolicies: policies } });
  if (answer.type === "failure") throw new Error(messages(answer));
  const [first] = answer.validationErrors;
  if (first) throw new Error(`policy \`${first.policyId}\`: ${first.error.message}`);
}

/** Reads the policies at once. Throws an `Error` that says what is wrong with them, or that the package is missing. */
export function cedarChecker(options: CedarChecker): Checker {
  const { checker, timeoutMs, version, entities = [], escalatable } = options;
  const cedar = loadCedar();
  const { policies, advice } = named(cedar, options.policies);
  if (options.schema !== undefined) valid(cedar, policies, options.schema);
  const preparsedPolicySetId = `${checker}@${version}`;
  const parsed = cedar.preparsePolicySet(preparsedPolicySetId, { staticPolicies: policies });
  if (parsed.type === "failure") throw new Error(messages(parsed));
  const found = findingsOf(checker);
  const block = (code: string, note: string): Finding[] => [
    { ...found("block", code, note, ""), ...(escalatable === true && { escalatable }) },
  ];

  return {
    id: checker,
    timeoutMs,
    version,
    check(action, facts) {
      const answer = cedar.statefulIsAuthorized({ ...cedarRequest(action, facts, entities), preparsedPolicySetId });
      if (answer.type === "failure") throw new Error(messages(answer));
      const { decision, diagnostics } = answer.response;
      // Cedar leaves out a policy that fails, also one that forbids: here nothing passes by failing.
      const [failed] = diagnostics.errors;
      if (failed) throw new Error(`policy \`${failed.policyId}\` failed`);
      if (decision === "allow") return [];
      const ids = [...diagnostics.reason].sort();
      if (ids.length === 0) return block("cedar_not_permitted", "no Cedar policy permits this");
      const said = ids.flatMap((id) => advice.get(id) ?? []).join("; ");
      return block("cedar_forbidden", `forbidden by ${ids.join(", ")}${said ? `: ${said}` : ""}`);
    },
  };
}
