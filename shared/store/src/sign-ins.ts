// sign-ins.ts — people who signed in: `hps_<id>_<secret>`, of which only a hash is kept; and terminals that ask to be let in

import { createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { type Credential, rolesOfSession } from "@holdpoint/wire/access.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { noteWithin } from "./note.ts";
import type { Database, Transaction } from "./pool.ts";
import type { TenantKeys } from "./seal.ts";
import type { SignIns } from "./store.ts";

const TOKEN = /^hps_([0-9a-f]{32})_([A-Za-z0-9_-]{43})$/;
/** No vowels, so no words; no digits and letters that are mistaken for each other. 20^8 codes, of which a few live. */
const CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ";

const hashOf = (secret: string): Buffer => createHash("sha256").update(secret).digest();
const nobody = hashOf(randomBytes(32).toString("base64url"));
const randomSecret = (): string => randomBytes(32).toString("base64url");
const userCode = (): string => {
  const letters = Array.from({ length: 8 }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join("");
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
};

interface RawSession {
  tenant: string;
  id: string;
  person: string;
  identity: string;
  since: Date;
  roles: string[];
  secret_hash: Buffer;
  live: boolean;
}

export function signIns(database: Database, keys: TenantKeys): SignIns {
  async function open(
    tx: Transaction,
    tenant: string,
    who: { person: string; identity: string },
    kind: "browser" | "terminal",
  ): Promise<{ token: string; expiresAt: Date }> {
    const id = randomBytes(16).toString("hex");
    const secret = randomSecret();
    await tx.query("DELETE FROM sign_ins WHERE tenant = $1 AND expires_at <= clock_timestamp()", [tenant]);
    const [row] = await tx.query<{ expires_at: Date }>(
      `INSERT INTO sign_ins (tenant, id, person, identity, kind, secret_hash, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + $7 * interval '1 ms') RETURNING expires_at`,
      [tenant, id, who.person, who.identity, kind, hashOf(secret), limits.signedInMs],
    );
    const key = await keys.of(tenant);
    await noteWithin(
      tx,
      key,
      tenant,
      "sign_in",
      { person: who.person, channel: "oidc" },
      { identity: who.identity, kind },
    );
    if (!row) throw new Error("a session was not written");
    return { token: `hps_${id}_${secret}`, expiresAt: row.expires_at };
  }

  return {
    open: (tenant, who, kind) => database.inTenant(tenant, (tx) => open(tx, tenant, who, kind)),
    async authenticate(token) {
      const parts = TOKEN.exec(token);
      const given = hashOf(parts?.[2] ?? token);
      const [row] = await database.call<RawSession>("find_sign_in", "SELECT * FROM holdpoint.find_sign_in($1)", [
        parts?.[1] ?? "",
      ]);
      const equal = timingSafeEqual(given, row?.secret_hash ?? nobody);
      if (!row || !equal || !row.live) return undefined;
      // As they are now: a role that is lost is lost to the session, and whoever has none left has no session.
      const roles = rolesOfSession(row.roles);
      const [role] = roles;
      if (role === undefined) return undefined;
      const credential: Credential = {
        id: `signin_${row.id}`,
        tenant: row.tenant,
        role,
        roles,
        agents: [],
        person: row.person,
        attests: {},
        signedIn: { identity: row.identity, since: row.since.toISOString() },
      };
      return credential;
    },
    async close(token) {
      const found = await this.authenticate(token);
      if (!found) return false;
      const key = await keys.of(found.tenant);
      return database.inTenant(found.tenant, async (tx) => {
        const id = TOKEN.exec(token)?.[1] ?? "";
        const gone = await tx.query("DELETE FROM sign_ins WHERE tenant = $1 AND id = $2 RETURNING id", [
          found.tenant,
          id,
        ]);
        if (gone.length > 0)
          await noteWithin(tx, key, found.tenant, "sign_out", { person: found.person, channel: "oidc" }, {});
        return gone.length > 0;
      });
    },
    ask: (tenant) =>
      database.inTenant(tenant, async (tx) => {
        await tx.query("DELETE FROM terminal_asks WHERE tenant = $1 AND expires_at <= clock_timestamp()", [tenant]);
        const [open] = await tx.query<{ count: number }>(
          "SELECT count(*)::int AS count FROM terminal_asks WHERE tenant = $1",
          [tenant],
        );
        if ((open?.count ?? 0) >= limits.terminalAsksMax) return undefined;
        const secret = randomSecret();
        const code = userCode();
        await tx.query(
          `INSERT INTO terminal_asks (tenant, user_code, secret_hash, expires_at)
           VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms')`,
          [tenant, code, hashOf(secret), limits.terminalAskMs],
        );
        return { secret, userCode: code };
      }),
    grant: (tenant, code, who) =>
      database.inTenant(tenant, async (tx) => {
        const given = await tx.query(
          `UPDATE terminal_asks SET person = $3, identity = $4
            WHERE tenant = $1 AND user_code = $2 AND person IS NULL AND expires_at > clock_timestamp() RETURNING user_code`,
          [tenant, code, who.person, who.identity],
        );
        return given.length > 0;
      }),
    async redeem(tenant, secret) {
      return database.inTenant(tenant, async (tx) => {
        const [taken] = await tx.query<{ person: string; identity: string }>(
          `DELETE FROM terminal_asks WHERE tenant = $1 AND secret_hash = $2 AND person IS NOT NULL
              AND expires_at > clock_timestamp() RETURNING person, identity`,
          [tenant, hashOf(secret)],
        );
        if (taken) return open(tx, tenant, taken, "terminal");
        const [waiting] = await tx.query(
          "SELECT 1 FROM terminal_asks WHERE tenant = $1 AND secret_hash = $2 AND expires_at > clock_timestamp()",
          [tenant, hashOf(secret)],
        );
        return waiting ? "waiting" : "unknown";
      });
    },
  };
}
