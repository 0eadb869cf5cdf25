// cookies.ts — the two cookies of sign-in: the session, and what a browser keeps for us while it is at the provider

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { limits } from "@holdpoint/wire/limits.ts";
import { z } from "zod";

export const PENDING_COOKIE = "__Host-holdpoint-sign-in";

/** Lax: a link in a mail may come with it, a form on another site may not. */
const ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax";
export const setCookie = (name: string, value: string, seconds: number): string =>
  `${name}=${value}; Max-Age=${Math.max(0, Math.floor(seconds))}; ${ATTRIBUTES}`;
export const dropCookie = (name: string): string => setCookie(name, "", 0);

/** What the provider must give back to us, and what only we know. */
const Pending = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  back: z.string(),
  until: z.number(),
});
export type Pending = z.infer<typeof Pending>;

export interface PendingSeal {
  seal(pending: Omit<Pending, "until">, now: number): string;
  /** Undefined for anything that was not sealed here, or too long ago. */
  open(sealed: string | undefined, now: number): Pending | undefined;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Any gateway of the fleet opens it: the browser carries it, so that no row has to be kept for who never comes back. */
export function pendingSeal(masterKey: Buffer): PendingSeal {
  const key = Buffer.from(hkdfSync("sha256", masterKey, "", "holdpoint/gateway/sign-in/1", 32));
  return {
    seal(pending, now) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const text = JSON.stringify({ ...pending, until: now + limits.signInMs });
      return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString(
        "base64url",
      );
    },
    open(sealed, now) {
      const bytes = Buffer.from(sealed ?? "", "base64url");
      if (bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
        const pending = Pending.parse(JSON.parse(text.toString("utf8")));
        return pending.until > now ? pending : undefined;
      } catch {
        return undefined; // forged or of another master key: whoever it is starts again
      }
    },
  };
}
