// loss.test.ts — the queue is a hint: wiped, robbed of single keys, or killed, it loses no action and doubles none

import type { ActionRow } from "@holdpoint/store/types.ts";
import { type RunningRedis, startRedis } from "@holdpoint/testkit/redis.ts";
import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Line, openLine } from "./line.ts";

const redis = await startRedis({ shared: false });
afterAll(() => redis?.stop());

interface Damage {
  /** everything at once */
  wipe(): Promise<unknown>;
  /** a part, without a system */
  rob(): Promise<unknown>;
  close(): Promise<unknown>;
}
async function onRedis({ url }: RunningRedis): Promise<Damage> {
  const client = new Redis(url);
  return {
    wipe: () => client.flushall(),
    async rob() {
      const keys = await client.keys("{holdpoint}:*");
      const some = keys.filter((_key, index) => index % 3 === 0);
      if (some.length > 0) await client.del(...some);
    },
    close: async () => client.disconnect(),
  };
}
async function onPostgres(url: string): Promise<Damage> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    wipe: () => client.query("TRUNCATE bullmq.job CASCADE"),
    rob: () => client.query("DELETE FROM bullmq.job WHERE random() < 0.4"),
    close: () => client.end(),
  };
}

const DECIDED: ActionRow["state"][] = ["allowed", "held", "denied"];
const backends: [string, RunningRedis | undefined][] = [
  ["Postgres", undefined],
  ...(redis ? ([["Redis", redis]] as [string, RunningRedis][]) : []),
];

describe.each(backends)("with the %s queue damaged under load", (_name, server) => {
  let line: Line;
  let damage: Damage;
  beforeAll(async () => {
    line = await openLine({ ...(server && { queueUrl: server.url }) });
    damage = await (server ? onRedis(server) : onPostgres(line.databaseUrl));
  });
  afterAll(async () => {
    await damage?.close();
    await line?.close();
  });

  /** Proposes in waves and does harm between them; a proposal is acknowledged when its commit is. */
  async function underLoad(harm: () => Promise<unknown>): Promise<ActionRow[]> {
    const rows: ActionRow[] = [];
    for (let wave = 0; wave < 6; wave++) {
      const commands = ["git status", "npx prisma migrate deploy", "rm -rf /", "git log"];
      const proposed = commands.flatMap((command) =>
        Array.from({ length: 8 }, () => line.commit({ args: { command } })),
      );
      const committed = await Promise.all(proposed);
      rows.push(...committed);
      // Sent or not, and lost or not: acknowledged is acknowledged.
      const sent = line.send(committed).catch(() => undefined);
      if (wave % 2 === 1) await harm();
      await sent;
    }
    return rows;
  }

  test.each([
    ["wiped", () => damage.wipe()],
    ["robbed of some keys", () => damage.rob()],
  ])(
    "%s: every acknowledged action is decided, once, as it would have been",
    async (_how, harm) => {
      const rows = await underLoad(harm);
      const ends: Record<string, number> = {};
      for (const { action } of rows) {
        const row = await line.until(action.id, DECIDED, 40_000);
        ends[row.state] = (ends[row.state] ?? 0) + 1;
        const events = await line.engine.store.events.ofAction("default", action.id);
        expect(events.map(({ version }) => version)).toEqual([1, 2]);
      }
      expect(ends).toEqual({ allowed: 96, held: 48, denied: 48 });
    },
    60_000,
  );
});

describe.runIf(redis)("when Redis dies and comes back empty", () => {
  test("what was taken before, during and after is decided", async () => {
    const server = redis as RunningRedis;
    const line = await openLine({ queueUrl: server.url });
    try {
      const before = await Promise.all(
        Array.from({ length: 20 }, () => line.commit({ args: { command: "git status" } })),
      );
      void line.send(before).catch(() => undefined);
      const crashed = server.crash?.();
      const during = await Promise.all(
        Array.from({ length: 20 }, () => line.commit({ args: { command: "git status" } })),
      );
      await line.send(during).catch(() => undefined);
      await crashed;
      const after = await line.commit({ args: { command: "git status" } });
      // The client may still be on its way back: then this is not sent either, and found like the others.
      await line.send([after]).catch(() => undefined);
      for (const { action } of [...before, ...during, after])
        expect((await line.until(action.id, DECIDED, 40_000)).state).toBe("allowed");
    } finally {
      await line.close();
    }
  }, 60_000);
});
