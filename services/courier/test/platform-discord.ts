// platform-discord.ts — Discord on loopback: keeps messages, signs interactions with ed25519

import { generateKeyPairSync, sign } from "node:crypto";
import { discord } from "../src/channels/discord.ts";
import { type Heard, loopback } from "./loopback.ts";
import { codeFor, outboundTo, type Platform, post, seconds, troubles } from "./platform.ts";
import type { World } from "./world.ts";

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
