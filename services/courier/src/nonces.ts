// nonces.ts — one-time secrets in buttons and forms: bound to request, card, channel, way of voting and, where known, person

import { createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { SpentNonces } from "./ports.ts";

export interface NonceBinding {
  tenant: string;
  /** id of the configured channel */
  channel: string;
  approvalId: string;
  cardSha256: string;
  vote: "approve" | "deny";
  /** whoever the button was made for; without it, whoever sees it may try */
  person?: string;
}

export interface Nonces {
  mint(binding: NonceBinding): string;
  /** Whether this nonce was minted for exactly this. */
  fits(nonce: string, binding: NonceBinding): boolean;
  /** False at the second use by the same person. */
  spend(tenant: string, nonce: string, by: string, keepUntil: number): Promise<boolean>;
  release(tenant: string, nonce: string, by: string): Promise<void>;
}

/** 128 bits, so that id and nonce fit into the 64 bytes that the narrowest channel (Telegram) lets a button carry. */
const NONCE_BYTES = 16;
const PURPOSE = "holdpoint/courier/nonce/1";

export const nonceKey = (masterKey: Buffer): Buffer => Buffer.from(hkdfSync("sha256", masterKey, "", PURPOSE, 32));

/**
 * A nonce is a keyed hash over what it is bound to: a forged one is refused without asking a database, a repeated
 * delivery shows the same one, and only what was *used* is kept (as a hash: reading the table hands nobody a button).
 * Where several people see one button, each of them may use it once.
 * @param keys the first one mints, all are accepted
 */
export function createNonces(keys: readonly [Buffer, ...Buffer[]], spent: SpentNonces): Nonces {
  const under = (key: Buffer, binding: NonceBinding): Buffer => {
    const { tenant, channel, approvalId, cardSha256, vote, person } = binding;
    const bound = canonicalJson({
      tenant,
      channel,
      approvalId,
      cardSha256,
      vote,
      ...(person === undefined ? {} : { person }),
    });
    return createHmac("sha256", key).update(bound).digest().subarray(0, NONCE_BYTES);
  };
  const hash = (nonce: string) => createHash("sha256").update(nonce).digest("hex");
  return {
    mint: (binding) => under(keys[0], binding).toString("base64url"),
    fits(nonce, binding) {
      const given = Buffer.from(nonce, "base64url");
      // The decoder skips what it does not know: only the one spelling of these bytes is the nonce.
      if (given.length !== NONCE_BYTES || given.toString("base64url") !== nonce) return false;
      return keys.map((key) => timingSafeEqual(under(key, binding), given)).includes(true);
    },
    spend: (tenant, nonce, by, keepUntil) => spent.spend(tenant, hash(nonce), by, keepUntil),
    release: (tenant, nonce, by) => spent.release(tenant, hash(nonce), by),
  };
}
