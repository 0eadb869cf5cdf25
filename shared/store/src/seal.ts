// seal.ts — one data key a tenant, itself sealed by the master key: what quotes an argument is stored as cipher text only

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { smallRandom } from "@holdpoint/runtime/random.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { Database } from "./pool.ts";

const FORMAT = 1;
const HEAD = 1 + 12 + 16; // format, nonce, tag

function seal(key: KeyObject, aad: string, clear: string | Buffer): Buffer {
  const nonce = smallRandom(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(aad));
  const body = typeof clear === "string" ? cipher.update(clear, "utf8") : cipher.update(clear);
  cipher.final(); // of this cipher it has no bytes
  const sealed = Buffer.allocUnsafe(HEAD + body.length);
  sealed[0] = FORMAT;
  sealed.set(nonce, 1);
  sealed.set(cipher.getAuthTag(), 13);
  sealed.set(body, HEAD);
  return sealed;
}

/** Throws a plain error where the bytes were altered, cut, or belong elsewhere: such a row must not be believed. */
function open(key: KeyObject, aad: string, sealed: Buffer): Buffer {
  if (sealed.length < HEAD || sealed[0] !== FORMAT) throw new Error("sealed bytes of an unknown format");
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(1, 13));
  decipher.setAAD(Buffer.from(aad));
  decipher.setAuthTag(sealed.subarray(13, HEAD));
  const clear = decipher.update(sealed.subarray(HEAD));
  decipher.final();
  return clear;
}

/** The parts of a row that are sealed, each bound to its place: bytes moved to another row or column do not open. */
export type Part = "action" | "decision" | "event" | "approval" | "vote" | "question" | "answer" | "standing";

export interface TenantKey {
  seal(id: string, part: Part, clear: string): Buffer;
  open(id: string, part: Part, sealed: Buffer): string;
  /** 128 bits of HMAC-SHA-256 as hex: equal texts can be found, guesses cannot be checked */
  mac(purpose: string, text: string): string;
  /** 32 bytes for markers of secrets: who lacks them cannot try values */
  redaction: Buffer;
}

/** Keys as objects, made once: a cipher or a MAC from raw bytes costs two to three times as much each time. */
function tenantKey(tenant: string, raw: Buffer): TenantKey {
  const key = createSecretKey(raw);
  const aad = (id: string, part: Part) => `${tenant}|${id}|${part}`;
  const macKey = createSecretKey(createHmac("sha256", key).update("holdpoint mac key").digest());
  return {
    seal: (id, part, clear) => seal(key, aad(id, part), clear),
    open(id, part, sealed) {
      try {
        return open(key, aad(id, part), sealed).toString("utf8");
      } catch (cause) {
        throw new Fault(
          "internal",
          `what is stored of \`${id}\` (${part}) does not open: it was altered or cut`,
          {},
          { cause },
        );
      }
    },
    mac: (purpose, text) => createHmac("sha256", macKey).update(`${purpose}|${text}`).digest("hex").slice(0, 32),
    redaction: createHmac("sha256", key).update("holdpoint redaction key").digest(),
  };
}

export interface TenantKeys {
  of(tenant: string): Promise<TenantKey>;
}

/** Keys are opened once a process. A tenant's first use makes its key; of two processes that do so, one wins. */
export function tenantKeys(database: Database, masterBytes: Buffer): TenantKeys {
  if (masterBytes.length !== 32) throw new Fault("config_invalid", "the master key must have 32 bytes");
  const masterKey = createSecretKey(masterBytes);
  const known = new Map<string, Promise<TenantKey>>();
  const aad = (tenant: string) => `holdpoint|${tenant}|data-key`;

  async function load(tenant: string): Promise<TenantKey> {
    const sealed = await database.inTenant(tenant, async (tx) => {
      const read = () =>
        tx.query<{ data_key: Buffer | null }>("SELECT data_key FROM tenants WHERE tenant = $1", [tenant]);
      const [row] = await read();
      if (!row) throw new Fault("not_found", `no tenant \`${tenant}\``);
      if (row.data_key) return row.data_key;
      await tx.query("UPDATE tenants SET data_key = $2 WHERE tenant = $1 AND data_key IS NULL", [
        tenant,
        seal(masterKey, aad(tenant), randomBytes(32)),
      ]);
      return (await read())[0]?.data_key as Buffer;
    });
    try {
      return tenantKey(tenant, open(masterKey, aad(tenant), sealed));
    } catch (cause) {
      throw new Fault(
        "config_invalid",
        `the master key does not open the data key of tenant \`${tenant}\``,
        {},
        { cause },
      );
    }
  }

  return {
    of(tenant) {
      let key = known.get(tenant);
      if (!key) {
        key = load(tenant);
        known.set(tenant, key);
        key.catch(() => known.delete(tenant)); // asked again, it is tried again
      }
      return key;
    },
  };
}
