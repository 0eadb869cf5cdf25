// servers.ts — the servers of a bench: an embedded Postgres with a migrated database, and a Redis where there is one

import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@holdpoint/runtime/embedded.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { migrate } from "@holdpoint/store/migrate.ts";
import { startRedis } from "@holdpoint/testkit/redis.ts";

export interface Servers {
  databaseUrl: string;
  /** absent where no Redis could be had */
  redisUrl?: string;
  pids: Record<string, number>;
  stop(): Promise<void>;
}

export async function startServers(log: Log): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), "holdpoint-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log });
  await migrate(postgres.url, log);
  // As a fleet runs it: what was acknowledged is on disk within a second.
  const redis = await startRedis({ shared: false, settings: { appendonly: "yes", appendfsync: "everysec" } });
  return {
    databaseUrl: postgres.url,
    ...(redis && { redisUrl: redis.url }),
    pids: { postgres: postgres.pid, ...(redis?.pid && { redis: redis.pid }) },
    async stop() {
      await redis?.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What the figures were measured on; figures of two machines are not to be compared. */
export function machine(): Record<string, string | number> {
  const model = /model name\s*:\s*(.+)/.exec(
    spawnSync("cat", ["/proc/cpuinfo"], { encoding: "utf8" }).stdout ?? "",
  )?.[1];
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: Number(spawnSync("nproc", { encoding: "utf8" }).stdout ?? 0),
    cpu: model?.trim() ?? "unknown",
  };
}
