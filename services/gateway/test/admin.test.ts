// admin.test.ts — keys, people, policies, decisions, stops, health and the description of the API

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routes } from "../src/app.ts";
import { type Body, call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.close());

const admin = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  call(house, method, path, { key: house.adminKey, body, ...(headers && { headers }) });
const auditor = (path: string) => call(house, "GET", path, { key: house.auditorKey });
const decided = async (command: string, more: object = {}, key = house.agentKey) =>
  (await call(house, "POST", "/v1/actions?wait=10000", { key, body: proposal(command, { ...more }) })).body;

describe("keys", () => {
  test("are made, listed without their secrets, rotated, and gone when deleted", async () => {
    const made = await admin("POST", "/v1/keys", { role: "agent", agents: ["a"], attests: { team: "x" } });
    expect([made.status, made.body]).toMatchObject([
      201,
      { id: expect.stringMatching(/^key_/), key: expect.stringMatching(/^hp_/), agents: ["a"] },
    ]);
    const list = await admin("GET", "/v1/keys");
    expect(JSON.stringify(list.body)).not.toContain(made.body.key);
    expect(list.body.items.map(({ id }: Body) => id)).toContain(made.body.id);
    const use = (key: string) =>
      call(house, "POST", "/v1/actions", { key, body: proposal("ls", { principal: { agent: "a" } }) });
    expect((await use(made.body.key)).status).toBe(202);
    const rotated = await admin("POST", `/v1/keys/${made.body.id}/rotate`);
    expect(rotated.body.key).not.toBe(made.body.key);
    expect((await use(made.body.key)).status).toBe(401);
    expect((await use(rotated.body.key)).status).toBe(202);
    expect((await admin("DELETE", `/v1/keys/${made.body.id}`)).status).toBe(204);
    expect((await use(rotated.body.key)).status).toBe(401);
    expect((await admin("DELETE", `/v1/keys/${made.body.id}`)).status).toBe(404);
  });

  test("an agent's key that names no agents may speak for any; one that has expired is never made", async () => {
    const made = await admin("POST", "/v1/keys", { role: "agent" });
    expect(made.body.agents).toEqual(["*"]);
    expect((await admin("POST", "/v1/keys", { role: "agent", expiresAt: "2020-01-01T00:00:00Z" })).body.at).toBe(
      "/expiresAt",
    );
    expect((await admin("POST", "/v1/keys", { role: "agent", agents: ["a{b"] })).body.at).toBe("/agents/0");
  });

  test.each(["agent", "executor", "approver", "operator", "policy-author", "policy-publisher", "auditor"] as const)(
    "a key with role %s makes no keys and no people",
    async (role) => {
      const key = await house.key({ role });
      expect((await call(house, "POST", "/v1/keys", { key, body: { role: "admin" } })).status).toBe(403);
      expect((await call(house, "POST", "/v1/people", { key, body: { id: "x", name: "X", roles: [] } })).status).toBe(
        403,
      );
    },
  );
});

test("people are put, read, replaced and removed", async () => {
  const alice = {
    id: "alice@example.com",
    name: "Alice",
    roles: ["repo-owner"],
    identities: [{ channel: "slack", id: "T1/U1" }],
  };
  expect((await admin("POST", "/v1/people", alice)).status).toBe(201);
  expect((await admin("GET", `/v1/people/${encodeURIComponent(alice.id)}`)).body).toMatchObject(alice);
  await admin("POST", "/v1/people", { ...alice, roles: ["security"] });
  expect((await admin("GET", "/v1/people")).body.items.find(({ id }: Body) => id === alice.id).roles).toEqual([
    "security",
  ]);
  expect((await admin("DELETE", `/v1/people/${encodeURIComponent(alice.id)}`)).status).toBe(204);
  expect((await admin("GET", `/v1/people/${encodeURIComponent(alice.id)}`)).status).toBe(404);
});

