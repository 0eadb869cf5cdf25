// open-channels.ts — configured channels as channels; each kind is loaded only where it is used

import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { Outbound } from "@holdpoint/runtime/outbound.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { ApprovalDelivery, Channel, ChannelIdentity } from "./channel.ts";
import { type ChannelConfig, type CourierConfig, type SecretRef, secretOf } from "./config.ts";
import type { Interest } from "./endpoints.ts";
import type { SignIn } from "./sign-in.ts";

export interface ChannelDeps {
  outbound: Outbound;
  clock: Clock;
  log: Log;
  env: Readonly<Record<string, string | undefined>>;
  signIn?: SignIn;
  /** a request with buttons for one signed-in person */
  page(channel: Channel, approvalId: string, who: ChannelIdentity): Promise<ApprovalDelivery | undefined>;
}

export interface OpenChannel {
  channel: Channel;
  interest: Interest;
}

async function openOne(config: ChannelConfig, publicUrl: string, deps: ChannelDeps): Promise<Channel> {
  const secret = (ref: SecretRef) => secretOf(ref, deps.env);
  switch (config.type) {
    case "slack": {
      const { slack } = await import("./channels/slack.ts");
      const { botToken, signingSecret } = config;
      return slack({ ...config, botToken: secret(botToken), signingSecret: secret(signingSecret) }, deps);
    }
    case "webhook": {
      const { webhook } = await import("./channels/webhook.ts");
      const { secrets, answerSecrets } = config;
      return webhook({ ...config, secrets: secrets.map(secret), answerSecrets: answerSecrets.map(secret) }, deps);
    }
    case "email": {
      const { email } = await import("./channels/email.ts");
      const { password, user, ...smtp } = config.smtp;
      const login = { ...(user && { user }), ...(password && { password: secret(password) }) };
      const pageUrl = `${publicUrl}/inbound/${config.id}`;
      const channel: Channel = email(
        { ...config, smtp: { ...smtp, ...login }, pageUrl },
        {
          outbound: deps.outbound,
          ...(deps.signIn && { signIn: deps.signIn }),
          page: (approvalId, who) => deps.page(channel, approvalId, who),
        },
      );
      return channel;
    }
    case "telegram": {
      const { telegram } = await import("./channels/telegram.ts");
      return telegram({ ...config, token: secret(config.token), webhookSecret: secret(config.webhookSecret) }, deps);
    }
    case "discord": {
      const { discord } = await import("./channels/discord.ts");
      return discord({ ...config, token: secret(config.token) }, deps);
    }
    case "ntfy": {
      const { ntfy } = await import("./channels/ntfy.ts");
      const { token, ...rest } = config;
      return ntfy({ ...rest, ...(token && { token: secret(token) }) }, deps);
    }
    case "pagerduty": {
      const { pagerDuty } = await import("./channels/pagerduty.ts");
      return pagerDuty({ ...config, routingKey: secret(config.routingKey) }, deps);
    }
  }
}

/** Throws `config_invalid`: a secret that is missing or not one (`whsec_…` that is no base64), by the channel's id. */
export async function openChannels(config: CourierConfig, deps: ChannelDeps): Promise<OpenChannel[]> {
  return Promise.all(
    config.channels.map(async (each) => {
      try {
        const channel = await openOne(each, config.publicUrl, deps);
        return { channel, interest: { topics: each.topics, roles: each.roles } };
      } catch (error) {
        const why = error instanceof Fault ? error.message : "one of its secrets or keys is not of the expected form";
        throw new Fault("config_invalid", `channel \`${each.id}\`: ${why}`, { variable: "HOLDPOINT_CHANNELS" });
      }
    }),
  );
}
