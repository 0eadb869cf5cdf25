// backend-redis.test.ts — the contract on a real Redis and a real Valkey, what a crash of one leaves, and the one that is refused

import { randomBytes } from "node:crypto";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { type RunningRedis, serversHere, startRedis } from "@holdpoint/testkit/redis.ts";
import { Queue as BullQueue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, describe, expect, test } from "vitest";
import { checkRedis } from "./backend-redis.ts";
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

test.each([
  ["5.0.14", /^Redis 5\.0\.14 is too old: 6\.2 or newer is needed$/],
  ["6.0.20", /too old/],
  ["6.2.0", /^accepted$/],
  ["7.2.4", /^accepted$/],
])("a Redis that says it is %s", async (version, message) => {
  const info = `redis_version:${version}\r\nmaxmemory_policy:noeviction\r\n`;
  const client = { info: async () => info, get: async () => "holdpoint" } as unknown as Redis;
  const answer = await checkRedis(client, "holdpoint").then(
    () => "accepted",
    (error: Error) => error.message,
  );
  expect(answer).toMatch(message);
});
