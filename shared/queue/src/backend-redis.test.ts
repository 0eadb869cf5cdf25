// backend-redis.test.ts — the contract on a real Redis and a real Valkey, what a crash of one leaves, and the one that is refused

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { type RunningRedis, serversHere, startRedis } from "@holdpoint/testkit/redis.ts";
import { Queue as BullQueue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, describe, expect, test } from "vitest";
import { message, until } from "./fixtures.ts";
import { openQueue } from "./open.ts";
import { contractRing, queueContract } from "./queue.contract.ts";
import { keyRing } from "./seal.ts";
import type { SettleDraft } from "./types.ts";

const log = createLogger("test", { level: "fatal" });
const ring = keyRing([{ id: "k1", key: randomBytes(32) }]);
const shared = await startRedis();
const servers = serversHere();
const hasValkey = servers.some(({ name, here }) => name === "Valkey" && here);
const valkey = hasValkey ? await startRedis({ program: "valkey-server", shared: false }) : undefined;
afterAll(() => Promise.all([shared?.stop(), valkey?.stop()]));

describe.each(
  Object.entries({ Redis: shared, Valkey: valkey }).filter(
    (each): each is [string, RunningRedis] => each[1] !== undefined,
  ),
)("on %s", (_name, { url }) => {
  let run = 0;
  queueContract(async () => {
    const prefix = `contract-${++run}`;
    const redis = new Redis(url);
    await redis.flushall();
    const options = { url, ring: contractRing(), log, prefix };
    const queue = await openQueue(options);
    const others: { close(): Promise<void> }[] = [];
    return {
      queue,
      second: async (keys) => {
        const second = await openQueue({ ...options, ring: contractRing(keys) });
        others.push(second);
        return second;
      },
      raw: async () => {
        const keys = (await redis.keys(`{${prefix}}:*`)).filter((key) => /:\d+$/.test(key));
        return JSON.stringify(await Promise.all(keys.map((key) => redis.hgetall(key))));
      },
      wipe: () => redis.flushall(),
      forge: async (stage, items) => {
        const foreign = new BullQueue(stage, { connection: redis, prefix: `{${prefix}}` });
        for (const item of items) await foreign.add(stage, { v: 1, key: "k1", items: [item] });
        await foreign.close();
      },
      close: async () => {
        for (const other of others) await other.close();
        await queue.close();
        redis.disconnect();
      },
    };
  });
});

describe.each(servers.filter(({ here }) => here))("$name with an append-only file", ({ program }) => {
  test("has what it took when it is killed and started again", async () => {
    const own = await startRedis({ program, shared: false, settings: { appendonly: "yes" } });
    if (!own?.crash) throw new Error("this needs a process of its own");
    const queue = await openQueue({ url: own.url, ring, log });
    const sent = Array.from({ length: 40 }, () => message());
    for (const each of sent) await queue.send("rules", [each]);
    await own.crash();
    const seen = new Set<string>();
    const worker = queue.work("rules", (each) => ({ settle: { message: each } as unknown as SettleDraft }), {
      settle: async (draft) => void seen.add(draft.message.action.id),
      exhausted: async () => undefined,
    });
    await until(() => seen.size === sent.length);
    expect([...seen].sort()).toEqual(sent.map(({ action }) => action.id).sort());
    await worker.drain(2_000);
    await queue.close();
    await own.stop();
  });
});

describe.each(servers.filter(({ here }) => here))("a wrong $name is refused with the fix", ({ program }) => {
  const refusal = async (prepare: (redis: Redis) => Promise<unknown>) => {
    const own = await startRedis({ program, shared: false });
    if (!own) throw new Error("this needs a Redis process of its own");
    const redis = new Redis(own.url);
    try {
      await prepare(redis);
      const queue = await openQueue({ url: own.url, ring, log });
      await queue.close();
      return "accepted";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      redis.disconnect();
      await own.stop();
    }
  };
  test.each<[string, (redis: Redis) => Promise<unknown>, RegExp]>([
    ["an empty one is taken", async () => undefined, /^accepted$/],
    [
      "one that evicts",
      (redis) => redis.config("SET", "maxmemory-policy", "allkeys-lru"),
      /evicts .*set `maxmemory-policy noeviction`/,
    ],
    [
      "one with other data",
      (redis) => redis.set("someone", "else"),
      /holds other data \(`someone`\): give Holdpoint an empty one/,
    ],
  ])("%s", async (_what, prepare, message) => expect(await refusal(prepare)).toMatch(message));
});

/** A server in front of a real one whose INFO says that it is older; all else is the real one's. */
async function olderBySay(port: number, said: string): Promise<{ url: string; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const real = connect(port, "127.0.0.1");
    for (const socket of [client, real]) {
      sockets.add(socket);
      socket.on("error", () => undefined); // the other side is ended with it
    }
    client.pipe(real);
    real.on("data", (chunk) => {
      const text = chunk.toString("latin1");
      // As long as before: a reply says its length first.
      client.write(
        Buffer.from(
          text.replace(/redis_version:(\S+)/, (_, v: string) => `redis_version:${said.padEnd(v.length, "0")}`),
          "latin1",
        ),
      );
    });
    real.on("close", () => client.destroy());
    client.on("close", () => real.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

const refusedBy = (url: string): Promise<string> =>
  openQueue({ url, ring, log }).then(
    async (queue) => {
      await queue.close();
      return "accepted";
    },
    (error: Error) => error.message,
  );

describe.runIf(servers.some(({ name, here }) => name === "Redis" && here))("a Redis by its version", () => {
  test.each([
    ["5.0.1", /^Redis 5\.0\.10* is too old: 6\.2 or newer is needed$/],
    ["6.0.1", /too old/],
    ["6.1.9", /too old/],
    ["6.2.0", /^accepted$/],
    ["8.0.0", /^accepted$/],
  ])("one that says it is %s", async (said, message) => {
    const own = await startRedis({ shared: false });
    if (!own) throw new Error("this needs a Redis process of its own");
    const older = await olderBySay(own.port, said);
    try {
      expect(await refusedBy(older.url)).toMatch(message);
    } finally {
      await older.stop();
      await own.stop();
    }
  });
});

// `.ci/old-redis` fetches one. Nothing of ours may be left in what is refused.
const OLD = "redis-server-6.0";
const hasOld = spawnSync(OLD, ["--version"]).status === 0;
if (!hasOld) process.stderr.write(`no \`${OLD}\` on PATH: a Redis that is really too old is not asked here\n`);
test.runIf(hasOld)("a Redis that really is too old is refused with the fix, and left as it was", async () => {
  const own = await startRedis({ program: OLD, shared: false });
  if (!own) throw new Error("this needs a Redis process of its own");
  const redis = new Redis(own.url);
  try {
    expect(await refusedBy(own.url)).toMatch(/^Redis 6\.0\.\d+ is too old: 6\.2 or newer is needed$/);
    expect(await redis.dbsize()).toBe(0);
  } finally {
    redis.disconnect();
    await own.stop();
  }
});
