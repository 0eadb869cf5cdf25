// toml-enforcer.test.ts — seed 003, sentence by sentence

import { limits } from "@holdpoint/wire/limits.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { describe, expect, test } from "vitest";
import { compileSet } from "../compile.ts";
import { errorsOf, judged } from "../judged.ts";
import type { Example } from "../schema.ts";
import { withPolicyFile } from "./enforcer-text.ts";
import { enforcerStatus, migrateEnforcerConfig } from "./toml-enforcer.ts";

const toml = (text: string): PolicySource => ({ name: "config.toml", dialect: "toml-enforcer", text });
const policy = (rules: string, effect = "deny") =>
  toml(`[tools.policy]\nenabled = true\ndefault_effect = "${effect}"\n${rules}`);
const rule = (fields: string, section = "policy") => `[[tools.${section}.rules]]\n${fields.split("; ").join("\n")}\n`;
const file = (path: string, tool = "shell"): Example => ({ tool, args: { file_path: path } });
const denyEtc = policy(rule('effect = "deny"; tool = "shell"; paths = ["/etc/*", "/root/*"]'), "allow");

test.each<[string, PolicySource, Example, "allow" | "deny"]>([
  ["default deny", policy(""), file("/x"), "deny"],
  ["default allow", policy("", "allow"), file("/x"), "allow"],
  ["paths are normal before they are matched", denyEtc, file("/tmp/../etc/passwd"), "deny"],
  ["a dot is nothing", denyEtc, file("/etc/./shadow"), "deny"],
  ["climbing past the root", denyEtc, file("/a/b/c/../../../../../../etc/passwd"), "deny"],
  ["a star crosses slashes", denyEtc, file("/etc/ssl/private/key"), "deny"],
  ["elsewhere", denyEtc, file("/srv/x"), "allow"],
  ["tool names in any case, trimmed", denyEtc, file("/etc/passwd", " SHELL "), "deny"],
  ["a rule in another case", policy(rule('effect = "deny"; tool = "Shell"'), "allow"), file("/x"), "deny"],
  ["path", denyEtc, { tool: "shell", args: { path: "/etc/x" } }, "deny"],
  ["a path in a command", denyEtc, { tool: "shell", args: { command: "cat /etc/passwd" } }, "deny"],
  [
    "allow-list: inside",
    policy(rule('effect = "allow"; tool = "shell"; paths = ["/tmp/*"]')),
    file("/tmp/a/b"),
    "allow",
  ],
  ["allow-list: outside", policy(rule('effect = "allow"; tool = "shell"; paths = ["/tmp/*"]')), file("/srv/a"), "deny"],
  [
    "allow-list: a glob of tools",
    policy(rule('effect = "allow"; tool = "file_*"; paths = ["/tmp/*"]')),
    file("/tmp/a", "file_read"),
    "allow",
  ],
  ["any tool", policy(rule('effect = "allow"; tool = "*"')), { tool: "frobnicate" }, "allow"],
  [
    "deny wins, whichever stands first",
    policy(
      rule('effect = "allow"; tool = "shell"; paths = ["/tmp/*"]') +
        rule('effect = "deny"; tool = "shell"; paths = ["/tmp/secret.sh"]'),
    ),
    file("/tmp/secret.sh"),
    "deny",
  ],
  [
    "deny wins, the other way round",
    policy(
      rule('effect = "deny"; tool = "shell"; paths = ["/tmp/secret.sh"]') +
        rule('effect = "allow"; tool = "shell"; paths = ["/tmp/*"]'),
    ),
    file("/tmp/secret.sh"),
    "deny",
  ],
  [
    "args_match",
    policy(rule('effect = "deny"; tool = "bash"; args_match = ".*sudo.*"'), "allow"),
    { tool: "bash", args: { command: "sudo rm -rf /" } },
    "deny",
  ],
  [
    "args_match, not",
    policy(rule('effect = "deny"; tool = "bash"; args_match = ".*sudo.*"'), "allow"),
    { tool: "bash", args: { command: "echo hello" } },
    "allow",
  ],
  [
    "args_match on any value",
    policy(rule('effect = "deny"; tool = "*"; args_match = "^sudo$"'), "allow"),
    { tool: "x", args: { a: "1", b: "sudo" } },
    "deny",
  ],
  [
    "trust_level: at most that",
    policy(rule('effect = "deny"; tool = "shell"; trust_level = "quarantined"'), "allow"),
    { tool: "shell", trust: "quarantined" },
    "deny",
  ],
  [
    "trust_level: above it",
    policy(rule('effect = "deny"; tool = "shell"; trust_level = "quarantined"'), "allow"),
    { tool: "shell", trust: "verified" },
    "allow",
  ],
  [
    "trust_level on an allow",
    policy(rule('effect = "allow"; tool = "file_read"; trust_level = "quarantined"; paths = ["/tmp/*"]')),
    { ...(file("/tmp/x", "file_read") as object), trust: "trusted" },
    "deny",
  ],
  [
    "blocked callers are denied whatever else matches",
    policy(rule('effect = "allow"; tool = "*"'), "allow"),
    { tool: "shell", trust: "blocked" },
    "deny",
  ],
  [
    "env: all there",
    policy(rule('effect = "deny"; tool = "shell"; env = ["CI", "PROD"]'), "allow"),
    { tool: "shell", environment: { variables: ["CI", "PROD", "X"] } },
    "deny",
  ],
  [
    "env: one missing",
    policy(rule('effect = "deny"; tool = "shell"; env = ["CI", "PROD"]'), "allow"),
    { tool: "shell", environment: { variables: ["CI"] } },
    "allow",
  ],
  [
    "disabled contributes nothing",
    toml(`[tools.policy]\nenabled = false\ndefault_effect = "allow"\n${rule('effect = "allow"; tool = "*"')}`),
    file("/x"),
    "deny",
  ],
  ["off is the default", toml(`[tools.policy]\n${rule('effect = "allow"; tool = "*"')}`), file("/x"), "deny"],
  [
    "an external file by itself is enabled",
    toml('[[rules]]\neffect = "allow"\ntool = "shell"\npaths = ["/tmp/*"]\n'),
    file("/tmp/x"),
    "allow",
  ],
  [
    "authorization adds",
    toml(
      `[tools.policy]\nenabled = true\n[tools.authorization]\nenabled = true\n${rule('effect = "allow"; tool = "read"; paths = ["/home/user/*"]', "authorization")}`,
    ),
    file("/home/user/x", "read"),
    "allow",
  ],
  [
    "an authorization deny beats a policy allow",
    toml(
      `[tools.policy]\nenabled = true\n${rule('effect = "allow"; tool = "*"')}[tools.authorization]\nenabled = true\n${rule('effect = "deny"; tool = "bash"', "authorization")}`,
    ),
    { tool: "bash" },
    "deny",
  ],
  [
    "disabled authorization contributes nothing",
    toml(
      `[tools.policy]\nenabled = true\n${rule('effect = "allow"; tool = "*"')}[tools.authorization]\nenabled = false\n${rule('effect = "deny"; tool = "bash"', "authorization")}`,
    ),
    { tool: "bash" },
    "allow",
  ],
])("%s", (_why, source, example, effect) => expect(judged(source, example).effect).toBe(effect));

