// forgery.test.ts — forged, altered, replayed, late and cross-tenant callbacks: none counts, by any channel
// HOLDPOINT_FORGERIES sets how many (10,000 in `npm test`; the full run is 100,000); HOLDPOINT_SEED repeats a run.

import { afterEach, expect, test } from "vitest";
import { codesIn, type Platform } from "../test/platform.ts";
import { ANSWERING, type Kind } from "../test/platforms.ts";
import { card, type World, world } from "../test/world.ts";
import type { Answers } from "./answers.ts";
import type { InboundRequest } from "./channel.ts";

const TOTAL = Number(process.env["HOLDPOINT_FORGERIES"] ?? 10_000);
const SEED = Number(process.env["HOLDPOINT_SEED"] ?? 20_261_121);
const EACH = Math.ceil(TOTAL / ANSWERING.length);

type Random = (below: number) => number;
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=%&{}":, ';
/** Another character at one place. */
function altered(text: string, random: Random): string {
  if (text === "") return ALPHABET[random(ALPHABET.length)] ?? "x";
  const at = random(text.length);
  const others = [...ALPHABET].filter((char) => char !== text[at]);
  return `${text.slice(0, at)}${others[random(others.length)]}${text.slice(at + 1)}`;
}

/** The headers by which each platform vouches for a request. */
const VOUCHING: Record<string, readonly string[]> = {
  webhook: ["webhook-id", "webhook-timestamp", "webhook-signature"],
  slack: ["x-slack-request-timestamp", "x-slack-signature"],
  discord: ["x-signature-timestamp", "x-signature-ed25519"],
  telegram: ["x-telegram-bot-api-secret-token"],
  email: ["cookie", "origin", "content-type"],
};

interface Scene {
  name: string;
  it: World;
  platform: Platform;
  answers: Answers;
  random: Random;
  /** a right answer to a request that waits */
  right: InboundRequest;
  /** a right answer that was counted before */
  spent: InboundRequest;
  /** a right answer to a request whose time is over */
  lapsed: InboundRequest;
  /** the same kind of channel of another tenant */
  foreign: { channel: string; answers: Answers };
  waiting: { id: string; card: { sha256: string } };
}

