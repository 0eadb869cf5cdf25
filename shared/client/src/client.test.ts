// client.test.ts — the SDK against a scripted server on loopback: what is sent, what is believed, what becomes a fault

import { createServer, type IncomingMessage, type Server } from "node:http";
import { Fault } from "@holdpoint/wire/fault.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient } from "./client.ts";
import { createGuard } from "./guard.ts";

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: unknown;
}
type Reply = { status?: number; type?: string; body: unknown } | "hang" | "cut";

let server: Server;
let url: string;
let seen: Seen[];
let reply: (request: Seen) => Reply;

beforeEach(async () => {
  seen = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const one: Seen = {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
    seen.push(one);
    const answer = reply(one);
    if (answer === "hang") return;
    if (answer === "cut") return void request.socket.destroy();
    const { status = 200, type = "application/json", body } = answer;
    response.writeHead(status, { "content-type": type });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const client = (timeoutMs = 2_000) => createClient({ url, key: "hp_k_s", timeoutMs });
const action = (over: object = {}) => ({
  actionId: "act_1",
  state: "allowed",
  version: 2,
  argsHash: "sha256-jcs:0",
  replayed: false,
  decision: { decisionId: "dec_1", effect: "allow", outcome: "allow", message: "Tool call allowed by policy" },
  ...over,
});
const proposal = { tool: "Bash", args: { command: "ls" }, principal: { agent: "a" }, session: { id: "s" } };

test("a proposal goes out with key, wait, until and idempotency key", async () => {
  reply = () => ({ body: action({ later: "fields pass" }) });
  const answer = await client().propose(proposal, { waitMs: 5_000, until: "settled", idempotencyKey: "k-1" });
  expect(answer).toMatchObject({ state: "allowed", later: "fields pass" });
  expect(seen[0]).toMatchObject({
    method: "POST",
    url: "/v1/actions?wait=5000&until=settled",
    headers: { authorization: "Bearer hp_k_s", "idempotency-key": "k-1", "content-type": "application/json" },
    body: proposal,
  });
});

test.each<[string, (c: ReturnType<typeof client>) => Promise<unknown>, string, unknown]>([
  ["claim", (c) => c.claim("act_1", { executor: "h" }), "POST /v1/actions/act_1/claim", { executor: "h" }],
  ["heartbeat", (c) => c.heartbeat("act_1", "g"), "POST /v1/actions/act_1/heartbeat", { grant: "g" }],
  [
    "report",
    (c) => c.report("act_1", { grant: "g", outcome: "failed", exitCode: 2 }),
    "POST /v1/actions/act_1/report",
    { grant: "g", outcome: "failed", exitCode: 2 },
  ],
  ["cancel", (c) => c.cancel("act_1", "why"), "POST /v1/actions/act_1/cancel", { reason: "why" }],
  ["promote", (c) => c.promote("act_1"), "POST /v1/actions/act_1/promote", {}],
  ["escalate", (c) => c.escalate("act_1", "please"), "POST /v1/actions/act_1/escalate", { justification: "please" }],
  ["an id is only ever a part of the path", (c) => c.get("../keys?x"), "GET /v1/actions/..%2Fkeys%3Fx", undefined],
])("%s", async (_what, send, line, body) => {
  reply = () => ({ body: action() });
  await send(client());
  expect(`${seen[0]?.method} ${seen[0]?.url}`).toBe(line);
  expect(seen[0]?.body).toEqual(body);
});

describe("what is no good answer is a fault", () => {
  const problem = (status: number, code: string, more: object = {}): Reply => ({
    status,
    type: "application/problem+json",
    body: { type: `urn:holdpoint:problem:${code}`, title: code, status, detail: "said so", code, ...more },
  });
  test.each<[string, Reply, string]>([
    ["a problem keeps its code", problem(409, "not_claimable", { reasonCode: "held" }), "not_claimable"],
    ["a code from the future", problem(400, "not_invented_yet"), "internal"],
    [
      "an error that is no problem",
      { status: 502, type: "text/html", body: "<h1>bad gateway</h1>" },
      "outbound_failed",
    ],
    ["garbage with status 200", { body: "not json at all" }, "outbound_failed"],
    ["JSON that is no action", { body: { hello: "world" } }, "outbound_failed"],
    ["an unknown state", { body: action({ state: "probably fine" }) }, "outbound_failed"],
    ["a redirect", { status: 307, body: "" }, "outbound_failed"],
    ["a cut connection", "cut", "outbound_failed"],
    ["silence", "hang", "outbound_failed"],
  ])("%s", async (_what, answer, code) => {
    reply = () => answer;
    const fault = await client(300)
      .get("act_1")
      .catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Fault);
    expect((fault as Fault).code).toBe(code);
  });

  test.each([
    ["of several lines", ["hp_k_s", "more"].join("\n")],
    ["with a space", "hp_k s"],
    ["with a letter beyond ASCII", "hp_k_é"],
    ["that is empty", ""],
  ])("a key %s is refused before anything is sent, and not quoted", (_what, key) => {
    let said = "";
    try {
      createClient({ url, key });
    } catch (error) {
      said = String(error);
      expect(error).toMatchObject({ code: "config_invalid" });
    }
    expect(said).toContain("`key`");
    expect(said).not.toContain("hp_k");
  });

  test("the place of a problem travels with it", async () => {
    reply = () => problem(409, "not_claimable", { reasonCode: "bindings_changed", actionId: "act_1" });
    await expect(client().claim("act_1")).rejects.toMatchObject({
      message: "said so",
      place: { reasonCode: "bindings_changed", actionId: "act_1" },
    });
  });
});

describe("guard", () => {
  const granted = (over: object = {}) =>
    action({
      state: "executing",
      grant: { token: "g-1", expiresAt: "2030-01-01T00:00:00Z" },
      args: { command: "ls" },
      ...over,
    });
  const guard = (options: object = {}) =>
    createGuard({ client: client(), context: { principal: { agent: "a" }, session: { id: "s" } }, ...options });
  const ls = { tool: "Bash", args: { command: "ls" } };
  const reports = () => seen.filter(({ url }) => url.endsWith("/report")).map(({ body }) => body);

  test("runs under a fresh grant, once, and reports", async () => {
    reply = () => ({ body: granted() });
    let runs = 0;
    expect(await guard()(ls, (args) => `${++runs} ${args["command"]}`)).toBe("1 ls");
    expect(seen[0]?.body).toMatchObject({ claim: true, tool: "Bash" });
    expect(reports()).toEqual([{ grant: "g-1", outcome: "succeeded" }]);
  });

  test("a tool that throws is reported as failed, and its error goes on", async () => {
    reply = () => ({ body: granted() });
    const run = () => {
      throw new Error("no such file");
    };
    await expect(guard()(ls, run)).rejects.toThrow("no such file");
    expect(reports()).toEqual([{ grant: "g-1", outcome: "failed" }]);
  });

  test("a report that is lost does not lose the result", async () => {
    reply = ({ url }) => (url.endsWith("/report") ? "cut" : { body: granted() });
    const lost: unknown[] = [];
    expect(await guard({ onUnreported: (error: unknown) => lost.push(error) })(ls, () => 7)).toBe(7);
    expect(lost).toHaveLength(1);
  });

  test("a held call waits for the person, then claims what was approved", async () => {
    const held = action({ state: "held", decision: { ...action().decision, effect: "ask" } });
    reply = ({ method, url }) => {
      if (url.endsWith("/claim")) return { body: granted() };
      return { body: method === "GET" ? action({ state: "approved" }) : held };
    };
    expect(await guard({ holdMs: 5_000 })(ls, () => "ran")).toBe("ran");
  });

  test("what the call is pinned to goes out with it and again with the claim; a call's own tool version wins", async () => {
    const bindings = { cwd: "/w" };
    const context = { principal: { agent: "a" }, session: { id: "s" }, audience: "eu", toolVersion: "0", bindings };
    reply = ({ url }) => ({ body: url.endsWith("/claim") ? granted() : action({ state: "approved" }) });
    await guard({ context })({ ...ls, toolVersion: "sha256:7d0c" }, () => 7);
    const pins = { audience: "eu", toolVersion: "sha256:7d0c", bindings };
    expect(seen[0]?.body).toMatchObject(pins);
    expect(seen[1]).toMatchObject({ url: "/v1/actions/act_1/claim", body: pins });
  });

  test.each<[string, object]>([
    ["denied", action({ state: "denied" })],
    ["held, and nobody is to be waited for", action({ state: "held" })],
    ["replayed", granted({ replayed: true })],
    ["not said to be fresh", granted({ replayed: undefined })],
    ["executing without a grant", granted({ grant: undefined })],
    ["decided with other arguments", granted({ args: { command: "rm" } })],
    ["decided without arguments", granted({ args: undefined })],
  ])("does not run what is %s", async (_what, body) => {
    reply = () => ({ body });
    let ran = false;
    await expect(
      guard()(ls, () => {
        ran = true;
      }),
    ).rejects.toMatchObject({ code: "not_claimable", place: { actionId: "act_1" } });
    expect(ran).toBe(false);
  });

  test("does not run when the gateway is away", async () => {
    reply = () => "cut";
    let ran = false;
    await expect(
      guard()(ls, () => {
        ran = true;
      }),
    ).rejects.toMatchObject({ code: "outbound_failed" });
    expect(ran).toBe(false);
  });
});
