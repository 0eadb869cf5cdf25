// deliveries.ts — the outbox on its way to people's channels, a row an endpoint; and the buttons that were used

import type { Json } from "@holdpoint/wire/scalars.ts";
import type { Database } from "./pool.ts";
import type { Deliveries, DeliveryRow, UsedNonces } from "./store.ts";

interface RawDelivery {
  r_tenant: string;
  r_id: string;
  r_endpoint: string;
  r_topic: string;
  r_payload: Json;
  r_subject: string | null;
  r_made: Date;
  r_attempts: number;
}

const toRow = (raw: RawDelivery): DeliveryRow => ({
  tenant: raw.r_tenant,
  id: raw.r_id,
  endpoint: raw.r_endpoint,
  topic: raw.r_topic,
  payload: raw.r_payload,
  madeAt: raw.r_made.getTime(),
  attempts: raw.r_attempts,
  ...(raw.r_subject === null ? {} : { subject: raw.r_subject }),
});

export function deliveries(database: Database): Deliveries {
  /** Ends or puts back a delivery that still waits; one that somebody else ended stays as it is. */
  const change = (tenant: string, id: string, set: string, values: unknown[]) =>
    database.inTenant(tenant, (tx) =>
      tx.query<{ id: string }>(
        `UPDATE deliveries SET leased_until = NULL, ${set} WHERE tenant = $1 AND id = $2 AND state = 'waiting' RETURNING id`,
        [tenant, id, ...values],
      ),
    );
  return {
    async waiting(rows) {
      const found = await database.call<Pick<RawDelivery, "r_tenant" | "r_id" | "r_topic" | "r_payload" | "r_made">>(
        "outbox_waiting",
        "SELECT * FROM holdpoint.outbox_waiting($1)",
        [rows],
      );
      return found.map(({ r_tenant, r_id, r_topic, r_payload, r_made }) => ({
        tenant: r_tenant,
        id: r_id,
        topic: r_topic,
        payload: r_payload,
        madeAt: r_made.getTime(),
      }));
    },
    async spread(items) {
      const rows = items.map(({ item: { tenant, id }, endpoints, subject }) => ({ tenant, id, endpoints, subject }));
      await database.call("outbox_spread", "SELECT holdpoint.outbox_spread($1)", [JSON.stringify(rows)]);
    },
    async due(leaseMs, rooms) {
      const found = await database.call<RawDelivery>(
        "deliveries_take",
        "SELECT * FROM holdpoint.deliveries_take($1, $2, $3)",
        [rooms.map(({ endpoint }) => endpoint), rooms.map(({ rows }) => rows), leaseMs],
      );
      return found.map(toRow);
    },
    async done(tenant, id, ref) {
      await change(tenant, id, "state = 'done', error = NULL, ref = $3, ended_at = clock_timestamp()", [
        ref === undefined ? null : JSON.stringify(ref),
      ]);
    },
    async failed(tenant, id, error, retryInMs) {
      const set = "attempts = attempts + 1, error = $3, due_at = clock_timestamp() + $4 * interval '1 ms'";
      await change(tenant, id, set, [error, retryInMs]);
    },
    async dead(tenant, id, error) {
      await change(tenant, id, "state = 'dead', error = $3, ended_at = clock_timestamp()", [error]);
    },
    async resend(tenant, id) {
      const found = await database.inTenant(tenant, (tx) =>
        tx.query(
          `UPDATE deliveries SET state = 'waiting', attempts = 0, ended_at = NULL, leased_until = NULL,
                  due_at = clock_timestamp(), made_at = clock_timestamp()
            WHERE tenant = $1 AND id = $2 AND state = 'dead' RETURNING id`,
          [tenant, id],
        ),
      );
      return found.length > 0;
    },
    deadLetters: (tenant, rows) =>
      database.inTenant(tenant, async (tx) => {
        const found = await tx.query<RawDelivery & { error: string; ended_at: Date }>(
          `SELECT tenant AS r_tenant, id AS r_id, endpoint AS r_endpoint, topic AS r_topic, payload AS r_payload,
                  subject AS r_subject, made_at AS r_made, attempts AS r_attempts, error, ended_at
             FROM deliveries WHERE tenant = $1 AND state = 'dead' ORDER BY id LIMIT $2`,
          [tenant, rows],
        );
        return found.map((raw) => ({ ...toRow(raw), error: raw.error, diedAt: raw.ended_at.getTime() }));
      }),
    async wake(endpoint) {
      await database.call("deliveries_wake", "SELECT holdpoint.deliveries_wake($1)", [endpoint]);
    },
    refs: (tenant, endpoint, subject) =>
      database.inTenant(tenant, async (tx) => {
        const found = await tx.query<{ ref: Json }>(
          `SELECT ref FROM deliveries
            WHERE tenant = $1 AND endpoint = $2 AND subject = $3 AND state = 'done' AND ref IS NOT NULL ORDER BY id`,
          [tenant, endpoint, subject],
        );
        return found.map(({ ref }) => ref);
      }),
    async prune(keepMs, rows) {
      const [row] = await database.call<{ count: number }>(
        "courier_prune",
        "SELECT holdpoint.courier_prune($1, $2) AS count",
        [keepMs, rows],
      );
      return row?.count ?? 0;
    },
  };
}

export const usedNonces = (database: Database): UsedNonces => ({
  spend: (tenant, nonceHash, by, keepUntil) =>
    database.inTenant(tenant, async (tx) => {
      const made = await tx.query(
        `INSERT INTO used_nonces (tenant, nonce_hash, used_by, keep_until) VALUES ($1, $2, $3, to_timestamp($4 / 1000.0))
         ON CONFLICT DO NOTHING RETURNING 1`,
        [tenant, nonceHash, by, keepUntil],
      );
      return made.length > 0;
    }),
  release: (tenant, nonceHash, by) =>
    database.inTenant(tenant, async (tx) => {
      const values = [tenant, nonceHash, by];
      await tx.query("DELETE FROM used_nonces WHERE tenant = $1 AND nonce_hash = $2 AND used_by = $3", values);
    }),
});
