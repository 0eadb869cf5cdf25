// why-not.ts — why an answer of the provider proves nobody, in words that a person may read

import { limits } from "@holdpoint/wire/limits.ts";
import * as oidc from "openid-client";

/**
 * What the library leaves to us: a token from the future is somebody's clock or somebody's forgery, one that was issued
 * to another client is that client's whatever its audience says, and a subject must name somebody.
 */
export function unsound(
  { iat, sub, azp }: { iat: number; sub: string; azp?: unknown },
  clientId: string,
): string | undefined {
  if (iat * 1_000 > Date.now() + limits.signInSkewMs) return 'its "iat" (issued at) is in the future';
  if (azp !== undefined && azp !== clientId) return 'its "azp" (authorized party) is another client';
  if (sub === "") return 'its "sub" (subject) is empty';
  return undefined;
}

/** Registered error codes are words of RFC 6749 and OpenID Connect; anything else is somebody's own text. */
const ERROR_CODE = /^[a-z_]{1,40}$/;

/**
 * The library's own sentence, which names the claim or parameter and repeats nothing that came. Undefined where there is
 * no such sentence: the log has the rest.
 */
export function whyNot(error: unknown): string | undefined {
  if (error instanceof oidc.AuthorizationResponseError || error instanceof oidc.ResponseBodyError)
    return ERROR_CODE.test(error.error) ? `it said \`${error.error}\`` : undefined;
  if (!(error instanceof oidc.ClientError)) return undefined;
  const { cause } = error;
  return cause instanceof Error && cause.constructor.name.endsWith("Error") ? cause.message : error.message;
}
