// importers.test.ts — what other agents' permissions mean here: never more than there, and what is left out is said

import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { describe, expect, test } from "vitest";
import { compileSet } from "../compile.ts";
import { errorsOf, judged } from "../judged.ts";
import type { Example } from "../schema.ts";

const warningsOf = (source: PolicySource) => compileSet([source]).documents[0]?.warnings ?? [];

describe("Claude Code permissions", () => {
  const claude = (permissions: object): PolicySource => ({
    name: "settings.json",
    dialect: "claude-permissions",
    text: JSON.stringify({ permissions, model: "x" }),
  });
  const settings = claude({
    allow: [
      "Bash(npm run test:*)",
      "Bash(git status)",
      "Read(src/**)",
      "WebFetch(domain:docs.example)",
      "mcp__github__get_issue",
      "Edit",
    ],
    ask: ["Bash(git push:*)"],
    deny: ["Bash(rm:*)", "Read(./.env)", "Read(~/.ssh/**)", "WebFetch(domain:evil.example)"],
  });
  test.each<[string, Example, string]>([
    ["a prefix", "npm run test -- --watch", "allow"],
    ["a prefix is whole words", "npm run testing", "ask"],
    ["an exact command", "git status", "allow"],
    ["and nothing more", "git status --short", "ask"],
    ["not in a chain with others", "git status && unheard-of", "ask"],
    ["not under another's rights", "sudo git status", "ask"],
    ["asks", "git push origin main", "ask"],
    ["denies by meaning", "cd x && /bin/rm -f y", "deny"],
    ["denies what hides in a wrapper", "bash -c 'rm x'", "deny"],
    ["a file below", { tool: "Read", args: { file_path: "src/a.ts" } }, "allow"],
    ["a file elsewhere", { tool: "Read", args: { file_path: "lib/a.ts" } }, "ask"],
    ["a denied file", { tool: "Read", args: { file_path: ".env" } }, "deny"],
    ["a denied file in a command", "cat ./.env", "deny"],
    ["a denied home", "cat ~/.ssh/id_rsa", "deny"],
    ["a domain", { tool: "WebFetch", args: { url: "https://docs.example/x", prompt: "x" } }, "allow"],
    ["a denied domain", "curl https://evil.example", "deny"],
    ["a tool of a server", { tool: "mcp__github__get_issue" }, "allow"],
    ["another tool", { tool: "mcp__github__merge" }, "ask"],
    ["a tool by its name", { tool: "Edit", args: { file_path: "a.ts", old_string: "a", new_string: "b" } }, "allow"],
  ])("%s", (_why, example, effect) => expect(judged(settings, example).effect).toBe(effect));

  test.each<[string, object, Example, string]>([
    ["a star in the middle", { allow: ["Bash(git * main)"] }, "git push origin main", "allow"],
    ["and what it does not hold", { allow: ["Bash(git * main)"] }, "git push origin main --force", "ask"],
    ["a star with an end that may be missing", { allow: ["Bash(git * main *)"] }, "git push main", "allow"],
    ["a star without a space", { allow: ["Bash(ls*)"] }, "lsof", "ask"],
    ["each command of a chain", { allow: ["Bash(git status)", "Bash(ls:*)"] }, "git status && ls -la", "allow"],
    ["a deny in a chain", { deny: ["Bash(curl http*)"] }, "cd x && curl http://y", "deny"],
    [
      "a path that Claude Code does not look at",
      { allow: ["Write(./src/**)"] },
      { tool: "Write", args: { file_path: "src/a", content: "" } },
      "ask",
    ],
    [
      "a path from the settings' own folder",
      { allow: ["Read(/src/**)"] },
      { tool: "Read", args: { file_path: "src/a" } },
      "ask",
    ],
    ["the whole disk", { allow: ["Read(//srv/**)"] }, { tool: "Read", args: { file_path: "/srv/a" } }, "allow"],
    ["nobody is asked", { allow: ["Bash(ls)"], defaultMode: "dontAsk" }, "pwd", "deny"],
  ])("%s", (_why, permissions, example, effect) => expect(judged(claude(permissions), example).effect).toBe(effect));

  test("what cannot be said is left out of an allow and made stricter in a deny", () => {
    const source = claude({
      allow: ["Bash(a && b)", "Agent(Explore)"],
      deny: ["Agent(Explore)", "Bash(curl * | sh)"],
      defaultMode: "bypassPermissions",
      additionalDirectories: ["/"],
    });
    expect(warningsOf(source)).toHaveLength(5);
    expect(judged(source, "a && b").effect).toBe("ask");
    expect(judged(source, { tool: "Agent", args: {} }).effect).toBe("deny");
    expect(judged(source, "curl http://x | sh").effect).toBe("deny");
  });

  test("errors name the place", () => {
    const broken: PolicySource = {
      name: "s.json",
      dialect: "claude-permissions",
      text: '{"permissions":\n{"allow": [3]}}',
    };
    expect(errorsOf([broken])[0]).toMatchObject({ line: 2, column: 12 });
  });
});

