// clients.test.ts — each client is answered in the words that it obeys, and never with `ask`
// The words were measured against the real programs; here the hook is held to them, with answers of a staged gateway.

import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, test } from "vitest";
import { type BrokenGateway, brokenGateway, denied, granted, held, json } from "./broken-gateway.ts";
import { before, decisionOf, privateFolder, runHook } from "./run-hook.ts";

let gateway: BrokenGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});
const ARGS = { command: "git status" };
const codex = before(ARGS.command);
const gemini = {
  session_id: "g-1",
  cwd: "/home/dev/api",
  hook_event_name: "BeforeTool",
  tool_name: "run_shell_command",
  tool_input: ARGS,
};
const copilot = { sessionId: "c-1", cwd: "/home/dev/api", toolName: "bash", toolArgs: JSON.stringify(ARGS) };
const reason = expect.any(String);

async function answered(client: string, stdin: unknown, body: unknown) {
  gateway = await brokenGateway((response) => json(response, 200, body));
  const env = { HOLDPOINT_URL: gateway.url, HOLDPOINT_KEY: "hp_test", HOLDPOINT_DATA: privateFolder() };
  const result = await runHook({ client, stdin, env });
  return { ...result, sent: JSON.parse(gateway.seen[0]?.body ?? "null") };
}

describe("words", () => {
  const pre = (permissionDecision: string) => ({
    hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision, permissionDecisionReason: reason },
  });
  test.each<[string, unknown, unknown, unknown]>([
    ["codex", codex, granted(ARGS), pre("allow")],
    ["codex", codex, denied(), pre("deny")],
    ["codex", codex, denied("terminate"), { ...pre("deny"), continue: false, stopReason: reason }],
    ["gemini", gemini, granted(ARGS), { decision: "allow" }],
    ["gemini", gemini, denied(), { decision: "deny", reason }],
    ["gemini", gemini, denied("terminate"), { decision: "deny", reason, continue: false, stopReason: reason }],
    ["copilot", copilot, granted(ARGS), { permissionDecision: "allow", permissionDecisionReason: reason }],
    ["copilot", copilot, denied(), { permissionDecision: "deny", permissionDecisionReason: reason }],
  ])("%s", async (client, stdin, body, words) => {
    const result = await answered(client, stdin, body);
    expect([result.code, result.stderr]).toEqual([0, ""]);
    expect(JSON.parse(result.stdout)).toEqual(words);
  });

  test.each<[string, unknown]>([
    ["codex", codex],
    ["gemini", gemini],
    ["copilot", copilot],
  ])("%s hears of a pending approval by a denial, also where a wait was to be handed over", async (client, stdin) => {
    gateway = await brokenGateway((response) => json(response, 202, held()));
    const env = { HOLDPOINT_URL: gateway.url, HOLDPOINT_KEY: "hp_test", HOLDPOINT_DATA: privateFolder() };
    const result = await runHook({ client, stdin, env, args: ["--on-hold", "defer"] });
    expect(result.code).toBe(0);
    expect(result.stdout).toContain("approval pending: apr_");
    expect(result.stdout).toMatch(/"(permissionDecision|decision)":"deny"/);
  });
});

describe("what each says is what is proposed", () => {
  test.each<[string, unknown, object]>([
    ["codex", codex, { tool: "Bash", session: { id: "s-1" }, toolCallId: codex.tool_use_id, client: "codex" }],
    ["gemini", gemini, { tool: "run_shell_command", session: { id: "g-1" }, client: "gemini-cli" }],
    ["copilot", copilot, { tool: "bash", session: { id: "c-1" }, client: "copilot-cli" }],
    ["copilot", { ...copilot, sessionId: undefined, toolArgs: ARGS }, { tool: "bash", session: { id: "copilot-cli" } }],
  ])("%s", async (client, stdin, proposal) => {
    const { sent } = await answered(client, stdin, granted(ARGS));
    expect(sent).toMatchObject({ ...proposal, args: ARGS, cwd: "/home/dev/api", claim: true });
  });

  test.each<[string, unknown]>([
    ["gemini", { ...gemini, hook_event_name: "PreToolUse" }],
    ["copilot", { ...copilot, toolArgs: "git status" }],
    ["copilot", { ...copilot, toolName: undefined }],
  ])("%s: what is not its call is stopped", async (client, stdin) => {
    const result = await answered(client, stdin, granted(ARGS));
    expect([result.code, result.stdout]).toEqual([2, ""]);
  });
});

