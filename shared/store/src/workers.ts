// workers.ts — which processes live, and which policy set each of them runs

import { limits } from "@holdpoint/wire/limits.ts";
import type { Database } from "./pool.ts";
import type { Workers } from "./store.ts";

/** By the database's clock, so that a process with a wrong one is neither immortal nor dead. */
const LIVE = `beat_at > clock_timestamp() - interval '${3 * limits.workerHeartbeatMs} ms'`;

export function workers(database: Database): Workers {
  return {
    async beat({ id, service, digests }) {
      await database.call(
        "beat",
        `INSERT INTO holdpoint.workers (id, service, digests, beat_at) VALUES ($1, $2, $3, clock_timestamp())
         ON CONFLICT (id) DO UPDATE SET service = excluded.service, digests = excluded.digests, beat_at = excluded.beat_at`,
        [id, service, JSON.stringify(digests)],
      );
    },
    async gone(id) {
      await database.call(
        "gone",
        "DELETE FROM holdpoint.workers WHERE id = $1 OR beat_at < clock_timestamp() - interval '1 day'",
        [id],
      );
    },
    async sign(id) {
      const [row] = await database.call<{ beat_at: Date; silent_ms: number; connected: boolean }>(
        "sign",
        `SELECT beat_at, 1000 * extract(epoch FROM clock_timestamp() - beat_at)::float8 AS silent_ms,
                EXISTS (SELECT FROM pg_stat_activity WHERE application_name = $1) AS connected
           FROM holdpoint.workers WHERE id = $1`,
        [id],
      );
      return {
        connected: row?.connected ?? false,
        beatAt: row?.beat_at.toISOString(),
        silentMs: row?.silent_ms ?? Number.POSITIVE_INFINITY,
      };
    },
    async behind(tenant, digest) {
      // a process that has no set of this tenant will load the active one when it first needs it
      const rows = await database.call<{ id: string }>(
        "behind",
        `SELECT id FROM holdpoint.workers WHERE ${LIVE} AND digests ->> $1 <> $2 ORDER BY id`,
        [tenant, digest],
      );
      return rows.map(({ id }) => id);
    },
    async live() {
      const rows = await database.call<{ id: string; service: string; beat_at: Date }>(
        "live",
        `SELECT id, service, beat_at FROM holdpoint.workers WHERE ${LIVE} ORDER BY service, id`,
        [],
      );
      return rows.map(({ id, service, beat_at }) => ({ id, service, beatAt: beat_at.toISOString() }));
    },
  };
}
