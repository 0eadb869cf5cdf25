// peers.ts — the same question put to other engines: N denials below one folder each, everything else allowed
//
// Asked in two shapes: each denial speaks of a tool of its own (whoever looks rules up by tool is done at once), and all of
// them speak of one tool, as policies of agents do, which have a dozen tools and hundreds of paths and commands.

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

export const SHAPES = ["a tool each", "one tool"] as const;
export type Shape = (typeof SHAPES)[number];

const toolOf = (shape: Shape, index: number) => (shape === "one tool" ? "read_file" : `tool_${index}`);
const folderOf = (index: number) => `/srv/area_${index}`;

/** Half of the questions meet their rule, half do not; spread over all rules. */
export function questions(shape: Shape, rules: number, count: number): Question[] {
  return Array.from({ length: count }, (_, index) => {
    const rule = (index * 7_919) % rules;
    const denied = index % 2 === 0;
    return {
      tool: toolOf(shape, rule),
      path: `${denied ? folderOf(rule) : "/srv/elsewhere"}/file_${index}.txt`,
      denied,
    };
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
export function holdpoint(shape: Shape, rules: number, asked: readonly Question[]): Peer {
  const list = Array.from({ length: rules }, (_, index) => ({
    id: `r${index}`,
    effect: "deny",
    when: { tool: [toolOf(shape, index)], paths: [`${folderOf(index)}/**`] },
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

/** What agent clients ship (the shape is Gemini CLI's): an ordered list; mode, name or pattern of names, regex on the arguments as text. */
export function linear(shape: Shape, rules: number): Peer {
  const list = Array.from({ length: rules }, (_, index) => ({
    tool: toolOf(shape, index),
    modes: index % 10 === 0 ? ["auto"] : undefined,
    args: new RegExp(`"path":"${folderOf(index)}/`),
    deny: true,
  }));
  const named = (pattern: string, tool: string) =>
    pattern === "*" || (pattern.endsWith("*") ? tool.startsWith(pattern.slice(0, -1)) : pattern === tool);
  return {
    name: "linear",
    decide({ tool, path }) {
      const text = JSON.stringify({ path });
      for (const rule of list) {
        if (rule.modes && !rule.modes.includes("auto")) continue;
        if (named(rule.tool, tool) && rule.args.test(text)) return rule.deny;
      }
      return false;
    },
  };
}

/**
 * A lookup of permissions: action and subject pick a short list from a map, the conditions of those are tried. No globs,
 * no effects but yes and no, no verdict that says why. Where every rule has a tool of its own, that is all there is to do.
 */
export function casl(shape: Shape, rules: number): Peer {
  const ability = createMongoAbility([
    { action: "call", subject: "all" },
    ...Array.from({ length: rules }, (_, index) => ({
      action: "call",
      subject: toolOf(shape, index),
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
export async function casbin(shape: Shape, rules: number): Promise<Peer> {
  const lines = Array.from(
    { length: rules },
    (_, index) => `p, ${toolOf(shape, index)}, ${folderOf(index)}/*, deny`,
  ).join("\n");
  const enforcer = await newEnforcer(newModelFromString(MODEL), new StringAdapter(lines));
  return { name: "casbin", decide: ({ tool, path }) => !enforcer.enforceSync(tool, path) };
}

export function cedar(shape: Shape, rules: number): Peer {
  const policies = [
    "permit(principal, action, resource);",
    ...Array.from(
      { length: rules },
      (_, index) =>
        `forbid(principal, action == Action::"${toolOf(shape, index)}", resource) when { context.path like "${folderOf(index)}/*" };`,
    ),
  ].join("\n");
  const id = `bench-${shape}-${rules}`;
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
