// mail.test.ts — an answer by e-mail, every part real: the mail, its link, sign-in at an OpenID provider, the page, the vote

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { runCli } from "@holdpoint/cli/run-cli.ts";
import { openBrowser, type Page } from "@holdpoint/testkit/browser.ts";
import { freePort, type OpenIdProvider, startOpenIdProvider } from "@holdpoint/testkit/openid.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CourierConfig } from "../../services/courier/src/config.ts";
import { type RunningCourier, startCourier } from "../../services/courier/src/start.ts";
import { type Mailbox, mailbox } from "../../services/courier/test/mailbox.ts";
import { call, type House, MIGRATE, openHouse, proposal } from "../../services/gateway/test/house.ts";

let house: House;
let courier: RunningCourier;
let provider: OpenIdProvider;
let mails: Mailbox;

beforeAll(async () => {
  const [port, courierPort] = [await freePort(), await freePort()];
  const publicUrl = `http://127.0.0.1:${port}`;
  provider = await startOpenIdProvider(`${publicUrl}/sign-in/callback`);
  const { issuer, clientId, clientSecret } = provider;
  house = await openHouse({
    onePerson: false,
    port,
    signIn: { publicUrl, issuer, clientId, clientSecret, tenant: "default" },
    signInRoles: ["repo-owner"],
    courierUrl: `http://127.0.0.1:${courierPort}`,
  });
  mails = await mailbox();
  courier = await startCourier({
    store: house.engine.store,
    queue: house.engine.queue,
    masterKey: house.masterKey,
    config: CourierConfig.parse({
      publicUrl,
      signIn: true,
      signInRoles: ["repo-owner"],
      outbound: { allow: [`127.0.0.1:${mails.port}`] },
      channels: [
        {
          id: "mail",
          type: "email",
          smtp: { host: "127.0.0.1", port: mails.port, tls: "none" },
          from: "holdpoint@example.com",
          to: ["alice@example.com"],
        },
      ],
    }),
    env: {},
    onePerson: false,
    port: courierPort,
    host: "127.0.0.1",
    log: house.engine.log,
  });
  const body = {
    id: "alice",
    name: "Alice",
    roles: ["repo-owner"],
    identities: [{ channel: "oidc", id: `${issuer}|alice` }],
  };
  expect((await call(house, "POST", "/v1/people", { key: house.adminKey, body })).status).toBe(201);
});
afterAll(async () => {
  await courier?.close();
  await house?.close();
  await provider?.close();
  await mails?.close();
});

let calls = 0;
/** Another call each time: a denial is remembered. */
async function mailed(): Promise<{ id: string; link: string }> {
  calls += 1;
  const { body } = await call(house, "POST", "/v1/actions?wait=10000", {
    key: house.agentKey,
    body: proposal(`${MIGRATE} --schema m${calls}.prisma`),
  });
  const { id } = body.decision.approval;
  const find = () => mails.texts().find((text) => text.includes(`approval=${id}`));
  await expect.poll(find, { timeout: 10_000 }).toBeDefined();
  return { id, link: /http:\S+approval=\S+/.exec(find() ?? "")?.[0] ?? "" };
}
const approval = async (id: string) =>
  (await call(house, "GET", `/v1/approvals/${id}`, { key: house.approverKey })).body;
const buttonOf = (page: Page, label: string): string =>
  new RegExp(`value="([^"]+)">${label}<`).exec(page.html)?.[1] ?? "";

describe("the link of a mail", () => {
  test("leads to sign-in, then to the card, and the form's POST decides", async () => {
    const { id, link } = await mailed();
    expect(link).toContain(`${house.url}/inbound/mail?approval=${id}`);
    const browser = openBrowser();
    const page = await provider.passThrough(browser, await browser.open(link), "alice");
    expect(page.url).toBe(link);
    expect(page.html).toContain("prisma migrate deploy");
    expect(await approval(id)).toMatchObject({ state: "pending", votes: [] });
    const done = await browser.submit(page, { button: buttonOf(page, "Approve"), reason: "" });
    expect(done.html).toContain("Your approval is counted");
    await expect.poll(async () => (await approval(id)).state, { timeout: 10_000 }).toBe("approved");
    expect((await approval(id)).votes).toMatchObject([{ voter: "alice", channel: "mail" }]);
    const again = await browser.submit(page, { button: buttonOf(page, "Approve") });
    expect(again.html).toContain("Not counted");
  });

  test("denies with a reason, and not without one", async () => {
    const { id, link } = await mailed();
    const browser = openBrowser();
    const page = await provider.passThrough(browser, await browser.open(link), "alice");
    const deny = buttonOf(page, "Deny");
    expect((await browser.submit(page, { button: deny, reason: " " })).html).toContain("a denial needs a reason");
    expect((await approval(id)).state).toBe("pending");
    expect((await browser.submit(page, { button: deny, reason: "not today" })).html).toContain(
      "Your denial is counted",
    );
    await expect.poll(async () => (await approval(id)).state, { timeout: 10_000 }).toBe("rejected");
  });

  test("shows nothing to somebody whom nobody here knows", async () => {
    const { id, link } = await mailed();
    const browser = openBrowser();
    const page = await provider.passThrough(browser, await browser.open(link), "mallory");
    expect(page.status).toBe(403);
    expect(page.html).not.toContain("prisma");
    expect((await approval(id)).state).toBe("pending");
  });
});

test("`holdpoint login` is let in by a browser, answers in its person's name, and is out again", async () => {
  const env = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", HOLDPOINT_URL: house.url };
  const main = fileURLToPath(new URL("../../services/cli/src/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "login"], { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, "close");
  await expect.poll(() => stderr, { timeout: 15_000 }).toMatch(/compare the code: {3}[A-Z]{4}-[A-Z]{4}/);
  const url = /Open {3}(\S+)/.exec(stderr)?.[1] ?? "";
  const browser = openBrowser();
  const form = await provider.passThrough(browser, await browser.open(url), "alice");
  expect((await browser.submit(form)).html).toContain("The terminal is let in");
  expect((await ended)[0]).toBe(0);
  const key = /^export HOLDPOINT_KEY=(hps_\S+)\n$/.exec(stdout)?.[1] ?? "";
  const { id } = await mailed();
  const denied = await runCli(["deny", id, "--reason", "by hand"], { env: { ...env, HOLDPOINT_KEY: key } });
  expect([denied.code, denied.stdout]).toEqual([0, `${id} rejected\n`]);
  expect((await approval(id)).votes).toMatchObject([{ voter: "alice", vote: "deny" }]);
  const out = await runCli(["logout"], { env: { ...env, HOLDPOINT_KEY: key } });
  expect([out.code, out.stdout]).toEqual([0, "unset HOLDPOINT_KEY\n"]);
  expect((await runCli(["inbox"], { env: { ...env, HOLDPOINT_KEY: key } })).stderr).toContain("unauthenticated");
});

test("while the courier is away, the gateway says that nothing was counted", async () => {
  const { link } = await mailed();
  await courier.close();
  const answer = await call(house, "GET", link.slice(house.url.length));
  expect([answer.status, answer.body.code]).toEqual([503, "not_ready"]);
});
