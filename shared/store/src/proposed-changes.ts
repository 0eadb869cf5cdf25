// proposed-changes.ts — what one admin proposed and another has to confirm; taken once, and only by somebody else

import { randomUUID } from "node:crypto";
import { ChangeRequest } from "@holdpoint/wire/access.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { noteWithin } from "./note.ts";
import type { Database } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { ProposedChange, ProposedChanges } from "./store.ts";

interface RawChange {
  id: string;
  change: unknown;
  proposed_by: string;
  proposed_at: Date;
  expires_at: Date;
}

const toChange = (raw: RawChange): ProposedChange => ({
  id: raw.id,
  change: ChangeRequest.parse(raw.change),
  proposedBy: raw.proposed_by,
  proposedAt: raw.proposed_at.toISOString(),
  expiresAt: raw.expires_at.toISOString(),
});
const COLUMNS = "id, change, proposed_by, proposed_at, expires_at";

export function proposedChanges(database: Database, keys: TenantKeys): ProposedChanges {
  return {
    async propose(tenant, change, proposedBy, by) {
      const key = await keys.of(tenant);
      return database.inTenant(tenant, async (tx) => {
        await tx.query("DELETE FROM proposed_changes WHERE tenant = $1 AND expires_at <= clock_timestamp()", [tenant]);
        const [raw] = await tx.query<RawChange>(
          `INSERT INTO proposed_changes (tenant, id, change, proposed_by, expires_at)
           VALUES ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 ms') RETURNING ${COLUMNS}`,
          [tenant, randomUUID(), JSON.stringify(change), proposedBy, limits.changeWaitsMs],
        );
        if (!raw) throw new Error("a proposed change was not written");
        await noteWithin(tx, key, tenant, "change.proposed", by, { change: raw.id, ...change });
        return toChange(raw);
      });
    },
    list: (tenant) =>
      database.inTenant(tenant, async (tx) =>
        (
          await tx.query<RawChange>(
            `SELECT ${COLUMNS} FROM proposed_changes WHERE tenant = $1 AND expires_at > clock_timestamp() ORDER BY proposed_at, id`,
            [tenant],
          )
        ).map(toChange),
      ),
    async take(tenant, id, confirmedBy, by) {
      const key = await keys.of(tenant);
      return database.inTenant(tenant, async (tx) => {
        const [raw] = await tx.query<RawChange>(
          `SELECT ${COLUMNS} FROM proposed_changes WHERE tenant = $1 AND id = $2 AND expires_at > clock_timestamp()`,
          [tenant, id],
        );
        if (!raw) return "unknown";
        if (raw.proposed_by === confirmedBy) return "same_person";
        const taken = await tx.query("DELETE FROM proposed_changes WHERE tenant = $1 AND id = $2 RETURNING id", [
          tenant,
          id,
        ]);
        if (taken.length === 0) return "unknown";
        await noteWithin(tx, key, tenant, "change.confirmed", by, { change: id, proposedBy: raw.proposed_by });
        return toChange(raw);
      });
    },
    async drop(tenant, id, by) {
      const key = await keys.of(tenant);
      return database.inTenant(tenant, async (tx) => {
        const gone = await tx.query("DELETE FROM proposed_changes WHERE tenant = $1 AND id = $2 RETURNING id", [
          tenant,
          id,
        ]);
        if (gone.length > 0) await noteWithin(tx, key, tenant, "change.dropped", by, { change: id });
        return gone.length > 0;
      });
    },
  };
}
