// described-tools.test.ts — a house's own tools mean what a policy says they do, and clients' tools what they always did

import { describe, expect, test } from "vitest";
import { decide } from "../decide.ts";
import { deriveFacts, factsUnder } from "../facts/derive.ts";
import { compileSet } from "./compile.ts";
import { exampleAction } from "./examples.ts";
import { errorsOf, judged, yamlSource } from "./judged.ts";
import type { Example } from "./schema.ts";

const OWN = `
tools:
  Deploy_Service: { meaning: shell, args: { recipe: command, target: host } }
  mcp__crm__export: { meaning: fs.write, args: { to_file: "path:write", rows: content } }
  warehouse: { meaning: db.query, args: { ask: sql } }
  look: { meaning: fs.read, class: safe, args: { where: "path:read" } }
rules:
  - { id: allow-looking, effect: allow, when: { tool: [shell, fs.read], class: [safe] } }
  - { id: deny-force, effect: deny, when: { commands: ["git push --force"] }, match: [{ tool: deploy_service, args: { recipe: "git push -f" } }] }
  - { id: deny-env, effect: deny, when: { paths: ["**/.env"] } }
  - { id: allow-writes, effect: allow, when: { tool: fs.write, paths: ["./out/**"] } }
  - { id: deny-drops, effect: deny, when: { databases: { verbs: [drop] } } }
`;
const own = yamlSource(OWN);

test.each<[string, Example, string]>([
  ["a command in an argument of its own", { tool: "deploy_service", args: { recipe: "git -C x push -f" } }, "deny"],
  ["what only looks", { tool: "DEPLOY_SERVICE ", args: { recipe: "git status" } }, "allow"],
  ["a chain in it", { tool: "deploy_service", args: { recipe: "git status; unheard-of" } }, "deny"],
  ["a path to write", { tool: "mcp__crm__export", args: { to_file: "out/x.csv" } }, "allow"],
  ["a path elsewhere", { tool: "mcp__crm__export", args: { to_file: "/etc/x.csv" } }, "deny"],
  ["a statement", { tool: "warehouse", args: { ask: "drop table users" } }, "deny"],
  ["a secret to read", { tool: "look", args: { where: "app/.env" } }, "deny"],
  ["a file to read", { tool: "look", args: { where: "src/app.ts" } }, "allow"],
  ["a tool that nobody described", { tool: "look2", args: { where: "src/app.ts" } }, "deny"],
])("%s", (_why, example, effect) => expect(judged(own, example).effect).toBe(effect));

test("a look-alike of the name is not described by it", () => {
  const action = exampleAction({ tool: "l\u043e\u043ek", args: { where: "src/app.ts" } });
  expect(decide(compileSet([own]), action).verdict.effect).toBe("deny");
});

test("descriptions of all documents count, in the examples of each", () => {
  const tools = yamlSource("tools: { ship: { meaning: shell, args: { how: command } } }", "tools.yaml");
  const rules = yamlSource(
    "rules: [{ id: a, effect: deny, when: { commands: [rm] }, match: [{ tool: ship, args: { how: rm x } }] }]",
    "rules.yaml",
  );
  expect(errorsOf([tools, rules])).toEqual([]);
  expect(errorsOf([rules]).map(({ message }) => message)).toHaveLength(1);
});

describe("facts and what they were derived with", () => {
  const action = exampleAction({ tool: "look", args: { where: "a" } });
  const with_ = (text: string) => compileSet([yamlSource(text)]).tools;
  const first = with_(OWN);
  test("are kept under the same description, whatever else changes", () => {
    const facts = deriveFacts(action, first);
    expect(factsUnder(with_(`${OWN}\n  - { id: more, effect: alert }`), action, facts)).toBe(facts);
  });
  test.each([
    ["another description", "tools: { look: { meaning: shell, args: { where: command } } }", "shell"],
    ["none", "rules: []", undefined],
  ])("are derived again under %s", (_why, text, meaning) =>
    expect(factsUnder(with_(text), action, deriveFacts(action, first)).tool.meaning).toBe(meaning),
  );
  test("and where there was none before", () =>
    expect(factsUnder(first, action, deriveFacts(action)).tool.meaning).toBe("fs.read"));
  test("of tools that every client has are never derived again", () => {
    const bash = exampleAction("ls");
    const facts = deriveFacts(bash);
    expect(factsUnder(first, bash, facts)).toBe(facts);
  });
});

test.each([
  ["a client's tool", "tools: { Bash: { meaning: note } }", 1, 10, "is known"],
  ["a server's tool", "tools:\n  mcp__filesystem__write_file: { meaning: note }", 2, 3, "is known"],
  ["a pattern", "tools: { 'mcp__*': { meaning: note } }", 1, 10, "patterns"],
  ["another meaning", "tools: { x: { meaning: fs.raed } }", 1, 24, "did you mean `fs.read`?"],
  ["another role", "tools: { x: { meaning: shell, args: { a: comand } } }", 1, 42, "did you mean `command`?"],
  ["a scope", "scope: app\nselector: shop\ntools: { x: { meaning: note } }", 3, 10, "no place"],
])("%s is refused with its place", (_why, text, line, column, says) => {
  const [first] = errorsOf([yamlSource(text)]);
  expect(first).toMatchObject({ line, column, message: expect.stringContaining(says) });
});

test("two documents that describe one tool otherwise are refused; an overlay's error names its file", () => {
  const one = (meaning: string, name: string) => yamlSource(`tools: { x: { meaning: ${meaning} } }`, name);
  expect(errorsOf([one("note", "a"), one("note", "b")])).toEqual([]);
  expect(errorsOf([one("note", "a"), one("shell", "b")])).toMatchObject([{ file: "b", line: 1, column: 10 }]);
  const overlay = { name: "d/1.yaml", dialect: "overlay", text: "\ntools: { bash: { meaning: note } }" };
  expect(errorsOf([overlay, { ...overlay, name: "d/2.yaml", text: "limits: {}" }])).toMatchObject([
    { file: "d/1.yaml", line: 2, column: 10 },
  ]);
});
