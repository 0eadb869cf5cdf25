// platforms.ts — the other side of each channel on loopback: takes what we send, and signs what its people press

import { createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { createOutbound } from "@holdpoint/runtime/outbound.ts";
import { Webhook } from "standardwebhooks";
import { readButton } from "../src/button.ts";
import type { Channel, ChannelIdentity, InboundRequest } from "../src/channel.ts";
import { discord } from "../src/channels/discord.ts";
import { email } from "../src/channels/email.ts";
import { ntfy } from "../src/channels/ntfy.ts";
import { pagerDuty } from "../src/channels/pagerduty.ts";
import { slack } from "../src/channels/slack.ts";
import { telegram } from "../src/channels/telegram.ts";
import { webhook } from "../src/channels/webhook.ts";
import { type Heard, type Loopback, loopback } from "./loopback.ts";
import { mailbox } from "./mailbox.ts";
import { log, type World } from "./world.ts";

export interface Pressed {
  vote: "approve" | "deny";
  /** which account; `alice` is the one that a test makes known */
  user?: string;
  reason?: string;
  /** ms the platform's own clock is off by */
  skewMs?: number;
  /** the place it is pressed in: another team, server or chat than the configured one */
  elsewhere?: boolean;
  /** the approval it is about; the newest message otherwise */
  code?: string;
}

export interface Platform {
  channel: Channel;
  /** the message that the platform holds now, per message, newest last: edits replace */
  messages(): string[];
  /** what the person who pressed was told, from a reply or a call */
  told(reply: { status: number; body?: string }): string;
  identity(user?: string): ChannelIdentity;
  /** the request that the platform sends when somebody presses a button of the newest message */
  press(how: Pressed): Promise<InboundRequest>;
  /** a request of this platform, rightly signed, with any body */
  signed?(body: string, skewMs?: number): InboundRequest;
  loop?: Loopback;
  /** black hole, server error, back again */
  trouble(kind: "nothing" | "error" | "busy" | "none"): void;
  close(): Promise<void>;
}

const CODE = /[ad]\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{22}/g;
export const codesIn = (text: string): string[] => text.match(CODE) ?? [];
const codeFor = (text: string, vote: "approve" | "deny"): string =>
  codesIn(text).find((code) => code.startsWith(vote === "approve" ? "a" : "d")) ?? "";

const seconds = (world: World, skewMs = 0): string => String(Math.floor((world.clock.now() + skewMs) / 1_000));
const post = (body: string, headers: Record<string, string>): InboundRequest => ({
  method: "POST",
  query: "",
  headers,
  body,
});
const outboundTo = (...hosts: string[]) => createOutbound({ allow: hosts, timeoutMs: 300 });

const troubles =
  (loop: Loopback, well: (heard: Heard) => { status?: number; body?: string }): Platform["trouble"] =>
  (kind) =>
    loop.say(
      kind === "nothing"
        ? "nothing"
        : kind === "error"
          ? () => ({ status: 500, body: "{}" })
          : kind === "busy"
            ? () => ({
                status: 429,
                headers: { "retry-after": "7", "content-type": "application/json" },
                body: '{"ok":false,"error":"ratelimited","description":"Too Many Requests"}',
              })
            : well,
    );

export async function webhookPlatform(world: World): Promise<Platform> {
  const well = () => ({ status: 200 });
  const loop = await loopback(well);
  const secrets = [0, 1].map(() => `whsec_${randomBytes(24).toString("base64")}`);
  const answerSecrets = [0, 1].map(() => `whsec_${randomBytes(24).toString("base64")}`);
  const channel = webhook(
    { id: "hook", tenant: "default", url: `${loop.url}/events`, secrets, answerSecrets },
    { outbound: outboundTo(loop.host), clock: world.clock },
  );
  let calls = 0;
  const signed = (body: string, skewMs = 0) => {
    const at = new Date(world.clock.now() + skewMs);
    const id = `msg_${++calls}`;
    const signature = new Webhook(answerSecrets[calls % 2] ?? "").sign(id, at, body);
    return post(body, {
      "webhook-id": id,
      "webhook-timestamp": seconds(world, skewMs),
      "webhook-signature": signature,
    });
  };
  return {
    channel,
    loop,
    signed,
    messages: () => loop.heard.map(({ body }) => body),
    told: ({ body }) => body ?? "",
    // A webhook is one voter, itself: whoever holds its secret.
    identity: () => ({ channel: "webhook", id: "hook" }),
    async press({ vote, reason, skewMs, code }) {
      const { data } = JSON.parse(loop.heard.at(-1)?.body ?? "{}");
      const body = {
        specversion: "1.0",
        id: `vote-${++calls}`,
        source: "urn:test:ci",
        type: "com.holdpoint.approval.vote",
        data: {
          approvalId: readButton(code ?? "")?.approvalId ?? data.approval.id,
          vote,
          cardSha256: data.approval.card.sha256,
          nonce: code?.slice(25) ?? data.nonces[vote] ?? "A".repeat(22),
          ...(reason === undefined ? {} : { reason }),
        },
      };
      return signed(JSON.stringify(body), skewMs);
    },
    trouble: troubles(loop, well),
    close: loop.close,
  };
}

export async function slackPlatform(world: World): Promise<Platform> {
  const posts: { ts: string; body: string }[] = [];
  const views: string[] = [];
  const whispers: string[] = [];
  const well = ({ path, body }: Heard) => {
    const fields = new URLSearchParams(body);
    if (path === "/api/chat.postMessage") {
      const ts = `${posts.length + 1}.0001`;
      posts.push({ ts, body: [...fields.values()].join("\n") });
      return { body: JSON.stringify({ ok: true, channel: "C1", ts }) };
    }
    if (path === "/api/chat.update") {
      const found = posts.find(({ ts }) => ts === fields.get("ts"));
      if (found === undefined) return { body: JSON.stringify({ ok: false, error: "message_not_found" }) };
      found.body = [...fields.values()].join("\n");
      return { body: JSON.stringify({ ok: true }) };
    }
    if (path === "/api/views.open") views.push(fields.get("view") ?? "");
    if (path === "/api/chat.postEphemeral") whispers.push(fields.get("text") ?? "");
    return { body: JSON.stringify({ ok: true }) };
  };
  const loop = await loopback(well);
  const signingSecret = randomBytes(16).toString("hex");
  const channel = slack(
    {
      id: "ops",
      tenant: "default",
      apiUrl: `${loop.url}/api/`,
      botToken: "xoxb" + "-test",
      signingSecret,
      appId: "A1",
      teamId: "T1",
      conversationId: "C1",
    },
    { outbound: outboundTo(loop.host), clock: world.clock, log },
  );
  const signed = (body: string, skewMs = 0) => {
    const at = seconds(world, skewMs);
    const signature = `v0=${createHmac("sha256", signingSecret).update(`v0:${at}:${body}`).digest("hex")}`;
    return post(body, {
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": at,
      "x-slack-signature": signature,
    });
  };
  const payload = (value: object, skewMs?: number) =>
    signed(new URLSearchParams({ payload: JSON.stringify(value) }).toString(), skewMs);
  return {
    channel,
    loop,
    signed,
    messages: () => posts.map(({ body }) => body),
    told: ({ body }) => (body ? body : (whispers.at(-1) ?? "")),
    identity: (user = "alice") => ({ channel: "slack", id: `T1/U_${user}` }),
    async press({ vote, user = "alice", reason, skewMs, elsewhere = false, code }) {
      const value = code ?? codeFor(posts.at(-1)?.body ?? "", vote);
      const from = {
        api_app_id: "A1",
        team: { id: elsewhere ? "T2" : "T1", domain: "x" },
        user: { id: `U_${user}`, username: user, team_id: elsewhere ? "T2" : "T1" },
        token: "unused",
      };
      const button = payload(
        {
          type: "block_actions",
          ...from,
          trigger_id: "1.2.3",
          channel: { id: "C1", name: "ops" },
          container: { type: "message", message_ts: posts.at(-1)?.ts, channel_id: "C1", is_ephemeral: false },
          message: { ts: posts.at(-1)?.ts },
          response_url: "https://hooks.slack.test/actions/1",
          actions: [{ type: "button", action_id: `holdpoint_${vote}`, block_id: "b", value, action_ts: "1.1" }],
        },
        skewMs,
      );
      if (vote === "approve" || elsewhere) return button;
      const before = views.length;
      await channel.receive?.(button);
      const view = JSON.parse(views[before] ?? "{}");
      return payload(
        {
          type: "view_submission",
          ...from,
          view: {
            ...view,
            id: "V1",
            state: { values: { reason: { reason: { type: "plain_text_input", value: reason ?? null } } } },
          },
        },
        skewMs,
      );
    },
    trouble: troubles(loop, well),
    close: loop.close,
  };
}

export async function discordPlatform(world: World): Promise<Platform> {
  const posts: { id: string; body: string }[] = [];
  const well = ({ method, path, body }: Heard) => {
    if (method === "POST") {
      posts.push({ id: String(1_000 + posts.length), body });
      return { body: JSON.stringify({ id: posts.at(-1)?.id }) };
    }
    const found = posts.find(({ id }) => path.endsWith(`/${id}`));
    if (found === undefined) return { status: 404, body: '{"message":"Unknown Message"}' };
    found.body = body;
    return { body: JSON.stringify({ id: found.id }) };
  };
  const loop = await loopback(well);
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const channel = discord(
    {
      id: "guild",
      tenant: "default",
      apiUrl: `${loop.url}/api/v10`,
      token: "t",
      applicationId: "7",
      publicKey: publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex"),
      guildId: "8",
      channelId: "9",
    },
    { outbound: outboundTo(loop.host), clock: world.clock },
  );
  const signed = (body: string, skewMs = 0) => {
    const at = seconds(world, skewMs);
    const signature = sign(null, Buffer.from(at + body), privateKey).toString("hex");
    return post(body, { "x-signature-timestamp": at, "x-signature-ed25519": signature });
  };
  const users: Record<string, string> = { alice: "100", mallory: "666" };
  return {
    channel,
    loop,
    signed,
    messages: () => posts.map(({ body }) => body),
    told: ({ body }) => body ?? "",
    identity: (user = "alice") => ({ channel: "discord", id: users[user] ?? "1" }),
    async press({ vote, user = "alice", reason, skewMs, elsewhere = false, code }) {
      const custom_id = code ?? codeFor(posts.at(-1)?.body ?? "", vote);
      const from = {
        id: "1",
        application_id: "7",
        guild_id: elsewhere ? "80" : "8",
        channel_id: "9",
        version: 1,
        member: { user: { id: users[user] ?? "1", username: user } },
      };
      const press = { type: 3, ...from, data: { custom_id, component_type: 2 } };
      if (vote === "approve" || elsewhere) return signed(JSON.stringify(press), skewMs);
      const opened = await channel.receive?.(signed(JSON.stringify(press), skewMs));
      const form = opened?.kind === "handled" ? JSON.parse(opened.reply.body ?? "{}") : {};
      const components = [{ type: 1, components: [{ type: 4, custom_id: "reason", value: reason ?? "" }] }];
      return signed(
        JSON.stringify({ type: 5, ...from, data: { custom_id: form.data?.custom_id ?? custom_id, components } }),
        skewMs,
      );
    },
    trouble: troubles(loop, well),
    close: loop.close,
  };
}

export async function telegramPlatform(world: World): Promise<Platform> {
  const posts: { id: number; body: string }[] = [];
  const well = ({ path, body }: Heard) => {
    const value = JSON.parse(body);
    if (path.endsWith("/sendMessage")) {
      posts.push({ id: posts.length + 1, body });
      return { body: JSON.stringify({ ok: true, result: { message_id: posts.length } }) };
    }
    const found = posts.find(({ id }) => id === value.message_id);
    if (found === undefined) {
      return {
        status: 400,
        body: '{"ok":false,"error_code":400,"description":"Bad Request: message to edit not found"}',
      };
    }
    found.body = body;
    return { body: JSON.stringify({ ok: true, result: { message_id: found.id } }) };
  };
  const loop = await loopback(well);
  const secret = randomBytes(16).toString("hex");
  const channel = telegram(
    { id: "tg", tenant: "default", apiUrl: loop.url, token: "1:x", webhookSecret: secret, chatId: -100 },
    { outbound: outboundTo(loop.host), clock: world.clock },
  );
  const signed = (body: string) => post(body, { "x-telegram-bot-api-secret-token": secret });
  const users: Record<string, number> = { alice: 100, mallory: 666 };
  let updates = 0;
  return {
    channel,
    loop,
    signed,
    messages: () => posts.map(({ body }) => body),
    told: ({ body }) => body ?? "",
    identity: (user = "alice") => ({ channel: "telegram", id: String(users[user] ?? 1) }),
    async press({ vote, user = "alice", reason, elsewhere = false, code }) {
      const base = code ?? codeFor(posts.at(-1)?.body ?? "", vote);
      const data = vote === "approve" ? base : `${base}${reason === undefined ? "" : "1"}`;
      return signed(
        JSON.stringify({
          update_id: ++updates,
          callback_query: {
            id: String(updates),
            from: { id: users[user] ?? 1, is_bot: false, first_name: user },
            message: { message_id: posts.length, date: 1, chat: { id: elsewhere ? -200 : -100, type: "group" } },
            chat_instance: "1",
            data,
          },
        }),
      );
    },
    trouble: troubles(loop, well),
    close: loop.close,
  };
}

export async function emailPlatform(world: World): Promise<Platform> {
  const mails = await mailbox();
  const pageUrl = "https://courier.example/inbound/mail";
  const channel: Channel = email(
    {
      id: "mail",
      tenant: "default",
      smtp: { host: "127.0.0.1", port: mails.port, tls: "none" },
      from: "holdpoint@example.com",
      to: ["alice@example.com", "bob@example.com"],
      pageUrl,
    },
    {
      outbound: outboundTo(`127.0.0.1:${mails.port}`),
      timeoutMs: 300,
      page: (approvalId, who) => world.page(channel, approvalId, who),
      signIn: {
        whoIs: async ({ cookie = "" }) => {
          const user = /^session=(\w+)$/.exec(cookie)?.[1];
          return user === undefined ? undefined : { channel: "oidc", id: user };
        },
        startUrl: (back) => `https://holdpoint.example/sign-in?back=${encodeURIComponent(back)}`,
      },
    },
  );
  return {
    channel,
    messages: mails.texts,
    told: ({ body }) => body ?? "",
    identity: (user = "alice") => ({ channel: "oidc", id: user }),
    async press({ vote, user = "alice", reason, elsewhere = false, code }) {
      const link =
        /https:\/\/courier\.example\/inbound\/mail(\?approval=\S+)/.exec(mails.texts().at(-1) ?? "")?.[1] ?? "";
      const headers = { cookie: `session=${user}` };
      const page = await channel.receive?.({ method: "GET", query: link, headers, body: "" });
      const html = page?.kind === "handled" ? (page.reply.body ?? "") : "";
      const button = code ?? codeFor(html, vote);
      const body = new URLSearchParams({ button, ...(reason === undefined ? {} : { reason }) }).toString();
      return {
        method: "POST",
        query: link,
        headers: {
          ...headers,
          origin: elsewhere ? "https://evil.example" : "https://courier.example",
          "content-type": "application/x-www-form-urlencoded",
        },
        body,
      };
    },
    trouble: mails.trouble,
    close: mails.close,
  };
}

const notifyOnly = (channel: Channel, loop: Loopback): Platform => ({
  channel,
  loop,
  messages: () => loop.heard.map(({ body }) => body),
  told: () => "",
  identity: () => ({ channel: "none", id: "none" }),
  press: async () => post("{}", {}),
  trouble: troubles(loop, () => ({ status: 202, body: "{}" })),
  close: loop.close,
});

export async function ntfyPlatform(world: World): Promise<Platform> {
  const loop = await loopback(() => ({ status: 200, body: "{}" }));
  const config = { id: "push", tenant: "default", url: loop.url, topic: "ops", token: "tk" };
  return notifyOnly(ntfy(config, { outbound: outboundTo(loop.host), clock: world.clock }), loop);
}

export async function pagerDutyPlatform(world: World): Promise<Platform> {
  const loop = await loopback(() => ({ status: 202, body: "{}" }));
  const config = { id: "pager", tenant: "default", url: `${loop.url}/v2/enqueue`, routingKey: "r" };
  return notifyOnly(pagerDuty(config, { outbound: outboundTo(loop.host), clock: world.clock }), loop);
}

/** What a channel of this kind can do, known before one is made: tests are chosen by it. */
export interface Kind {
  name: string;
  make(world: World): Promise<Platform>;
  answers: boolean;
  /** the time of a request is signed with it */
  timed: boolean;
  /** several accounts answer here; a webhook is one voter, itself */
  accounts: boolean;
  /** whoever answers has signed in */
  signedIn: boolean;
  /** long texts are cut */
  cuts: boolean;
}

const chat = { answers: true, timed: true, accounts: true, signedIn: false, cuts: true };
const tells = { answers: false, timed: false, accounts: false, signedIn: false, cuts: false };
export const PLATFORMS: readonly Kind[] = [
  { name: "webhook", make: webhookPlatform, ...chat, accounts: false, cuts: false },
  { name: "slack", make: slackPlatform, ...chat },
  { name: "discord", make: discordPlatform, ...chat },
  { name: "telegram", make: telegramPlatform, ...chat, timed: false },
  { name: "email", make: emailPlatform, ...chat, timed: false, signedIn: true, cuts: false },
  { name: "ntfy", make: ntfyPlatform, ...tells },
  { name: "pagerduty", make: pagerDutyPlatform, ...tells },
];
export const ANSWERING = PLATFORMS.filter(({ answers }) => answers);
