// command.test.ts — `holdpoint check` as scripts use it: exit codes, one line a row, and policies from where they were named

import { describe, expect, test } from "vitest";
import { folderWith, runCli } from "../run-cli.ts";

const POLICY = `
default: deny
rules:
  - { id: allow-git, effect: allow, when: { tool: shell, commands: [git status] }, reason: looks only }
  - { id: ask-deploy, effect: require_approval, when: { commands: [deploy *] }, approval: { role: sre }, reason: it deploys }
  - { id: deny-boom, effect: deny, when: { commands: [boom] }, reason: it breaks things }
  - { id: deny-prod, effect: deny, when: { commands: [git status], environment: { name: production } }, reason: production }
`;
const LOOSE = `
default: deny
rules:
  - { id: allow-all-git, effect: allow, when: { tool: shell, commands: [git *] }, reason: git }
`;
const home = folderWith({ "policy.yaml": POLICY, "loose.yaml": LOOSE });
const bash = (command: string): string[] => ["Bash", JSON.stringify({ command })];
const with_ = (...names: string[]): string[] => names.flatMap((name) => ["--policy-file", `${home}/${name}`]);
const jsonOf = (text: string) => JSON.parse(text);

describe("the exit code is the effect", () => {
  // Nothing says which environment it is, so a rule about production counts as met (unknown tightens).
  test.each([
    ["allow", "loose.yaml", "git log", 0],
    ["ask", "policy.yaml", "deploy api", 10],
    ["deny", "policy.yaml", "boom", 20],
    ["deny by a rule about what is unknown", "policy.yaml", "git status", 20],
    ["deny by default", "policy.yaml", "ls", 20],
    ["the strictest of several commands", "policy.yaml", "deploy api; boom", 20],
  ])("%s", async (_what, file, command, code) => {
    const result = await runCli(["check", ...bash(command), ...with_(file)]);
    expect([result.code, result.stderr]).toEqual([code, ""]);
    expect(result.stdout).not.toContain("\u001b");
  });
});

