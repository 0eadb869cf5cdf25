// outage.test.ts — Postgres away: 503 and nothing allowed; the queue away: accepted, and decided when somebody looks

import { afterEach, describe, expect, test } from "vitest";
import { call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

let house: House;
afterEach(async () => {
  house.link?.heal();
  await house.close();
});
const agent = (method: string, path: string, body?: unknown) =>
  call(house, method, path, { key: house.agentKey, body });

describe("Postgres", () => {
  test("cut off: 503 with a problem, nothing allowed, and the service goes on when it is back", async () => {
    house = await openHouse({ link: true });
    const { body } = await agent("POST", "/v1/actions?wait=10000", proposal("git status"));
    expect(body.state).toBe("allowed");
    house.link?.cut();
    const answers = await Promise.all([
      agent("POST", "/v1/actions", proposal("git status", { claim: true })),
      agent("POST", `/v1/actions/${body.actionId}/claim`),
      agent("GET", `/v1/actions/${body.actionId}`),
      call(house, "GET", "/v1/approvals", { key: house.approverKey }),
    ]);
    for (const { status, headers, body: problem } of answers) {
      expect([status, problem.code]).toEqual([503, "store_unavailable"]);
      expect(headers.get("retry-after")).toBe("1");
      expect(JSON.stringify(problem)).not.toMatch(/postgres|ECONN|127\.0\.0\.1/i);
    }
    expect((await call(house, "GET", "/healthz")).status).toBe(200);
    const ready = await call(house, "GET", "/readyz");
    expect([ready.status, ready.body.code]).toEqual([503, "store_unavailable"]);

    house.link?.heal();
    await expect.poll(() => call(house, "GET", "/readyz").then(({ status }) => status), { timeout: 20_000 }).toBe(200);
    const again = await agent("POST", "/v1/actions?wait=20000", proposal("git status"));
    expect(again.body.state).toBe("allowed");
  }, 90_000);

  test("away while a call waits: the call ends, and what was accepted is decided afterwards", async () => {
    house = await openHouse({ link: true });
    const { body } = await agent("POST", "/v1/actions?wait=10000", proposal(MIGRATE));
    const waiting = agent("GET", `/v1/actions/${body.actionId}?wait=3000&until=settled`);
    house.link?.cut();
    expect([200, 503]).toContain((await waiting).status);
    house.link?.heal();
    await expect
      .poll(() => agent("GET", `/v1/actions/${body.actionId}`).then((answer) => answer.body.state), { timeout: 20_000 })
      .toBe("held");
  }, 60_000);
});

describe("a database that falls before a proposal is on its disk", () => {
  /** The decision would take the proposal to the disk: here none comes. */
  const lost = (asked: string[][], there: readonly string[] = []) =>
    openHouse({
      stages: false,
      parts: (engine) => ({
        ...engine,
        store: {
          ...engine.store,
          actions: {
            ...engine.store.actions,
            assure: async (_tenant, ids) => {
              asked.push([...ids]);
              return new Set(there);
            },
          },
        },
      }),
    });

  test("whoever waits in vain is not told of it: 503, to be sent again", async () => {
    const asked: string[][] = [];
    house = await lost(asked);
    const { status, headers, body } = await agent("POST", "/v1/actions?wait=20", proposal("git status"));
    expect([status, body.code]).toEqual([503, "store_unavailable"]);
    expect(headers.get("retry-after")).toBe("1");
    expect(asked).toHaveLength(1);
  });

  test("nor is whoever says the same again and does not wait", async () => {
    const asked: string[][] = [];
    house = await lost(asked);
    const same = proposal("git status", { toolCallId: "call-1", client: "tests" });
    expect((await agent("POST", "/v1/actions?wait=20", same)).status).toBe(503);
    expect((await agent("POST", "/v1/actions", same)).status).toBe(503);
    expect(asked).toHaveLength(2);
  });

  test("nobody needs to ask where the answer comes at once: that proposal waited for the disk itself", async () => {
    const asked: string[][] = [];
    house = await lost(asked);
    expect((await agent("POST", "/v1/actions", proposal("git status"))).status).toBe(202);
    expect(asked).toEqual([]);
  });
});

test("a wait that ends undecided is answered once the proposal is on the disk", async () => {
  house = await openHouse({ stages: false });
  const { status, body } = await agent("POST", "/v1/actions?wait=20", proposal("git status"));
  expect([status, body.state]).toEqual([202, "evaluating"]);
  expect([...(await house.engine.store.actions.assure("default", [body.actionId]))]).toEqual([body.actionId]);
});

describe("the queue", () => {
  test.each<[string, () => Promise<void>]>([
    ["refuses", () => Promise.reject(new Error("the queue is away"))],
    ["hangs", () => new Promise<void>(() => undefined)],
  ])("%s: 202 at once, committed, and never allowed unjudged", async (_how, send) => {
    let broken = true;
    house = await openHouse({
      stages: false,
      parts: (engine) => ({
        ...engine,
        queue: { ...engine.queue, send: (...sent) => (broken ? send() : engine.queue.send(...sent)) },
      }),
    });
    const { status, body } = await agent("POST", "/v1/actions", proposal("git status"));
    expect([status, body.state]).toEqual([202, "evaluating"]);
    expect((await house.engine.store.actions.get("default", body.actionId))?.state).toBe("received");
    expect((await agent("POST", `/v1/actions/${body.actionId}/claim`)).body.reasonCode).toBe("held");
    broken = false;
  });
});

test("a server that is told to end lets waiting calls answer, and ends in time", async () => {
  house = await openHouse();
  const { body } = await agent("POST", "/v1/actions?wait=10000", proposal(MIGRATE));
  const waiting = agent("GET", `/v1/actions/${body.actionId}?wait=60000&until=settled`);
  const events = fetch(`${house.url}/v1/events`, { headers: { authorization: `Bearer ${house.auditorKey}` } }).then(
    (response) => response.text(),
  );
  // The call is in hand once its connection is the server's business: the stream's first bytes say so for both.
  await call(house, "GET", "/healthz");
  const startedAt = performance.now();
  await house.close();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect((await waiting).body.state).toBe("held");
  await events;
  house = await openHouse({ stages: false });
});
