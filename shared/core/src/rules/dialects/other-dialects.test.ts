// other-dialects.test.ts — the overlays of seed 002, the ordered rules of seed 000, the rows of seed 001

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { describe, expect, test } from "vitest";
import { compileSet } from "../compile.ts";
import { errorsOf, judged } from "../judged.ts";
import type { Example } from "../schema.ts";

const overlay = (text: string, name = "policy.d/00-defaults.yaml"): PolicySource => ({
  name,
  dialect: "overlay",
  text,
});
const DEFAULTS = `
protect_paths: ["/", "/etc", "/usr", "/var", "/boot"]
write_whitelist: ["~/", "/mnt/data/projects"]
require_approval: [sudo, apt, "rm -rf", pkill, apply_patch, git commit]
env_allowlist: [PATH, HOME, LANG]
limits: { wall_time_sec: 120, cpu_percent: 80, mem_mb: 2048 }
log_redactions:
  - { pattern: ".*TOKEN=.*", replace: "TOKEN=***" }
`;

describe("overlays (seed 002)", () => {
  const write = (path: string): Example => ({ tool: "Write", args: { file_path: path, content: "x" } });
  test.each<[string, string, Example, string]>([
    ["safe is allowed", DEFAULTS, "ls", "allow"],
    ["a warning inside the whitelist is allowed", DEFAULTS, write("/home/dev/project/a.txt"), "allow"],
    ["outside it is not", DEFAULTS, write("/srv/a.txt"), "deny"],
    ["a protected path", DEFAULTS, write("/etc/hosts"), "deny"],
    ["what needs approval asks", DEFAULTS, "sudo ls", "ask"],
    ["by meaning", DEFAULTS, "rm -f -r ./x", "ask"],
    [
      "by the name of a tool",
      DEFAULTS,
      { tool: "apply_patch", args: { input: "*** Begin Patch\n*** Update File: a.txt\n@@\n-a\n+b\n*** End Patch" } },
      "ask",
    ],
    ["the root entry itself", "protect_paths: ['/']\nwrite_whitelist: ['/']", write("/"), "deny"],
    ["and nothing below it", "protect_paths: ['/']\nwrite_whitelist: ['/srv']", write("/srv/x"), "allow"],
    [
      "the more specific prefix wins: whitelist",
      "protect_paths: [/srv]\nwrite_whitelist: [/srv/www]",
      write("/srv/www/a"),
      "allow",
    ],
    [
      "the more specific prefix wins: protection",
      "protect_paths: [/srv, /srv/www/private]\nwrite_whitelist: [/srv/www]",
      write("/srv/www/private/a"),
      "deny",
    ],
    [
      "the same prefix in both stays protected",
      "protect_paths: [/srv]\nwrite_whitelist: [/srv]",
      write("/srv/a"),
      "deny",
    ],
    ["without a whitelist nothing is written", "protect_paths: [/etc]", write("/home/dev/a"), "deny"],
  ])("%s", (_why, text, example, effect) => expect(judged(overlay(text), example).effect).toBe(effect));

  test("runs get limits and the allowed variables", () => {
    const verdict = judged(overlay(DEFAULTS), "ls");
    expect(verdict.modifications).toEqual({
      limits: { wallSeconds: 120, cpuPercent: 80, memoryMb: 2048 },
      variables: ["PATH", "HOME", "LANG"],
    });
  });

  test("files merge in the order of their names: replace, append, replace a rule", () => {
    const files = [
      overlay(
        "+require_approval: [git push]\nlimits: { mem_mb: 512 }\nrules: [{ id: a, effect: deny, when: { program: ls } }]",
        "policy.d/20-more.yaml",
      ),
      overlay(
        "require_approval: [sudo]\nlimits: { wall_time_sec: 5, mem_mb: 1 }\nrules: [{ id: a, effect: alert }]",
        "policy.d/10-first.yaml",
      ),
      overlay("log_redactions: [{ pattern: x, replace: y }]\nenv_allowlist: [PATH]", "policy.d/00-base.yaml"),
    ];
    expect(judged(files, "ls").effect).toBe("deny");
    expect(judged(files, "git push").effect).toBe("ask");
    expect(judged(files, "sudo ls").effect).not.toBe("allow");
    expect(judged(files, "cat x").modifications?.limits).toEqual({ wallSeconds: 5, memoryMb: 512 });
    const set = compileSet(files);
    expect(set.documents).toHaveLength(1);
    expect(set.logRedactions).toEqual([{ pattern: "x", replace: "y" }]);
  });

  test("every file's errors come with its own name", () => {
    const errors = errorsOf([
      overlay("protect_path: [/]", "d/1.yaml"),
      overlay("rules:\n  - { effect: nope }", "d/2.yaml"),
    ]);
    expect(errors.map(({ file, line }) => `${file}:${line}`)).toEqual(["d/1.yaml:1", "d/2.yaml:2"]);
    expect(errors[0]?.message).toContain("did you mean `protect_paths`");
  });

  test("an error inside a rule of the second file names that file", () => {
    const errors = errorsOf([
      overlay("rules:\n  - { id: a, effect: deny }", "d/1.yaml"),
      overlay("\nrules:\n  - { id: b, effect: deny, when: { argsMatch: '(' } }", "d/2.yaml"),
    ]);
    expect(errors[0]).toMatchObject({ file: "d/2.yaml", line: 3 });
  });
});

