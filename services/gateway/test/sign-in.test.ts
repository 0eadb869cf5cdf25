// sign-in.test.ts — people sign in at a real OpenID provider: who is let in, what a session may do, and when it ends

import { type Browser, openBrowser } from "@holdpoint/testkit/browser.ts";
import { freePort, type OpenIdProvider, startOpenIdProvider } from "@holdpoint/testkit/openid.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Body, call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

/** What the pack asks for a migration. */
const HIGHEST = "repo-owner";
let house: House;
let provider: OpenIdProvider;
beforeAll(async () => {
  const port = await freePort();
  provider = await startOpenIdProvider(`http://127.0.0.1:${port}/sign-in/callback`);
  const { issuer, clientId, clientSecret } = provider;
  const publicUrl = `http://127.0.0.1:${port}`;
  house = await openHouse({
    onePerson: false,
    port,
    signIn: { publicUrl, issuer, clientId, clientSecret, tenant: "default" },
    signInRoles: [HIGHEST],
  });
  await know("alice", ["approver", "repo-owner"]);
  await know("idle", []);
});
afterAll(async () => {
  await house?.close();
  await provider?.close();
});

const identity = (name: string) => `${provider.issuer}|${name}`;
const know = (name: string, roles: string[], identities = [{ channel: "oidc", id: identity(name) }]) =>
  call(house, "POST", "/v1/people", { key: house.adminKey, body: { id: name, name, roles, identities } });

async function signIn(name: string, browser: Browser = openBrowser(), path = "/sign-in") {
  const page = await provider.passThrough(browser, await browser.open(house.url + path), name);
  return { browser, page };
}
const events = async (type: string): Promise<Body[]> => {
  await house.engine.store.events.sequence();
  return (await house.engine.store.events.after("default", 0, 1_000))
    .map(({ event }) => event)
    .filter((each) => each.type === type);
};
let calls = 0;
/** Another call each time: a denial is remembered. */
const held = async () => {
  calls += 1;
  const { body } = await call(house, "POST", "/v1/actions?wait=10000", {
    key: house.agentKey,
    body: proposal(`${MIGRATE} --schema s${calls}.prisma`),
  });
  return (await call(house, "GET", `/v1/approvals/${body.decision.approval.id}`, { key: house.approverKey })).body;
};
/** The way of `holdpoint login`. */
async function terminal(browser: Browser): Promise<string> {
  const { body: ask } = await call(house, "POST", "/sign-in/terminal/asks", { body: {} });
  expect((await call(house, "POST", "/sign-in/terminal/session", { body: { secret: ask.secret } })).status).toBe(202);
  const done = await browser.submit(await browser.open(ask.url));
  expect(done.html).toContain("The terminal is let in");
  const session = await call(house, "POST", "/sign-in/terminal/session", { body: { secret: ask.secret } });
  expect(session.status).toBe(200);
  expect((await call(house, "POST", "/sign-in/terminal/session", { body: { secret: ask.secret } })).status).toBe(410);
  return session.body.token;
}

