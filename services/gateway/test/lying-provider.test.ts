// lying-provider.test.ts — a provider (or whoever speaks in its name) that lies: each lie is refused with a reason, is
// evidence, and nobody has a session afterwards; the way in is the real one, route by route

import type { Engine } from "@holdpoint/engine/deps.ts";
import { openBrowser } from "@holdpoint/testkit/browser.ts";
import { type Claims, type Lie, type LyingProvider, startLyingProvider } from "@holdpoint/testkit/lying-openid.ts";
import { freePort } from "@holdpoint/testkit/openid.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call, type House, openHouse } from "./house.ts";

let house: House;
let provider: LyingProvider;
let minutesLater = 0;
beforeAll(async () => {
  provider = await startLyingProvider();
  const { issuer, clientId, clientSecret } = provider;
  const port = await freePort();
  const signIn = { publicUrl: `http://127.0.0.1:${port}`, issuer, clientId, clientSecret, tenant: "default" };
  const parts = (engine: Engine) => ({ ...engine, clock: { now: () => Date.now() + minutesLater * 60_000 } });
  house = await openHouse({ onePerson: false, stages: false, port, signIn, parts });
  for (const name of ["alice", "root"]) {
    const identities = [{ channel: "oidc", id: `${issuer}|${name}` }];
    await call(house, "POST", "/v1/people", {
      key: house.adminKey,
      body: { id: name, name, roles: ["approver"], identities },
    });
  }
});
afterAll(async () => {
  await house?.close();
  await provider?.close();
});
beforeEach(() => {
  provider.tell({});
  minutesLater += 1; // refusals of one kind are counted for a while: each of these is to be seen
});

const SECOND = 1;
const HOUR = 3_600 * SECOND;
const now = () => Math.floor(Date.now() / 1_000);
const claims =
  (change: Claims): Lie["claims"] =>
  (honest) => ({ ...honest, ...change });
const without =
  (name: string): Lie["claims"] =>
  ({ [name]: _gone, ...rest }) =>
    rest;
const alg =
  (name: string): Lie["header"] =>
  (honest) => ({ ...honest, alg: name });

const sessions = async () => (await house.sql("SELECT id FROM sign_ins")).length;
const people = async () => (await call(house, "GET", "/v1/people", { key: house.adminKey })).body;
async function refusals(): Promise<unknown[]> {
  await house.engine.store.events.sequence();
  return (await house.engine.store.events.after("default", 0, 1_000))
    .map(({ event }) => event)
    .filter(({ type }) => type === "sign_in.refused");
}

/** What a refused sign-in leaves: a page with a reason, an event that says it too, and nothing else. */
async function isRefused(open: () => Promise<{ status: number; html: string }>, why: RegExp, status = 401) {
  const before = [await sessions(), await people(), (await refusals()).length] as const;
  const page = await open();
  expect([page.status, page.html]).toEqual([status, expect.stringMatching(why)]);
  expect([await sessions(), await people()]).toEqual(before.slice(0, 2));
  const all = await refusals();
  expect(all.length).toBeGreaterThan(before[2]);
  expect(all.at(-1)).toMatchObject({ actor: { channel: "oidc" }, reason: expect.stringMatching(why) });
}
const signInAnew = async () => {
  const browser = openBrowser();
  const page = await browser.open(`${house.url}/sign-in`);
  expect(browser.cookies(house.url)).toBe("");
  return page;
};

test("told nothing false, it is believed: every lie below differs from this in one thing", async () => {
  const browser = openBrowser();
  const page = await browser.open(`${house.url}/sign-in`);
  expect(page).toMatchObject({ status: 200, html: expect.stringContaining("You are alice.") });
});

