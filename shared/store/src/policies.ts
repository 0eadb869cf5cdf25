// policies.ts — rows and documents that people write; what of them runs is decided by publish alone

import { createHash, randomUUID } from "node:crypto";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { PolicySource, PolicyStatus, PolicyWrite } from "@holdpoint/wire/policy.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { noteWithin } from "./note.ts";
import { page } from "./page.ts";
import { activate, type Compile, policySets } from "./policy-sets.ts";
import { sourceOf } from "./policy-source.ts";
import type { Database, Transaction } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { Policies, PolicyRecord } from "./store.ts";

export { sourceOf };

interface RawPolicy {
  id: string;
  name: string;
  description: string | null;
  status: PolicyStatus;
  version: number;
  author: string;
  etag: string;
  created_at: Date;
  updated_at: Date;
  written: PolicyWrite;
  published: PolicySource | null;
}

const COLUMNS = "id, name, description, status, version, author, etag, created_at, updated_at, written, published";

/** `pol_<uuid>` outside, the bare UUID of seed 001's column inside; whoever brings a bare one may go on using it. */
const uuidOf = (id: string): string | undefined =>
  /^(?:pol_)?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/i.exec(id)?.[1]?.toLowerCase();

const toRecord = (raw: RawPolicy): PolicyRecord => ({
  id: `pol_${raw.id}`,
  name: raw.name,
  ...(raw.description === null ? {} : { description: raw.description }),
  status: raw.status,
  version: raw.version,
  author: raw.author,
  etag: raw.etag,
  createdAt: raw.created_at.toISOString(),
  updatedAt: raw.updated_at.toISOString(),
  write: raw.written,
});

const etagOf = (write: PolicyWrite, version: number): string =>
  createHash("sha256")
    .update(`${version}|${canonicalJson(write as unknown as Json)}`)
    .digest("hex")
    .slice(0, 32);

/** Seed 001's columns: `rule_expr` of a whole document holds it, and its effect is `mixed`. */
function columns(write: PolicyWrite): unknown[] {
  const expression =
    "document" in write
      ? typeof write.document === "string"
        ? { text: write.document }
        : write.document
      : write.rule_expr;
  const [scope, selector, effect] =
    "document" in write ? ["global", null, "mixed"] : [write.scope, write.selector ?? null, write.effect];
  return [
    write.name,
    write.description ?? null,
    scope,
    selector,
    effect,
    JSON.stringify(expression),
    JSON.stringify(write),
  ];
}

export function policies(database: Database, keys: TenantKeys, compile: Compile): Policies {
  async function find(tx: Transaction, tenant: string, id: string, lock = ""): Promise<RawPolicy | undefined> {
    const uuid = uuidOf(id);
    if (!uuid) return undefined;
    const sql = `SELECT ${COLUMNS} FROM policies WHERE tenant = $1 AND id = $2 ${lock}`;
    return (await tx.query<RawPolicy>(sql, [tenant, uuid]))[0];
  }

  return {
    ...policySets(database, keys, compile),
    list: (tenant, { status, cursor, limit }) =>
      database.inTenant(tenant, async (tx) => {
        const rows = await tx.query<RawPolicy>(
          `SELECT ${COLUMNS} FROM policies WHERE tenant = $1 AND ($2::text IS NULL OR status = $2)
              AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4`,
          [tenant, status ?? null, (cursor && uuidOf(cursor)) ?? null, limit + 1],
        );
        return page(rows.map(toRecord), limit, ({ id }) => id);
      }),
    get: (tenant, id) =>
      database.inTenant(tenant, async (tx) => {
        const raw = await find(tx, tenant, id);
        return raw && toRecord(raw);
      }),
    create: (tenant, write, author) =>
      database.inTenant(tenant, async (tx) => {
        const id = write.id === undefined ? randomUUID() : uuidOf(write.id);
        if (!id) throw new Fault("invalid", "expected a UUID, with or without `pol_`", { at: "/id" });
        const [raw] = await tx.query<RawPolicy>(
          `INSERT INTO policies (tenant, id, author, etag, name, description, scope, selector, effect, rule_expr, written)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
          [tenant, id, author, etagOf(write, 1), ...columns(write)],
        );
        if (!raw) throw new Fault("already_exists", `a policy \`${write.id}\` exists already`, { at: "/id" });
        return toRecord(raw);
      }),
    replace: (tenant, id, etag, write, author) =>
      database.inTenant(tenant, async (tx) => {
        const before = await find(tx, tenant, id, "FOR UPDATE");
        if (!before) return "unknown";
        if (before.etag !== etag) return "changed";
        const version = before.version + 1;
        const [raw] = await tx.query<RawPolicy>(
          `UPDATE policies SET version = $3, author = $4, etag = $5, name = $6, description = $7, scope = $8, selector = $9,
                  effect = $10, rule_expr = $11, written = $12, updated_at = clock_timestamp()
            WHERE tenant = $1 AND id = $2 RETURNING ${COLUMNS}`,
          [tenant, before.id, version, author, etagOf(write, version), ...columns(write)],
        );
        return raw ? toRecord(raw) : "unknown";
      }),
    remove: (tenant, id, etag) =>
      database.inTenant(tenant, async (tx) => {
        const before = await find(tx, tenant, id, "FOR UPDATE");
        if (!before) return "unknown";
        if (before.etag !== etag) return "changed";
        if (before.status === "active" || before.status === "shadow") return "active";
        await tx.query("DELETE FROM policies WHERE tenant = $1 AND id = $2", [tenant, before.id]);
        return "removed";
      }),
    async publish(tenant, id, status, by, twoPerson) {
      const key = await keys.of(tenant);
      return database.inTenant(tenant, async (tx) => {
        await tx.query("SELECT holdpoint.lock_policy($1, true)", [tenant]);
        const before = await find(tx, tenant, id, "FOR UPDATE");
        if (!before) return "unknown";
        if (twoPerson && before.author === by) return "same_author";
        const published =
          status === "retired"
            ? null
            : { ...sourceOf(before.written, before.version), ...(status === "shadow" ? { shadow: true } : {}) };
        await tx.query(
          "UPDATE policies SET status = $3, published = $4, updated_at = clock_timestamp() WHERE tenant = $1 AND id = $2",
          [tenant, before.id, status, published && JSON.stringify(published)],
        );
        const set = await activate(tx, tenant, compile);
        if (!set) throw new Fault("not_ready", `tenant \`${tenant}\` has no policy files yet`);
        await noteWithin(
          tx,
          key,
          tenant,
          `policy.${status}`,
          { person: by },
          {
            policy: `pol_${before.id}`,
            version: before.version,
            policyDigest: set.digest,
          },
        );
        return set;
      });
    },
  };
}