const withHeader = (request: InboundRequest, name: string, value: string | undefined): InboundRequest => {
  const { [name]: _, ...rest } = request.headers;
  return { ...request, headers: value === undefined ? rest : { ...rest, [name]: value } };
};
const pick = <T>(from: readonly T[], random: Random): T => {
  const found = from[random(from.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
};
const vouching = ({ name }: Scene) => VOUCHING[name] ?? [];
const send = (scene: Scene, request: InboundRequest) => scene.answers(scene.platform.channel.id, request);

/** Ways to forge that need no secret of the platform, and ways that assume it was stolen or is abused. */
const FORGERIES: Record<string, (scene: Scene) => Promise<unknown>> = {
  "a vouching header altered": (scene) => {
    const header = pick(vouching(scene), scene.random);
    let value = altered(scene.right.headers[header] ?? "", scene.random);
    // Another spelling of the same type or of a list of signatures is not a forgery.
    if (header === "content-type") value = `x${value}`;
    return send(scene, withHeader(scene.right, header, value));
  },
  "a vouching header missing": (scene) =>
    send(scene, withHeader(scene.right, pick(vouching(scene), scene.random), undefined)),
  "a vouching header of an older request": (scene) => {
    if (scene.name === "email" || scene.name === "telegram") return send(scene, scene.spent);
    const header = pick(vouching(scene), scene.random);
    return send(scene, withHeader(scene.right, header, scene.spent.headers[header]));
  },
  "the body altered": (scene) => {
    // Telegram vouches by a header alone: who has that may write what it likes, so the body is altered where it matters.
    const body =
      scene.name === "telegram"
        ? scene.right.body.replace(codesIn(scene.right.body)[0] ?? "", (code) => alteredCode(code, scene.random))
        : altered(scene.right.body, scene.random);
    return send(scene, { ...scene.right, body });
  },
  "the body cut": (scene) =>
    send(scene, { ...scene.right, body: scene.right.body.slice(0, scene.random(scene.right.body.length)) }),
  "the body twice": (scene) => send(scene, { ...scene.right, body: `${scene.right.body}&${scene.right.body}` }),
  "another method": (scene) =>
    send(scene, { ...scene.right, method: pick(["GET", "PUT", "HEAD", "post", ""], scene.random) }),
  replayed: (scene) => send(scene, scene.spent),
  late: async (scene) => {
    // Where nothing says when a button was pressed, the request's own time is what ends it.
    if (scene.name === "telegram" || scene.name === "email") return send(scene, scene.lapsed);
    const before = scene.it.clock.now();
    scene.it.clock.advance(301_000 + scene.random(10_000_000));
    await send(scene, scene.right);
    scene.it.clock.advance(before - scene.it.clock.now());
  },
  "to another tenant's channel": (scene) => scene.foreign.answers(scene.foreign.channel, scene.right),
  "signed, with another nonce": async (scene) => {
    const [code = ""] = codesIn(await codesShown(scene));
    return send(
      scene,
      await scene.platform.press({
        vote: "approve",
        code: `${code.slice(0, 25)}${altered(code.slice(25), scene.random)}`,
      }),
    );
  },
  "signed, about another request": async (scene) => {
    const [code = ""] = codesIn(await codesShown(scene));
    const id = Buffer.from(scene.waiting.id.slice(4).replaceAll("-", ""), "hex");
    id[scene.random(16)] = scene.random(256);
    const about = `a.${id.toString("base64url")}.${code.slice(25)}`;
    if (about === code) return undefined;
    const request = await scene.platform.press({ vote: "approve", code: about });
    return send(scene, request.body === scene.right.body ? scene.spent : request);
  },
  "signed, by somebody else": async (scene) =>
    scene.name === "webhook"
      ? send(scene, scene.spent)
      : send(
          scene,
          await scene.platform.press({ vote: "approve", user: pick(["mallory", "eve", "bob"], scene.random) }),
        ),
  "signed, from elsewhere": async (scene) =>
    scene.name === "webhook"
      ? send(scene, scene.spent)
      : send(scene, await scene.platform.press({ vote: "approve", elsewhere: true })),
  "signed, a denial turned into a yes": async (scene) => {
    const deny = codesIn(await codesShown(scene)).find((code) => code.startsWith("d")) ?? "";
    return send(scene, await scene.platform.press({ vote: "approve", code: deny.replace(/^d/, "a") }));
  },
};

const alteredCode = (code: string, random: Random): string => `${code.slice(0, 2)}${altered(code.slice(2), random)}`;

/** The codes of the newest message, or, where a page holds them, those that a right answer carries. */
async function codesShown({ platform, name, it, waiting }: Scene): Promise<string> {
  if (name !== "webhook") {
    const request = await platform.press({ vote: "approve" });
    return name === "slack" ? decodeURIComponent(request.body) : request.body + (platform.messages().at(-1) ?? "");
  }
  const nonce = (vote: "approve" | "deny") =>
    it.nonces.mint({
      tenant: "default",
      channel: "hook",
      approvalId: waiting.id,
      cardSha256: waiting.card.sha256,
      vote,
    });
  const id = Buffer.from(waiting.id.slice(4).replaceAll("-", ""), "hex").toString("base64url");
  return `a.${id}.${nonce("approve")} d.${id}.${nonce("deny")}`;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function stage({ name, make }: Kind): Promise<Scene> {
  const it = world();
  const platform = await make(it);
  const theirs = await make(it);
  closing.push(platform.close, theirs.close);
  const { answers, deliverer } = it.courier([platform.channel]);
  // The same channel, by its id and its secrets, of another tenant: only what its buttons are bound to differs.
  const foreign = it.courier([{ ...platform.channel, tenant: "other" }]);
  it.know(platform.identity());
  it.know(platform.identity(), "alice", ["repo-owner"], "other");
  it.open();
  await it.deliver(deliverer);
  const spent = await platform.press({ vote: "approve" });
  await answers(platform.channel.id, spent);
  const over = it.open({ card: card("HOLDPOINT ASKS: MAY THIS RUN?\n  command: make\n") });
  await it.deliver(deliverer);
  const lapsed = await platform.press({ vote: "approve" });
  it.approvals.put("default", { ...over, expiresAt: new Date(it.clock.now() - 1).toISOString() });
  it.clock.advance(60_000);
  const waiting = it.open({ card: card("HOLDPOINT ASKS: MAY THIS RUN?\n  command: terraform apply\n") });
  it.approvals.put("other", waiting);
  await it.deliver(deliverer);
  const right = await platform.press({ vote: "approve" });
  return {
    name,
    it,
    platform,
    answers,
    random: randomFrom(SEED),
    right,
    spent,
    lapsed,
    waiting,
    foreign: { channel: platform.channel.id, answers: foreign.answers },
  };
}

test.each(ANSWERING)(
  `$name: none of ${EACH.toLocaleString("en")} forgeries counts, and the right answer still does`,
  async (kind) => {
    const scene = await stage(kind);
    const { it } = scene;
    const counted = it.approvals.votes();
    const ways = Object.entries(FORGERIES);
    for (let n = 0; n < EACH; n += 1) {
      const [way, forge] = ways[n % ways.length] ?? pick(ways, scene.random);
      await forge(scene);
      if (it.approvals.votes() !== counted) expect.fail(`${kind.name}: number ${n} (${way}, seed ${SEED}) was counted`);
    }
    await it.refusals.flush();
    // Every one of them is in the evidence, by itself or in a count.
    const noted = it.evidence.notes.reduce((sum, { detail }) => sum + Number(detail["times"]), 0);
    expect(noted).toBeGreaterThan(EACH * 0.9);
    expect(it.approvals.now(scene.waiting.id)).toMatchObject({ state: "pending", votes: [] });
    await scene.answers(scene.platform.channel.id, scene.right);
    expect(it.approvals.votes()).toBe(counted + 1);
  },
  Math.max(60_000, EACH * 20),
);