describe("policies", () => {
  const denying = (command: string, id = "no") => ({
    rules: [{ id, effect: "deny", when: { commands: [command] }, reason: "closed" }],
  });

  test("a draft decides nothing; a published one decides the very next action; a retired one nothing again", async () => {
    const made = await admin("POST", "/v1/policies", { name: "no-stash", document: denying("git stash") });
    expect([made.status, made.body.status]).toEqual([201, "draft"]);
    expect((await decided("git stash list")).state).not.toBe("denied");
    const published = await admin("POST", `/v1/policies/${made.body.id}/publish`);
    expect([published.status, published.body.status]).toEqual([200, "active"]);
    expect((await decided("git stash list")).state).toBe("denied");
    expect(
      (
        await admin("DELETE", `/v1/policies/${made.body.id}`, undefined, {
          "if-match": published.headers.get("etag") ?? "",
        })
      ).status,
    ).toBe(409);
    const retired = await admin("POST", `/v1/policies/${made.body.id}/retire`);
    expect([retired.status, retired.body.status]).toEqual([200, "retired"]);
    expect((await decided("git stash list")).state).not.toBe("denied");
  });

  test("a changed policy takes effect only by publish", async () => {
    const made = await admin("POST", "/v1/policies", { name: "change", document: denying("git stash", "c") });
    const published = await admin("POST", `/v1/policies/${made.body.id}/publish`);
    const put = await admin(
      "PUT",
      `/v1/policies/${made.body.id}`,
      { name: "change", document: denying("git bisect", "c") },
      { "if-match": published.headers.get("etag") ?? "" },
    );
    expect(put.status).toBe(200);
    expect((await decided("git stash list")).state).toBe("denied");
    await admin("POST", `/v1/policies/${made.body.id}/publish`);
    expect((await decided("git bisect log")).state).toBe("denied");
    expect((await decided("git stash list")).state).not.toBe("denied");
    await admin("POST", `/v1/policies/${made.body.id}/retire`);
  });

  test("shadow is watched and decides nothing", async () => {
    const made = await admin("POST", "/v1/policies", { name: "shadow", document: denying("git stash", "s") });
    const published = await admin("POST", `/v1/policies/${made.body.id}/publish`, { as: "shadow" });
    expect(published.body.status).toBe("shadow");
    expect((await decided("git stash list")).state).not.toBe("denied");
    await admin("POST", `/v1/policies/${made.body.id}/retire`);
  });

  test("what does not compile is refused with every place, and nothing of it is kept", async () => {
    const broken = await admin("POST", "/v1/policies", {
      name: "broken",
      document: "rules:\n  - id: x\n    effect: allwo\n  - id: y\n    effect: denny\n",
    });
    expect([broken.status, broken.body.code, broken.body.line]).toEqual([422, "policy_invalid", 3]);
    expect(broken.body.errors.map(({ line }: Body) => line)).toEqual([3, 5]);
    const names = (await admin("GET", "/v1/policies?limit=200")).body.items.map(({ name }: Body) => name);
    expect(names).not.toContain("broken");
  });

  test("a long one is read beside the others' requests, which are answered meanwhile", async () => {
    const rules = Array.from(
      { length: 2_500 },
      (_, at) => `  - { id: r${at}, effect: deny, when: { paths: ["/srv/area_${at}/**"] } }`,
    );
    let made: Body;
    const writing = admin("POST", "/v1/policies", { name: "long", document: `rules:\n${rules.join("\n")}\n` }).then(
      (answer) => {
        made = answer;
      },
    );
    let answered = 0;
    for (; !made; answered += 1) expect((await call(house, "GET", "/healthz")).status).toBe(200);
    await writing;
    expect([made.status, made.body.name]).toEqual([201, "long"]);
    // Read in their way, it would let one or two through: the ones that came before it.
    expect(answered).toBeGreaterThan(10);
  });

  test("a row of the seed's table is a policy; a change needs its etag", async () => {
    const row = {
      name: "row",
      description: "no truth",
      scope: "global",
      effect: "deny",
      rule_expr: { when: { commands: ["true"] } },
    };
    const made = await admin("POST", "/v1/policies", row);
    expect([made.status, made.body]).toMatchObject([201, { ...row, status: "draft" }]);
    const path = `/v1/policies/${made.body.id}`;
    expect((await admin("PUT", path, row)).status).toBe(428);
    expect((await admin("PUT", path, row, { "if-match": '"nope"' })).status).toBe(412);
    expect((await admin("PUT", path, row, { "if-match": "nope" })).status).toBe(400);
    const etag = (await admin("GET", path)).headers.get("etag") ?? "";
    const changed = await admin("PUT", path, { ...row, description: "none" }, { "if-match": etag });
    expect([changed.status, changed.headers.get("etag") === etag]).toEqual([200, false]);
    expect((await admin("DELETE", path)).status).toBe(428);
    expect((await admin("DELETE", path, undefined, { "if-match": etag })).status).toBe(412);
    expect((await admin("DELETE", path, undefined, { "if-match": changed.headers.get("etag") ?? "" })).status).toBe(
      204,
    );
    expect((await admin("GET", path)).status).toBe(404);
    expect((await admin("GET", "/v1/policies/not-even-an-id")).status).toBe(404);
  });

  test("simulate judges by candidates beside what runs, and keeps nothing", async () => {
    const simulated = await admin("POST", "/v1/policies/simulate", {
      candidate: [{ default: "allow", ...denying("git status", "sim") }],
      action: proposal("git status"),
    });
    expect(simulated.status).toBe(200);
    expect(simulated.body).toMatchObject({ decision: { effect: "deny" }, active: { effect: "allow" }, changed: true });
    const broken = await admin("POST", "/v1/policies/simulate", { candidate: ["rules: 7"], action: proposal("ls") });
    expect([broken.status, broken.body.code]).toEqual([422, "policy_invalid"]);
  });

  test("agents see none of it", async () => {
    for (const path of ["/v1/policies", "/v1/keys", "/v1/people", "/v1/decisions", "/v1/events", "/v1/kill-switch"])
      expect((await call(house, "GET", path, { key: house.agentKey })).status, path).toBe(403);
  });
});