describe("ordered rules (seed 000)", () => {
  const json = (value: unknown): PolicySource => ({
    name: "policy.json",
    dialect: "ordered-json",
    text: JSON.stringify(value),
  });
  const rules = [
    { match: { tool: "Read" }, action: "allow", reason: "reading is fine" },
    { match: { tool: "shell", args: "rm -rf" }, action: "ask_user", reason: "deletes" },
    { match: { tool: "shell" }, action: "deny" },
    { match: { tool: "pay", args: { to: "^acme$" } }, action: "allow" },
  ];
  test.each<[string, unknown, Example, string]>([
    ["the first that matches", { rules }, { tool: "read", args: { file_path: "a" } }, "allow"],
    ["a pattern of the arguments", { rules }, "rm -rf x", "ask"],
    ["the next", { rules }, "ls", "deny"],
    ["a named argument", { rules }, { tool: "pay", args: { to: "acme" } }, "allow"],
    ["a named argument, not", { rules }, { tool: "pay", args: { to: "acme2", note: "acme" } }, "deny"],
    ["the default", { rules, default: "ask_user" }, { tool: "other" }, "ask"],
    ["deny without a default", { rules }, { tool: "other" }, "deny"],
    ["a bare list", rules, "rm -rf x", "ask"],
    ["flat rules", { rules: [{ tool: "other", action: "allow" }] }, { tool: "other" }, "allow"],
  ])("%s", (_why, value, example, effect) => expect(judged(json(value), example).effect).toBe(effect));

  test("errors name line and column", () => {
    const source: PolicySource = { name: "p.json", dialect: "ordered-json", text: '[\n {"action": "alow"}\n]' };
    expect(errorsOf([source])[0]).toMatchObject({ line: 2, column: 13 });
    expect(errorsOf([source])[0]?.message).toContain("did you mean `allow`");
  });
});

describe("rows (seed 001)", () => {
  const row = (value: object): PolicySource => ({
    name: "shop-writes",
    dialect: "row",
    text: JSON.stringify({ name: "no-writes", scope: "global", effect: "deny", rule_expr: {}, ...value }),
  });
  test.each<[string, object, Example, string]>([
    ["one rule", { effect: "deny", rule_expr: { when: { tool: "shell" } } }, "ls", "deny"],
    ["an approval", { effect: "require_approval", rule_expr: { when: { tool: "shell" } } }, "ls", "ask"],
    [
      "a scope",
      { scope: "app", selector: "shop", effect: "allow", rule_expr: { when: { tool: "shell" } } },
      { command: "ls", principal: { app: "shop" } },
      "allow",
    ],
    [
      "another app",
      { scope: "app", selector: "shop", effect: "allow", rule_expr: { when: { tool: "shell" } } },
      { command: "ls", principal: { app: "blog" } },
      "deny",
    ],
    [
      "a whole document",
      {
        effect: "mixed",
        rule_expr: { default: "allow", rules: [{ id: "x", effect: "deny", when: { program: "rm" } }] },
      },
      "ls",
      "allow",
    ],
    [
      "a document of its own",
      { document: "default: allow", scope: undefined, effect: undefined, rule_expr: undefined },
      "ls",
      "allow",
    ],
  ])("%s", (_why, value, example, effect) => expect(judged(row(value), example).effect).toBe(effect));

  test("the description is the reason", () => {
    expect(judged(row({ description: "not here" }), "ls").reason).toBe("not here");
  });
  test("mixed without rules is refused", () => {
    expect(errorsOf([row({ effect: "mixed" })])[0]?.message).toContain("mixed");
  });
});