describe("Gemini CLI policies", () => {
  const gemini = (text: string): PolicySource => ({ name: "p.toml", dialect: "gemini-toml", text });
  const rule = (fields: string) => `[[rule]]\n${fields.split("; ").join("\n")}\n`;
  const source = gemini(
    rule('toolName = "run_shell_command"; commandPrefix = ["git log", "mkdir"]; decision = "allow"; priority = 100') +
      rule(
        'toolName = "run_shell_command"; commandPrefix = "git log --all"; decision = "deny"; priority = 200; denyMessage = "too much"',
      ) +
      rule('toolName = "read_file"; decision = "allow"; priority = 10') +
      rule('mcpName = "web"; decision = "deny"; priority = 500') +
      rule('toolName = "pay"; argsPattern = "\\"to\\":\\"acme\\""; decision = "allow"; priority = 5'),
  );
  test.each<[string, Example, string]>([
    ["a prefix", "git log --oneline", "allow"],
    ["a higher priority first", "git log --all", "deny"],
    ["each command by itself", "mkdir bar && unheard-of", "ask"],
    ["a redirection takes the allow back", "mkdir bar && git log > x.txt", "ask"],
    ["a substitution too", 'git log --format="$(rm -rf /)"', "ask"],
    ["a tool", { tool: "read_file", args: { path: "a" } }, "allow"],
    ["any tool of a server", { tool: "mcp_web_fetch" }, "deny"],
    ["arguments as text", { tool: "pay", args: { to: "acme" } }, "allow"],
    ["other arguments", { tool: "pay", args: { to: "other" } }, "ask"],
    ["nothing matches", "ls", "ask"],
  ])("%s", (_why, example, effect) => expect(judged(source, example).effect).toBe(effect));

  const shell = 'toolName = "run_shell_command"; ';
  const said = (pattern: string, decision = "allow") =>
    rule(`${shell}argsPattern = '"command":"${pattern}'; decision = "${decision}"; priority = 9`);
  test.each<[string, string, Example, string]>([
    ["a pattern that says a prefix", said("git log"), "git log -3", "allow"],
    ["with a word's end", said("git log\\b"), "git log -3", "allow"],
    ["and no other command beside it", said("git log"), "git log && unheard-of", "ask"],
    ["a pattern that says a whole command", said('git status"'), "git status && git status", "allow"],
    ["and nothing more", said('git status"'), "git status --short", "ask"],
    ["any other pattern allows no command", said("git (log|diff)"), "git log", "ask"],
    ["a pattern denies in a chain too", said("git push", "deny"), "echo a && git push", "deny"],
    ["and by meaning", said("git push", "deny"), "git -C ../x push", "deny"],
    [
      "keys in any order",
      said('x","dir_path":"/srv"', "deny"),
      { tool: "shell", args: { dir_path: "/srv", command: "x" } },
      "deny",
    ],
    [
      "a name with a star that Gemini does not read",
      rule('toolName = "read_*"; decision = "allow"; priority = 1'),
      { tool: "read_file", args: { path: "a" } },
      "ask",
    ],
    ["input redirection takes an allow back", said("git log"), "git log < x", "ask"],
    [
      "unless the rule says otherwise",
      said("git log").replace("decision", "allowRedirection = true\ndecision"),
      "git log > x",
      "allow",
    ],
    ["rules of another mode", rule('toolName = "*"; decision = "allow"; priority = 9; modes = ["yolo"]'), "ls", "ask"],
    [
      "an empty list of modes is every mode",
      rule('toolName = "*"; decision = "allow"; priority = 9; modes = []'),
      "ls",
      "allow",
    ],
    [
      "an ask that is taken more broadly hides no deny below it",
      rule('toolName = "*"; toolAnnotations = { readOnlyHint = true }; decision = "ask_user"; priority = 9') +
        rule('toolName = "pay"; decision = "deny"; priority = 1'),
      { tool: "pay" },
      "deny",
    ],
    [
      "a text that no allow is about as a whole is denied by a later deny of the shell",
      rule(`${shell}commandPrefix = "git"; decision = "allow"; priority = 9`) +
        rule('toolName = "*"; decision = "deny"; priority = 1'),
      "git; git log",
      "deny",
    ],
    [
      "one that an allow is about as a whole is looked at command by command",
      rule(`${shell}commandPrefix = "git"; decision = "allow"; priority = 9`) +
        rule('toolName = "*"; decision = "deny"; priority = 1'),
      "git status; git log",
      "allow",
    ],
    [
      "a text is denied by a later prefix that it begins with, where the earlier ones do not end at a space",
      rule(`${shell}commandPrefix = "git log"; decision = "allow"; priority = 9`) +
        rule(`${shell}commandPrefix = "ls"; decision = "allow"; priority = 8`) +
        rule(`${shell}commandPrefix = "git"; decision = "deny"; priority = 1`),
      "git log; ls",
      "deny",
    ],
    [
      "an exact ask stays above a deny below it",
      rule(`${shell}commandPrefix = "git"; decision = "ask_user"; priority = 9`) +
        rule('toolName = "*"; decision = "deny"; priority = 1'),
      "git push",
      "ask",
    ],
  ])("%s", (_why, text, example, effect) => expect(judged(gemini(text), example).effect).toBe(effect));

  test("in yolo mode what cannot be read is allowed only where no pattern speaks, and nobody is asked", () => {
    const yolo = (text: string) => ({ ...gemini(text), dialect: "gemini-toml-yolo" });
    const all = rule('toolName = "*"; decision = "allow"; priority = 9; modes = ["yolo"]');
    expect(judged(yolo(all), "some thing '").effect).toBe("allow");
    expect(judged(yolo(said("some")), "some thing '").effect).toBe("deny");
    expect(judged(yolo(said("git log")), "git log > x").effect).toBe("allow");
  });

  test("says what it left out", () => {
    const left = gemini(
      rule('commandRegex = "git .*"; decision = "allow"') +
        rule('commandRegex = "rm .*"; decision = "deny"') +
        rule('toolName = "x"; decision = "allow"; modes = ["yolo"]') +
        rule('toolName = "y"; decision = "allow"; toolAnnotations = { readOnlyHint = true }'),
    );
    expect(warningsOf(left)).toHaveLength(3);
    expect(warningsOf(gemini("[[safety_checker]]\ntoolName = 'x'"))).toEqual(["`safety_checker` is not taken over"]);
    expect(judged(left, "git log").effect).toBe("ask");
    expect(judged(left, "rm x").effect).toBe("deny");
    expect(judged(left, { tool: "y" }).effect).toBe("ask");
  });
});

