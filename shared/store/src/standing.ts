// standing.ts — standing grants and remembered denials, as people see and end them; they are made in voting.ts and used in `settle`

import type { StandingGrant } from "@holdpoint/wire/approval.ts";
import { noteWithin } from "./note.ts";
import type { Database } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { Standing } from "./store.ts";

/** What is sealed beside a grant's columns: it quotes the call. */
export type Covers = StandingGrant["covers"];

interface RawGrant {
  id: StandingGrant["id"];
  scope: StandingGrant["scope"];
  granted_by: string;
  approval_id: StandingGrant["approvalId"];
  action_id: StandingGrant["actionId"];
  agent: string;
  session_id: string | null;
  card_sha256: string;
  sealed: Buffer;
  uses_left: number | null;
  used: number;
  made_at: Date;
  until: Date;
  ended_at: Date | null;
}

export function standing(database: Database, keys: TenantKeys): Standing {
  return {
    async list(tenant) {
      const key = await keys.of(tenant);
      const rows = await database.inTenant(tenant, (tx) =>
        tx.query<RawGrant>(
          `SELECT id, scope, granted_by, approval_id, action_id, agent, session_id, card_sha256, sealed, uses_left, used, made_at, until,
                  ended_at
             FROM standing_grants WHERE tenant = $1 AND until > clock_timestamp() - interval '30 days' ORDER BY id DESC LIMIT 1000`,
          [tenant],
        ),
      );
      return rows.map(
        (raw): StandingGrant => ({
          id: raw.id,
          scope: raw.scope,
          by: raw.granted_by,
          approvalId: raw.approval_id,
          actionId: raw.action_id,
          agent: raw.agent,
          ...(raw.session_id === null ? {} : { session: raw.session_id }),
          covers: JSON.parse(key.open(raw.id, "standing", raw.sealed)) as Covers,
          cardSha256: raw.card_sha256,
          ...(raw.uses_left === null ? {} : { usesLeft: raw.uses_left }),
          used: raw.used,
          madeAt: raw.made_at.toISOString(),
          until: raw.until.toISOString(),
          ...(raw.ended_at === null ? {} : { endedAt: raw.ended_at.toISOString() }),
        }),
      );
    },
    async end(tenant, id, actor) {
      const key = await keys.of(tenant);
      return database.inTenant(tenant, async (tx) => {
        const [row] = await tx.query<{ ended: boolean }>("SELECT holdpoint.end_standing($1, $2, $3) AS ended", [
          tenant,
          id,
          actor.person ?? actor.credential ?? "",
        ]);
        if (row?.ended) await noteWithin(tx, key, tenant, "standing.ended", actor, { grant: id });
        return row?.ended ?? false;
      });
    },
    denials: (tenant) =>
      database.inTenant(tenant, async (tx) => {
        const rows = await tx.query<{ approval_id: string; until: Date }>(
          `SELECT approval_id, until FROM remembered_denials WHERE tenant = $1 AND until > clock_timestamp()
            ORDER BY until DESC LIMIT 1000`,
          [tenant],
        );
        return rows.map(({ approval_id, until }) => ({ approvalId: approval_id, until: until.toISOString() }));
      }),
    async forget(tenant, approvalId, actor) {
      const key = await keys.of(tenant);
      return database.inTenant(tenant, async (tx) => {
        const gone = await tx.query(
          "DELETE FROM remembered_denials WHERE tenant = $1 AND approval_id = $2 RETURNING approval_id",
          [tenant, approvalId],
        );
        if (gone.length > 0) await noteWithin(tx, key, tenant, "denial.forgotten", actor, { approvalId });
        return gone.length > 0;
      });
    },
  };
}
