// stops.ts — the kill switch and the end of a session: nothing is claimed after their commit

import type { Actor } from "@holdpoint/wire/event.ts";
import { noteWithin } from "./note.ts";
import type { Database, Transaction } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { Stops } from "./store.ts";
import { transitionWithin } from "./transition.ts";

export function stops(database: Database, keys: TenantKeys): Stops {
  /** Alone under the policy lock: every settle and claim is before this or sees it. */
  async function alone(
    tenant: string,
    type: string,
    by: Actor,
    detail: Record<string, unknown>,
    work: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    const key = await keys.of(tenant);
    await database.inTenant(tenant, async (tx) => {
      await tx.query("SELECT holdpoint.lock_policy($1, true)", [tenant]);
      await work(tx);
      await noteWithin(tx, key, tenant, type, by, detail);
    });
  }

  /** People need not answer for a session that is over; what was allowed or approved is denied at its claim. */
  async function denyHeld(tenant: string, sessionId: string, reason: string, by: Actor): Promise<void> {
    const key = await keys.of(tenant);
    for (;;) {
      const held = await database.inTenant(tenant, async (tx) => {
        const rows = await tx.query<{ id: string }>(
          "SELECT id FROM actions WHERE tenant = $1 AND session_id = $2 AND state = 'held' ORDER BY id LIMIT 100",
          [tenant, sessionId],
        );
        for (const { id } of rows)
          await transitionWithin(tx, key, {
            tenant,
            actionId: id,
            from: ["held"],
            to: "denied",
            actor: by,
            reason: `session terminated: ${reason}`,
          });
        return rows.length;
      });
      if (held === 0) return;
    }
  }

  return {
    async terminateSession(tenant, sessionId, reason, by) {
      await alone(tenant, "session.terminated", by, { reason, session: sessionId }, async (tx) => {
        await tx.query(
          `INSERT INTO sessions (tenant, session_id, reason) VALUES ($1, $2, $3)
           ON CONFLICT (tenant, session_id, credential) DO UPDATE SET reason = excluded.reason`,
          [tenant, sessionId, reason],
        );
      });
      await denyHeld(tenant, sessionId, reason, by);
    },
    resumeSession: (tenant, sessionId, reason, by) =>
      alone(tenant, "session.resumed", by, { reason, session: sessionId }, async (tx) => {
        await tx.query("DELETE FROM sessions WHERE tenant = $1 AND session_id = $2", [tenant, sessionId]);
      }),
    killSwitch: (tenant, engaged, agent, reason, by) =>
      alone(tenant, engaged ? "kill_switch.engaged" : "kill_switch.released", by, { reason, agent }, async (tx) => {
        if (engaged)
          await tx.query(
            `INSERT INTO kill_switches (tenant, agent, reason) VALUES ($1, $2, $3)
             ON CONFLICT (tenant, agent) DO UPDATE SET reason = excluded.reason`,
            [tenant, agent ?? "", reason],
          );
        else await tx.query("DELETE FROM kill_switches WHERE tenant = $1 AND agent = $2", [tenant, agent ?? ""]);
      }),
    engaged: (tenant) =>
      database.inTenant(tenant, async (tx) => {
        const rows = await tx.query<{ agent: string; reason: string; engaged_at: Date }>(
          "SELECT agent, reason, engaged_at FROM kill_switches WHERE tenant = $1 ORDER BY agent",
          [tenant],
        );
        return rows.map(({ agent, reason, engaged_at }) => ({
          ...(agent === "" ? {} : { agent }),
          reason,
          since: engaged_at.toISOString(),
        }));
      }),
  };
}