test("without call ids a report still finds its grant", async () => {
  gateway = await brokenGateway((response) => json(response, 200, granted(ARGS)));
  const env = { HOLDPOINT_URL: gateway.url, HOLDPOINT_KEY: "hp_test", HOLDPOINT_DATA: privateFolder() };
  await runHook({ client: "gemini", stdin: gemini, env });
  const after = { ...gemini, hook_event_name: "AfterTool", tool_response: { error: "it failed" } };
  expect((await runHook({ client: "gemini", stdin: after, env })).code).toBe(0);
  expect(JSON.parse(gateway.seen[1]?.body ?? "")).toMatchObject({ grant: "grant-token", outcome: "failed" });
});

describe("--embedded decides without a gateway, and says what that is not", () => {
  const embedded = (command: string, more: { args?: string[]; env?: Record<string, string> } = {}) =>
    runHook({
      stdin: before(command, { cwd: privateFolder() }),
      args: ["--embedded", ...(more.args ?? [])],
      env: more.env ?? {},
    });

  test.each([
    ["an everyday call", "ls", "allow"],
    ["a destructive one", "rm -rf /home/dev/other", "deny"],
    ["one that a person would be asked about", "npx prisma migrate deploy", "deny"],
  ])("%s", async (_what, command, decision) => {
    const result = await embedded(command);
    expect([result.code, decisionOf(result)]).toEqual([0, decision]);
    expect(result.stderr).toMatch(/advisory.*no evidence/);
  });

  test("is never a fallback: with a gateway configured and gone, the call is stopped", async () => {
    const result = await runHook({
      stdin: before("ls"),
      env: { HOLDPOINT_URL: "http://127.0.0.1:9", HOLDPOINT_KEY: "k" },
    });
    expect([result.code, result.stdout]).toEqual([2, ""]);
  });

  test("a policy that does not compile stops every call", async () => {
    const result = await embedded("ls", { args: ["--policy-file", "/nonexistent.yaml"] });
    expect([result.code, result.stdout]).toEqual([2, ""]);
  });
});

test("settings map every death of the hook to 2, and name absolute places", async () => {
  const result = await runHook({ stdin: "", args: ["--print-settings", "--config", "/etc/holdpoint/hook.json"] });
  expect(result.code).toBe(0);
  const { hooks } = JSON.parse(result.stdout);
  for (const event of ["PreToolUse", "PostToolUse"]) {
    const { command } = hooks[event][0].hooks[0];
    expect(command).toMatch(
      /^\/usr\/bin\/env -i .* '\/.*' hook claude-code --config '\/etc\/holdpoint\/hook.json' \|\| exit 2$/,
    );
  }
});

test("the installed line itself: a hook that cannot even start is a no", async () => {
  const settings = await runHook({ stdin: "", args: ["--print-settings", "--config", "/etc/holdpoint/hook.json"] });
  const { command } = JSON.parse(settings.stdout).hooks.PreToolUse[0].hooks[0];
  const exitOf = (line: string) => spawnSync("/bin/sh", ["-c", line], { input: JSON.stringify(before("ls")) }).status;
  expect(exitOf(command)).toBe(2); // there is no such configuration
  expect(exitOf(command.replace("src/main.ts", "src/gone.ts"))).toBe(2);
  expect(exitOf(command.replace("bin/node", "bin/gone"))).toBe(2);
});