test("a known person signs in, with a session that no script and no other site can use", async () => {
  const { page, browser } = await signIn("alice");
  expect(page).toMatchObject({
    status: 200,
    url: `${house.url}/sign-in`,
    html: expect.stringContaining("You are alice."),
  });
  const session = browser.setCookies.find((line) => line.startsWith("__Host-holdpoint="));
  expect(session).toMatch(/; Max-Age=3600; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
  await expect
    .poll(() => events("sign_in"))
    .toContainEqual(
      expect.objectContaining({
        actor: { person: "alice", channel: "oidc" },
        detail: expect.objectContaining({ identity: identity("alice") }),
      }),
    );
});

test("the store keeps no token, only its hash", async () => {
  const { browser } = await signIn("alice");
  const token = /__Host-holdpoint=(\S+)/.exec(browser.cookies(house.url))?.[1] ?? "";
  expect(token).toMatch(/^hps_[0-9a-f]{32}_[A-Za-z0-9_-]{43}$/);
  expect(await house.engine.store.signIns.authenticate(token)).toMatchObject({ person: "alice", role: "approver" });
  const other = token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
  expect(await house.engine.store.signIns.authenticate(other)).toBeUndefined();
});

test.each([
  ["mallory", "unknown_person", "nobody here is linked"],
  ["idle", "no_roles", "hold no role"],
])("%s is told why there is no session, and that is evidence", async (name, code, why) => {
  const { page, browser } = await signIn(name);
  expect(page.status).toBe(403);
  expect(page.html).toContain(why);
  expect(page.html).toContain(identity(name));
  expect(browser.cookies(house.url)).toBe("");
  const last = async () => (await events("sign_in.refused")).at(-1)?.detail;
  await expect.poll(last).toMatchObject({ code, identity: identity(name) });
});

test("a provider that changes its key from one moment to the next is believed under the new one", async () => {
  await signIn("alice");
  provider.rotate();
  expect((await signIn("alice")).page.html).toContain("You are alice.");
});

describe("a callback that proves nothing makes no session", () => {
  const atCallback = async (browser: Browser, change: (url: URL) => void) => {
    const there = await browser.open(`${house.url}/sign-in`);
    const signed = await browser.submit(there, { login: "alice", password: "x" });
    // The last form's answer leads back to us: taken by hand, so that it can be bent.
    const form = /<form[^>]*\saction="([^"]*)"/.exec(signed.html)?.[1] ?? "";
    let url = new URL(form, signed.url).href;
    let init: RequestInit = {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "prompt=consent",
    };
    while (!url.startsWith(house.url)) {
      const headers = { ...(init.headers as Record<string, string>), cookie: browser.cookies(url) };
      const response = await fetch(url, { ...init, headers, redirect: "manual" });
      url = new URL(response.headers.get("location") ?? "", url).href;
      init = {};
    }
    const bent = new URL(url);
    change(bent);
    return browser.open(bent.href);
  };
  test.each<[string, (url: URL) => void]>([
    ["another state", (url) => url.searchParams.set("state", "other")],
    ["no state", (url) => url.searchParams.delete("state")],
    ["another code", (url) => url.searchParams.set("code", "other")],
    ["another issuer", (url) => url.searchParams.set("iss", "https://evil.example")],
    ["an error", (url) => url.searchParams.set("error", "access_denied")],
  ])("%s", async (_what, change) => {
    const browser = openBrowser();
    const page = await atCallback(browser, change);
    expect(page).toMatchObject({ status: 401, html: expect.stringContaining("Not signed in") });
    expect(browser.cookies(house.url)).toBe("");
  });
  test("in a browser that did not start it", async () => {
    const page = await openBrowser().open(`${house.url}/sign-in/callback?code=x&state=y`);
    expect(page).toMatchObject({ status: 401, html: expect.stringContaining("did not start") });
  });
});

test.each([
  ["https://evil.example/x", "/sign-in"],
  ["//evil.example", "/sign-in"],
  ["/\\evil.example", "/sign-in"],
  ["javascript:alert(1)", "/sign-in"],
  ["/healthz", "/healthz"],
])("sign-in with `back` %s ends at %s of this house", async (back, path) => {
  const { page } = await signIn("alice", openBrowser(), `/sign-in?back=${encodeURIComponent(back)}`);
  expect(page.url).toBe(house.url + path);
});

test("signing out ends the session; a form of another site does not", async () => {
  const { browser, page } = await signIn("alice");
  const token = /__Host-holdpoint=(\S+)/.exec(browser.cookies(house.url))?.[1] ?? "";
  const foreign = await call(house, "POST", "/sign-out", {
    headers: { cookie: browser.cookies(house.url), origin: "https://evil.example" },
  });
  expect(foreign.status).toBe(403);
  expect(await house.engine.store.signIns.authenticate(token)).toBeDefined();
  expect((await browser.submit(page)).html).toContain("Your session here is over");
  expect(await house.engine.store.signIns.authenticate(token)).toBeUndefined();
  expect(browser.cookies(house.url)).toBe("");
});

describe("a terminal", () => {
  test("is let in by a code, votes in its person's name, and is out again by sign-out", async () => {
    const { browser } = await signIn("alice");
    const token = await terminal(browser);
    const approval = await held();
    const vote = { vote: "approve", cardSha256: approval.card.sha256 };
    const { status, body } = await call(house, "POST", `/v1/approvals/${approval.id}/votes`, {
      key: token,
      body: vote,
    });
    expect([status, body.approval?.state, body.approval?.votes[0]?.voter]).toEqual([200, "approved", "alice"]);
    expect((await call(house, "POST", "/sign-out", { key: token })).status).toBe(204);
    expect((await call(house, "GET", "/v1/approvals", { key: token })).status).toBe(401);
  });
  test("gets nothing for a code that nobody said yes to, or that stands nowhere", async () => {
    const { browser } = await signIn("alice");
    const page = await browser.submit(await browser.open(`${house.url}/sign-in/terminal`), { code: "BCDF-GHJK" });
    expect(page).toMatchObject({ status: 404 });
    const secret = "A".repeat(43);
    expect((await call(house, "POST", "/sign-in/terminal/session", { body: { secret } })).status).toBe(410);
  });
  test("is not let in by a form of another site", async () => {
    const { browser } = await signIn("alice");
    const { body: ask } = await call(house, "POST", "/sign-in/terminal/asks", { body: {} });
    const headers = {
      cookie: browser.cookies(house.url),
      origin: "https://evil.example",
      "content-type": "application/x-www-form-urlencoded",
    };
    expect((await call(house, "POST", "/sign-in/terminal", { headers, body: `code=${ask.userCode}` })).status).toBe(
      403,
    );
    expect((await call(house, "POST", "/sign-in/terminal/session", { body: { secret: ask.secret } })).status).toBe(202);
  });
  test("may not do what is an admin's or an agent's", async () => {
    const token = await terminal((await signIn("alice")).browser);
    for (const [method, path] of [
      ["GET", "/v1/keys"],
      ["GET", "/v1/people"],
      ["POST", "/v1/actions"],
    ] as const)
      expect(
        (await call(house, method, path, { key: token, ...(method === "POST" && { body: proposal("ls") }) })).status,
      ).toBe(403);
  });
});

