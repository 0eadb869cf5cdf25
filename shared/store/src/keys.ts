// keys.ts — API keys: `hp_<id>_<secret>`, of which only a hash is kept

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { newId } from "@holdpoint/runtime/id.ts";
import type { Attests, Credential, Role } from "@holdpoint/wire/access.ts";
import { noteWithin } from "./note.ts";
import type { Database, Transaction } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { KeyRecord, Keys } from "./store.ts";

interface RawKey {
  tenant: string;
  id: string;
  role: Role;
  agents: string[];
  person: string | null;
  attests: Attests;
  created_at: Date;
  expires_at: Date | null;
}

const COLUMNS = "tenant, id, role, agents, person, attests, created_at, expires_at";
/** 43 base64url digits are 32 bytes; they may hold `_`, so the id comes first and has a fixed shape. */
const TOKEN = /^hp_(key_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

const hashOf = (secret: string): Buffer => createHash("sha256").update(secret).digest();
/** What an unknown id is compared with, so that it takes as long as a known one. */
const nobody = hashOf(randomBytes(32).toString("base64url"));

const toRecord = (raw: RawKey): KeyRecord => ({
  id: raw.id,
  tenant: raw.tenant,
  role: raw.role,
  agents: raw.agents,
  ...(raw.person === null ? {} : { person: raw.person }),
  attests: raw.attests,
  createdAt: raw.created_at.toISOString(),
  ...(raw.expires_at ? { expiresAt: raw.expires_at.toISOString() } : {}),
});

export function keys(database: Database, tenantKeys: TenantKeys): Keys {
  async function recorded(
    tenant: string,
    work: (tx: Transaction) => Promise<[type: string, RawKey] | undefined>,
    by: Parameters<Keys["create"]>[2],
  ) {
    const key = await tenantKeys.of(tenant);
    return database.inTenant(tenant, async (tx) => {
      const done = await work(tx);
      if (!done) return undefined;
      const [type, raw] = done;
      await noteWithin(tx, key, tenant, type, by, {
        key: raw.id,
        role: raw.role,
        agents: raw.agents,
        person: raw.person,
      });
      return toRecord(raw);
    });
  }

  return {
    async create(tenant, request, by) {
      const id = newId("key");
      const secret = randomBytes(32).toString("base64url");
      const record = await recorded(
        tenant,
        async (tx) => {
          const [raw] = await tx.query<RawKey>(
            `INSERT INTO keys (tenant, id, role, agents, person, attests, secret_hash, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${COLUMNS}`,
            [
              tenant,
              id,
              request.role,
              request.agents ?? [],
              request.person ?? null,
              JSON.stringify(request.attests ?? {}),
              hashOf(secret),
              request.expiresAt ?? null,
            ],
          );
          return raw && ["key.created", raw];
        },
        by,
      );
      if (!record) throw new Error("a key was not written");
      return { record, key: `hp_${id}_${secret}` };
    },
    list: (tenant) =>
      database.inTenant(tenant, async (tx) =>
        (await tx.query<RawKey>(`SELECT ${COLUMNS} FROM keys WHERE tenant = $1 ORDER BY id`, [tenant])).map(toRecord),
      ),
    async rotate(tenant, id, by) {
      const secret = randomBytes(32).toString("base64url");
      const record = await recorded(
        tenant,
        async (tx) => {
          const sql = `UPDATE keys SET secret_hash = $3 WHERE tenant = $1 AND id = $2 RETURNING ${COLUMNS}`;
          const [raw] = await tx.query<RawKey>(sql, [tenant, id, hashOf(secret)]);
          return raw && ["key.rotated", raw];
        },
        by,
      );
      return record && { record, key: `hp_${id}_${secret}` };
    },
    async remove(tenant, id, by) {
      const record = await recorded(
        tenant,
        async (tx) => {
          const [raw] = await tx.query<RawKey>(`DELETE FROM keys WHERE tenant = $1 AND id = $2 RETURNING ${COLUMNS}`, [
            tenant,
            id,
          ]);
          return raw && ["key.removed", raw];
        },
        by,
      );
      return record !== undefined;
    },
    async authenticate(token) {
      const parts = TOKEN.exec(token);
      const given = hashOf(parts?.[2] ?? token);
      const [row] = await database.call<RawKey & { secret_hash: Buffer; live: boolean }>(
        "find_key",
        "SELECT * FROM holdpoint.find_key($1)",
        [parts?.[1] ?? ""],
      );
      const equal = timingSafeEqual(given, row?.secret_hash ?? nobody);
      if (!row || !equal || !row.live) return undefined;
      const credential: Credential = {
        id: row.id,
        tenant: row.tenant,
        role: row.role,
        agents: row.agents,
        attests: row.attests,
        ...(row.person === null ? {} : { person: row.person }),
      };
      return credential;
    },
    async empty() {
      const [row] = await database.call<{ any: boolean }>("any_key", 'SELECT holdpoint.any_key() AS "any"', []);
      return row?.any === false;
    },
  };
}
