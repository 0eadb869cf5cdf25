// broken.test.ts — whatever is wrong with the gateway or with what it says, the call does not run
// Clients let a call run when their hook crashes, is late or says nothing sensible. So each of those must be exit 2.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import {
  ACTION,
  APPROVAL,
  type Behave,
  type BrokenGateway,
  brokenGateway,
  denied,
  granted,
  held,
  json,
} from "./broken-gateway.ts";
import { before, decisionOf, type HookResult, privateFolder, runHook } from "./run-hook.ts";

const COMMAND = "git status";
const ARGS = { command: COMMAND };
let gateway: BrokenGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

async function ask(behave: Behave, more: { args?: string[]; env?: Record<string, string>; stdin?: unknown } = {}) {
  gateway = await brokenGateway(behave);
  const data = privateFolder();
  const result = await runHook({
    args: more.args ?? [],
    env: { HOLDPOINT_URL: gateway.url, HOLDPOINT_KEY: "hp_test", HOLDPOINT_DATA: data, ...more.env },
    stdin: more.stdin ?? before(COMMAND),
  });
  return { ...result, data, seen: gateway.seen };
}

function expectBlocked(result: HookResult, reason: RegExp): void {
  expect([result.code, result.stdout]).toEqual([2, ""]);
  expect(result.stderr).toMatch(reason);
  expect(result.stderr.trim().split("\n")).toHaveLength(1);
}

describe("an answer that cannot be relied on stops the call: exit 2, a reason on stderr, nothing on stdout", () => {
  test.each<[string, Behave, RegExp]>([
    ["500", (response) => json(response, 500, { code: "internal", detail: "it broke" }), /500 internal: it broke/],
    ["503", (response) => json(response, 503, { code: "store_unavailable", detail: "no store" }), /store_unavailable/],
    ["401", (response) => json(response, 401, { code: "unauthenticated", detail: "no" }), /401/],
    ["an HTML page", (response) => response.writeHead(200).end("<html>it works</html>"), /not JSON/],
    ["nothing at all", (response) => response.writeHead(204).end(), /not JSON/],
    ["200 with an empty body", (response) => response.writeHead(200).end(), /not JSON/],
    ["an empty object", (response) => json(response, 200, {}), /not a decision/],
    ["null", (response) => json(response, 200, null), /not a decision/],
    ["the word allow", (response) => json(response, 200, "allow"), /not a decision/],
    [
      "a client's own allow",
      (response) => json(response, 200, { decision: "allow", permissionDecision: "allow" }),
      /not a decision/,
    ],
    [
      "two values for one key",
      (response) => response.writeHead(200).end('{"state":"denied","state":"executing"}'),
      /not JSON/,
    ],
    ["bytes that are no text", (response) => response.writeHead(200).end(Buffer.from([0xff, 0xfe, 0x00])), /no answer/],
    [
      "a connection cut in the middle",
      (response) => {
        response.writeHead(200, { "content-length": "500" });
        response.write('{"state":"exec');
        setImmediate(() => response.destroy());
      },
      /no answer/,
    ],
    [
      "a redirect to somebody who says yes",
      (response, seen) => {
        if (seen.path.startsWith("/yes")) json(response, 200, granted(ARGS));
        else response.writeHead(307, { location: "/yes" }).end("{}");
      },
      /307/,
    ],
    [
      "an answer without an end",
      (response) => {
        response.writeHead(200);
        const more = () => {
          if (!response.destroyed) response.write(`"${"x".repeat(65_536)}`, more);
        };
        more();
      },
      /longer than|no decision within/,
    ],
    [
      "allowed, but no grant",
      (response) => json(response, 200, granted(ARGS, { state: "allowed", grant: undefined })),
      /no grant/,
    ],
    ["executing, but no grant", (response) => json(response, 200, granted(ARGS, { grant: undefined })), /no grant/],
    [
      "a grant that is no text",
      (response) => json(response, 200, granted(ARGS, { grant: { token: true } })),
      /no grant/,
    ],
    [
      "a grant beside a deny",
      (response) => json(response, 200, granted(ARGS, { decision: { effect: "deny" } })),
      /contradicts/,
    ],
    [
      "a grant without a decision",
      (response) => json(response, 200, granted(ARGS, { decision: undefined })),
      /contradicts/,
    ],
    ["a state nobody knows", (response) => json(response, 200, granted(ARGS, { state: "fine" })), /`fine`/],
    [
      "still deciding",
      (response) => json(response, 202, granted(ARGS, { state: "evaluating", grant: undefined })),
      /no decision was made/,
    ],
    ["held, but no approval", (response) => json(response, 202, { ...held(), decision: {} }), /names no approval/],
    ["201", (response) => json(response, 201, granted(ARGS)), /201/],
  ])("%s", async (_what, behave, reason) =>
    expectBlocked(await ask(behave, { env: { HOLDPOINT_HOOK_DEADLINE_MS: "4000" } }), reason),
  );

  test("nobody listens", async () => {
    gateway = await brokenGateway(() => undefined);
    const { url } = gateway;
    await gateway.close();
    gateway = undefined;
    const env = { HOLDPOINT_URL: url, HOLDPOINT_KEY: "hp_test", HOLDPOINT_DATA: privateFolder() };
    expectBlocked(await runHook({ env, stdin: before(COMMAND) }), /ECONNREFUSED/);
  });

  test("a gateway that never answers: our own deadline fires, well before the client's", async () => {
    const result = await ask(() => undefined, { env: { HOLDPOINT_HOOK_DEADLINE_MS: "700" } });
    expectBlocked(result, /700 ms|no answer/);
    expect(result.ms).toBeLessThan(3_000);
  });

  test("a gateway that sends headers and then nothing", async () => {
    const result = await ask((response) => response.writeHead(200).write("{"), {
      env: { HOLDPOINT_HOOK_DEADLINE_MS: "700" },
    });
    expectBlocked(result, /700 ms|no answer/);
  });

  test("a client that never ends its input", async () => {
    const env = { HOLDPOINT_URL: "http://127.0.0.1:9", HOLDPOINT_KEY: "hp_test", HOLDPOINT_HOOK_DEADLINE_MS: "700" };
    expectBlocked(await runHook({ env, stdin: '{"session_id"', open: true }), /700 ms/);
  });
});

