// processes.test.ts — each stage in a process of its own: they find each other by the queue, die, come back, and drain

import { startRedis } from "@holdpoint/testkit/redis.ts";
import { STAGES } from "@holdpoint/wire/scalars.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Line, openLine } from "./line.ts";
import { linePolicy } from "./policy.ts";
import { startWorker, type WorkerProcess } from "./processes.ts";

const redis = await startRedis({ shared: false });
afterAll(() => redis?.stop());
const backends: [string, string | undefined][] = [
  ["Postgres", undefined],
  ...(redis ? ([["Redis", redis.url]] as [string, string][]) : []),
];

describe.each(backends)("four processes on the %s queue", (_name, queueUrl) => {
  let line: Line;
  let env: Record<string, string>;
  let workers: WorkerProcess[] = [];
  beforeAll(async () => {
    line = await openLine({ ...(queueUrl && { queueUrl }), stages: false });
    env = line.environment;
    workers = STAGES.map((stage) => startWorker(stage, env));
    await Promise.all(workers.map(({ health }) => health));
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.end("SIGKILL")));
    await line?.close();
  });

  test("are healthy and ready, and together decide", async () => {
    for (const { health } of workers) {
      const url = await health;
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      expect(await (await fetch(`${url}/metrics`)).text()).toContain("# TYPE");
    }
    const allowed = await line.propose({ args: { command: "git status" } });
    const held = await line.propose({ args: { command: "npx prisma migrate deploy" } });
    const denied = await line.propose({ args: { command: "rm -rf /" } });
    await line.until(allowed.action.id, ["allowed"]);
    await line.until(held.action.id, ["held"]);
    await line.until(denied.action.id, ["denied"]);
  });

  test("say which policy they run, so that a publish can wait for all of them", async () => {
    const before = await line.engine.policies.active("default");
    expect(await line.engine.store.workers.behind("default", before.digest)).toEqual([]);
    const services = (await line.engine.store.workers.live()).map(({ service }) => service);
    expect(services).toEqual(expect.arrayContaining([...STAGES]));
    const stricter = {
      name: "stricter",
      dialect: "native-yaml",
      text: 'rules:\n  - { id: no-status, effect: deny, reason: "not today", when: { commands: ["git status"] } }\n',
    };
    await line.engine.store.policies.installBase([linePolicy, stricter], { system: "test" });
    const { digest } = await line.engine.store.policies.active("default");
    const end = performance.now() + 5_000;
    while ((await line.engine.store.workers.behind("default", digest)).length > 0) {
      if (performance.now() > end) throw new Error("a worker still runs the old set after 5 s");
      await new Promise((next) => setTimeout(next, 20));
    }
    const { action } = await line.propose({ args: { command: "git status" } });
    const row = await line.until(action.id, ["denied", "allowed"]);
    expect(row.decision).toMatchObject({ effect: "deny", policyDigest: digest });
    await line.engine.store.policies.installBase([linePolicy], { system: "test" });
  });

  test.each(STAGES)(
    "when %s is killed with work in hand, all of it is decided soon after its return",
    async (stage) => {
      const rows = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          line.propose({ args: { command: index % 4 === 0 ? "npx prisma migrate deploy" : "git log" } }),
        ),
      );
      const victim = workers.find((worker) => worker.stage === stage);
      await victim?.end("SIGKILL");
      rows.push(
        ...(await Promise.all(Array.from({ length: 10 }, () => line.propose({ args: { command: "git log" } })))),
      );
      const next = startWorker(stage, env);
      workers = workers.map((worker) => (worker.stage === stage ? next : worker));
      await next.health;
      const backAt = performance.now();
      const decided = await Promise.all(
        rows.map(({ action }) => line.until(action.id, ["allowed", "held", "denied"], 15_000)),
      );
      expect(performance.now() - backAt).toBeLessThan(10_000); // five where nothing else runs: npm run proof measures it
      expect(decided.filter(({ state }) => state === "held")).toHaveLength(10);
      expect(decided.filter(({ state }) => state === "allowed")).toHaveLength(40);
      expect(decided.every(({ version }) => version === 2)).toBe(true);
    },
  );

  test("drain on a signal: what is in hand is finished, within ten seconds, with exit 0", async () => {
    const rows = await Promise.all(Array.from({ length: 60 }, () => line.propose({ args: { command: "git log" } })));
    const ends = await Promise.all(workers.map((worker) => worker.end("SIGTERM")));
    for (const { code, ms } of ends) {
      expect(code).toBe(0);
      expect(ms).toBeLessThan(10_000);
    }
    workers = STAGES.map((stage) => startWorker(stage, env));
    await Promise.all(workers.map(({ health }) => health));
    for (const { action } of rows) expect((await line.until(action.id, ["allowed"])).version).toBe(2);
  });
});

describe("a worker that must not serve", () => {
  test.each([
    ["without its keys", { HOLDPOINT_JOB_KEYS: "" }, /HOLDPOINT_JOB_KEYS/],
    ["with a key of the wrong length", { HOLDPOINT_MASTER_KEY: "c2hvcnQ=" }, /HOLDPOINT_MASTER_KEY/],
    ["with a policy that is not there", { HOLDPOINT_POLICY: "/nowhere/policy.yaml" }, /policy\.yaml/],
    ["with a queue it does not know", { HOLDPOINT_QUEUE_URL: "amqp://localhost" }, /HOLDPOINT_QUEUE_URL/],
  ])("does not start %s, and says why", async (_why, wrong, says) => {
    const line = await openLine({ stages: false });
    try {
      const worker = startWorker("rules", { ...line.environment, ...wrong });
      const [code] = await new Promise<[number | null]>((resolve) =>
        worker.child.once("exit", (exit) => resolve([exit])),
      );
      expect(code).toBe(1);
      expect(worker.log()).toMatch(says);
    } finally {
      await line.close();
    }
  });
});
