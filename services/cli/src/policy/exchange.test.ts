// exchange.test.ts — `policy import`, `export` and `migrate` on files: texts on stdout, losses on stderr, copies of what was

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { folderWith, runCli } from "../run-cli.ts";

const SETTINGS = JSON.stringify({ permissions: { allow: ["Bash(git status)", "Agent(x)"], deny: ["Bash(rm:*)"] } });
const folder = folderWith({
  "settings.json": SETTINGS,
  "team.yaml":
    "default: deny\nrules:\n  - { id: looks, effect: allow, when: { tool: shell, commands: [git status] }, reason: looks }\n  - { id: no, effect: deny, when: { risk: { gte: 70 } }, reason: risky }\n",
});
const run = (...args: string[]) => runCli(["policy", ...args], { cwd: folder });

test("import prints a document that the command itself reads, and says what was left out", async () => {
  const { code, stdout, stderr } = await run("import", "settings.json", "--out", "imported.yaml");
  expect([code, stdout]).toEqual([0, ""]);
  expect(stderr).toContain("allow `Agent(x)`: has no exact translation and is left out");
  expect(readFileSync(`${folder}/imported.yaml`, "utf8")).toMatch(/^# from settings\.json \(claude-permissions\)\n/);
  const judged = (command: string) =>
    runCli(["check", "Bash", JSON.stringify({ command }), "--policy-file", "imported.yaml"], { cwd: folder });
  expect((await judged("git status")).code).toBe(0);
  expect((await judged("rm -f x")).code).toBe(20);
  expect((await judged("git log")).code).toBe(10);
});

test("export prints what the client reads, and says what is lost", async () => {
  const { code, stdout, stderr } = await run("export", "--to", "claude-code", "--policy-file", "team.yaml");
  expect(code).toBe(0);
  expect(JSON.parse(stdout).permissions).toMatchObject({ allow: ["Bash(git status)"], defaultMode: "dontAsk" });
  expect(stderr).toMatch(/team\.yaml: deny `no` cannot be said there/);
});

describe("migrate", () => {
  const old = {
    "agent.toml": '[agent]\nname = "x"\n',
    "old.yaml": "default: ask_user # as it was\nrules:\n  - id: a\n    effect: ask_user # a person\n",
    "old.json": '{\n  "defaultAction": "ask_user",\n  "rules": [{ "tool": "x", "action": "deny" }]\n}\n',
  };
  test("in place: the present form, a copy of what was, and nothing more to do the second time", async () => {
    const place = folderWith(old);
    const migrate = () =>
      runCli(["policy", "migrate", "agent.toml", "old.yaml", "old.json", "--in-place"], { cwd: place });
    const first = await migrate();
    expect([first.code, first.stderr]).toEqual([0, ""]);
    const now = (name: string) => readFileSync(`${place}/${name}`, "utf8");
    expect(now("agent.toml")).toMatch(/^\[agent\]\nname = "x"\n[\s\S]*# \[tools\.policy\]\n# enabled = false/);
    expect(now("old.yaml")).toBe(
      "default: ask # as it was\nrules:\n  - id: a\n    effect: require_approval # a person\n",
    );
    expect(now("old.json")).toContain('"default": "ask_user"');
    for (const [name, text] of Object.entries(old)) expect(now(`${name}.bak`)).toBe(text);
    const before = Object.keys(old).map(now);
    const second = await migrate();
    expect(second.stdout).toBe("agent.toml: as it should be\nold.yaml: as it should be\nold.json: as it should be\n");
    expect(Object.keys(old).map(now)).toEqual(before);
    expect(existsSync(`${place}/agent.toml.bak1`)).toBe(false);
  });
  test("without --in-place the new text is printed and the file stays", async () => {
    const place = folderWith(old);
    const { code, stdout, stderr } = await runCli(["policy", "migrate", "old.yaml"], { cwd: place });
    expect([code, stderr]).toEqual([
      0,
      "line 4: `ask_user` is `require_approval` now\nline 1: `ask_user` is `ask` now\n",
    ]);
    expect(stdout).toContain("default: ask # as it was");
    expect(readFileSync(`${place}/old.yaml`, "utf8")).toBe(old["old.yaml"]);
  });
});

describe("what cannot be done exits 2 and says why", () => {
  test.each([
    ["a client nobody knows", ["export", "--to", "claude"], /--to claude: expected claude-code/],
    ["no client", ["export"], /--to/],
    ["no file", ["import"], /file/],
    ["a file that is not there", ["import", "nowhere.json"], /nowhere\.json/],
    ["a broken file", ["import", "claude-permissions=team.yaml"], /team\.yaml:1:\d+/],
    ["several to print", ["migrate", "settings.json", "team.yaml"], /--in-place/],
    ["nothing to publish", ["publish"], /expected a policy file, or --id/],
    ["two ways at once", ["publish", "team.yaml", "--id", "x"], /--id publishes what is written/],
    ["no gateway to publish to", ["publish", "team.yaml", "--url", "http://127.0.0.1:9"], /key/],
  ])("%s", async (_what, args, says) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(says);
  });
});