test.each([
  ["URL", { HOLDPOINT_URL: "http://127.0.0.1:9" }],
  ["KEY", { HOLDPOINT_KEY: "hp_test" }],
])("an environment with HOLDPOINT_%s alone is no half of a configuration", async (name, env) => {
  expectBlocked(await runHook({ env, stdin: before(COMMAND) }), new RegExp(`HOLDPOINT_${name} is set alone`));
});

describe("a sound refusal is said in the client's words, with exit 0", () => {
  test.each<[string, unknown, string, RegExp]>([
    ["denied", denied(), "deny", /^Tool call denied by policy$/],
    [
      "denied with a reason that may be known",
      { ...denied(), decision: { ...denied().decision, reason: "changes production" } },
      "deny",
      /changes production/,
    ],
    ["held", held(), "deny", new RegExp(`approval pending: ${APPROVAL}`)],
    ["answered before", granted(ARGS, { replayed: true }), "deny", /answered before/],
    ["not said to be fresh", granted(ARGS, { replayed: undefined }), "deny", /answered before/],
    ["other arguments", granted({ command: "git status -s" }), "deny", /not the ones of this call/],
    ["no arguments", granted(undefined), "deny", /not the ones of this call/],
    ["more arguments", granted({ ...ARGS, timeout: 1 }), "deny", /not the ones of this call/],
    [
      "rejected",
      {
        ...denied(),
        state: "rejected",
        decision: { ...denied().decision, message: "Tool call denied: a person said no" },
      },
      "deny",
      /^Tool call denied: a person said no$/,
    ],
    ["expired", { ...denied(), state: "expired" }, "deny", /^Tool call denied by policy$/],
  ])("%s", async (_what, body, decision, reason) => {
    const result = await ask((response) => json(response, 200, body));
    expect([result.code, decisionOf(result), result.stderr]).toEqual([0, decision, ""]);
    expect(JSON.parse(result.stdout).hookSpecificOutput.permissionDecisionReason).toMatch(reason);
  });

  test("a terminated session also stops the client", async () => {
    const result = await ask((response) => json(response, 200, denied("terminate")));
    expect(decisionOf(result)).toBe("deny");
    expect(JSON.parse(result.stdout).continue).toBe(false);
  });

  test("--on-hold defer hands the wait to the client", async () => {
    const result = await ask((response) => json(response, 202, held()), { args: ["--on-hold", "defer"] });
    expect([result.code, decisionOf(result)]).toEqual([0, "defer"]);
  });
});

