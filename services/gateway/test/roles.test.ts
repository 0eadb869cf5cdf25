// roles.test.ts — who may do what: every role of keys and of people who signed in, against every route there is

import { openBrowser } from "@holdpoint/testkit/browser.ts";
import { freePort, type OpenIdProvider, startOpenIdProvider } from "@holdpoint/testkit/openid.ts";
import { PEOPLE_ROLES, ROLES, type Role } from "@holdpoint/wire/access.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routes } from "../src/app.ts";
import { type Body, call, type House, MIGRATE, openHouse, proposal } from "./house.ts";

let house: House;
let provider: OpenIdProvider;
beforeAll(async () => {
  const port = await freePort();
  provider = await startOpenIdProvider(`http://127.0.0.1:${port}/sign-in/callback`);
  const { issuer, clientId, clientSecret } = provider;
  const publicUrl = `http://127.0.0.1:${port}`;
  const signIn = { publicUrl, issuer, clientId, clientSecret, tenant: "default" };
  house = await openHouse({ onePerson: false, port, signIn });
});
afterAll(async () => {
  await house?.close();
  await provider?.close();
});

const identities = (name: string) => [{ channel: "oidc", id: `${provider.issuer}|${name}` }];
/** As it stands in the store, without the two admins that the API asks for. */
const know = (name: string, roles: string[]) =>
  house.engine.store.people.put("default", { id: name, name, roles, identities: identities(name) }, { system: "test" });
/** By the API: one admin proposes, another confirms. */
async function put(name: string, roles: string[]): Promise<void> {
  const body = { id: name, name, roles, identities: identities(name) };
  const { body: proposed } = await call(house, "POST", "/v1/people", { key: house.adminKey, body });
  const key = await house.key({ role: "admin", person: "jo" });
  await call(house, "POST", `/v1/changes/${proposed.id}/confirm`, { key, body: {} });
}
const signIn = async (name: string) => {
  const browser = openBrowser();
  const page = await provider.passThrough(browser, await browser.open(`${house.url}/sign-in`), name);
  return { browser, page };
};
/** The way of `holdpoint login`. */
async function session(name: string): Promise<string> {
  const { browser } = await signIn(name);
  const { body: ask } = await call(house, "POST", "/sign-in/terminal/asks", { body: {} });
  await browser.submit(await browser.open(ask.url));
  return (await call(house, "POST", "/sign-in/terminal/session", { body: { secret: ask.secret } })).body.token;
}

const ID = "00000000-0000-7000-8000-000000000000";
const GUARDED = routes.filter(({ who }) => who !== "anyone");
/** Whether the route's own list of roles turned it away; an empty body and an id of nothing get no further than that. */
async function turnedAway(key: string, method: string, path: string): Promise<boolean> {
  const over = new AbortController();
  const prefix = path.split("/")[2]?.replace("actions", "act").replace("approvals", "apr").replace("keys", "key");
  const response = await fetch(house.url + path.replaceAll(/:\w+/g, `${prefix}_${ID}`), {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    signal: over.signal,
    ...(method !== "GET" && { body: "{}" }),
  });
  const stream = response.headers.get("content-type")?.startsWith("text/event-stream");
  const body: Body = stream ? {} : await response.json().catch(() => ({}));
  over.abort();
  expect(response.status).not.toBe(401);
  return response.status === 403 && /may not do this: it is for /.test(body.detail);
}
const opened = async (key: string): Promise<string[]> => {
  const found: string[] = [];
  for (const { method, path } of GUARDED) if (!(await turnedAway(key, method, path))) found.push(`${method} ${path}`);
  return found;
};
const meantFor = (roles: readonly Role[]): string[] =>
  GUARDED.filter(({ who }) => who !== "anyone" && who.some((role) => roles.includes(role))).map(
    ({ method, path }) => `${method} ${path}`,
  );

describe("a key opens the routes of its role, and no other", () => {
  test.each(ROLES)("%s", async (role) => {
    expect(await opened(await house.key({ role }))).toEqual(meantFor([role]));
  });
});

describe("who signed in opens the routes of all roles of theirs, and no other", () => {
  test.each<{ held: string[]; acts: Role[] }>([
    { held: ["approver"], acts: ["approver"] },
    { held: ["dba"], acts: ["approver"] },
    { held: ["operator"], acts: ["operator"] },
    { held: ["auditor"], acts: ["auditor"] },
    { held: ["policy-author", "policy-publisher"], acts: ["policy-author", "policy-publisher"] },
    { held: ["admin"], acts: ["admin"] },
    { held: ["admin", "approver", "dba"], acts: ["admin", "approver"] },
    { held: ["agent", "executor", "authzen", "auditor"], acts: ["auditor"] },
    { held: [...ROLES], acts: [...PEOPLE_ROLES] },
  ])("$held", async ({ held, acts }) => {
    await know("sam", held);
    expect(await opened(await session("sam"))).toEqual(meantFor(acts));
    await know("sam", []);
  });
});