describe("a session ends at once", () => {
  test("when its person is removed", async () => {
    await know("carol", ["approver"]);
    const token = await terminal((await signIn("carol")).browser);
    await call(house, "DELETE", "/v1/people/carol", { key: house.adminKey });
    expect(await house.engine.store.signIns.authenticate(token)).toBeUndefined();
  });
  test("when the identity is taken from its person", async () => {
    await know("dora", ["approver"]);
    const token = await terminal((await signIn("dora")).browser);
    await know("dora", ["approver"], []);
    expect(await house.engine.store.signIns.authenticate(token)).toBeUndefined();
  });
});

test("an identity that is newer than the action does not answer it, however old the person's roles are", async () => {
  await know("erin", ["approver", "repo-owner"], []);
  const approval = await held();
  await know("erin", ["approver", "repo-owner"]);
  const token = await terminal((await signIn("erin")).browser);
  const vote = { vote: "deny", reason: "no" };
  const answer = await call(house, "POST", `/v1/approvals/${approval.id}/votes`, { key: token, body: vote });
  expect([answer.status, answer.body.code, answer.body.detail]).toEqual([
    403,
    "not_an_approver",
    expect.stringContaining("newer"),
  ]);
});

test("where people can sign in, a key does not answer for the highest tier", async () => {
  const approval = await held();
  const role = approval.requirements[0].role;
  expect(role).toBe(HIGHEST);
  const key = await house.key({ role: "approver", person: "alice" });
  const vote = { vote: "deny", reason: "no" };
  const path = `/v1/approvals/${approval.id}/votes`;
  expect((await call(house, "POST", path, { key, body: vote })).body).toMatchObject({
    code: "not_an_approver",
    detail: expect.stringContaining("signing in"),
  });
  const token = await terminal((await signIn("alice")).browser);
  expect((await call(house, "POST", path, { key: token, body: vote })).status).toBe(200);
});

describe("the full view that every channel links to", () => {
  test("leads to sign-in, shows the whole card, and its POST is the person's vote", async () => {
    const approval = await held();
    const browser = openBrowser();
    const link = `${house.url}/approvals/${approval.id}`;
    const page = await provider.passThrough(browser, await browser.open(link), "alice");
    expect(page.url).toBe(link);
    expect(page.html).toContain("prisma migrate deploy");
    expect(page.html).toContain("NOT PINNED");
    const bare = await browser.submit(page, { decide: "deny" });
    expect(bare).toMatchObject({ status: 422, html: expect.stringContaining("a denial says why") });
    const done = await browser.submit(page, { decide: "approve" });
    expect(done).toMatchObject({ status: 200, html: expect.stringContaining("the request is approved") });
    expect((await browser.submit(page, { decide: "deny", reason: "too late" })).html).toContain("Nothing was counted");
  });
  test("takes no form of another site, and none that names another card", async () => {
    const approval = await held();
    const { browser } = await signIn("alice");
    const post = (body: string, origin: string) =>
      call(house, "POST", `/approvals/${approval.id}`, {
        headers: { cookie: browser.cookies(house.url), origin, "content-type": "application/x-www-form-urlencoded" },
        body,
      });
    const right = `decide=approve&card=${encodeURIComponent(approval.card.sha256)}`;
    expect((await post(right, "https://evil.example")).status).toBe(403);
    expect((await post("decide=approve&card=sha256%3A0", house.url)).body).toContain("Nothing was counted");
    for (const body of [`${right}&decide=approve`, `${right}&editedArgs=x`, "decide=yes&card=x", right.slice(15)])
      expect((await post(body, house.url)).status).toBe(422);
    const now = await call(house, "GET", `/v1/approvals/${approval.id}`, { key: house.approverKey });
    expect(now.body).toMatchObject({ state: "pending", votes: [] });
    const codes = async () => (await events("vote.refused")).map(({ detail }) => detail?.["code"]);
    await expect.poll(codes).toEqual(expect.arrayContaining(["forbidden", "card_changed", "invalid"]));
  });
  test("says the same of what is not there and of what is no id", async () => {
    const { browser } = await signIn("alice");
    const nowhere = await browser.open(`${house.url}/approvals/apr_00000000-0000-7000-8000-000000000000`);
    const noId = await browser.open(`${house.url}/approvals/x`);
    expect([nowhere.status, nowhere.html]).toEqual([404, noId.html]);
  });
});