describe("a fresh grant with equal arguments lets the call run", () => {
  test("and the proposal says who asks, for what, and wants to claim", async () => {
    const call = before(COMMAND);
    const result = await ask((response) => json(response, 200, granted({ command: COMMAND })), { stdin: call });
    expect([result.code, decisionOf(result), result.stderr]).toEqual([0, "allow", ""]);
    const [seen] = result.seen;
    expect(seen?.path).toMatch(/^\/v1\/actions\?wait=\d+$/);
    expect(seen?.headers.authorization).toBe("Bearer hp_test");
    expect(JSON.parse(seen?.body ?? "")).toEqual({
      tool: "Bash",
      args: ARGS,
      cwd: "/home/dev/api",
      toolCallId: call.tool_use_id,
      principal: { agent: "claude-code" },
      session: { id: "s-1" },
      client: "claude-code",
      claim: true,
    });
  });

  test("equal means equal as JSON values", async () => {
    const input = { command: COMMAND, timeout: 10, description: "x" };
    const stored = { description: "x", timeout: 10.0, command: COMMAND };
    const result = await ask((response) => json(response, 200, granted(stored)), {
      stdin: before("", { tool_input: input }),
    });
    expect(decisionOf(result)).toBe("allow");
  });

  test("--on-hold wait stays until a person has answered, then claims", async () => {
    const answers = [
      [202, held()],
      [200, held()],
      [200, { ...held(), state: "approved" }],
      [200, { ...granted(ARGS), replayed: undefined, decision: { effect: "ask" } }],
    ] as const;
    let next = 0;
    const result = await ask((response) => json(response, answers[next]?.[0] ?? 500, answers[next++]?.[1]), {
      args: ["--on-hold", "wait"],
    });
    expect([result.code, decisionOf(result)]).toEqual([0, "allow"]);
    expect(result.seen.map(({ method, path }) => `${method} ${path.replace(/\d{3,}/, "N")}`)).toEqual([
      "POST /v1/actions?wait=N",
      expect.stringMatching(/^GET \/v1\/actions\/act_.*until=settled$/),
      expect.stringMatching(/^GET \/v1\/actions\/act_.*until=settled$/),
      expect.stringMatching(/^POST \/v1\/actions\/act_.*\/claim$/),
    ]);
    expect(result.seen[3]?.headers["idempotency-key"]).toBeTruthy();
  });
});

describe("after the call", () => {
  const after = (call: Record<string, unknown>, tool_response: unknown) => ({
    ...call,
    hook_event_name: "PostToolUse",
    tool_response,
  });

  test("its outcome is reported once, under the grant that let it through", async () => {
    const call = before(COMMAND);
    const first = await ask((response) => json(response, 200, granted(ARGS)), { stdin: call });
    await gateway?.close();
    const env = { HOLDPOINT_DATA: first.data };
    const second = await ask((response) => json(response, 200, {}), {
      env,
      stdin: after(call, { stdout: "clean", exitCode: 0 }),
    });
    expect([second.code, second.stdout, second.stderr]).toEqual([0, "", ""]);
    expect(second.seen.map(({ path }) => path)).toEqual([`/v1/actions/${ACTION}/report`]);
    expect(JSON.parse(second.seen[0]?.body ?? "")).toEqual({
      grant: "grant-token",
      outcome: "succeeded",
      exitCode: 0,
      output: { sha256: expect.stringMatching(/^sha256:/), bytes: expect.any(Number) },
    });
    await gateway?.close();
    const third = await ask((response) => json(response, 200, {}), { env, stdin: after(call, {}) });
    expect([third.code, third.seen.length]).toEqual([0, 0]);
  });

  test("a report that nobody takes is said, and kept for the next try", async () => {
    const call = before(COMMAND);
    const first = await ask((response) => json(response, 200, granted(ARGS)), { stdin: call });
    await gateway?.close();
    const env = { HOLDPOINT_DATA: first.data };
    expectBlocked(await ask((response) => json(response, 503, {}), { env, stdin: after(call, {}) }), /503/);
    await gateway?.close();
    const again = await ask((response) => json(response, 200, {}), { env, stdin: after(call, { is_error: true }) });
    expect(JSON.parse(again.seen[0]?.body ?? "")).toMatchObject({ outcome: "failed" });
  });
});