describe("decisions", () => {
  test("are found by what they are, and explained", async () => {
    const since = new Date().toISOString();
    const { decision } = await decided("rm -rf /home/dev/other", { session: { id: "s-decisions" } });
    await decided("git status", { session: { id: "s-decisions" } });
    const list = async (query: string) =>
      (await auditor(`/v1/decisions?session=s-decisions&${query}`)).body.items.map(
        ({ decisionId }: Body) => decisionId,
      );
    expect(await list("effect=deny")).toEqual([decision.decisionId]);
    expect(await list("outcome=allow")).toHaveLength(1);
    expect(await list(`from=${since}&tool=Bash&agent=claude-code`)).toHaveLength(2);
    expect(await list(`to=${since}`)).toEqual([]);
    const page = (await auditor("/v1/decisions?session=s-decisions&limit=1")).body;
    expect(page.items).toHaveLength(1);
    expect(
      (await auditor(`/v1/decisions?session=s-decisions&limit=1&cursor=${page.next}`)).body.items[0].decisionId,
    ).toBe(decision.decisionId);
    const one = (await auditor(`/v1/decisions/${decision.decisionId}`)).body;
    expect(one).toMatchObject({ decisionId: decision.decisionId, risk: { score: expect.any(Number) } });
    expect(await list(`rule=${one.rules[0].id}`)).toEqual([decision.decisionId]);
    const explained = await auditor(`/v1/decisions/${decision.decisionId}/explanation`);
    expect(explained.body.text).toContain("Denied");
    const tree = await auditor(`/v1/decisions/${decision.decisionId}/explanation?trace=true`);
    expect(tree.body.text.length).toBeGreaterThan(explained.body.text.length);
  });
});

describe("stops", () => {
  test("a terminated session and an engaged switch deny until they are lifted", async () => {
    const session = { id: "s stop/1" };
    const path = `/v1/sessions/${encodeURIComponent(session.id)}`;
    expect((await admin("POST", `${path}/terminate`, { reason: "odd" })).status).toBe(200);
    expect((await decided("git status", { session })).state).toBe("denied");
    expect((await admin("POST", `${path}/resume`, { reason: "fine" })).status).toBe(200);
    expect((await decided("git status", { session })).state).toBe("allowed");
    const operator = await house.key({ role: "operator" });
    const press = (engaged: boolean) =>
      call(house, "PUT", "/v1/kill-switch", { key: operator, body: { engaged, reason: "drill" } });
    expect((await press(true)).body).toMatchObject({ engaged: true });
    expect((await auditor("/v1/kill-switch")).body).toMatchObject({ engaged: true, switches: [{ reason: "drill" }] });
    expect((await decided("git status")).state).toBe("denied");
    expect((await press(false)).status).toBe(200);
    expect((await decided("git status")).state).toBe("allowed");
    expect((await auditor("/v1/kill-switch")).body).toEqual({ engaged: false, switches: [] });
  });
});

