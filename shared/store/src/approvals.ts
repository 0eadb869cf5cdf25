// approvals.ts — requests to people: list and show; what happens to them is voting.ts and asking.ts

import { ballotsFrom } from "@holdpoint/core/escalation/counting.ts";
import { tally } from "@holdpoint/core/escalation/tally.ts";
import type { Approval } from "@holdpoint/wire/approval.ts";
import { type RawApproval, READ_APPROVALS, toApproval } from "./approval-rows.ts";
import { asking } from "./asking.ts";
import { page } from "./page.ts";
import type { Database } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { Approvals } from "./store.ts";
import { voting } from "./voting.ts";

export function approvals(
  database: Database,
  keys: TenantKeys,
  options: { onePerson: boolean; approvalsPerHourMax: number; denialMemoryMs: number },
): Approvals {
  async function read(tenant: string, ids: readonly string[]): Promise<Approval[]> {
    if (ids.length === 0) return [];
    const key = await keys.of(tenant);
    const rows = await database.call<RawApproval>("read_approvals", READ_APPROVALS, [tenant, ids]);
    return rows.map((row) => toApproval(key, row));
  }
  const get = async (tenant: string, id: string) => (await read(tenant, [id]))[0];

  return {
    ...voting(database, keys, options),
    ...asking(database, keys, options),
    get,
    async list(tenant, { state, role, cursor, limit }) {
      // Said in the text, not as a parameter: so the index of what is pending is reached, however much is settled.
      const pending = state === "pending" ? "AND state = 'pending'" : "";
      const ids = await database.inTenant(tenant, (tx) =>
        tx.query<{ id: string }>(
          `SELECT id FROM approvals
            WHERE tenant = $1 ${pending} AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR $3 = ANY (roles))
              AND ($4::text IS NULL OR id < $4) ORDER BY id DESC LIMIT $5`,
          [tenant, state ?? null, role ?? null, cursor ?? null, limit + 1],
        ),
      );
      const found = await read(
        tenant,
        ids.map(({ id }) => id),
      );
      const byId = new Map(found.map((approval) => [approval.id, approval]));
      return page(
        ids.map(({ id }) => byId.get(id as Approval["id"])).filter((approval) => approval !== undefined),
        limit,
        ({ id }) => id,
      );
    },
    async unapplied(olderThanMs, rows) {
      const found = await database.call<{ r_tenant: string; r_id: string; r_action: string }>(
        "voted",
        "SELECT * FROM holdpoint.voted($1, $2)",
        [olderThanMs, rows],
      );
      const concluded = await Promise.all(
        found.map(async ({ r_tenant, r_id, r_action }) => {
          const approval = await get(r_tenant, r_id);
          const done =
            approval?.state === "pending" &&
            tally(approval.requirements, ballotsFrom(approval.votes), approval.chain).state !== "pending";
          return done ? [{ tenant: r_tenant, approvalId: r_id, actionId: r_action }] : [];
        }),
      );
      return concluded.flat();
    },
  };
}
