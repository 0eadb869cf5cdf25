// session.ts — the person behind a browser's cookie, and whether a form was sent by a page of ours

import { cookieOf, SESSION_COOKIE } from "@holdpoint/runtime/cookie.ts";
import type { Credential } from "@holdpoint/wire/access.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { Headers } from "../headers.ts";
import type { Gateway } from "../parts.ts";
import type { SignInDesk } from "./desk.ts";

/** Throws `not_found` where nobody can sign in: there is no such page then. */
export function deskOf({ signIn }: Gateway): SignInDesk {
  if (signIn === undefined)
    throw new Fault("not_found", "nobody signs in here: no provider is configured (HOLDPOINT_OIDC_ISSUER)");
  return signIn;
}

/** Undefined where there is no session, or it is over, or its person is gone. */
export async function signedIn({ store }: Gateway, { header }: Headers): Promise<Credential | undefined> {
  const token = cookieOf(header("cookie"), SESSION_COOKIE);
  return token === undefined ? undefined : store.signIns.authenticate(token);
}

/** A page on another site cannot set this header, and every browser sends it with a form. Throws `forbidden`. */
export function sameOrigin(desk: SignInDesk, { header }: Headers): void {
  if (header("origin") !== new URL(desk.publicUrl).origin)
    throw new Fault("forbidden", "this form was not sent by a page of this house");
}

/** A path of this house; anything else becomes the start page: sign-in leads nowhere else. */
export function ownPath(desk: SignInDesk, back: string | undefined): string {
  const base = new URL(desk.publicUrl);
  if (back === undefined || /[\\\s]/.test(back) || !URL.canParse(back, `${desk.publicUrl}/`)) return "/sign-in";
  const url = new URL(back, `${desk.publicUrl}/`);
  return url.origin === base.origin && url.username === "" ? `${url.pathname}${url.search}` : "/sign-in";
}
