// answer.contract.test.ts — what every channel promises about answers: one vote of one known person, or a reason and no change
// Threats of docs/threats.md: anyone in the channel clicks, replay of a callback, cross-tenant, clock skew, free-text "yes",
// stolen webhook secret (one voter, itself; quorum needs people who signed in), CSRF and link prefetch.

import type { Approval } from "@holdpoint/wire/approval.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { codesIn, type Platform } from "../test/platform.ts";
import { ANSWERING, type Kind } from "../test/platforms.ts";
import { card, type World, world } from "../test/world.ts";
import type { Answers } from "./answers.ts";
import type { Reply } from "./channel.ts";
import type { Deliverer } from "./deliver.ts";

describe.each(ANSWERING)("$name", ({ name, make, timed, accounts, signedIn }: Kind) => {
  let it: World;
  let platform: Platform;
  let answers: Answers;
  let deliverer: Deliverer;

  beforeEach(async () => {
    it = world();
    platform = await make(it);
    ({ answers, deliverer } = it.courier([platform.channel]));
    it.know(platform.identity());
  });
  afterEach(async () => {
    await deliverer.stop();
    await platform.close();
  });

  const opened = async (overrides: Parameters<World["open"]>[0] = {}) => {
    const approval = it.open(overrides);
    await it.deliver(deliverer);
    return approval;
  };
  const newest = () => platform.messages().at(-1) ?? "";
  const approval = (id: string) => it.approvals.get("default", id);
  const press = async (how: Parameters<Platform["press"]>[0]) =>
    answers(platform.channel.id, await platform.press(how));
  const codes = () => it.evidence.notes.map(({ detail }) => detail["code"]);
  /** nothing counted, evidence of it, and the reason told to the person */
  const refusedAs = async (id: string, reply: Reply, code: string, words: RegExp) => {
    expect(await approval(id)).toMatchObject({ state: "pending", votes: [] });
    expect(it.approvals.votes()).toBe(0);
    expect(codes()).toEqual([code]);
    expect(platform.told(reply)).toMatch(words);
  };

  test("a yes is one vote of the person behind the account", async () => {
    const { id } = await opened();
    const reply = await press({ vote: "approve" });
    expect(reply.status).toBe(200);
    expect(await approval(id)).toMatchObject({
      state: "approved",
      votes: [{ voter: "alice", vote: "approve", roles: ["repo-owner"], channel: platform.channel.id }],
    });
    expect(platform.told(reply)).toMatch(/counted|approve/i);
    expect(it.evidence.notes).toEqual([]);
  });

  test("a no with its reason is a veto", async () => {
    const { id } = await opened();
    await press({ vote: "deny", reason: "too risky" });
    expect(await approval(id)).toMatchObject({
      state: "rejected",
      votes: [{ voter: "alice", vote: "deny", reason: "too risky" }],
    });
  });

  test("a no without a reason is refused", async () => {
    const { id } = await opened();
    await press({ vote: "deny" });
    expect(await approval(id)).toMatchObject({ state: "pending" });
    expect(codes()).toHaveLength(1);
  });

  test("replay of a callback: the same request again changes nothing", async () => {
    const { id } = await opened();
    const request = await platform.press({ vote: "approve" });
    await answers(platform.channel.id, request);
    const again = await answers(platform.channel.id, request);
    expect((await approval(id))?.votes).toHaveLength(1);
    expect(codes()).toEqual(["used_nonce"]);
    expect(platform.told(again)).toMatch(/used already/);
  });

  test("two callbacks at once count once", async () => {
    await opened();
    const request = await platform.press({ vote: "approve" });
    await Promise.all([answers(platform.channel.id, request), answers(platform.channel.id, request)]);
    expect(it.approvals.votes()).toBe(1);
  });

  test("a person without the role does not count", async () => {
    const { id } = await opened();
    it.know(platform.identity(), "alice", ["gardener"]);
    await refusedAs(id, await press({ vote: "approve" }), "not_an_approver", /roles/);
  });

  test("a person who is called to say no only is told so, and has not used up the no", async () => {
    const called = [{ role: "lead", at: new Date(it.clock.now() - 1).toISOString(), vetoOnly: true as const }];
    const { id } = await opened({ chain: called });
    it.know(platform.identity(), "alice", ["lead"]);
    await refusedAs(id, await press({ vote: "approve" }), "not_an_approver", /no only/);
    await press({ vote: "deny", reason: "too risky" });
    expect(await approval(id)).toMatchObject({ state: "rejected" });
  });

  test("after its time a request is not answered any more", async () => {
    const { id } = await opened();
    const request = await platform.press({ vote: "approve" });
    it.approvals.put("default", { ...it.approvalNow(id), expiresAt: new Date(it.clock.now() - 1).toISOString() });
    await refusedAs(id, await answers(platform.channel.id, request), "approval_expired", /over/);
  });

  test("a late answer is told who settled it, and how", async () => {
    const waiting = await opened();
    const request = await platform.press({ vote: "approve" });
    await it.vote(waiting, "deny");
    const reply = await answers(platform.channel.id, request);
    expect(platform.told(reply)).toMatch(/settled already: rejected by bob/);
    expect(codes()).toEqual(["already_settled"]);
  });

  test("when what was shown has changed, its button is worth nothing", async () => {
    const waiting = await opened();
    const request = await platform.press({ vote: "approve" });
    it.approvals.put("default", { ...waiting, card: card("HOLDPOINT ASKS: something else\n") });
    await refusedAs(waiting.id, await answers(platform.channel.id, request), "wrong_nonce", /changed|valid/);
  });

  test("cross-tenant: a channel answers its own tenant's requests only", async () => {
    const own = await opened();
    it.approvals.put("other", own);
    const request = await platform.press({ vote: "approve" });
    it.approvals.put("default", { ...own, state: "cancelled" });
    await answers(platform.channel.id, request);
    expect(await it.approvals.get("other", own.id)).toMatchObject({ state: "pending", votes: [] });
  });

  test("the highest tier is approved by a signed-in person only", async () => {
    it.know(platform.identity(), "alice", ["security"]);
    const { id } = await opened({ requirements: [{ role: "security", quorum: 1, votes: 0 }], role: "security" });
    await press({ vote: "approve" });
    expect(await approval(id)).toMatchObject({ state: signedIn ? "approved" : "pending" });
  });

  test("several people approve signed in only", async () => {
    const { id } = await opened({ requirements: [{ role: "repo-owner", quorum: 2, votes: 0 }], quorum: 2 });
    await press({ vote: "approve" });
    expect((await approval(id))?.votes).toHaveLength(signedIn ? 1 : 0);
    if (!signedIn) expect(codesIn(newest()).filter((code) => code.startsWith("a"))).toEqual([]);
  });

  describe("even with a nonce of ours for it, a chat does not approve", () => {
    const ours = ({ id, card: { sha256 } }: Approval): string => {
      const bound = { tenant: "default", channel: platform.channel.id, approvalId: id, cardSha256: sha256 };
      const short = Buffer.from(id.slice(4).replaceAll("-", ""), "hex").toString("base64url");
      return `a.${short}.${it.nonces.mint({ ...bound, vote: "approve" })}`;
    };
    const whole = name === "webhook" ? "shows every card whole" : "cuts long cards";
    test.each<[string, Parameters<World["open"]>[0], string, RegExp]>([
      [
        "what needs a sign-in",
        { requirements: [{ role: "repo-owner", quorum: 2, votes: 0 }], quorum: 2 },
        "sign_in_needed",
        /signing in/,
      ],
      [
        "a card that was cut when it was made",
        { card: { ...card("x\n"), truncated: true } },
        "not_shown_whole",
        /whole/,
      ],
      [
        "a card that it cannot show whole",
        { card: card("a line of the card\n".repeat(3_000)) },
        "not_shown_whole",
        /whole/,
      ],
    ])("%s", async (what, overrides, code, words) => {
      if (signedIn) return expect(name).toBe("email");
      const one = await opened(overrides);
      if (what.includes("cannot show") && platform.channel.shows(one.card.text))
        return expect(whole).toBe("shows every card whole");
      await refusedAs(one.id, await press({ vote: "approve", code: ours(one) }), code, words);
    });
  });

  test("when nothing can be recorded the person is told, and the same button works later", async () => {
    const { id } = await opened();
    it.approvals.failNext(new Error("the database is away"));
    expect(platform.told(await press({ vote: "approve" }))).toMatch(/could not be recorded/);
    expect(await approval(id)).toMatchObject({ state: "pending" });
    await press({ vote: "approve" });
    expect(await approval(id)).toMatchObject({ state: "approved" });
  });

  test("without its signature, secret or session a request is refused and counted", async () => {
    const { id } = await opened();
    const request = await platform.press({ vote: "approve" });
    const reply = await answers(platform.channel.id, { ...request, headers: {} });
    expect([401, 403]).toContain(reply.status);
    expect(await approval(id)).toMatchObject({ state: "pending" });
    expect(codes()).toHaveLength(1);
  });

  test("CSRF and link prefetch: GET and HEAD decide nothing", async () => {
    const { id } = await opened();
    const request = await platform.press({ vote: "approve" });
    await answers(platform.channel.id, { ...request, method: "GET" });
    await answers(platform.channel.id, { ...request, method: "HEAD" });
    expect(await approval(id)).toMatchObject({ state: "pending" });
  });

  if (accounts && !signedIn) {
    test("anyone in the channel clicks: an account that is nobody's does not count", async () => {
      const { id } = await opened();
      await refusedAs(id, await press({ vote: "approve", user: "mallory" }), "unknown_person", /not known/);
    });
    test("an account or role that is newer than the request does not count", async () => {
      const { id } = await opened();
      const { channel, id: account } = platform.identity();
      const later = it.clock.now() + 60_000;
      it.people.put("default", channel, account, { id: "alice", roles: ["repo-owner"], changedAt: later });
      await refusedAs(id, await press({ vote: "approve" }), "too_new", /newer/);
    });
    test("a button of one request does not answer another", async () => {
      const first = await opened();
      const [code = ""] = codesIn(newest()).filter((each) => each.startsWith("a"));
      const second = await opened();
      const short = Buffer.from(second.id.slice(4).replaceAll("-", ""), "hex").toString("base64url");
      const reply = await press({ vote: "approve", code: `a.${short}.${code.slice(25)}` });
      await refusedAs(second.id, reply, "wrong_nonce", /not valid/);
      expect(await approval(first.id)).toMatchObject({ state: "pending" });
    });
  }
  if (signedIn) {
    test("anyone with the mail's link: a page made for one person does not serve another", async () => {
      const { id } = await opened();
      it.know({ channel: "oidc", id: "mallory" }, "mallory", ["repo-owner"]);
      const mine = await platform.press({ vote: "approve" });
      const theirs = { ...mine, headers: { ...mine.headers, cookie: "session=mallory" } };
      await refusedAs(id, await answers(platform.channel.id, theirs), "wrong_nonce", /not valid/);
    });
  }
  if (accounts) {
    test("another team, server, chat or site is refused", async () => {
      const { id } = await opened();
      const reply = await press({ vote: "approve", elsewhere: true });
      await refusedAs(id, reply, "wrong_place", /not the configured one/);
    });
  }
  if (timed) {
    test.each([
      ["too old", -301_000, "pending"],
      ["nearly too old", -299_000, "approved"],
      ["of soon", 299_000, "approved"],
      ["from the future", 302_000, "pending"],
    ])("clock skew: a request that is %s", async (_why, skewMs, state) => {
      const { id } = await opened();
      await press({ vote: "approve", skewMs });
      expect(await approval(id)).toMatchObject({ state });
      expect(codes()).toEqual(state === "pending" ? ["wrong_time"] : []);
    });
  }
  if (!signedIn) {
    test.each([
      ["nothing", ""],
      ["garbage", "\u0000\u0001{{{"],
      ["an empty object", "{}"],
      ["a list", "[]"],
      ["null", "null"],
      ["a yes in words", '{"text":"yes","message":{"text":"yes","chat":{"id":-100}},"update_id":1}'],
      ["deep nesting", "[".repeat(5_000)],
      ["prototype keys", '{"__proto__":{"type":"block_actions"}}'],
    ])("an authentic request that holds %s is refused and harms nothing", async (_what, body) => {
      const { id } = await opened();
      const sent = name === "slack" ? new URLSearchParams({ payload: body }).toString() : body;
      const signed = platform.signed?.(sent);
      if (signed === undefined) throw new Error(`${name} signs nothing`);
      const reply = await answers(platform.channel.id, signed);
      expect(reply.status).toBeLessThan(500);
      expect(await approval(id)).toMatchObject({ state: "pending" });
      expect(codes()).toHaveLength(1);
    });
  }
});

test("a channel that is none is not found, and whatever names are tried are one event", async () => {
  const it = world();
  const { answers, deliverer } = it.courier([]);
  const request = { method: "POST", query: "", headers: {}, body: "{}" };
  for (const name of ["nope", "nope", "other"]) expect((await answers(name, request)).status).toBe(404);
  expect(it.evidence.notes).toMatchObject([
    { tenant: "default", type: "answer_refused", detail: { code: "unknown_channel", times: 1 } },
  ]);
  await deliverer.stop();
});