describe("nobody of the agent's side answers a request of people", () => {
  const held = async (command: string) => {
    const { body } = await call(house, "POST", "/v1/actions?wait=10000", {
      key: house.agentKey,
      body: proposal(command),
    });
    return (await call(house, "GET", `/v1/approvals/${body.decision.approval.id}`, { key: house.approverKey })).body;
  };
  const WAYS = GUARDED.filter(({ method, path }) => method !== "GET" && /approvals|delegations|grants/.test(path));
  test("there is a way to vote, and these are all", () => {
    expect(WAYS.map(({ operationId }) => operationId).sort()).toEqual([
      "askQuestion",
      "delegate",
      "endDelegation",
      "revokeGrant",
      "vote",
      "withdrawVote",
    ]);
  });
  test.each(["agent", "executor", "authzen"] as const)("%s: by no way, and nothing changes", async (role) => {
    const approval = await held(`${MIGRATE} --schema ${role}.prisma`);
    // Also with the name of a person who could: an agent's key stays an agent's.
    await know("dana", ["approver", "repo-owner"]);
    for (const key of [await house.key({ role }), await house.key({ role, person: "dana" })])
      for (const { method, path } of WAYS) {
        const at = path.replace(":id", path.includes("approvals") ? approval.id : `dlg_${ID}`);
        const body = { vote: "approve", cardSha256: approval.card.sha256 };
        expect((await call(house, method, at, { key, body })).status).toBe(403);
      }
    const now = await call(house, "GET", `/v1/approvals/${approval.id}`, { key: house.approverKey });
    expect(now.body).toEqual(approval);
  });
});

test.each(["agent", "executor", "authzen"])("a person with the role %s alone is let in nowhere", async (role) => {
  await know("solo", [role]);
  const { page, browser } = await signIn("solo");
  expect([page.status, browser.cookies(house.url)]).toEqual([403, ""]);
});

test("a person who writes policy and publishes it does not publish their own", async () => {
  await know("gus", ["policy-author", "policy-publisher"]);
  const key = await session("gus");
  const document = { rules: [{ id: "r", effect: "deny", when: { commands: ["halt"] }, reason: "w" }] };
  const write = { name: "p", document };
  const { body: made, status } = await call(house, "POST", "/v1/policies", { key, body: write });
  expect([status, made]).toMatchObject([201, { author: "gus" }]);
  const published = await call(house, "POST", `/v1/policies/${made.id}/publish`, { key, body: {} });
  expect(published.body).toMatchObject({ code: "two_person_required" });
});

test("a role that is taken away is gone from the session at once, and with the last one the session", async () => {
  await put("fay", ["auditor", "operator"]);
  const key = await session("fay");
  const status = async (method: string, path: string) =>
    (await call(house, method, path, { key, ...(method === "PUT" && { body: {} }) })).status;
  expect(await status("PUT", "/v1/kill-switch")).toBe(422);
  await put("fay", ["auditor"]);
  expect([await status("PUT", "/v1/kill-switch"), await status("GET", "/v1/changes")]).toEqual([403, 200]);
  await put("fay", []);
  expect(await status("GET", "/v1/changes")).toBe(401);
});

test("changes of people by an admin who signed in take another admin, by person and not by key or session", async () => {
  await know("hal", ["admin"]);
  const jan = await house.key({ role: "admin", person: "jan" });
  const hal = await session("hal");
  const ivy = { id: "ivy", name: "ivy", roles: ["approver"] };
  const proposed = await call(house, "POST", "/v1/people", { key: hal, body: ivy });
  expect([proposed.status, proposed.body.proposedBy]).toEqual([202, "hal"]);
  const confirm = (key: string) => call(house, "POST", `/v1/changes/${proposed.body.id}/confirm`, { key, body: {} });
  for (const key of [hal, await session("hal"), await house.key({ role: "admin", person: "hal" })])
    expect((await confirm(key)).body).toMatchObject({ code: "two_person_required" });
  const ofApprover = await call(house, "POST", "/v1/keys", { key: hal, body: { role: "approver", person: "hal" } });
  expect([ofApprover.status, JSON.stringify(ofApprover.body).includes("hp_")]).toEqual([202, false]);
  expect((await confirm(jan)).status).toBe(201);
});
