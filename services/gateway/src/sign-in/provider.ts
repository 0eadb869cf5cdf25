// provider.ts — the OpenID provider: discovery, the way there (code and PKCE), and what its answer proves

import type { Clock } from "@holdpoint/runtime/clock.ts";
import { createOutbound } from "@holdpoint/runtime/outbound.ts";
import { outboundFetch } from "@holdpoint/runtime/outbound-fetch.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import * as oidc from "openid-client";
import type { Pending } from "./cookies.ts";
import type { SignInOptions } from "./options.ts";
import { unsound, whyNot } from "./why-not.ts";

export interface Provider {
  /** Where the browser goes. Throws `not_ready` while the provider cannot be asked. */
  start(back: string): Promise<{ url: string; pending: Omit<Pending, "until"> }>;
  /**
   * Who came back. Throws `unauthenticated` where anything of it is wrong: state, nonce, issuer, audience, signature,
   * time, PKCE; `not_ready` while the provider cannot be asked.
   */
  finish(callback: URLSearchParams, pending: Pending): Promise<{ identity: string }>;
}

/** Where the provider's pages are is remembered so long; what its answers are checked with is read for each of them. */
const DISCOVERED_FOR_MS = 600_000;

const hostPort = (url: URL): string => `${url.hostname}:${url.port || (url.protocol === "https:" ? 443 : 80)}`;

/** Issuer and subject are one identity: a subject alone may be another person at another provider. */
export const identityOf = (issuer: string, subject: string): string => `${issuer}|${subject}`;

const notProven = (why: string | undefined, cause?: unknown): Fault =>
  new Fault(
    "unauthenticated",
    `the provider's answer does not prove who you are${why === undefined ? "" : `: ${why}`}`,
    {},
    { cause },
  );

export function createProvider(options: SignInOptions, clock: Clock): Provider {
  const issuer = new URL(options.issuer);
  const callbackUrl = `${options.publicUrl}/sign-in/callback`;
  // The provider may be inside; what its document names elsewhere is checked like any other outgoing URL.
  const fetch = outboundFetch(createOutbound({ allow: [hostPort(issuer)] }));
  let known: { until: number; config: Promise<oidc.Configuration> } | undefined;

  async function discover(): Promise<oidc.Configuration> {
    const { clientId, clientSecret } = options;
    const config = await oidc.discovery(
      issuer,
      clientId,
      { [oidc.clockTolerance]: limits.signInSkewMs / 1_000 },
      clientSecret === undefined ? oidc.None() : oidc.ClientSecretPost(clientSecret),
      {
        [oidc.customFetch]: fetch as oidc.CustomFetch,
        execute: [
          // TLS says who answered; the signature also says it to whoever reads the token later.
          oidc.enableNonRepudiationChecks,
          ...(issuer.protocol === "http:" ? [oidc.allowInsecureRequests] : []),
        ],
      },
    );
    return config;
  }

  /** `anew`: with the keys as they are now. The library looks for new ones once a minute at most; sign-ins are rare. */
  async function configuration(anew: boolean): Promise<oidc.Configuration> {
    const now = clock.now();
    if (anew || known === undefined || known.until <= now)
      known = { until: now + DISCOVERED_FOR_MS, config: discover() };
    const asked = known;
    try {
      return await asked.config;
    } catch (error) {
      if (known === asked) known = undefined; // a provider that was away is asked again
      throw new Fault(
        "not_ready",
        "the sign-in provider cannot be reached, or is not what it should be",
        {},
        { cause: error },
      );
    }
  }

  const claimsOf = async (config: oidc.Configuration, callback: URLSearchParams, pending: Pending) =>
    (
      await oidc.authorizationCodeGrant(config, new URL(`${callbackUrl}?${callback}`), {
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        pkceCodeVerifier: pending.verifier,
        idTokenExpected: true,
      })
    ).claims();

  return {
    async start(back) {
      const config = await configuration(false);
      const pending = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
        back,
      };
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: callbackUrl,
        response_type: "code",
        scope: "openid",
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, pending };
    },
    async finish(callback, pending) {
      const config = await configuration(true);
      const claims = await claimsOf(config, callback, pending).catch((error: unknown) => {
        throw notProven(whyNot(error), error);
      });
      const wrong = claims === undefined ? "no ID token came" : unsound(claims, options.clientId);
      if (claims === undefined || wrong !== undefined) throw notProven(wrong);
      return { identity: identityOf(claims.iss, claims.sub) };
    },
  };
}
