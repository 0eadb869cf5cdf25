// email.test.ts — mail through a real SMTP server, the page behind its link, and the rules that keep looking from deciding

import { createOutbound } from "@holdpoint/runtime/outbound.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Mailbox, mailbox } from "../../test/mailbox.ts";
import type { Platform } from "../../test/platform.ts";
import { emailPlatform } from "../../test/platform-email.ts";
import { card, type World, world } from "../../test/world.ts";
import type { Answers } from "../answers.ts";
import type { AlertDelivery } from "../channel.ts";
import type { Deliverer } from "../deliver.ts";
import { email } from "./email.ts";

let it: World;
let mail: Platform;
let answers: Answers;
let deliverer: Deliverer;
beforeEach(async () => {
  it = world();
  mail = await emailPlatform(it);
  ({ answers, deliverer } = it.courier([mail.channel]));
  it.know(mail.identity());
});
afterEach(() => mail.close());

const opened = async (text = "HOLDPOINT ASKS: MAY THIS RUN?\n  command: echo </pre><script>alert(1)</script>\n") => {
  const approval = it.open({ card: card(text) });
  await it.deliver(deliverer);
  return approval;
};
const get = (query: string, headers: Record<string, string> = {}) =>
  answers("mail", { method: "GET", query, headers, body: "" });

test("the mail is plain text with the card, and a link without any secret", async () => {
  const approval = await opened();
  const text = mail.messages()[0] ?? "";
  expect(text).toContain(approval.card.text.trimEnd());
  expect(text).toContain(`https://courier.example/inbound/mail?approval=${approval.id}\n`);
  expect(text).toMatch(/^Subject: \[Holdpoint\] Approval needed apr_/m);
  expect(text).toMatch(/^To: alice@example\.com, bob@example\.com/m);
});

test("what follows is in the same thread", async () => {
  const approval = await opened();
  await it.vote(approval, "approve");
  await it.deliver(deliverer);
  const threads = mail.messages().map((text) => /^In-Reply-To: (\S+)/m.exec(text)?.[1]);
  expect(threads).toEqual([expect.stringContaining(approval.id), threads[0]]);
});

test("without a session the link leads to sign-in and shows nothing", async () => {
  const { id } = await opened();
  const reply = await get(`?approval=${id}`);
  expect(reply).toMatchObject({ status: 303, headers: { location: expect.stringContaining("/sign-in?back=") } });
  expect(reply.body ?? "").toBe("");
});

test("the page shows the card to its reader, escaped, and nothing may run, frame or load there", async () => {
  const { id } = await opened();
  const reply = await get(`?approval=${id}`, { cookie: "session=alice" });
  expect(reply.body).toContain("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(reply.body).not.toContain("<script");
  expect(reply.headers).toMatchObject({
    "x-frame-options": "DENY",
    "cache-control": "no-store",
    "content-security-policy": expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
  });
});

test("a stranger who signed in learns not even that a request exists", async () => {
  const { id } = await opened();
  const there = await get(`?approval=${id}`, { cookie: "session=mallory" });
  const nowhere = await get("?approval=apr_00000000-0000-7000-8000-000000000000", { cookie: "session=mallory" });
  expect(there).toEqual(nowhere);
  expect(there.status).toBe(404);
});

test("link prefetch: opening every link of the mail, often, changes nothing", async () => {
  const { id } = await opened();
  for (let n = 0; n < 5; n += 1) await get(`?approval=${id}`, { cookie: "session=alice" });
  expect(it.approvals.now(id)).toMatchObject({ state: "pending", votes: [] });
  expect(it.spent.size()).toBe(0);
});

describe("a POST is refused", () => {
  test.each<[string, (headers: Record<string, string>, body: string) => [Record<string, string>, string]]>([
    ["from another site", (headers, body) => [{ ...headers, origin: "https://evil.example" }, body]],
    ["from an opaque origin", (headers, body) => [{ ...headers, origin: "null" }, body]],
    ["without an origin", ({ origin: _, ...headers }, body) => [headers, body]],
    ["as JSON", (headers, body) => [{ ...headers, "content-type": "application/json" }, body]],
    ["with an unknown field", (headers, body) => [headers, `${body}&editedArgs=1`]],
    ["with two buttons", (headers, body) => [headers, `${body}&${body}`]],
    ["without a button", (headers) => [headers, "reason=x"]],
    ["with free text for a button", (headers) => [headers, "button=yes"]],
  ])("%s", async (_what, change) => {
    const { id } = await opened();
    const right = await mail.press({ vote: "approve" });
    const [headers, body] = change({ ...right.headers }, right.body);
    const reply = await answers("mail", { ...right, headers, body });
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(it.approvals.now(id)).toMatchObject({ state: "pending", votes: [] });
    expect(it.evidence.notes).toHaveLength(1);
  });

  test("for another request than the page's", async () => {
    const first = await opened();
    const right = await mail.press({ vote: "approve" });
    const second = await opened("another\n");
    await answers("mail", { ...right, query: `?approval=${second.id}` });
    expect([first, second].map(({ id }) => it.approvals.now(id).state)).toEqual(["pending", "pending"]);
  });
});

describe("sending", () => {
  let box: Mailbox;
  beforeEach(async () => {
    box = await mailbox();
  });
  afterEach(() => box.close());
  const channel = (to: string[], allow: string[], tls: "none" | "starttls" = "none") =>
    email(
      {
        id: "m",
        tenant: "default",
        smtp: { host: "127.0.0.1", port: box.port, tls },
        from: "holdpoint@example.com",
        to,
        pageUrl: "https://courier.example/inbound/m",
      },
      { outbound: createOutbound({ allow }), timeoutMs: 30_000, page: async () => undefined },
    );
  const at = new Date().toISOString();
  const alert: AlertDelivery = {
    kind: "alert",
    id: "d.1",
    tenant: "default",
    topic: "alert",
    at,
    link: "https://x.example",
    actionId: "act_1",
    alerts: [],
  };
  const send = (to: string[], allow = [`127.0.0.1:${box.port}`], tls: "none" | "starttls" = "none") =>
    channel(to, allow, tls).send(alert, AbortSignal.timeout(5_000));

  test("a mailbox that does not exist is a refusal for good", async () => {
    expect(await send(["nobody@example.com"])).toMatchObject({
      status: "refused",
      error: expect.stringContaining("mail"),
    });
  });
  test("a server without TLS is not used where TLS is asked for", async () => {
    expect(await send(["alice@example.com"], undefined, "starttls")).toMatchObject({ status: "retry" });
    expect(box.mails).toEqual([]);
  });
  test("a mail server inside the network is refused unless it is listed", async () => {
    await expect(send(["alice@example.com"], [])).rejects.toMatchObject({ code: "outbound_refused" });
    expect(box.mails).toEqual([]);
  });
  test("without a place to sign in, a mail leads to the full view and nothing is answered here", () => {
    expect(channel(["alice@example.com"], [])).toMatchObject({ kind: "notify-only", signedIn: false });
    expect(channel(["alice@example.com"], []).receive).toBeUndefined();
  });
});
