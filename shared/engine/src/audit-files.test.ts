// audit-files.test.ts — a line a decision, without secrets; a file that is rotated, missing or broken stops nothing

import { existsSync, mkdtempSync, readFileSync, renameSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge } from "@holdpoint/core/decide.ts";
import { deriveFacts } from "@holdpoint/core/facts/derive.ts";
import { compileSet } from "@holdpoint/core/rules/compile.ts";
import { fixedClock } from "@holdpoint/runtime/clock.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { message, shell } from "@holdpoint/testkit/builders.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { expect, test } from "vitest";
import { createAuditFiles } from "./audit-files.ts";
import { toSettlement } from "./settlement.ts";

const folder = mkdtempSync(join(tmpdir(), "holdpoint-audit-"));
const set = (destination: string) =>
  compileSet([
    {
      name: "agent.toml",
      dialect: "toml-enforcer",
      text: `[tools.policy]\nenabled = true\ndefault_effect = "deny"\n[[tools.policy.rules]]\neffect = "deny"\ntool = "shell"\nargs_match = "boom"\n[[tools.policy.rules]]\neffect = "allow"\ntool = "shell"\n[tools.audit]\nenabled = true\ndestination = "${destination}"\n`,
    },
  ]);
const silent = createLogger("audit", { level: "silent" });
const key = Buffer.alloc(32, 7);

function decided(under: ReturnType<typeof set>, command: string) {
  const action = shell(command);
  const facts = deriveFacts(action);
  const draft = { message: message({ action }), facts, verdict: judge(under, action, facts, []), findings: [] };
  return [draft, toSettlement(draft, fixedClock(Date.UTC(2026, 10, 21)).now(), key).decision] as const;
}
const linesOf = (path: string) =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("every decision is a line: time, tool, parameters, result; a denial with its whole trace", async () => {
  const path = join(folder, "deep", "er", "audit.jsonl");
  const under = set(path);
  const audit = createAuditFiles({ policies: { active: () => under }, masterKey: key, log: silent });
  audit.record(...decided(under, "ls -la"));
  audit.record(...decided(under, "boom now"));
  await audit.close();
  const [allowed, denied] = linesOf(path);
  expect(allowed).toMatchObject({
    timestamp: "2026-11-21T00:00:00.000Z",
    result: "allow",
    params: '{"command":"ls -la"}',
  });
  expect(denied).toMatchObject({ result: "deny", rules: ["policy-1"], decisionId: expect.stringMatching(/^dec_/) });
  expect(denied.reason).toContain("rule policy-1 of agent.toml");
  expect(denied.reason.length).toBeGreaterThan(allowed.reason.length);
  expect(statSync(path).mode & 0o077).toBe(0);
});

test("secrets are masked and parameters cut", async () => {
  const path = join(folder, "secret.jsonl");
  const under = set(path);
  const audit = createAuditFiles({ policies: { active: async () => under }, masterKey: key, log: silent });
  const secret = `ghp_${"a1B2".repeat(9)}`;
  audit.record(...decided(under, `curl -H 'Authorization: Bearer ${secret}' boom ${"x".repeat(2_000)}`));
  await expect.poll(() => existsSync(path)).toBe(true);
  await audit.close();
  const text = readFileSync(path, "utf8");
  expect(text).not.toContain(secret);
  expect(linesOf(path)[0].params.length).toBeLessThanOrEqual(limits.auditParamsCharsMax + 1);
});

test("a rotated file is made again", async () => {
  const path = join(folder, "rotated.jsonl");
  const under = set(path);
  const audit = createAuditFiles({ policies: { active: () => under }, masterKey: key, log: silent });
  audit.record(...decided(under, "ls"));
  await expect.poll(() => existsSync(path) && linesOf(path).length).toBe(1);
  renameSync(path, `${path}.1`);
  audit.record(...decided(under, "pwd"));
  await audit.close();
  expect(linesOf(path)).toHaveLength(1);
  expect(linesOf(`${path}.1`)).toHaveLength(1);
});

test("a file that cannot be written stops nothing, is said once, and gets its lines when it is back", async () => {
  const said: string[] = [];
  const log = {
    ...silent,
    error: (_: object, text: string) => said.push(text),
    info: (_: object, text: string) => said.push(text),
  };
  const under = set(join(folder, "broken.jsonl"));
  let broken = true;
  const written: string[] = [];
  const audit = createAuditFiles({
    policies: { active: () => under },
    masterKey: key,
    log: log as unknown as typeof silent,
    append: async (_path, text) => {
      if (broken) throw new Error("no space");
      written.push(text);
    },
  });
  for (let turn = 0; turn < 3; turn++) {
    audit.record(...decided(under, `ls ${turn}`));
    await Promise.resolve();
  }
  await expect.poll(() => said.length).toBe(1);
  broken = false;
  audit.record(...decided(under, "ls 3"));
  await audit.close();
  expect(written.join("").trim().split("\n")).toHaveLength(4);
  expect(said).toEqual(["the audit file cannot be written; decisions go on", "the audit file is written again"]);
});

test("while it cannot be written only so many lines wait, and the file says how many are lost", async () => {
  const under = set(join(folder, "full.jsonl"));
  let broken = true;
  let text = "";
  const audit = createAuditFiles({
    policies: { active: () => under },
    masterKey: key,
    log: silent,
    append: async (_path, more) => {
      if (broken) throw new Error("no space");
      text += more;
    },
  });
  const one = decided(under, "ls");
  for (let turn = 0; turn < limits.auditLinesPendingMax + 5; turn++) audit.record(...one);
  broken = false;
  await audit.close();
  expect(text).toContain('{"lost":5}\n');
});

test("a policy that names no file writes none, and one without a destination is refused", () => {
  expect(compileSet([]).audits).toEqual([]);
  const source = {
    name: "a.toml",
    dialect: "toml-enforcer",
    text: "[tools.policy]\nenabled = true\n[tools.audit]\nenabled = true\n",
  };
  expect(() => compileSet([source])).toThrow(/a\.toml:3:\d+: .*destination/);
  expect(compileSet([{ ...source, text: '[tools.audit]\nenabled = false\ndestination = "x"\n' }]).audits).toEqual([]);
});
