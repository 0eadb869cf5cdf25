// events.ts — evidence in the order of commit, by the cursor that the sequencer gave it

import { type EventRow, isIntact, readEvent } from "./evidence.ts";
import type { Database } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { Events } from "./store.ts";

const batchesMax = 5_000;

export function events(database: Database, keys: TenantKeys): Events {
  const ofAction = (tenant: string, actionId: string) =>
    database.inTenant(tenant, (tx) =>
      tx.query<EventRow>(
        `SELECT id, action_id, version, type, state, at, payload, previous, hash, content
           FROM events WHERE tenant = $1 AND action_id = $2 ORDER BY at, version, id`,
        [tenant, actionId],
      ),
    );
  return {
    async sequence() {
      const [row] = await database.call<{ count: number }>(
        "sequence_events",
        "SELECT holdpoint.sequence_events($1) AS count",
        [batchesMax],
      );
      return row?.count ?? 0;
    },
    async after(tenant, cursor, rows) {
      const key = await keys.of(tenant);
      const found = await database.call<EventRow & { event_cursor: string }>(
        "read_events",
        "SELECT * FROM holdpoint.read_events($1, $2, $3)",
        [tenant, cursor, rows],
      );
      return found.map((row) => ({ cursor: Number(row.event_cursor), event: readEvent(key, row) }));
    },
    async last(tenant) {
      const [row] = await database.inTenant(tenant, (tx) =>
        tx.query<{ last_cursor: string }>("SELECT last_cursor FROM event_heads WHERE tenant = $1", [tenant]),
      );
      return Number(row?.last_cursor ?? 0);
    },
    async ofAction(tenant, actionId) {
      const key = await keys.of(tenant);
      return (await ofAction(tenant, actionId)).map((row) => readEvent(key, row));
    },
    async verify(tenant, actionId) {
      const key = await keys.of(tenant);
      const rows = await ofAction(tenant, actionId);
      const broken = rows.find((row) => !isIntact(key, row));
      if (broken) return { sound: false, at: broken.id };
      const chain = rows.filter(({ version }) => version !== null).sort((a, b) => (a.version ?? 0) - (b.version ?? 0));
      const cut = chain.find((row, at) => row.version !== at + 1 || row.previous !== (chain[at - 1]?.hash ?? null));
      return cut ? { sound: false, at: cut.id } : { sound: true };
    },
  };
}
