// tenants.ts — the tenants that there are; `default` is there from the first migration

import { Fault } from "@holdpoint/wire/fault.ts";
import type { Database } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { Tenants } from "./store.ts";

export function tenants(database: Database, keys: TenantKeys): Tenants {
  return {
    async create(tenant) {
      if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(tenant))
        throw new Fault("invalid", "a tenant's name has 1 to 63 lower-case letters, digits and `-`", { at: "/tenant" });
      await database.inTenant(tenant, (tx) =>
        tx.query("INSERT INTO tenants (tenant) VALUES ($1) ON CONFLICT DO NOTHING", [tenant]),
      );
      await keys.of(tenant);
    },
    redactionKey: async (tenant) => (await keys.of(tenant)).redaction,
    async list() {
      const rows = await database.call<{ tenant: string }>("tenants", "SELECT holdpoint.every_tenant() AS tenant", []);
      return rows.map(({ tenant }) => tenant);
    },
  };
}
