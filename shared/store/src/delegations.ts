// delegations.ts — roles that a person lends to another one for a time, for all requests; lending for one is asking.ts

import { newId } from "@holdpoint/runtime/id.ts";
import type { Delegation } from "@holdpoint/wire/approval.ts";
import { noteWithin } from "./note.ts";
import type { Database } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { Delegations } from "./store.ts";

interface RawDelegation {
  id: string;
  lender: string;
  lent_to: string;
  approval_id: string | null;
  since: Date;
  until: Date;
  ended_at: Date | null;
}

const toDelegation = (raw: RawDelegation): Delegation => ({
  id: raw.id as Delegation["id"],
  from: raw.lender,
  to: raw.lent_to,
  since: raw.since.toISOString(),
  until: raw.until.toISOString(),
  ...(raw.approval_id === null ? {} : { approvalId: raw.approval_id as NonNullable<Delegation["approvalId"]> }),
  ...(raw.ended_at === null ? {} : { endedAt: raw.ended_at.toISOString() }),
});

export function delegations(database: Database, keys: TenantKeys): Delegations {
  return {
    async lend({ tenant, from, to, until, actor }) {
      const key = await keys.of(tenant);
      const id = newId("dlg");
      return database.inTenant(tenant, async (tx) => {
        const [lent] = await tx.query<{ lend: "lent" | "unknown_person" | "already_lent" | "circle" }>(
          "SELECT holdpoint.lend($1, $2, $3, $4, NULL, $5)",
          [tenant, id, from, to, until],
        );
        if (lent?.lend !== "lent") return { status: lent?.lend ?? "unknown_person" };
        await noteWithin(tx, key, tenant, "delegation.made", actor, {
          delegation: id,
          from,
          to,
          until: until.toISOString(),
        });
        return { status: "lent", id };
      });
    },
    list: (tenant) =>
      database.inTenant(tenant, async (tx) =>
        (
          await tx.query<RawDelegation>(
            `SELECT id, lender, lent_to, approval_id, since, until, ended_at FROM delegations
              WHERE tenant = $1 AND ended_at IS NULL AND until > clock_timestamp() ORDER BY id DESC LIMIT 1000`,
            [tenant],
          )
        ).map(toDelegation),
      ),
    async end(tenant, id, lender, actor) {
      const key = await keys.of(tenant);
      return database.inTenant(tenant, async (tx) => {
        const [row] = await tx.query<{ ended: boolean }>("SELECT holdpoint.end_delegation($1, $2, $3) AS ended", [
          tenant,
          id,
          lender ?? null,
        ]);
        if (row?.ended) await noteWithin(tx, key, tenant, "delegation.ended", actor, { delegation: id });
        return row?.ended ?? false;
      });
    },
  };
}
