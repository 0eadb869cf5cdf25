// platform-email.ts — a real SMTP server, and readers who sign in and use the page

import type { Channel } from "../src/channel.ts";
import { email } from "../src/channels/email.ts";
import { mailbox } from "./mailbox.ts";
import { codeFor, outboundTo, type Platform } from "./platform.ts";
import type { World } from "./world.ts";

export async function emailPlatform(world: World): Promise<Platform> {
  const mails = await mailbox();
  let silent = false;
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
      // Only where nothing will be said: on a busy machine a whole dialogue takes longer, and is then held twice.
      get timeoutMs() {
        return silent ? 300 : 30_000;
      },
      page: (approvalId, who) => world.page(channel, approvalId, who),
      signIn: {
        whoIs: async (_tenant, { cookie = "" }) => {
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
    trouble(kind) {
      silent = kind === "nothing";
      mails.trouble(kind);
    },
    close: mails.close,
  };
}
