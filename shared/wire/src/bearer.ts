// bearer.ts — what may stand behind `Authorization: Bearer`: whoever sends anything else gets it back in an error message

import { Fault } from "./fault.ts";

/** Whether a text can be sent as a bearer token at all: printable ASCII without spaces, at least one character. */
export const isBearer = (token: unknown): token is string => typeof token === "string" && /^[\x21-\x7e]+$/.test(token);

/**
 * The value of an `Authorization` header. `from` names the place it was read from, for the error.
 * Throws `config_invalid`, without the token: HTTP clients quote a header that they refuse, secret and all.
 */
export function bearer(token: string, from: string): string {
  if (!isBearer(token))
    throw new Fault(
      "config_invalid",
      `${from}: expected a key, which has no spaces, line breaks or letters beyond ASCII`,
    );
  return `Bearer ${token}`;
}
