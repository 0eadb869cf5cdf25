// test.test.ts — `policy test`: golden cases pass or say what differs, JUnit is well-formed, and a watch sees changes

import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { folderWith, runCli } from "../run-cli.ts";

const POLICY = `
default: deny
rules:
  - { id: looks, effect: allow, when: { class: [safe] }, reason: only looks }
  - { id: ask-push, effect: require_approval, when: { commands: ["git push"] }, approval: { role: lead, quorum: 2 }, reason: publishes }
`;
const GOOD = `
policy: ../team.yaml
cases:
  - { command: ls, want: allow by looks }
  - { say: asks twice, command: "git -C x push", want: { effect: ask, role: lead, quorum: 2, reason: publish, risk: { lte: 50 } } }
  - { tool: Read, args: { file_path: a.txt }, want: { outcome: allow } }
`;
const folder = folderWith({
  "team.yaml": POLICY,
  "policy.d/all.yaml": POLICY,
  "policy.d/tests/good.yaml": GOOD.replace("../team", "../all"),
  "cases/good.yaml": GOOD,
  "cases/bad.json": JSON.stringify([
    { say: 'a <b> "c"', command: "ls", want: "deny by looks" },
    { command: "git push", want: { role: "boss", quorum: 3, finding: "path_climbs", sandbox: "microvm" } },
  ]),
  "odd.yaml": "cases:\n  - { comand: ls, want: allow }\n  - { command: ls, want: perhaps }\n  - { command: ls }\n",
});
const run = (...args: string[]) => runCli(["policy", "test", ...args], { cwd: folder });

test("cases below policy.d are found, and pass", async () => {
  const { code, stdout } = await run();
  expect([code, stdout]).toEqual([0, "3 passed, 0 failed\n"]);
});

test("a case that fails says where it stands, what was wanted and what came", async () => {
  const { code, stdout } = await run("cases");
  expect(code).toBe(1);
  expect(stdout).toContain('✗ cases/bad.json:1:2 a <b> "c"');
  expect(stdout).toContain("- effect deny\n  + effect allow");
  for (const line of ["- role boss", "+ role 2 × lead", "- quorum 3", "- finding path_climbs", "- sandbox microvm"])
    expect(stdout).toContain(line);
  expect(stdout.endsWith("3 passed, 2 failed\n")).toBe(true);
});

test("policies on the command line take the place of a file's own", async () => {
  const { code, stdout } = await run("cases/good.yaml", "--policy-file", "packs/read-only");
  expect(code).toBe(1);
  expect(stdout).toContain("asks twice");
});

test("JUnit names every case, and escapes what it says", async () => {
  const out = `${folder}/junit.xml`;
  expect((await run("cases", "--junit", out)).code).toBe(1);
  const xml = readFileSync(out, "utf8");
  expect(xml).toContain('<testsuites name="holdpoint policy test" tests="5" failures="2" errors="0"');
  expect(xml).toContain('<testsuite name="cases/bad.json" tests="2" failures="2"');
  expect(xml).toContain('name="a &lt;b&gt; &quot;c&quot;"');
  expect(xml).toContain("effect: wanted deny, got allow");
  expect(xml.match(/<testcase /g)).toHaveLength(5);
});

describe("what cannot be run exits 2", () => {
  test("every error of a case file, with its place", async () => {
    const { code, stdout, stderr } = await run("odd.yaml");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/odd\.yaml:2:7: `comand` is not a word here; did you mean `command`\?/);
    expect(stderr).toMatch(/odd\.yaml:3:\d+: .*`deny by deny-force-push`/);
    expect(stderr).toMatch(/odd\.yaml:4:\d+: /);
    expect(stderr).toContain("the case files are refused (3 errors)");
  });
  test.each([
    ["a file that is not there", ["nowhere.yaml"], /nowhere\.yaml.*expected a case file/],
    ["a folder without cases", ["."], /cases.*found none|odd\.yaml/],
  ])("%s", async (_what, args, says) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
  });
});

test("a watch runs again when a policy changes, survives a broken one, and ends with Ctrl-C", async () => {
  const place = folderWith({
    "p.yaml": POLICY,
    "c.yaml": "policy: p.yaml\ncases:\n  - { command: ls, want: allow }\n",
  });
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "policy", "test", "c.yaml", "--watch"], { cwd: place });
  let said = "";
  const waiting: { text: string; seen: () => void }[] = [];
  const listen = (chunk: Buffer) => {
    said += chunk;
    for (const { text, seen } of waiting) if (said.includes(text)) seen();
  };
  child.stdout.on("data", listen);
  child.stderr.on("data", listen);
  const until = async (text: string) => {
    if (!said.includes(text)) await new Promise<void>((seen) => waiting.push({ text, seen }));
    said = "";
  };
  await until("watching");
  writeFileSync(`${place}/p.yaml`, POLICY.replace("effect: allow", "effect: deny"));
  await until("0 passed, 1 failed");
  writeFileSync(`${place}/p.yaml`, "rules: [{ effect: x }]\n");
  await until("p.yaml:1:");
  writeFileSync(`${place}/p.yaml`, POLICY);
  await until("1 passed, 0 failed");
  const ended = new Promise((resolve) => child.on("close", resolve));
  child.kill("SIGINT");
  expect(await ended).toBe(0);
});
