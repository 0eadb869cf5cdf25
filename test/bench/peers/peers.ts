// peers.ts — the same question put to other engines: N denials of one tool below one folder each, everything else allowed
// "Linear" is what agent clients ship: an ordered list of patterns tried one after the other.

import { createMongoAbility, subject } from "@casl/ability";
import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { evaluate } from "@holdpoint/core/rules/evaluate.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import { newEnforcer, newModelFromString, StringAdapter } from "casbin";

export interface Question {
  tool: string;
  path: string;
  denied: boolean;
}
export interface Peer {
  name: string;
  decide(question: Question): boolean;
}

const toolOf = (index: number) => `tool_${index}`;
const folderOf = (index: number) => `/srv/area_${index}`;

/** Half of the questions meet their rule, half do not; spread over all rules. */
export function questions(rules: number, count: number): Question[] {
  return Array.from({ length: count }, (_, index) => {
    const rule = (index * 7_919) % rules;
    const denied = index % 2 === 0;
    return { tool: toolOf(rule), path: `${denied ? folderOf(rule) : "/srv/elsewhere"}/file_${index}.txt`, denied };
  });
}

const action = (tool: string, path: string): Action => ({
  id: "act_00000000-0000-7000-8000-000000000000",
  tenant: "default",
  kind: "tool",
  tool,
  args: { path },
  argsHash: "x",
  principal: { agent: "bench" },
  session: { id: "s" },
  trust: "verified",
  mode: "auto",
  attested: ["agent"],
  credential: "k",
  proposedAt: "2026-01-01T00:00:00.000Z",
});
const facts = (tool: string, path: string): Facts => ({
  tool: { name: tool, normalized: tool, meaning: "fs.read", deceptive: false },
  atoms: [
    {
      kind: "call",
      text: tool,
      words: [],
      wrappers: [],
      opaque: [],
      runsCode: [],
      paths: [{ raw: path, path, access: "read", at: "/path" }],
      hosts: [],
      databases: [],
      variables: [],
      class: "safe",
      at: "",
    },
  ],
  strings: [{ at: "/path", text: path }],
  secrets: [],
  oddCharacters: [],
  caps: [],
  class: "safe",
});

/** What a decision costs once an action is understood; understanding is measured apart. */
export function holdpoint(rules: number, asked: readonly Question[]): Peer {
  const list = Array.from({ length: rules }, (_, index) => ({
    id: `r${index}`,
    effect: "deny",
    when: { tool: [toolOf(index)], paths: [`${folderOf(index)}/**`] },
  }));
  const set = compileSet([
    {
      name: "bench.json",
      dialect: "native-json",
      text: JSON.stringify({
        default: "deny",
        rules: [...list, { id: "rest", effect: "allow", when: { tool: ["fs.read"] } }],
      }),
    },
  ]);
  const ready = new Map(
    asked.map((question) => [
      question,
      [action(question.tool, question.path), facts(question.tool, question.path)] as const,
    ]),
  );
  return {
    name: "holdpoint",
    decide(question) {
      const [ofAction, ofFacts] = ready.get(question) as readonly [Action, Facts];
      return evaluate(set, ofAction, ofFacts).effect === "deny";
    },
  };
}

export function linear(rules: number): Peer {
  const list = Array.from({ length: rules }, (_, index) => ({
    tool: toolOf(index),
    args: new RegExp(`"path":"${folderOf(index)}/`),
    deny: true,
  }));
  return {
    name: "linear",
    decide({ tool, path }) {
      const text = JSON.stringify({ path });
      for (const rule of list) if (rule.tool === tool && rule.args.test(text)) return rule.deny;
      return false;
    },
  };
}

export function casl(rules: number): Peer {
  const ability = createMongoAbility([
    { action: "call", subject: "all" },
    ...Array.from({ length: rules }, (_, index) => ({
      action: "call",
      subject: toolOf(index),
      inverted: true,
      conditions: { path: { $regex: `^${folderOf(index)}/` } },
    })),
  ]);
  return {
    name: "@casl/ability",
    decide: ({ tool, path }) => ability.cannot("call", subject(tool, { path }) as never),
  };
}

const MODEL = `
[request_definition]
r = tool, path
[policy_definition]
p = tool, path, eft
[policy_effect]
e = !some(where (p.eft == deny))
[matchers]
m = r.tool == p.tool && keyMatch(r.path, p.path)
`;
export async function casbin(rules: number): Promise<Peer> {
  const lines = Array.from({ length: rules }, (_, index) => `p, ${toolOf(index)}, ${folderOf(index)}/*, deny`).join(
    "\n",
  );
  const enforcer = await newEnforcer(newModelFromString(MODEL), new StringAdapter(lines));
  return { name: "casbin", decide: ({ tool, path }) => !enforcer.enforceSync(tool, path) };
}

export function cedar(rules: number): Peer {
  const policies = [
    "permit(principal, action, resource);",
    ...Array.from(
      { length: rules },
      (_, index) =>
        `forbid(principal, action == Action::"${toolOf(index)}", resource) when { context.path like "${folderOf(index)}/*" };`,
    ),
  ].join("\n");
  const id = `bench-${rules}`;
  const parsed = preparsePolicySet(id, { staticPolicies: policies });
  if (parsed.type !== "success") throw new Error(`cedar did not take the policies: ${JSON.stringify(parsed)}`);
  return {
    name: "cedar-wasm",
    decide({ tool, path }) {
      const answer = statefulIsAuthorized({
        principal: { type: "Agent", id: "bench" },
        action: { type: "Action", id: tool },
        resource: { type: "Thing", id: "x" },
        context: { path },
        preparsedPolicySetId: id,
        entities: [],
      });
      if (answer.type !== "success") throw new Error(`cedar did not answer: ${JSON.stringify(answer)}`);
      return answer.response.decision === "deny";
    },
  };
}
