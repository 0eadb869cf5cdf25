// config.ts — the file that HOLDPOINT_CHANNELS names: which channels there are, and where their secrets come from

import { readFileSync } from "node:fs";
import { Fault } from "@holdpoint/wire/fault.ts";
import { list, name } from "@holdpoint/wire/scalars.ts";
import { parseStrictJson } from "@holdpoint/wire/strict-json.ts";
import { parseDocument } from "yaml";
import { z } from "zod";

/** Never the secret itself: this file is kept with the rest of the configuration. */
export const SecretRef = z.union([z.strictObject({ env: name() }), z.strictObject({ file: name(4_096) })], {
  error: "expected `{ env: NAME }` or `{ file: PATH }`: a secret does not stand here itself",
});
export type SecretRef = z.infer<typeof SecretRef>;

const address = z.url({ protocol: /^https?$/, error: "expected a URL that starts with https:// or http://" });
const base = address.transform((text) => text.replace(/\/+$/, ""));
const TOPICS = [
  "approval.opened",
  "approval.settled",
  "approval.chain",
  "approval.reminder",
  "approval.question",
  "approval.information",
  "alert",
] as const;
const TOPICS_DEFAULT = [
  "approval.opened",
  "approval.settled",
  "approval.chain",
  "approval.reminder",
  "approval.information",
] as const;

const common = {
  /** part of its inbound address, of evidence, and of what its buttons are bound to: it stays the same */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: "expected up to 32 of a-z, 0-9 and -" }),
  tenant: name().default("default"),
  topics: z.array(z.enum(TOPICS)).default([...TOPICS_DEFAULT]),
  /** only requests that one of these roles may answer; without it all */
  roles: list(name()).default([]),
};

const Slack = z.strictObject({
  ...common,
  type: z.literal("slack"),
  apiUrl: address.default("https://slack.com/api/").transform((text) => (text.endsWith("/") ? text : `${text}/`)),
  botToken: SecretRef,
  signingSecret: SecretRef,
  appId: name(),
  teamId: name(),
  conversationId: name(),
});
const Webhook = z.strictObject({
  ...common,
  type: z.literal("webhook"),
  url: address,
  secrets: z.array(SecretRef).min(1).max(2),
  answerSecrets: z.array(SecretRef).max(2).default([]),
});
const Email = z.strictObject({
  ...common,
  type: z.literal("email"),
  smtp: z.strictObject({
    host: name(),
    port: z.int().min(1).max(65_535),
    tls: z.enum(["implicit", "starttls", "none"]).default("starttls"),
    user: name().optional(),
    password: SecretRef.optional(),
  }),
  from: name(),
  to: list(name()).min(1),
});
const Telegram = z.strictObject({
  ...common,
  type: z.literal("telegram"),
  apiUrl: base.default("https://api.telegram.org"),
  token: SecretRef,
  webhookSecret: SecretRef,
  chatId: z.int(),
});
const Discord = z.strictObject({
  ...common,
  type: z.literal("discord"),
  apiUrl: base.default("https://discord.com/api/v10"),
  token: SecretRef,
  applicationId: name(),
  publicKey: z.string().regex(/^[0-9a-f]{64}$/i, { error: "expected 64 hex digits" }),
  guildId: name(),
  channelId: name(),
});
const Ntfy = z.strictObject({
  ...common,
  type: z.literal("ntfy"),
  url: base.default("https://ntfy.sh"),
  topic: name(),
  token: SecretRef.optional(),
});
const PagerDuty = z.strictObject({
  ...common,
  type: z.literal("pagerduty"),
  url: address.default("https://events.pagerduty.com/v2/enqueue"),
  routingKey: SecretRef,
});

export const ChannelConfig = z.discriminatedUnion("type", [Slack, Webhook, Email, Telegram, Discord, Ntfy, PagerDuty]);
export type ChannelConfig = z.infer<typeof ChannelConfig>;

export const CourierConfig = z
  .strictObject({
    /** where people see a request after signing in; links lead to `<publicUrl>/approvals/<id>` */
    publicUrl: base,
    /** people sign in at `<publicUrl>/sign-in` (the gateway's, with HOLDPOINT_OIDC_ISSUER): mails then lead to a page that decides */
    signIn: z.boolean().default(false),
    /** roles that are the highest tier: approved after signing in only */
    signInRoles: list(name()).default([]),
    outbound: z
      .strictObject({
        /** `host:port` that may be inside this network, and plain http */
        allow: list(z.string().regex(/^\S+:\d{1,5}$/, { error: "expected `host:port`" })).default([]),
        /** PEM file of the authorities to trust in place of the built-in ones */
        ca: name(4_096).optional(),
      })
      .default({ allow: [] }),
    channels: list(ChannelConfig),
  })
  .superRefine(({ channels }, context) => {
    channels.forEach(({ id }, index) => {
      if (channels.findIndex((each) => each.id === id) === index) return;
      context.addIssue({ code: "custom", path: ["channels", index, "id"], message: `\`${id}\` stands twice` });
    });
  });
export type CourierConfig = z.infer<typeof CourierConfig>;

const refuse = (why: string, place: object = {}): never => {
  throw new Fault("config_invalid", why, { variable: "HOLDPOINT_CHANNELS", ...place });
};

function parse(path: string, text: string): unknown {
  if (path.endsWith(".json")) return parseStrictJson(text);
  const document = parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) refuse(`\`${path}\`: ${error.message.split("\n")[0]}`, { file: path });
  return document.toJS({ maxAliasCount: 0 });
}

/** Reads and checks the whole file; every mistake is named at once. Throws `config_invalid`. */
export function readChannels(path: string): CourierConfig {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return refuse(`expected a readable file at \`${path}\``, { file: path });
  }
  let value: unknown;
  try {
    value = parse(path, text);
  } catch (error) {
    if (error instanceof Fault && error.code === "config_invalid") throw error;
    return refuse(`\`${path}\`: ${error instanceof Error ? error.message : "not readable"}`, { file: path });
  }
  const parsed = CourierConfig.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path: at, message }) => `\`${at.join(".") || "the file"}\`: ${message}`);
  return refuse(`\`${path}\`: ${issues.join("; ")}`, { file: path });
}

/** The secret behind a reference. Throws `config_invalid` where it is not set, naming the reference and never a value. */
export function secretOf(ref: SecretRef, env: Readonly<Record<string, string | undefined>>): string {
  const from = "env" in ref ? ref.env : ref.file;
  const secret = readSecret(ref, env);
  // HTTP clients quote a header that they refuse, secret and all; and a pasted pair of lines is no secret.
  if (/[\p{Cc}]/u.test(secret)) return refuse(`\`${from}\`: expected a secret of one line`);
  return secret;
}

function readSecret(ref: SecretRef, env: Readonly<Record<string, string | undefined>>): string {
  if ("env" in ref) {
    const value = env[ref.env]?.trim();
    return value === undefined || value === "" ? refuse(`\`${ref.env}\`: expected a secret, none is set`) : value;
  }
  try {
    const value = readFileSync(ref.file, "utf8").trim();
    return value === "" ? refuse(`\`${ref.file}\`: expected a secret, the file is empty`) : value;
  } catch (error) {
    if (error instanceof Fault) throw error;
    return refuse(`\`${ref.file}\`: expected a readable file`);
  }
}