describe("what cannot be decided exits 2 and says why on stderr, with nothing on stdout", () => {
  const broken = folderWith({
    "a.yaml": "rules:\n  - { id: x, effect: perhaps }\n",
    "b.yaml": "rules:\n  - { id: y, effect: deny, wehn: {} }\n",
  });
  test.each<[string, string[], RegExp]>([
    ["no tool", ["check"], /expected a tool/],
    ["arguments that are no JSON", ["check", "Bash", "ls -la"], /expected a JSON value/],
    ["arguments that are no object", ["check", "Bash", '"ls"'], /JSON object/],
    ["a key twice", ["check", "Bash", '{"command":"ls","command":"rm"}'], /stands twice/],
    ["an empty tool", ["check", "", "{}"], /\/tool/],
    ["an unknown option", ["check", "Bash", "{}", "--allow"], /--allow/],
    [
      "a policy that is not there",
      ["check", ...bash("ls"), "--policy-file", "/nonexistent.yaml"],
      /\/nonexistent\.yaml/,
    ],
    ["a built-in checker left out", ["check", ...bash("ls"), "--without", "argument-size"], /built in/],
    ["a batch that is not there", ["check", "--batch", "/nonexistent.jsonl"], /ENOENT/],
    ["an unknown command", ["chekc"], /chekc/],
  ])("%s", async (_what, args, reason) => {
    const result = await runCli(args);
    expect([result.code, result.stdout]).toEqual([2, ""]);
    expect(result.stderr).toMatch(reason);
  });

  test("a policy with errors: every one, with file, line and column", async () => {
    const result = await runCli(["check", ...bash("ls"), "--policy-file", broken]);
    expect([result.code, result.stdout]).toEqual([2, ""]);
    expect(result.stderr).toMatch(/a\.yaml:2:\d+: /);
    expect(result.stderr).toMatch(/b\.yaml:2:\d+: /);
  });

  test("a remote checker that cannot be called, unless one says without", async () => {
    const env = {
      HOLDPOINT_CHECKERS: `${folderWith({ "checkers.yaml": "checkers:\n  - { id: virus-scan, url: http://127.0.0.1:9/ }\n" })}/checkers.yaml`,
    };
    const refused = await runCli(["check", ...bash("git log"), ...with_("loose.yaml")], { env });
    expect([refused.code, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toContain("not run: virus-scan");
    const accepted = await runCli(["check", ...bash("git log"), ...with_("loose.yaml"), "--without", "virus-scan"], {
      env,
    });
    expect(accepted.code).toBe(0);
  });
});

describe("which policy", () => {
  const code = async (args: string[], options: Parameters<typeof runCli>[1] = {}) =>
    (await runCli(["check", ...bash("git log"), ...args], options)).code;
  const strict = folderWith({
    "policy.d/deny.yaml": "default: deny\nrules:\n  - { id: no, effect: deny, reason: no }\n",
  });

  test("./policy.d where it exists, else the coding-agent pack", async () => {
    expect(await code([], { cwd: strict })).toBe(20);
    expect(await code([], { cwd: folderWith() })).toBe(0);
  });
  test("HOLDPOINT_POLICY before the default", async () => {
    expect(await code([], { cwd: strict, env: { HOLDPOINT_POLICY: `${home}/loose.yaml` } })).toBe(0);
  });
  test("--policy-file before HOLDPOINT_POLICY; a folder is every file in it; repeated ones add up", async () => {
    const env = { HOLDPOINT_POLICY: `${home}/loose.yaml` };
    expect(await code(with_("policy.yaml"), { env })).toBe(20);
    expect(await code(["--policy-file", `${strict}/policy.d`], { env })).toBe(20);
    expect(await code(with_("loose.yaml", "policy.yaml"))).toBe(0);
    expect(await code([...with_("loose.yaml"), "--policy-file", `${strict}/policy.d`])).toBe(20);
  });
  test("--add-policy beside the default: it can only be heard too", async () => {
    expect(await code(["--add-policy", `${strict}/policy.d/deny.yaml`], { cwd: folderWith() })).toBe(20);
  });
});

describe("--json", () => {
  test("is the decision without ids", async () => {
    const { stdout } = await runCli(["check", ...bash("deploy api"), "--json", ...with_("policy.yaml")]);
    expect(jsonOf(stdout)).toMatchObject({
      effect: "ask",
      outcome: "require_approval",
      reason: "it deploys",
      rules: [{ id: "ask-deploy", document: `${home}/policy.yaml`, effect: "require_approval" }],
      risk: { score: expect.any(Number), contributions: expect.any(Array) },
      approval: { requirements: [{ role: "sre", quorum: 1 }] },
      policyDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(stdout.trim().split("\n")).toHaveLength(1);
  });
  test("arguments may come from stdin", async () => {
    const result = await runCli(["check", "Bash", "-", ...with_("policy.yaml")], { stdin: '{"command":"boom"}' });
    expect(result.code).toBe(20);
  });
  test("--cwd and --home say where it would run", async () => {
    const policy = folderWith({
      "p.yaml":
        "default: deny\nrules:\n  - { id: in, effect: allow, when: { tool: Read, paths: [/srv/app/**, ~/notes/**] }, reason: ok }\n",
    });
    const read = (path: string) => ["check", "Read", JSON.stringify({ file_path: path }), "--policy-file", policy];
    const place = ["--cwd", "/srv/app", "--home", "/home/ann"];
    expect((await runCli([...read("a.txt"), ...place])).code).toBe(0);
    expect((await runCli([...read("/home/ann/notes/a"), ...place])).code).toBe(0);
    expect((await runCli([...read("../a.txt"), ...place])).code).toBe(20);
  });
});

describe("--batch", () => {
  const rows = [
    '{"id":"a","command":"deploy api"}',
    "not json",
    '{"id":"b","tool":"Bash","args":"boom"}',
    "",
    '{"id":"c","tool":"Bash","args":{"command":"boom"},"expected":"deny","mode":"default"}',
    '{"id":"d","command":"git status","environment":{"name":"development"}}',
    '{"id":"e","command":"git status","environment":{"name":"production"}}',
    '{"command":"ls","rule":null,"why":"a column of somebody else"}',
  ].join("\n");
  const expected = [
    { id: "a", effect: "ask", outcome: "require_approval", rules: [{ id: "ask-deploy" }], reason: "it deploys" },
    { line: 2, error: { code: "bad_json", detail: expect.stringContaining("expected a JSON value"), at: "" } },
    { id: "b", line: 3, error: { code: "invalid", at: "/args" } },
    { id: "c", effect: "deny", outcome: "deny", rules: [{ id: "deny-boom" }] },
    { id: "d", effect: "allow", outcome: "allow" },
    { id: "e", effect: "deny" },
    { id: 8, effect: "deny", rules: [], risk: { score: expect.any(Number) }, micros: expect.any(Number) },
  ];

  test("answers row by row, and what cannot be read does not stop the rest", async () => {
    const result = await runCli(["check", "--batch", "-", ...with_("policy.yaml")], { stdin: rows });
    expect([result.code, result.stderr]).toEqual([0, ""]);
    expect(result.stdout.trim().split("\n").map(jsonOf)).toMatchObject(expected);
  });
  test("reads a file as it reads stdin", async () => {
    const file = `${folderWith({ "rows.jsonl": rows })}/rows.jsonl`;
    const result = await runCli(["check", "--batch", file, ...with_("policy.yaml")]);
    expect(result.stdout.trim().split("\n").map(jsonOf)).toMatchObject(expected);
  });
});
