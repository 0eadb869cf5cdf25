// audit.test.ts — seed 003's `[tools.audit]` on the real product: each decision is a line, and the agent hears one sentence only

import { existsSync, readFileSync } from "node:fs";
import { createClient } from "@holdpoint/client/client.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { folderWith } from "../run-cli.ts";
import { type UpProcess, upProcess } from "../up-process.ts";

const folder = folderWith({
  "agent.toml": `
[tools.policy]
enabled = true
default_effect = "deny"
policy_file = "rules.toml"
[tools.audit]
enabled = true
destination = "logs/audit.jsonl"
`,
  "rules.toml": `
[[rules]]
effect = "deny"
tool = "shell"
args_match = ".*sudo.*"
[[rules]]
effect = "allow"
tool = "shell"
`,
});
let up: UpProcess;
beforeAll(async () => {
  up = await upProcess(folder, ["--policy-file", "agent.toml"]);
}, 120_000);
afterAll(async () => {
  await up?.kill();
});

test("allow and deny are written with time, tool, parameters and result; the trace of a denial stays in the file", async () => {
  const agent = createClient({ url: up.ready.url, key: up.ready.agentKey });
  const propose = (command: string) =>
    agent.propose(
      { tool: "shell", args: { command }, cwd: "/home/dev/api", principal: { agent: "a" }, session: { id: "s" } },
      { waitMs: 10_000 },
    );
  expect((await propose("ls -la")).state).toBe("allowed");
  const denied = await propose("sudo ls");
  expect(denied.state).toBe("denied");
  expect(JSON.stringify(denied)).not.toContain("policy-1");
  expect(denied.decision?.message).toBe("Tool call denied by policy");
  const file = `${folder}/logs/audit.jsonl`;
  const lines = () => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
  await expect.poll(() => lines().length, { timeout: 10_000 }).toBe(2);
  const [first, second] = lines().map((line) => JSON.parse(line));
  expect(first).toMatchObject({ tool: "shell", result: "allow", params: '{"command":"ls -la"}' });
  expect(Date.parse(first.timestamp)).not.toBeNaN();
  expect(second).toMatchObject({ result: "deny", rules: ["policy-1"] });
  expect(second.reason).toContain("rule policy-1 of agent.toml");
});