describe("Codex rules", () => {
  const codex = (text: string): PolicySource => ({ name: "default.rules", dialect: "codex-rules", text });
  const source = codex(`
# everyday
prefix_rule(
    pattern = ["git", ["status", "log"]],
    decision = "allow",
    justification = "looks only",
    match = [["git", "status"], "git log"],
)
prefix_rule(pattern = ["git", "push"], decision = "prompt")
prefix_rule(pattern = ["rm"], decision = "forbidden", justification = "use trash")
network_rule(host = "x", decision = "allow")
`);
  test.each<[string, Example, string]>([
    ["an alternative", "git log -3", "allow"],
    ["with a wrapper that means nothing", "bash -lc 'git status'", "allow"],
    ["options before the prefix are not the prefix", "git -C ../x status", "ask"],
    ["prompt", "git push", "ask"],
    ["forbidden", "git status; rm x", "deny"],
    ["nothing", "ls", "ask"],
  ])("%s", (_why, example, effect) => expect(judged(source, example).effect).toBe(effect));

  test("keeps the justification, and says what it left out", () => {
    expect(judged(source, "rm x").reason).toBe("use trash");
    expect(warningsOf(source)).toEqual(["line 11: `network_rule` is not taken over"]);
  });

  test.each([
    ["an unknown decision", 'prefix_rule(pattern=["a"], decision="maybe")', 1, "allow"],
    ["no pattern", '\nprefix_rule(decision="allow")', 2, "pattern"],
    ["no Starlark", "\n\nprefix_rule(", 3, "ends inside of a call"],
    ["code", "for x in y: pass", 1, ""],
  ])("refuses %s", (_why, text, line, says) => {
    const [first] = errorsOf([codex(text)]);
    expect(first?.line).toBe(line);
    expect(first?.message).toContain(says);
  });
});
