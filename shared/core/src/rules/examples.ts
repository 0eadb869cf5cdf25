// examples.ts — `match` and `notMatch` of a rule are tried when the document loads; one that is wrong refuses it

import type { Action } from "@holdpoint/wire/action.ts";
import { ATTESTABLE } from "@holdpoint/wire/action.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { deriveFacts } from "../facts/derive.ts";
import type { OwnTools } from "../facts/tools/own-tools.ts";
import type { CompiledRule } from "./compiled.ts";
import type { Refuse } from "./conditions.ts";
import { viewOf } from "./criteria/view.ts";
import { atomsOf, holds } from "./holds.ts";
import { scoreRisk } from "./risk.ts";
import type { Document, Example } from "./schema.ts";

const HOME = "/home/dev";
const CWD = "/home/dev/project";

/** An example as an action whose every word is vouched for. */
export function exampleAction(example: Example): Action {
  const given = typeof example === "string" ? { command: example } : example;
  const args = (given.args as { [key: string]: Json } | undefined) ?? {};
  return {
    id: "act_00000000-0000-7000-8000-000000000000",
    tenant: given.tenant ?? "default",
    kind: given.kind ?? "tool",
    tool: given.tool ?? "Bash",
    args: given.command === undefined ? args : { ...args, command: given.command },
    argsHash: "-",
    cwd: given.cwd ?? CWD,
    home: given.home ?? HOME,
    principal: { agent: "example", ...given.principal },
    session: { id: "example" },
    environment: { name: "development", ...given.environment },
    ...(given.context ? { context: given.context } : {}),
    ...(given.resource ? { resource: given.resource } : {}),
    trust: given.trust ?? "verified",
    mode: given.mode ?? "auto",
    ...(given.risk ? { risk: given.risk } : {}),
    ...(given.permissions ? { permissions: given.permissions } : {}),
    attested: [...ATTESTABLE],
    credential: "example",
    proposedAt: "1970-01-01T00:00:00Z",
  };
}

const speaks = ({ effect, uncovered }: CompiledRule): boolean =>
  !uncovered && (effect === "allow" || effect === "deny" || effect === "require_approval" || effect === "terminate");

/** A deny or ask matches when any atom meets it; an allow when it covers every atom. */
export function ruleMatches(
  rule: CompiledRule,
  action: Action,
  siblings: readonly CompiledRule[] = [],
  tools?: OwnTools,
): boolean {
  const facts = deriveFacts(action, tools);
  const view = viewOf(action, facts, scoreRisk(action, facts).score);
  const atoms = atomsOf(facts);
  const one = (atom: (typeof atoms)[number]) => {
    if (rule.uncovered && siblings.some((other) => speaks(other) && holds(other, view, atom))) return false;
    return holds(rule, view, atom);
  };
  return rule.effect === "allow" ? atoms.every(one) : atoms.some(one);
}

export function checkExamples(
  document: Document,
  rules: readonly CompiledRule[],
  tools: OwnTools | undefined,
  refuse: Refuse,
): void {
  for (const rule of rules) {
    const written = document.rules?.[rule.order];
    for (const [key, expected] of [
      ["match", true],
      ["notMatch", false],
    ] as const) {
      for (const [index, example] of (written?.[key] ?? []).entries()) {
        if (ruleMatches(rule, exampleAction(example), rules, tools) === expected) continue;
        const text = typeof example === "string" ? example : JSON.stringify(example);
        const message = `rule \`${rule.id}\` ${expected ? "does not match" : "matches"} its example \`${text}\``;
        refuse(["rules", rule.order, key, index], message);
      }
    }
  }
}
