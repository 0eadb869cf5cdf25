// discord.test.ts — ed25519 by the vectors of RFC 8032, the handshake, and where an interaction must come from

import { createPrivateKey, sign } from "node:crypto";
import { createOutbound } from "@holdpoint/runtime/outbound.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Platform } from "../../test/platform.ts";
import { discordPlatform } from "../../test/platform-discord.ts";
import { card, type World, world } from "../../test/world.ts";
import type { Answers } from "../answers.ts";
import type { Deliverer } from "../deliver.ts";
import { discord } from "./discord.ts";

let it: World;
let guild: Platform;
let answers: Answers;
let deliverer: Deliverer;
beforeEach(async () => {
  it = world();
  guild = await discordPlatform(it);
  ({ answers, deliverer } = it.courier([guild.channel]));
  it.know(guild.identity());
});
afterEach(() => guild.close());

const opened = async (text = "HOLDPOINT ASKS: MAY THIS RUN?\n") => {
  const approval = it.open({ card: card(text) });
  await it.deliver(deliverer);
  return approval;
};
const signed = (body: object) => {
  const request = guild.signed?.(JSON.stringify(body));
  if (request === undefined) throw new Error("not signed");
  return request;
};

test("the handshake is answered, but only when it is signed", async () => {
  expect(await answers("guild", signed({ type: 1 }))).toMatchObject({ status: 200, body: '{"type":1}' });
  const bare = { method: "POST", query: "", headers: {}, body: '{"type":1}' };
  expect(await answers("guild", bare)).toMatchObject({ status: 401 });
});

// RFC 8032 §7.1, test 1: a key pair that others computed.
const SECRET = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
test("a public key as Discord shows it verifies what its private key signed", async () => {
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.from(SECRET, "hex")]);
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const config = {
    id: "x",
    tenant: "default",
    apiUrl: "https://d.test",
    token: "t",
    applicationId: "1",
    guildId: "2",
    channelId: "3",
  };
  const channel = discord({ ...config, publicKey: PUBLIC }, { outbound: createOutbound(), clock: it.clock });
  const at = String(Math.floor(it.clock.now() / 1_000));
  const body = '{"type":1}';
  const headers = {
    "x-signature-timestamp": at,
    "x-signature-ed25519": sign(null, Buffer.from(at + body), key).toString("hex"),
  };
  expect(await channel.receive?.({ method: "POST", query: "", headers, body })).toMatchObject({ kind: "handled" });
  expect(await channel.receive?.({ method: "POST", query: "", headers, body: `${body} ` })).toMatchObject({
    kind: "refused",
  });
});

describe("what comes from elsewhere does not count", () => {
  type Press = { application_id: string; guild_id?: string; channel_id: string; member?: unknown };
  test.each<[string, (press: Press) => void, string]>([
    [
      "another application",
      (press) => {
        press.application_id = "70";
      },
      "wrong_place",
    ],
    [
      "another server",
      (press) => {
        press.guild_id = "80";
      },
      "wrong_place",
    ],
    [
      "another conversation",
      (press) => {
        press.channel_id = "90";
      },
      "wrong_place",
    ],
    [
      "a direct message",
      (press) => {
        delete press.guild_id;
      },
      "malformed",
    ],
    [
      "nobody",
      (press) => {
        delete press.member;
      },
      "malformed",
    ],
  ])("%s", async (_what, change, code) => {
    const approval = await opened();
    const press = JSON.parse((await guild.press({ vote: "approve" })).body);
    change(press);
    await answers("guild", signed(press));
    expect(it.approvals.now(approval.id).votes).toEqual([]);
    expect(it.evidence.notes.map(({ detail }) => detail["code"])).toEqual([code]);
  });
});

test("a form that carries an approval's code is refused: a form only denies", async () => {
  const approval = await opened();
  const press = JSON.parse((await guild.press({ vote: "approve" })).body);
  const reason = [{ components: [{ custom_id: "reason", value: "yes" }] }];
  await answers("guild", signed({ ...press, type: 5, data: { custom_id: press.data.custom_id, components: reason } }));
  expect(it.approvals.now(approval.id).votes).toEqual([]);
  expect(it.evidence.notes.map(({ detail }) => detail["code"])).toEqual(["malformed"]);
});

test("a card that would end the fence around it is shown as an excerpt, and cannot be approved", async () => {
  await opened("HOLDPOINT ASKS\n  command: echo ```\n[click](https://evil.example)\n");
  const { embeds, components } = JSON.parse(guild.messages()[0] ?? "{}");
  expect(embeds[0].description.match(/```/g)).toHaveLength(2);
  expect(components[0].components.map(({ label }: { label: string }) => label)).toEqual(["Deny", "Open"]);
});