test("the first allow is named, policy before authorization", () => {
  const source = toml(
    `[tools.authorization]\nenabled = true\n${rule('effect = "allow"; tool = "file_read"; paths = ["/tmp/a"]', "authorization")}[tools.policy]\nenabled = true\n${rule('effect = "allow"; tool = "file_*"')}`,
  );
  expect(judged(source, file("/tmp/a", "file_read")).rules[0]?.id).toBe("policy-1");
});

test("policy_file takes the place of inline rules, and must have been read", () => {
  const config = `[tools.policy]\nenabled = true\npolicy_file = "policy.toml"\n${rule('effect = "allow"; tool = "*"')}`;
  expect(errorsOf([toml(config)])[0]).toMatchObject({ line: 3, message: expect.stringContaining("was not read") });
  const whole = toml(withPolicyFile(config, "policy.toml", '[[rules]]\neffect = "deny"\ntool = "shell"\n'));
  expect(judged(whole, { tool: "shell" }).effect).toBe("deny");
  expect(judged(whole, { tool: "read" }).effect).toBe("deny");
});

describe("limits and errors", () => {
  test.each<[string, string, number, string]>([
    ["an unknown field", policy(rule('effect = "deny"; tool = "x"; path = ["/a"]')).text, 7, "did you mean `paths`"],
    ["an unknown effect", policy(rule('effect = "ask"; tool = "x"')).text, 5, "expected `allow`, `deny`"],
    [
      "an unknown trust level",
      policy(rule('effect = "deny"; tool = "x"; trust_level = "verifed"')).text,
      7,
      "did you mean `verified`",
    ],
    [
      "a pattern that is too long",
      policy(rule(`effect = "deny"; tool = "x"; args_match = "${"a".repeat(1_025)}"`)).text,
      7,
      "1024 bytes",
    ],
    [
      "a pattern that is none",
      policy(rule('effect = "deny"; tool = "x"; args_match = "(?=a)"')).text,
      7,
      "look-around",
    ],
    ["a file that is too large", `#${"x".repeat(limits.policyFileBytesMax)}`, 1, "262144 bytes"],
    ["a rule without a tool", policy(rule('effect = "deny"')).text, 4, "expected"],
  ])("%s", (_why, text, line, says) => {
    const [first] = errorsOf([toml(text)]);
    expect(first?.message).toContain(says);
    expect(first?.line).toBe(line);
  });

  test("256 rules of the merged set, and not one more", () => {
    const many = (count: number, section?: string) => rule('effect = "deny"; tool = "x"', section).repeat(count);
    expect(errorsOf([policy(many(256))])).toEqual([]);
    expect(errorsOf([policy(many(257))])[0]?.message).toContain("256");
    const split = `[tools.policy]\nenabled = true\n${many(200)}[tools.authorization]\nenabled = true\n${many(57, "authorization")}`;
    expect(errorsOf([toml(split)])[0]?.message).toContain("256");
  });

  test("capabilities is accepted and reported as unused", () => {
    const source = policy(rule('effect = "deny"; tool = "x"; capabilities = ["net"]'));
    expect(errorsOf([source])).toEqual([]);
  });
});