describe("the ID token", () => {
  test.each<[string, Lie, RegExp]>([
    ["of another issuer", { claims: claims({ iss: "https://evil.example" }) }, /iss/],
    ["without an issuer", { claims: without("iss") }, /iss/],
    ["for another client", { claims: claims({ aud: "other-client" }) }, /aud/],
    ["for nobody", { claims: without("aud") }, /aud/],
    ["for two clients, with nobody named", { claims: claims({ aud: ["holdpoint", "other"] }) }, /aud/],
    ["for two clients, made for the other", { claims: claims({ aud: ["holdpoint", "other"], azp: "other" }) }, /azp/],
    ["made for another client", { claims: claims({ azp: "other" }) }, /azp/],
    ["with another nonce", { claims: claims({ nonce: "other" }) }, /nonce/],
    ["without a nonce", { claims: without("nonce") }, /nonce/],
    ["that is over", { claims: () => ({ ...honestTimes(), exp: now() - HOUR }) }, /exp/],
    ["that never ends", { claims: without("exp") }, /exp/],
    ["whose end is no number", { claims: claims({ exp: "tomorrow" }) }, /exp/],
    ["that is not valid yet", { claims: (honest) => ({ ...honest, nbf: now() + HOUR }) }, /nbf/],
    ["from the future", { claims: (honest) => ({ ...honest, iat: now() + HOUR, exp: now() + 2 * HOUR }) }, /iat/],
    ["of no time", { claims: without("iat") }, /iat/],
    ["of nobody", { claims: without("sub") }, /sub/],
    ["of an empty name", { claims: claims({ sub: "" }) }, /sub/],
    ["of a number", { claims: claims({ sub: 7 }) }, /sub/],
    ["of a list of people", { claims: claims({ sub: ["alice", "root"] }) }, /sub/],
    ["that nobody signed", { header: alg("none"), signature: "none" }, /alg/],
    ["signed NONE in capitals", { header: alg("NONE"), signature: "none" }, /alg/],
    ["HS256 with the public key", { header: alg("HS256"), signature: "HS256 public key" }, /alg/],
    ["HS256 with the client's secret", { header: alg("HS256"), signature: "HS256 client secret" }, /alg/],
    ["under a key that is not published", { header: (each) => ({ ...each, kid: "k2" }) }, /key|kid/],
    ["signed by another key under the right name", { signature: "other key" }, /signature/],
    ["that was altered after it was signed", { signature: "altered after" }, /signature/],
    ["with extensions that must be understood", { header: (each) => ({ ...each, crit: ["b64"], b64: false }) }, /crit/],
    ["that is three words", { idToken: "not.a.token" }, /token|JWT/i],
    ["that is no token", { idToken: "yes" }, /token|JWT/i],
  ])("%s is refused", async (_what, lie, why) => {
    provider.tell(lie);
    await isRefused(signInAnew, why);
  });

  // An honest token but for its times: what it names must be right for the time alone to be wrong.
  const honestTimes = () => ({
    iss: provider.issuer,
    sub: "alice",
    aud: "holdpoint",
    nonce: provider.authorizations.at(-1)?.get("nonce"),
    iat: now() - 2 * HOUR,
  });

  test.each(["none", "HS256"])("is not believed with %s when the provider announces that itself", async (name) => {
    provider.tell({
      metadata: (honest) => ({ ...honest, id_token_signing_alg_values_supported: [name, "ES256"] }),
      header: alg(name),
      signature: name === "none" ? "none" : "HS256 public key",
    });
    await isRefused(signInAnew, /alg|unsupported|signature/);
  });

  test("of an earlier sign-in proves nothing now", async () => {
    await openBrowser().open(`${house.url}/sign-in`);
    const idToken = provider.idTokens.at(-1) ?? "";
    provider.tell({ idToken });
    await isRefused(signInAnew, /nonce/);
  });

  test.each<[string, Lie]>([
    ["is missing", { body: ({ id_token: _gone, ...rest }) => rest }],
    ["is an error", { body: () => ({ error: "invalid_grant" }) }],
    ["is a list", { body: () => [] }],
    ["is for no bearer", { body: (honest) => ({ ...honest, token_type: "mac" }) }],
  ])("%s: nobody is signed in", async (_what, lie) => {
    provider.tell(lie);
    await isRefused(signInAnew, /does not prove who you are/);
  });
});

describe("the way back", () => {
  test.each<[string, (url: URL) => void, RegExp]>([
    ["another state", (url) => url.searchParams.set("state", "other"), /state/],
    ["no state", (url) => url.searchParams.delete("state"), /state/],
    ["an empty state", (url) => url.searchParams.set("state", ""), /state/],
    ["two states", (url) => url.searchParams.append("state", "other"), /state/],
    ["no code", (url) => url.searchParams.delete("code"), /code/],
    ["two codes", (url) => url.searchParams.append("code", "other"), /code/],
    ["a code that it never gave", (url) => url.searchParams.set("code", "other"), /does not prove/],
    ["the name of another issuer (mix-up)", (url) => url.searchParams.set("iss", "https://evil.example"), /iss/],
    ["no issuer, though it says that it names itself (mix-up)", (url) => url.searchParams.delete("iss"), /iss/],
    ["two issuers", (url) => url.searchParams.append("iss", "https://evil.example"), /iss/],
    ["an error and a code", (url) => url.searchParams.set("error", "access_denied"), /access_denied/],
    ["an ID token in the address", (url) => url.searchParams.set("id_token", "a.b.c"), /implicit/],
    ["a whole answer in the address", (url) => url.searchParams.set("response", "a.b.c"), /response/],
  ])("with %s is refused", async (_what, back, why) => {
    provider.tell({ back });
    await isRefused(signInAnew, why);
  });

  test("a provider that names itself though it does not announce that is held to the name", async () => {
    provider.tell({
      metadata: ({ authorization_response_iss_parameter_supported: _gone, ...rest }) => rest,
      back: (url) => url.searchParams.set("iss", "https://evil.example"),
    });
    await isRefused(signInAnew, /iss/);
  });

  test("the words of an error are not repeated to the person", async () => {
    provider.tell({ back: (url) => url.searchParams.set("error", "<b>call 555-0100</b>") });
    const page = await signInAnew();
    expect(page.status).toBe(401);
    expect(page.html).not.toContain("555");
  });
});

