// platform-slack.ts — Slack on loopback: keeps messages, opens views, signs what its people press

import { createHmac, randomBytes } from "node:crypto";
import { slack } from "../src/channels/slack.ts";
import { type Heard, loopback } from "./loopback.ts";
import { codeFor, outboundTo, type Platform, post, seconds, troubles } from "./platform.ts";
import { log, type World } from "./world.ts";

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
