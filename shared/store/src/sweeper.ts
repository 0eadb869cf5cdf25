// sweeper.ts — what time alone changes: expiry, leases that are over, and denials of what was not decided in time

import { newId } from "@holdpoint/runtime/id.ts";
import type { Decision } from "@holdpoint/wire/decision.ts";
import type { Database } from "./pool.ts";
import { readActions } from "./rows.ts";
import type { TenantKeys } from "./seal.ts";
import type { Expired, Sweeper } from "./store.ts";
import type { ActionRow, Transition, Transitioned } from "./types.ts";

/** Session locks of `alone`: their first half says that they are ours, the second which. */
const CLASS = 1_214_606_950;

export function sweeper(
  database: Database,
  keys: TenantKeys,
  transition: (change: Transition) => Promise<Transitioned>,
): Sweeper {
  return {
    async expire(rows) {
      const [row] = await database.call<{ counts: Expired }>("sweep", "SELECT holdpoint.sweep($1) AS counts", [rows]);
      return row?.counts ?? { held: 0, allowed: 0, approved: 0, executing: 0 };
    },
    async denyOverdue(rows) {
      const late = await database.call<{ r_tenant: string; r_id: string }>(
        "past_deadline",
        "SELECT * FROM holdpoint.past_deadline($1)",
        [rows],
      );
      const byTenant = Map.groupBy(late, ({ r_tenant }) => r_tenant);
      let denied = 0;
      for (const [tenant, ids] of byTenant) {
        const found = await readActions(
          database,
          await keys.of(tenant),
          tenant,
          ids.map(({ r_id }) => r_id),
        );
        const digest = await activeDigest(database, tenant);
        const outcomes = await Promise.all(
          found.filter((row) => row !== undefined).map((row) => transition(denial(tenant, row, digest))),
        );
        denied += outcomes.filter(({ status }) => status === "done").length;
      }
      return denied;
    },
    async wake(rows) {
      const woken = await database.call<{ r_tenant: string; r_id: string }>(
        "wake_siblings",
        "SELECT * FROM holdpoint.wake_siblings($1)",
        [rows],
      );
      return woken.map(({ r_tenant, r_id }) => ({ tenant: r_tenant, actionId: r_id }));
    },
    async pending() {
      const [row] = await database.call<{ r_count: number; r_oldest_ms: number }>(
        "pending_approvals",
        "SELECT * FROM holdpoint.pending_approvals()",
        [],
      );
      return { count: row?.r_count ?? 0, oldestMs: row?.r_oldest_ms ?? 0 };
    },
    async pruneCounters(rows) {
      const [row] = await database.call<{ count: number }>(
        "prune_counters",
        "SELECT holdpoint.prune_counters($1) AS count",
        [rows],
      );
      return row?.count ?? 0;
    },
    async keepStatistics() {
      const [row] = await database.call<{ analysed: string[] }>(
        "keep_statistics",
        "SELECT holdpoint.keep_statistics() AS analysed",
        [],
      );
      return row?.analysed ?? [];
    },
    alone: (lock, body) =>
      database.withClient(async (client) => {
        const held = await client.query("SELECT pg_try_advisory_lock($1, hashtext($2)) AS mine", [CLASS, lock]);
        if (!(held.rows[0] as { mine: boolean }).mine) return undefined;
        try {
          return await body();
        } finally {
          await client.query("SELECT pg_advisory_unlock($1, hashtext($2))", [CLASS, lock]);
        }
      }),
  };
}

async function activeDigest(database: Database, tenant: string): Promise<string> {
  const [row] = await database.inTenant(tenant, (tx) =>
    tx.query<{ policy_digest: string | null }>("SELECT policy_digest FROM tenants WHERE tenant = $1", [tenant]),
  );
  return row?.policy_digest ?? "none";
}

/** Needs no queue and no worker: an action that nobody judged in time is refused, and says why (rulings §E3). */
function denial(tenant: string, { action, version }: ActionRow, policyDigest: string): Transition {
  const note = "nobody decided this in time";
  const decision: Decision = {
    decisionId: newId("dec"),
    actionId: action.id,
    effect: "deny",
    outcome: "deny",
    reason: note,
    message: "Tool call denied by policy",
    rules: [],
    risk: { score: 0, contributions: [] },
    findings: [{ checker: "holdpoint", severity: "block", code: "deadline_exceeded", note }],
    sandbox: { recommended: "none" },
    redactions: [],
    alerts: [],
    policyDigest,
    argsHash: action.argsHash,
    stages: [],
    decidedAt: new Date().toISOString(),
    auditId: newId("evt"),
  };
  return {
    tenant,
    actionId: action.id,
    from: ["received"],
    to: "denied",
    version,
    actor: { system: "sweeper" },
    decision,
    findings: decision.findings,
  };
}
