// policy-sets.ts — the one set that a tenant runs: the base files, then its published rows, named by what is in it

import { setDigest } from "@holdpoint/core/rules/compile.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import { noteWithin } from "./note.ts";
import type { Database, Transaction } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { Policies } from "./store.ts";
import type { ActiveSet } from "./types.ts";

/** Throws `policy_invalid` for what no worker could load. */
export type Compile = (sources: readonly PolicySource[]) => Promise<unknown>;

/** Under the exclusive lock: from the rows as they now are to the set that every later decision must cite. */
export async function activate(tx: Transaction, tenant: string, compile: Compile): Promise<ActiveSet | undefined> {
  const [base] = await tx.query<{ sources: PolicySource[] }>("SELECT sources FROM policy_base");
  if (!base) return undefined;
  const rows = await tx.query<{ published: PolicySource | null }>(
    `SELECT published FROM policies WHERE tenant = $1 AND status IN ('active', 'shadow') ORDER BY id`,
    [tenant],
  );
  const sources = [...base.sources, ...rows.flatMap(({ published }) => (published ? [published] : []))];
  await compile(sources); // throws policy_invalid: a set that no worker can load never becomes the active one
  const digest = setDigest(sources);
  await tx.query("INSERT INTO policy_sets (digest, sources) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
    digest,
    JSON.stringify(sources),
  ]);
  await tx.query("UPDATE tenants SET policy_digest = $2 WHERE tenant = $1", [tenant, digest]);
  await tx.query("SELECT pg_notify('holdpoint', $1)", [JSON.stringify({ kind: "policy", tenant, digest })]);
  return { digest, sources };
}

export function policySets(
  database: Database,
  keys: TenantKeys,
  compile: Compile,
): Pick<Policies, "active" | "byDigest" | "installBase"> {
  return {
    async active(tenant) {
      const [row] = await database.inTenant(tenant, (tx) =>
        tx.query<ActiveSet>(
          "SELECT s.digest, s.sources FROM tenants t JOIN policy_sets s ON s.digest = t.policy_digest WHERE t.tenant = $1",
          [tenant],
        ),
      );
      if (!row) throw new Fault("not_ready", `tenant \`${tenant}\` has no policy set yet`);
      return row;
    },
    async byDigest(digest) {
      const sql = "SELECT digest, sources FROM holdpoint.policy_sets WHERE digest = $1";
      return (await database.call<ActiveSet>("set_by_digest", sql, [digest]))[0];
    },
    async installBase(sources, actor) {
      await compile(sources);
      const tenants = await database.call<{ tenant: string }>(
        "tenants",
        "SELECT holdpoint.every_tenant() AS tenant",
        [],
      );
      const text = JSON.stringify(sources);
      await database.call(
        "set_base",
        `INSERT INTO holdpoint.policy_base (sources) VALUES ($1::jsonb)
         ON CONFLICT (one) DO UPDATE SET sources = excluded.sources, since = clock_timestamp()
          WHERE policy_base.sources IS DISTINCT FROM excluded.sources`,
        [text],
      );
      for (const { tenant } of tenants) {
        const key = await keys.of(tenant);
        await database.inTenant(tenant, async (tx) => {
          await tx.query("SELECT holdpoint.lock_policy($1, true)", [tenant]);
          const [before] = await tx.query<{ policy_digest: string | null }>(
            "SELECT policy_digest FROM tenants WHERE tenant = $1",
            [tenant],
          );
          const set = await activate(tx, tenant, compile);
          if (!set || set.digest === before?.policy_digest) return;
          await noteWithin(tx, key, tenant, "policy.base_installed", actor, { policyDigest: set.digest });
        });
      }
    },
  };
}