test("status prints what the seed's status prints", () => {
  const config = `[tools.policy]\nenabled = true\npolicy_file = "p.toml"\n[tools.audit]\nenabled = true\ndestination = ".x/audit.jsonl"\n`;
  const text = withPolicyFile(config, "p.toml", '[[rules]]\neffect = "deny"\ntool = "x"\n');
  expect(enforcerStatus(toml(text), [])).toEqual({
    enabled: true,
    ruleCount: 1,
    defaultEffect: "deny",
    policyFile: "p.toml",
    audit: { enabled: true, destination: ".x/audit.jsonl" },
  });
});

test.each([
  ["[tools.policy]\nenabled = false\n[tools.authorization]\nenabled = true\n", true],
  ["[tools.authorization]\nenabled = true\n", true],
  ["[tools.policy]\nenabled = false\n[tools.authorization]\nenabled = false\n", false],
  ["[tools.audit]\nenabled = false\n", false],
])("what is enabled is what decides, policy or authorization: %j", (text, enabled) => {
  expect(enforcerStatus(toml(text), [])?.enabled).toBe(enabled);
});

test("a configuration without any section says that nothing in it decides", () => {
  const [document] = compileSet([toml(migrateEnforcerConfig("[agent]\nname = 'x'\n"))]).documents;
  expect(document?.warnings).toEqual([expect.stringMatching(/^there is no `\[tools\.policy\]`/)]);
});

test("migrate adds the block as a comment, once", () => {
  const once = migrateEnforcerConfig('[agent]\nname = "x"\n');
  expect(once).toContain("# [tools.policy]\n# enabled = false");
  expect(once.startsWith('[agent]\nname = "x"\n')).toBe(true);
  expect(migrateEnforcerConfig(once)).toBe(once);
  expect(migrateEnforcerConfig("[tools.policy]\n")).toBe("[tools.policy]\n");
});

test.each<[text: string, idle: string[]]>([
  ['[[tools.policy.rules]]\neffect = "deny"\ntool = "x"\n', ["tools.policy"]],
  [
    '[tools.policy]\nenabled = true\n[[tools.authorization.rules]]\neffect = "deny"\ntool = "x"\n',
    ["tools.authorization"],
  ],
  ['[tools.policy]\nenabled = true\n[[tools.policy.rules]]\neffect = "deny"\ntool = "x"\n', []],
  ["[tools.policy]\nenabled = false\n", []],
  ['[tools.authorization]\nenabled = true\n[[tools.authorization.rules]]\neffect = "deny"\ntool = "x"\n', []],
])("rules of a section that is not enabled count for nothing, and it is said: %j", (text, idle) => {
  const [document] = compileSet([toml(text)]).documents;
  expect(document?.warnings).toEqual(
    idle.map((section) => `\`[${section}]\` is not enabled: its rules count for nothing; set \`enabled = true\``),
  );
});

test("a denial tells an agent nothing but the sentence", () => {
  expect(judged(denyEtc, file("/etc/passwd")).disclosure).toBe("generic");
});
