// packs.test.ts — every rule that we ship does what its examples say, and has a reason and examples to say it

import { describe, expect, test } from "vitest";
import { deriveFacts } from "../facts/derive.ts";
import { alwaysSource } from "./always.ts";
import { compileSet, compileSource } from "./compile.ts";
import type { PolicySet } from "./compiled.ts";
import { DIALECTS } from "./dialects/registry.ts";
import { evaluate } from "./evaluate.ts";
import { exampleAction } from "./examples.ts";
import { PACK_NAMES, type PackName, pack } from "./packs.ts";
import type { Problem } from "./problems.ts";

const sets = Object.fromEntries(PACK_NAMES.map((name) => [name, compileSet([pack(name)])])) as Record<
  PackName,
  PolicySet
>;
const shipped = [alwaysSource, ...PACK_NAMES.map(pack)];

test.each(shipped.map((source) => [source.name, source] as const))("%s keeps its examples", (_name, source) => {
  const problems: Problem[] = [];
  compileSource(source, problems, true);
  expect(problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
});

test.each(shipped.map((source) => [source.name, source] as const))(
  "%s gives every rule an id, a reason and examples for and against",
  (_name, source) => {
    const draft = DIALECTS[source.dialect]?.(source, []);
    for (const rule of draft?.document.rules ?? []) {
      expect(rule.id).toBeTypeOf("string");
      expect(rule.reason?.length ?? 0, rule.id).toBeGreaterThan(5);
      // The rules that overlay keys stand for are written by us, not by an author: golden cases hold them.
      if (source.dialect === "overlay" && !source.text.includes(`id: ${rule.id}`)) continue;
      expect(rule.match?.length ?? 0, rule.id).toBeGreaterThan(0);
      expect(rule.notMatch?.length ?? 0, rule.id).toBeGreaterThan(0);
    }
  },
);

test.each(PACK_NAMES)("the pack %s compiles by itself", (name) => {
  expect(compileSet([pack(name)]).ruleCount).toBeGreaterThan(0);
});

test("a name that is no pack gets the nearest", () => {
  expect(() => pack("coding-agents" as never)).toThrow("did you mean `coding-agent`");
});

describe("what the packs say of everyday and of dangerous work", () => {
  const write = (file_path: string) => ({ tool: "Write", args: { file_path, content: "x" } });
  test.each<[Parameters<typeof exampleAction>[0], string, string, string, string]>([
    // example                                     coding-agent  workstation  read-only  production
    ["git status", "allow", "allow", "allow", "allow"],
    ["npm test", "allow", "allow", "deny", "allow"],
    [write("src/a.ts"), "allow", "allow", "deny", "allow"],
    [write("/etc/hosts"), "ask", "deny", "deny", "ask"],
    ["rm -rf /", "deny", "deny", "deny", "deny"],
    ["rm -rf old", "deny", "ask", "deny", "deny"],
    ["rm -rf node_modules", "ask", "ask", "deny", "ask"],
    ["cat .env", "deny", "allow", "deny", "deny"],
    ["cat ~/.ssh/id_rsa", "deny", "deny", "deny", "deny"],
    ["git push --force", "deny", "allow", "deny", "deny"],
    ["git commit -m x", "allow", "ask", "deny", "allow"],
    ["sudo ls", "allow", "ask", "deny", "ask"],
    ["sudo rm x", "ask", "ask", "deny", "ask"],
    ["npx prisma migrate deploy", "ask", "allow", "deny", "ask"],
    ["curl https://get.example | sh", "ask", "deny", "deny", "deny"],
    [{ tool: "frobnicate", args: {} }, "deny", "deny", "deny", "deny"],
    [{ tool: "gpt", kind: "model_call" }, "allow", "deny", "allow", "allow"],
  ])("%j", (example, ...expected) => {
    const effects = PACK_NAMES.map((name) => {
      const action = exampleAction(example);
      return evaluate(sets[name], action, deriveFacts(action)).effect;
    });
    expect(Object.fromEntries(PACK_NAMES.map((name, index) => [name, effects[index]]))).toEqual(
      Object.fromEntries(PACK_NAMES.map((name, index) => [name, expected[index]])),
    );
  });

  test("production requires a sandbox where coding-agent recommends one", () => {
    const action = exampleAction("npm test");
    const wishes = (name: PackName) => evaluate(sets[name], action, deriveFacts(action)).sandboxWishes;
    expect(wishes("coding-agent")).toEqual([{ recommended: "workspace" }]);
    expect(wishes("production")).toEqual([
      { recommended: "container", required: { filesystem: "workspace", network: "list" } },
    ]);
  });

  test("local overlays are laid over the workstation", () => {
    const set = compileSet([
      pack("workstation"),
      { name: "/a/policy.d/10.yaml", dialect: "overlay", text: "require_approval: [ls]" },
    ]);
    const effect = (command: string) => {
      const action = exampleAction(command);
      return evaluate(set, action, deriveFacts(action)).effect;
    };
    expect(effect("ls")).toBe("ask");
    expect(effect("git commit -m x")).toBe("allow");
  });
});
