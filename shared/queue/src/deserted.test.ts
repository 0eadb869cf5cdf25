// deserted.test.ts — a queue whose server went away without a word is found again at its address, and work goes on there

import { createLogger } from "@holdpoint/runtime/log.ts";
import { startFaultProxy } from "@holdpoint/testkit/fault-proxy.ts";
import { privateDatabase } from "@holdpoint/testkit/postgres.ts";
import { startRedis } from "@holdpoint/testkit/redis.ts";
import { describe, expect, test } from "vitest";
import { message, until } from "./fixtures.ts";
import { openQueue } from "./open.ts";
import { contractRing } from "./queue.contract.ts";

const log = createLogger("test", { level: "silent" });
// Says (and under CI=true fails) where there is no redis-server.
const redis = await startRedis();
await redis?.stop();

const servers: Record<string, () => Promise<{ url: string; stop(): Promise<unknown> }>> = {
  postgres: async () => {
    const database = await privateDatabase({ migrated: false });
    return { url: database.url, stop: () => database.drop() };
  },
  ...(redis && {
    redis: async () => {
      const own = await startRedis({ shared: false });
      if (!own) throw new Error("this needs a redis-server on PATH");
      return own;
    },
  }),
};

describe.each(Object.entries(servers))("on %s", (_name, start) => {
  test("what is sent after all links were deserted arrives, though nobody ends them", async () => {
    const server = await start();
    const through = new URL(server.url);
    const link = await startFaultProxy({ host: through.hostname, port: Number(through.port) });
    through.port = String(link.port);
    const queue = await openQueue({ url: through.href, ring: contractRing(), log });
    const seen = new Set<string>();
    const worker = queue.work("rules", (each) => ({ settle: { message: each } as never }), {
      settle: async ({ message: done }) => void seen.add(done.action.id),
      exhausted: async () => undefined,
    });
    const first = message();
    await queue.send("rules", [first]);
    await until(() => seen.has(first.action.id));
    // Several at a time, so that more than one connection is there to be deserted.
    await Promise.all(Array.from({ length: 8 }, () => queue.depth()));
    link.desert();
    const second = message();
    const sent = async (): Promise<boolean> =>
      queue.send("rules", [second]).then(
        () => true,
        () => false,
      );
    await expect.poll(sent, { timeout: 30_000 }).toBe(true);
    await until(() => seen.has(second.action.id), 30_000);
    await worker.drain(2_000);
    await queue.close();
    await link.close();
    await server.stop();
  }, 90_000);
});
