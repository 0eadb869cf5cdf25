// lint.test.ts — `policy lint` in a terminal and in a build: lines as compilers write them, and an exit code

import { expect, test } from "vitest";
import { folderWith, runCli } from "../run-cli.ts";

const folder = folderWith({
  "bad.yaml":
    "rules:\n  - { id: push, effect: deny, when: { commands: [git push] }, reason: x }\n  - { id: too, effect: allow, when: { commands: [git push] }, reason: x }\n",
  "fair.yaml": "rules:\n  - { id: push, effect: deny, when: { commands: [git push] }, reason: x }\n",
  "broken.yaml": "rules: [{ effect: x }]\n",
});
const lint = (...args: string[]) => runCli(["policy", "lint", ...args], { cwd: folder });

test("a finding stands at its place, with what to do; errors make exit 1", async () => {
  const { code, stdout } = await lint("bad.yaml", "--quiet");
  expect(code).toBe(1);
  expect(stdout).toMatch(/^bad\.yaml:3:5: error: `too` names the same calls as `push`.*\[contradictory\]\n {4}keep/);
  expect(stdout).toMatch(/1 error, 0 warnings, 0 info\n$/);
});

test("hints alone are exit 0, and JSON is a line a finding", async () => {
  const { code, stdout } = await lint("fair.yaml", "--json");
  expect(code).toBe(0);
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ code: "no-examples", severity: "info", file: "fair.yaml", line: 2, column: 5, rule: "push" }]);
});

test("what does not compile is refused, not linted", async () => {
  const { code, stdout, stderr } = await lint("broken.yaml");
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/broken\.yaml:1:/);
});
