// people.ts — who may answer: people, the roles they hold and since when, and where they are known

import type { PersonRequest } from "@holdpoint/wire/access.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { noteWithin } from "./note.ts";
import type { Database, Transaction } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { People, Person } from "./store.ts";

interface RawPerson {
  id: string;
  name: string;
  delegates_to: string | null;
  changed_at: Date;
  roles: string[];
  identities: NonNullable<PersonRequest["identities"]>;
}

const SELECT = `
  SELECT p.id, p.name, p.delegates_to, p.changed_at,
         ARRAY(SELECT r.role FROM person_roles r WHERE r.tenant = p.tenant AND r.person = p.id ORDER BY r.role) AS roles,
         (SELECT coalesce(json_agg(json_build_object('channel', i.channel, 'id', i.channel_id) ORDER BY i.channel, i.channel_id), '[]')
            FROM identities i WHERE i.tenant = p.tenant AND i.person = p.id) AS identities
    FROM people p WHERE p.tenant = $1`;

const toPerson = (raw: RawPerson): Person => ({
  id: raw.id,
  name: raw.name,
  roles: raw.roles,
  identities: raw.identities,
  ...(raw.delegates_to === null ? {} : { delegatesTo: raw.delegates_to }),
  changedAt: raw.changed_at.toISOString(),
});

export function people(database: Database, keys: TenantKeys): People {
  const find = async (tx: Transaction, tenant: string, id: string) => {
    const [raw] = await tx.query<RawPerson>(`${SELECT} AND p.id = $2`, [tenant, id]);
    return raw && toPerson(raw);
  };
  return {
    list: (tenant) =>
      database.inTenant(tenant, async (tx) =>
        (await tx.query<RawPerson>(`${SELECT} ORDER BY p.id`, [tenant])).map(toPerson),
      ),
    get: (tenant, id) => database.inTenant(tenant, (tx) => find(tx, tenant, id)),
    byIdentity: (tenant, channel, channelId) =>
      database.inTenant(tenant, async (tx) => {
        const [row] = await tx.query<{ person: string }>(
          "SELECT person FROM identities WHERE tenant = $1 AND channel = $2 AND channel_id = $3",
          [tenant, channel, channelId],
        );
        return row && find(tx, tenant, row.person);
      }),
    async put(tenant, person, by) {
      const key = await keys.of(tenant);
      return database.inTenant(tenant, async (tx) => {
        const { id, name, roles, identities = [], delegatesTo } = person;
        await tx.query(
          `INSERT INTO people (tenant, id, name, delegates_to) VALUES ($1, $2, $3, $4)
           ON CONFLICT (tenant, id) DO UPDATE SET name = excluded.name, delegates_to = excluded.delegates_to, changed_at = clock_timestamp()`,
          [tenant, id, name, delegatesTo ?? null],
        );
        // a role that was held before keeps its `since`: only what is new must not count in older approvals
        await tx.query("DELETE FROM person_roles WHERE tenant = $1 AND person = $2 AND role <> ALL ($3)", [
          tenant,
          id,
          roles,
        ]);
        await tx.query(
          "INSERT INTO person_roles (tenant, person, role) SELECT $1, $2, role FROM unnest($3::text[]) AS role ON CONFLICT DO NOTHING",
          [tenant, id, roles],
        );
        const channels = identities.map(({ channel }) => channel);
        const names = identities.map((identity) => identity.id);
        const taken = await tx.query<{ channel: string }>(
          `SELECT i.channel FROM identities i JOIN unnest($3::text[], $4::text[]) AS n(channel, id) ON i.channel = n.channel AND i.channel_id = n.id
            WHERE i.tenant = $1 AND i.person <> $2`,
          [tenant, id, channels, names],
        );
        if (taken.length > 0)
          throw new Fault("already_exists", "another person has this identity", { at: "/identities" });
        await tx.query(
          `DELETE FROM identities i WHERE i.tenant = $1 AND i.person = $2
              AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::text[]) AS n(channel, id) WHERE n.channel = i.channel AND n.id = i.channel_id)`,
          [tenant, id, channels, names],
        );
        await tx.query(
          `INSERT INTO identities (tenant, channel, channel_id, person)
           SELECT $1, n.channel, n.id, $2 FROM unnest($3::text[], $4::text[]) AS n(channel, id) ON CONFLICT DO NOTHING`,
          [tenant, id, channels, names],
        );
        await noteWithin(tx, key, tenant, "person.changed", by, { person: id, roles, identities, delegatesTo });
        const after = await find(tx, tenant, id);
        if (!after) throw new Error(`person \`${id}\` was not written`);
        return after;
      });
    },
    async remove(tenant, id, by) {
      const key = await keys.of(tenant);
      return database.inTenant(tenant, async (tx) => {
        const gone = await tx.query("DELETE FROM people WHERE tenant = $1 AND id = $2 RETURNING id", [tenant, id]);
        if (gone.length > 0) await noteWithin(tx, key, tenant, "person.removed", by, { person: id });
        return gone.length > 0;
      });
    },
  };
}
