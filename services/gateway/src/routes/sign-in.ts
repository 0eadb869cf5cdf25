// sign-in.ts — people sign in by OpenID Connect, and out again; who is not known here is refused, with a reason and evidence

import { cookieOf, SESSION_COOKIE } from "@holdpoint/runtime/cookie.ts";
import { rolesOfSession } from "@holdpoint/wire/access.ts";
import { Fault, isFault } from "@holdpoint/wire/fault.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { z } from "zod";
import { readForm } from "../body.ts";
import type { Gateway } from "../parts.ts";
import { noContent, route } from "../route.ts";
import { dropCookie, PENDING_COOKIE, setCookie } from "../sign-in/cookies.ts";
import { noteNoEntry } from "../sign-in/no-entry.ts";
import { goTo, page, said, sentence } from "../sign-in/pages.ts";
import { deskOf, ownPath, sameOrigin, signedIn } from "../sign-in/session.ts";

const HTML = "text/html";
const BEARER = /^[Bb]earer +(hps_\S{1,200})$/;
const signOut = '<form method="post" action="sign-out"><button>Sign out</button></form>';

/** What a person reads when the provider's answer is no good, and its evidence; the cause is in the log. */
async function failed(gateway: Gateway, error: unknown): Promise<Response> {
  if (!isFault(error)) throw error;
  const { code, message } = error;
  gateway.log.warn({ error, code }, "a sign-in failed");
  await noteNoEntry(gateway, deskOf(gateway), { code, reason: message });
  const cookies: [string, string][] = [["set-cookie", dropCookie(PENDING_COOKIE)]];
  return code === "not_ready"
    ? sentence(503, "Not now", `You cannot sign in at the moment: ${message}.`)
    : sentence(401, "Not signed in", `${message}. Start again where you came from.`, cookies);
}

/** The person of this identity, or why there is no session for it. */
async function admitted(gateway: Gateway, tenant: string, identity: string) {
  const person = await gateway.store.people.byIdentity(tenant, "oidc", identity);
  if (person === undefined)
    return {
      code: "unknown_person",
      why: "You are signed in at the provider, but nobody here is linked to that account.",
    };
  if (rolesOfSession(person.roles).length === 0)
    return { code: "no_roles", why: "You are known here, but hold no role of people." };
  return { person: person.id };
}

async function cameBack(gateway: Gateway, query: URLSearchParams, sealed: string | undefined): Promise<Response> {
  const desk = deskOf(gateway);
  const pending = desk.seal.open(sealed, gateway.clock.now());
  if (pending === undefined)
    return failed(gateway, new Fault("unauthenticated", "this browser did not start to sign in, or too long ago"));
  const { identity } = await desk.provider.finish(query, pending);
  const admission = await admitted(gateway, desk.tenant, identity);
  if (admission.person === undefined) {
    const { code, why } = admission;
    await noteNoEntry(gateway, desk, { code, reason: why, identity });
    const ask = `Ask an admin to give your person a role and the identity \`oidc\` with exactly this id:`;
    return page(403, "Not known here", `${said(`${why} ${ask}`)}<pre>${said(identity)}</pre>`, [
      ["set-cookie", dropCookie(PENDING_COOKIE)],
    ]);
  }
  const { token } = await gateway.store.signIns.open(desk.tenant, { person: admission.person, identity }, "browser");
  return goTo(new URL(ownPath(desk, pending.back), desk.publicUrl).href, [
    setCookie(SESSION_COOKIE, token, limits.signedInMs / 1_000),
    dropCookie(PENDING_COOKIE),
  ]);
}

export const signInRoutes = [
  route({
    method: "GET",
    path: "/sign-in",
    operationId: "signIn",
    summary: "Sign in at the OpenID provider, and come back to `back`",
    who: "anyone",
    query: z.strictObject({ back: z.string().max(limits.textCharsMax).optional() }),
    produces: HTML,
    answers: { 200: "who is signed in", 303: "to the provider", 404: "no provider is configured" },
    async run(call, gateway) {
      const desk = deskOf(gateway);
      const { back } = call.query;
      const who = await signedIn(gateway, call);
      if (who !== undefined && back === undefined)
        return page(200, "Signed in", `${said(`You are ${who.person}.`)}${signOut}`);
      if (who !== undefined) return goTo(new URL(ownPath(desk, back), desk.publicUrl).href);
      try {
        const { url, pending } = await desk.provider.start(back ?? "/sign-in");
        const sealed = desk.seal.seal(pending, gateway.clock.now());
        return goTo(url, [setCookie(PENDING_COOKIE, sealed, limits.signInMs / 1_000)]);
      } catch (error) {
        return failed(gateway, error);
      }
    },
  }),
  route({
    method: "GET",
    path: "/sign-in/callback",
    operationId: "signInCallback",
    summary: "Where the OpenID provider sends people back to",
    who: "anyone",
    // Providers add parameters of their own; those that matter are checked with the rest of the answer.
    ownQuery: true,
    produces: HTML,
    answers: { 303: "signed in", 401: "the answer proves nothing", 403: "nobody here has this identity" },
    async run(call, gateway) {
      const desk = deskOf(gateway);
      try {
        const query = new URL(call.raw.url ?? "", desk.publicUrl).searchParams;
        return await cameBack(gateway, query, cookieOf(call.header("cookie"), PENDING_COOKIE));
      } catch (error) {
        return failed(gateway, error);
      }
    },
  }),
  route({
    method: "POST",
    path: "/sign-out",
    operationId: "signOut",
    summary: "End a session: a browser's by its cookie, a terminal's by its bearer token",
    who: "anyone",
    produces: HTML,
    answers: { 200: "signed out", 204: "signed out, for a bearer token", 403: "the form came from elsewhere" },
    async run(call, gateway) {
      const desk = deskOf(gateway);
      const bearer = BEARER.exec(call.header("authorization") ?? "")?.[1];
      if (bearer !== undefined) {
        await gateway.store.signIns.close(bearer);
        gateway.door.forget();
        return noContent;
      }
      sameOrigin(desk, call);
      await readForm(call.raw, z.strictObject({}));
      const token = cookieOf(call.header("cookie"), SESSION_COOKIE);
      if (token !== undefined) await gateway.store.signIns.close(token);
      gateway.door.forget();
      return sentence(200, "Signed out", "Your session here is over. The one at the provider is not ours to end.", [
        ["set-cookie", dropCookie(SESSION_COOKIE)],
      ]);
    },
  }),
];
