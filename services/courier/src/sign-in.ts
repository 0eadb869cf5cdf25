// sign-in.ts — what the courier needs of the place where people sign in (OIDC); it keeps no sessions of its own

import type { ChannelIdentity } from "./channel.ts";

export interface SignIn {
  /** Whose session the request carries; undefined where there is none, or one that ended. */
  whoIs(headers: Readonly<Record<string, string>>): Promise<ChannelIdentity | undefined>;
  /** Where to sign in and then come back to this address. */
  startUrl(returnTo: string): string;
}