describe("events", () => {
  /** Reads a stream until `done` has been seen. */
  async function stream(
    headers: Record<string, string>,
    done: RegExp | ((text: string) => boolean),
    during?: () => Promise<unknown>,
  ): Promise<string> {
    const leave = new AbortController();
    const response = await fetch(`${house.url}/v1/events`, {
      headers: { authorization: `Bearer ${house.auditorKey}`, ...headers },
      signal: leave.signal,
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const work = during?.();
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (typeof done === "function" ? done(text) : done.test(text)) break;
    }
    leave.abort();
    await work;
    return text;
  }

  test("a refused request is told by what it asked for and why, without the words of its sender", async () => {
    const mark = "a-word-of-the-sender";
    const told = await stream({}, /"operation":"vote"/, async () => {
      const { decision } = await decided(MIGRATE);
      const path = `/v1/approvals/${decision.approval.id}/votes`;
      await call(house, "POST", path, { key: house.approverKey, body: { [mark]: "deny", reason: mark } });
    });
    expect(told).toMatch(/"approvalId":"apr_[^"]+","code":"invalid","operation":"vote"/);
    expect(told).not.toContain(mark);
  });

  test("begin now, and go on after the last id that was seen, in order", async () => {
    const before = await decided("git status");
    await expect.poll(() => house.engine.store.events.last("default")).toBeGreaterThan(0);
    let after: Body;
    const live = await stream(
      {},
      (text) => after !== undefined && text.includes(`${after.actionId}","version":2`),
      async () => {
        after = await decided("git diff");
        await decided("git log"); // its events make the reader look once more, now that it knows what for
      },
    );
    expect(live).toContain(after.actionId);
    const all = await stream({ "last-event-id": "0" }, new RegExp(`${after.actionId}.*"allowed"`));
    expect(all).toContain(before.actionId);
    const cursors = [...all.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
    expect(cursors).toEqual([...new Set(cursors)].sort((a, b) => a - b));
    const data = JSON.parse(
      new RegExp(`event: action\\.allowed\\ndata: (.*${after.actionId}.*)`).exec(all)?.[1] ?? "{}",
    );
    expect(data).toMatchObject({
      type: "action.allowed",
      state: "allowed",
      version: 2,
      cursor: expect.any(Number),
      at: expect.any(String),
      decisionId: expect.stringMatching(/^dec_/),
      outcome: "allow",
    });
    const rest = await stream({ "last-event-id": String(data.cursor) }, /event: /, () => decided("git log"));
    expect(Number(/^id: (\d+)$/m.exec(rest)?.[1])).toBe(data.cursor + 1);
  });

  test("tell of approvals and alarms beside the transitions, under the same cursor", async () => {
    const document = {
      rules: [
        {
          id: "look",
          effect: "alert",
          when: { commands: ["git blame"] },
          reason: "somebody looks",
          obligations: { alert: { severity: "high" } },
        },
      ],
    };
    const text = await stream({}, /event: approval\.rejected[\s\S]*event: action\.rejected/, async () => {
      const made = await admin("POST", "/v1/policies", { name: "look", document });
      await admin("POST", `/v1/policies/${made.body.id}/publish`);
      await decided("git blame x");
      const { decision } = await decided(MIGRATE);
      const path = `/v1/approvals/${decision.approval.id}`;
      await call(house, "POST", `${path}/votes`, { key: house.approverKey, body: { vote: "deny", reason: "no" } });
    });
    expect(text).toMatch(/event: alert\ndata: .*"rule":"look","severity":"high"/);
    const kinds = [...text.matchAll(/^event: (\S+)$/gm)].map((match) => match[1]);
    expect(kinds).toEqual(
      expect.arrayContaining([
        "policy.active",
        "approval.opened",
        "action.held",
        "approval.voted",
        "approval.rejected",
      ]),
    );
    expect(kinds.indexOf("approval.opened")).toBe(kinds.indexOf("action.held") - 1);
    expect(text).toMatch(/event: approval\.rejected\ndata: .*"approvalId":"apr_/);
  });

  test("end for a reader whose key is gone", async () => {
    const made = await admin("POST", "/v1/keys", { role: "auditor" });
    const response = await fetch(`${house.url}/v1/events`, { headers: { authorization: `Bearer ${made.body.key}` } });
    await admin("DELETE", `/v1/keys/${made.body.id}`);
    await expect(response.text()).resolves.toContain(":");
  });
});

test("health, readiness and metrics, each where it belongs", async () => {
  expect((await call(house, "GET", "/healthz")).body).toEqual({ status: "ok" });
  expect((await call(house, "GET", "/readyz")).body).toEqual({ status: "ready" });
  const metrics = await fetch(house.metricsUrl).then((response) => response.text());
  expect(metrics).toContain("holdpoint_request_duration_seconds");
  expect(metrics).not.toMatch(/act_|dec_|hp_/);
});

test("the description names every route, its schema and its roles", async () => {
  const api = (await call(house, "GET", "/openapi.json")).body;
  expect(api.openapi).toBe("3.1.0");
  for (const { method, path } of routes)
    expect(api.paths[path.replace(/:(\w+)/g, "{$1}")][method.toLowerCase()], path).toMatchObject({
      operationId: expect.any(String),
    });
  const operations = Object.values<Body>(api.paths).flatMap((path) => Object.values<Body>(path));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  const propose = api.paths["/v1/actions"].post;
  expect(JSON.stringify(propose.requestBody)).toContain("toolCallId");
  expect(propose.parameters.map(({ name }: Body) => name)).toEqual(["wait", "until"]);
});

test("the gauges know how many requests wait for people", async () => {
  expect((await decided(MIGRATE)).state).toBe("held");
  const metrics = () => fetch(house.metricsUrl).then((response) => response.text());
  await expect.poll(metrics, { timeout: 15_000 }).toMatch(/^holdpoint_approvals_pending [1-9]/m);
  expect(await metrics()).toMatch(/^holdpoint_approvals_oldest_seconds \d/m);
});
