// sign-in.ts — who signed in at the gateway (OIDC): the courier believes the same session, and keeps none of its own

import { cookieOf, SESSION_COOKIE } from "@holdpoint/runtime/cookie.ts";
import type { Store } from "@holdpoint/store/store.ts";
import type { ChannelIdentity } from "./channel.ts";

export interface SignIn {
  /** Whose session the request carries; undefined where there is none, one that ended, or one of another tenant. */
  whoIs(tenant: string, headers: Readonly<Record<string, string>>): Promise<ChannelIdentity | undefined>;
  /** Where to sign in and then come back to this address. */
  startUrl(returnTo: string): string;
}

/** @param publicUrl of the gateway and of the courier's pages: one origin, because the session is a cookie of one host */
export const signInByStore = (store: Pick<Store, "signIns">, publicUrl: string): SignIn => ({
  async whoIs(tenant, headers) {
    const token = cookieOf(headers["cookie"], SESSION_COOKIE);
    const credential = token === undefined ? undefined : await store.signIns.authenticate(token);
    if (credential?.signedIn === undefined || credential.tenant !== tenant) return undefined;
    return { channel: "oidc", id: credential.signedIn.identity };
  },
  startUrl: (returnTo) => `${publicUrl}/sign-in?back=${encodeURIComponent(returnTo)}`,
});
