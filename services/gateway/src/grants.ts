// grants.ts — the report handle of a claim: an HMAC over action, credential and claim number (rulings §C3)

import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { ActionRow } from "@holdpoint/store/types.ts";

export interface Grants {
  /** The handle of the row's claim; the same claim always has the same one. Only for a row that was claimed. */
  token(row: ActionRow): string;
  matches(row: ActionRow, token: string): boolean;
}

export function createGrants(masterKey: Buffer): Grants {
  // A key of its own, so that nothing else made from the master key can ever pass for a handle.
  const key = Buffer.from(hkdfSync("sha256", masterKey, "", "holdpoint report handle v1", 32));
  function token({ action, claim }: ActionRow): string {
    if (!claim) throw new Error("an action that nobody claimed has no handle");
    const signed = JSON.stringify([action.tenant, action.id, claim.credential, claim.number]);
    return `hg_${createHmac("sha256", key).update(signed).digest("base64url")}`;
  }
  return {
    token,
    matches(row, given) {
      if (!row.claim) return false;
      const [expected, got] = [Buffer.from(token(row)), Buffer.from(given)];
      return expected.length === got.length && timingSafeEqual(expected, got);
    },
  };
}
