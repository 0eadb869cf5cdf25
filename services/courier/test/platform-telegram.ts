// platform-telegram.ts — the Bot API on loopback: keeps messages, sends updates with its secret

import { randomBytes } from "node:crypto";
import { telegram } from "../src/channels/telegram.ts";
import { type Heard, loopback } from "./loopback.ts";
import { codeFor, outboundTo, type Platform, post, troubles } from "./platform.ts";
import type { World } from "./world.ts";

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