describe("PKCE", () => {
  test("every way there carries a challenge, and the code is redeemed with what it was made of", async () => {
    await openBrowser().open(`${house.url}/sign-in`);
    const there = provider.authorizations.at(-1);
    expect(there?.get("code_challenge_method")).toBe("S256");
    expect(there?.get("code_challenge")).toMatch(/^[\w-]{43}$/);
    expect(there?.get("nonce")).toMatch(/^[\w-]{43}$/);
    expect(there?.get("state")).toMatch(/^[\w-]{43}$/);
    expect(provider.tokenRequests.at(-1)?.get("code_verifier")).toMatch(/^[\w-]{43}$/);
    const challenges = provider.authorizations.map((each) => each.get("code_challenge"));
    expect(new Set(challenges).size).toBe(challenges.length);
  });

  /** The way back of somebody else's sign-in, as far as the door, with the cookie of whoever is to be fooled. */
  async function theirCode(): Promise<string> {
    let taken = "";
    provider.tell({
      back: (url) => {
        taken = url.searchParams.get("code") ?? "";
        url.searchParams.set("state", "stopped");
      },
    });
    await openBrowser().open(`${house.url}/sign-in`);
    return taken;
  }

  test("a code of another browser is refused by the provider: the verifier is not its own", async () => {
    const code = await theirCode();
    provider.tell({ back: (url) => url.searchParams.set("code", code) });
    await isRefused(signInAnew, /does not prove/);
    expect(provider.tokenRequests.at(-1)?.get("code")).toBe(code);
  });
  test("and where the provider does not look, the nonce refuses it", async () => {
    const code = await theirCode();
    provider.tell({ checksNothing: true, back: (url) => url.searchParams.set("code", code) });
    await isRefused(signInAnew, /nonce/);
  });
});

test("the same way back a second time makes no second session", async () => {
  let back = "";
  let cookie = "";
  const browser = openBrowser();
  provider.tell({
    back: (url) => {
      back = url.href;
      cookie = browser.cookies(house.url);
    },
  });
  await browser.open(`${house.url}/sign-in`);
  provider.tell({});
  expect(cookie).toContain("__Host-holdpoint-sign-in=");
  const again = async () => {
    const response = await fetch(back, { headers: { cookie }, redirect: "manual" });
    expect(response.headers.getSetCookie().join()).not.toMatch(/__Host-holdpoint=hps/);
    return { status: response.status, html: await response.text() };
  };
  await isRefused(again, /does not prove/);
});

describe("what the provider says of itself", () => {
  test.each<[string, (honest: Claims) => Claims]>([
    ["another issuer", (honest) => ({ ...honest, issuer: "https://evil.example" })],
    ["no place for tokens", ({ token_endpoint: _gone, ...rest }) => rest],
    ["tokens at an address inside this network", (honest) => ({ ...honest, token_endpoint: "https://10.0.0.1/token" })],
    ["keys at the cloud's own address", (honest) => ({ ...honest, jwks_uri: "http://169.254.169.254/latest/jwks" })],
  ])("%s: nobody is signed in", async (_what, metadata) => {
    provider.tell({ metadata });
    const before = await sessions();
    const page = await openBrowser().open(`${house.url}/sign-in`);
    expect([401, 503]).toContain(page.status);
    expect(await sessions()).toBe(before);
  });
  test("a token request that is sent elsewhere is not followed", async () => {
    provider.tell({ redirectsTo: `${provider.issuer}/token?again` });
    const before = provider.tokenRequests.length;
    await isRefused(signInAnew, /does not prove|provider/);
    expect(provider.tokenRequests.length).toBe(before + 1);
  });
});
