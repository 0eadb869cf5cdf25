// platforms.ts — every channel with its other side on loopback, and what each can do

import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { readButton } from "../src/button.ts";
import type { Channel } from "../src/channel.ts";
import { ntfy } from "../src/channels/ntfy.ts";
import { pagerDuty } from "../src/channels/pagerduty.ts";
import { webhook } from "../src/channels/webhook.ts";
import { type Loopback, loopback } from "./loopback.ts";
import { outboundTo, type Platform, post, seconds, troubles } from "./platform.ts";
import { discordPlatform } from "./platform-discord.ts";
import { emailPlatform } from "./platform-email.ts";
import { slackPlatform } from "./platform-slack.ts";
import { telegramPlatform } from "./platform-telegram.ts";
import type { World } from "./world.ts";

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