describe("input that is not a call", () => {
  test.each<[string, unknown, RegExp]>([
    ["nothing", "", /expected a JSON value/],
    ["text", "run git status", /expected a JSON value/],
    ["a list", "[]", /expected an object/],
    ["no session", before(COMMAND, { session_id: undefined }), /session_id/],
    ["no tool", before(COMMAND, { tool_name: "" }), /tool_name/],
    ["arguments that are no object", before(COMMAND, { tool_input: "git status" }), /tool_input/],
    ["another event", before(COMMAND, { hook_event_name: "Stop" }), /hook_event_name/],
    ["no event", before(COMMAND, { hook_event_name: undefined }), /hook_event_name/],
    ["two tools", '{"tool_name":"Read","tool_name":"Bash"}', /stands twice/],
  ])("%s: exit 2", async (_what, stdin, reason) =>
    expectBlocked(await ask((response) => json(response, 200, granted(ARGS)), { stdin }), reason),
  );

  test("a client that we do not know: exit 2", async () => {
    expectBlocked(await runHook({ client: "notepad", stdin: before(COMMAND) }), /notepad/);
  });
});

describe("where the gateway is", () => {
  const config = (folder: string, text: string, name = "hook.json"): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };

  test("--config is believed, and the environment then is not", async () => {
    gateway = await brokenGateway((response) => json(response, 200, granted(ARGS)));
    const path = config(privateFolder(), JSON.stringify({ url: gateway.url, key: "hp_config" }));
    const env = { HOLDPOINT_URL: "http://127.0.0.1:9", HOLDPOINT_KEY: "hp_environment" };
    const result = await runHook({ args: ["--config", path], env, stdin: before(COMMAND) });
    expect([result.code, decisionOf(result)]).toEqual([0, "allow"]);
    expect(gateway.seen[0]?.headers.authorization).toBe("Bearer hp_config");
  });

  test("what `up` wrote is found without either", async () => {
    gateway = await brokenGateway((response) => json(response, 200, granted(ARGS)));
    const data = privateFolder();
    config(data, JSON.stringify({ url: gateway.url, key: "hp_up" }));
    const result = await runHook({ env: { HOLDPOINT_DATA: data }, stdin: before(COMMAND) });
    expect(decisionOf(result)).toBe("allow");
  });

  test("nothing known: exit 2, and it says what to do", async () => {
    expectBlocked(await runHook({ env: { HOLDPOINT_DATA: privateFolder() }, stdin: before(COMMAND) }), /holdpoint up/);
  });

  test("half an environment is not filled up from elsewhere", async () => {
    const data = privateFolder();
    config(data, JSON.stringify({ url: "http://127.0.0.1:9", key: "hp_up" }));
    expectBlocked(
      await runHook({ env: { HOLDPOINT_DATA: data, HOLDPOINT_URL: "http://127.0.0.1:9" }, stdin: before(COMMAND) }),
      /HOLDPOINT_KEY/,
    );
  });

  test.each<[string, string, RegExp]>([
    ["broken", "{", /expected a key/],
    ["without an address", '{"key":"hp_x"}', /url/],
    ["with an address of another kind", '{"url":"file:///etc/passwd","key":"hp_x"}', /url/],
    ["without a key", '{"url":"http://127.0.0.1:9"}', /key/],
  ])("a configuration that is %s: exit 2", async (_what, text, reason) =>
    expectBlocked(await runHook({ args: ["--config", config(privateFolder(), text)], stdin: before(COMMAND) }), reason),
  );

  test("a configuration in the agent's workspace could be rewritten by the agent: exit 2", async () => {
    const workspace = privateFolder();
    const path = config(workspace, JSON.stringify({ url: "http://127.0.0.1:9", key: "hp_x" }));
    expectBlocked(await runHook({ args: ["--config", path], stdin: before(COMMAND, { cwd: workspace }) }), /workspace/);
  });
});

describe("what is refused while the gateway is away", () => {
  test("is kept: who, which tool, why, and of the arguments only a hash", async () => {
    const secret = `AKIA${"Q".repeat(16)}`;
    const result = await ask((response) => json(response, 500, {}), { stdin: before(`echo ${secret}`) });
    const text = readFileSync(join(result.data, "hook", "refused.jsonl"), "utf8");
    expect(JSON.parse(text)).toMatchObject({
      client: "claude-code",
      session: "s-1",
      tool: "Bash",
      args: expect.stringMatching(/^sha256-jcs:[0-9a-f]{64}$/),
      reason: expect.stringContaining("500"),
    });
    expect(text).not.toContain(secret);
  });
});
