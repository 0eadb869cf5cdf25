// check.test.ts — `policy status`, `check` and `schema` as a person uses them: what is said, where, and with which exit code

import { readFileSync } from "node:fs";
import { editorSchemaText } from "@holdpoint/core/rules/editor-schema.ts";
import { describe, expect, test } from "vitest";
import { folderWith, runCli } from "../run-cli.ts";

const RULES = "default: deny\nrules:\n  - { id: looks, effect: allow, when: { class: [safe] }, reason: only looks }\n";
const ENFORCER = `
[tools.policy]
enabled = false
[[tools.policy.rules]]
effect = "allow"
tool = "*"
[tools.audit]
enabled = true
destination = "audit.jsonl"
`;
const folder = folderWith({
  "policy.d/team.yaml": RULES,
  "off.toml": ENFORCER,
  "codex.rules": 'prefix_rule(pattern=["ls"])\nnetwork_rule(host="x")\n',
  "bad/a.yaml": "rules:\n  - { id: x, effect: alow }\n",
  "bad/b.yaml": "rules:\n  - { id: y, effect: deny, wehn: {} }\n  - { id: y, effect: deny }\n",
});
const run = (...args: string[]) => runCli(["policy", ...args], { cwd: folder });

describe("status", () => {
  test("says enabled, rule count, default and path", async () => {
    const { code, stdout } = await run("status");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^● policy is enabled: 1 rule, sha256:[0-9a-f]{64}$/m);
    expect(stdout).toMatch(/policy\.d\/team\.yaml\s+native-yaml\s+yes\s+1\s+deny/);
  });
  test("an enforcer that is switched off is not enabled, and its audit is named", async () => {
    const { stdout } = await run("status", "--policy-file", "off.toml");
    expect(stdout).toContain("○ policy is not enabled: 0 rules");
    expect(stdout).toContain("writes decisions to audit.jsonl");
    const json = JSON.parse((await run("status", "--policy-file", "off.toml", "--json")).stdout);
    expect(json).toMatchObject({ enabled: false, rules: 0, documents: [{ enabled: false, audit: { enabled: true } }] });
  });
});

describe("check", () => {
  test("sound documents, with what is not taken over", async () => {
    const { code, stdout } = await run("check", "codex.rules", "policy.d");
    expect(code).toBe(0);
    expect(stdout).toContain("✓ codex.rules (codex-rules): 1 rule\n  ! line 2: `network_rule` is not taken over");
    expect(stdout).toContain("team.yaml (native-yaml): 1 rule");
  });
  test("every error of every document at once, with the nearest word", async () => {
    const { code, stdout, stderr } = await run("check", "bad");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/bad\/a\.yaml:2:\d+: expected .*found `alow`; did you mean `allow`\?/);
    expect(stderr).toMatch(/bad\/b\.yaml:2:\d+: `wehn` is not a word here; did you mean `when`\?/);
    expect(stderr).toContain("the policy set is refused (2 errors)");
  });
  test("with a tool it is seed 003's dry run: the effect as exit code, and the trace", async () => {
    const { code, stdout } = await run("check", "Bash", '{"command":"git status"}');
    expect(code).toBe(0);
    expect(stdout).toContain("allow by looks");
    expect((await run("check", "shell", '{"command":"rm -rf /"}')).code).toBe(20);
  });
  test.each([
    ["a file that is not there", ["check", "nowhere.yaml"], /nowhere\.yaml.*readable/],
    ["a dialect that does not exist", ["check", "codex=codex.rules"], /`codex` is no dialect/],
    ["arguments that are no JSON", ["check", "Bash", "ls"], /expected a JSON value/],
    ["a pack that does not exist", ["check", "packs/codingagent"], /did you mean `packs\/coding-agent`/],
    ["a subcommand that does not exist", ["chekc"], /unknown command 'chekc'/],
  ])("%s: exit 2 and why", async (_what, args, says) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(says);
  });
});

test("schema prints what editors need, or writes it where it is told", async () => {
  expect((await run("schema")).stdout).toBe(editorSchemaText());
  const out = `${folder}/schema.json`;
  expect((await run("schema", "--out", out)).code).toBe(0);
  expect(readFileSync(out, "utf8")).toBe(editorSchemaText());
});
