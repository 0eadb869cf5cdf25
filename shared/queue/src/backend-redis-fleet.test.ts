// backend-redis-fleet.test.ts — a Cluster carries the contract's core; a Sentinel failover under load loses nothing that was taken

import { randomBytes } from "node:crypto";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { serversHere, startRedis } from "@holdpoint/testkit/redis.ts";
import { type RedisFleet, startCluster, startSentinels } from "@holdpoint/testkit/redis-fleet.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { message, until } from "./fixtures.ts";
import { openQueue } from "./open.ts";
import { parseRedisUrl, redisClient } from "./redis-url.ts";
import { keyRing } from "./seal.ts";
import type { SettleDraft } from "./types.ts";

const log = createLogger("test", { level: "fatal" });
const ring = keyRing([{ id: "k1", key: randomBytes(32) }]);
// Says (and under CI=true fails) where there is no redis-server; its own process is not used further.
const probe = await startRedis({ shared: false });
await probe?.stop();
const servers = serversHere().filter(({ here }) => here);
const settle = (each: Message) => ({ settle: { message: each } as unknown as SettleDraft });

describe.each(servers)("on a $name Cluster of three", ({ program }) => {
  let fleet: RedisFleet;
  beforeAll(async () => {
    fleet = await startCluster(program);
  });
  afterAll(() => fleet?.stop());

  test("every action goes through, over several shards", async () => {
    const queue = await openQueue({ url: fleet.url, ring, log });
    const seen = new Set<string>();
    const worker = queue.work("rules", settle, {
      settle: async (draft) => {
        seen.add(draft.message.action.id);
      },
      exhausted: async () => undefined,
    });
    const sent = Array.from({ length: 60 }, () => message());
    for (const each of sent) await queue.send("rules", [each]);
    await until(() => seen.size === sent.length);
    await worker.drain(2_000);
    await queue.close();
    expect([...seen].sort()).toEqual(sent.map((each) => each.action.id).sort());
    // Each shard has counted its jobs: they were sent one by one, in turn.
    const client = redisClient(parseRedisUrl(fleet.url), "producer");
    await client.connect();
    const shards = ["holdpoint", "holdpoint-1", "holdpoint-2"];
    expect(await Promise.all(shards.map((shard) => client.get(`{${shard}}:rules:id`)))).toEqual(["20", "20", "20"]);
    client.disconnect();
  });
});

describe.each(servers)("on $name with Sentinel", ({ program }) => {
  test("when the master dies under load, work goes on at its successor", async () => {
    const fleet = await startSentinels(program);
    const queue = await openQueue({ url: fleet.url, ring, log });
    const seen = new Set<string>();
    const worker = queue.work("rules", settle, {
      settle: async (draft) => {
        seen.add(draft.message.action.id);
      },
      exhausted: async () => undefined,
    });
    const send = async (): Promise<boolean> => {
      const one = message();
      try {
        await queue.send("rules", [one]);
        return true;
      } catch {
        return false; // refused while nobody is master: the caller is told, and the reconciler finds the action
      }
    };
    for (let index = 0; index < 20; index++) await send();
    await until(() => seen.size >= 20);
    const old = await fleet.master();
    fleet.kill(old);
    let accepted = 0;
    let refused = 0;
    const end = performance.now() + 20_000;
    while (accepted < 20 && performance.now() < end) {
      if (await send()) accepted++;
      else {
        refused++;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    expect(accepted).toBe(20);
    await until(() => seen.size >= 40);
    expect(await fleet.master()).not.toBe(old);
    expect(refused).toBeGreaterThan(0);
    await worker.drain(2_000);
    await queue.close();
    await fleet.stop();
  }, 60_000);
});
