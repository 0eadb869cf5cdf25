// telling.test.ts — the small parts of telling: what is cut, what an HTTP answer means, who is told, what refusals leave behind

import { uuidTime } from "@holdpoint/core/escalation/uuid-time.ts";
import { fixedClock } from "@holdpoint/runtime/clock.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryEvidence } from "../test/memory.ts";
import { card, log, pending, world } from "../test/world.ts";
import type { Channel, Sent } from "./channel.ts";
import { endpointOf } from "./endpoints.ts";
import { excerpt } from "./excerpt.ts";
import { failureOf, retryAfterMs } from "./http-sent.ts";
import { identify } from "./identity.ts";
import { createRefusals } from "./refusals.ts";
import { outcomeText } from "./words.ts";

describe("an excerpt", () => {
  const link = "https://h.example/approvals/apr_1";
  const yes = () => true;
  test("is whole only when everything fits and is shown exactly", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300, unit: "binary" }),
        fc.integer({ min: 0, max: 300 }),
        fc.boolean(),
        (text, max, exact) => {
          const { whole, text: shown, notice } = excerpt(card(text), max, link, () => exact);
          expect(whole).toBe(text.length <= max && exact);
          if (whole) expect([shown, notice]).toEqual([text, ""]);
          else expect(notice).toContain(link);
          expect(shown.isWellFormed() || whole).toBe(true);
          expect(shown.length).toBeLessThanOrEqual(Math.max(max, 0));
        },
      ),
    );
  });
  test("ends at a line, says how much there is, and gives the hash of all of it", () => {
    const whole = card("one\ntwo\nthree\n");
    const { text, notice } = excerpt(whole, 9, link, yes);
    expect(text).toBe("one\ntwo\n");
    expect(notice).toContain("8 of 14 characters");
    expect(notice).toContain(whole.sha256);
  });
  test("of a card that was cut before is never whole", () => {
    expect(excerpt({ ...card("x\n"), truncated: true }, 100, link, yes).whole).toBe(false);
  });
});

describe("an HTTP answer", () => {
  const clock = fixedClock(Date.UTC(2026, 0, 1));
  test.each<[string, number, Record<string, string>, Partial<Sent> & { afterMs?: number | undefined }]>([
    ["gone for good", 410, {}, { status: "refused" }],
    ["not found: may be repaired", 404, {}, { status: "retry" }],
    ["forbidden: may be repaired", 403, {}, { status: "retry" }],
    ["busy, in seconds", 429, { "retry-after": "30" }, { status: "retry", afterMs: 30_000 }],
    ["away, by a date", 503, { "retry-after": "Thu, 01 Jan 2026 00:01:00 GMT" }, { status: "retry", afterMs: 60_000 }],
    ["busy for ever: an hour at most", 429, { "retry-after": "999999999" }, { afterMs: 3_600_000 }],
    ["busy, in nonsense", 429, { "retry-after": "soon" }, { status: "retry" }],
  ])("%s", (_what, status, headers, sent) => {
    expect(failureOf({ status, headers, body: "", cut: false }, clock)).toMatchObject(sent);
  });
  test("a date that is past asks for nothing", () => {
    expect(retryAfterMs("Thu, 01 Jan 1970 00:00:00 GMT", clock.now())).toBeUndefined();
  });
});

describe("who is told", () => {
  const channel: Channel = {
    id: "c",
    tenant: "default",
    kind: "notify-only",
    shows: () => true,
    send: async () => ({ status: "sent" }),
  };
  test.each([
    ["a request of its role", "default", "approval.opened", ["repo-owner"], true],
    ["a request of another role", "default", "approval.opened", ["security"], false],
    ["a request where no role is named", "default", "approval.opened", [], true],
    ["another tenant's request", "other", "approval.opened", [], false],
    ["a topic that it does not follow", "default", "approval.settled", [], false],
    ["a topic that nobody knows", "default", "approval.exploded", [], false],
  ])("%s", async (_what, tenant, topic, roles, wanted) => {
    const it = world();
    const approval = it.open();
    const endpoint = endpointOf(channel, { topics: ["approval.opened", "alert"], roles }, it.deps);
    const item = { tenant, id: "1", topic, payload: { approvalId: approval.id }, madeAt: 0 };
    expect(await endpoint.wants(item)).toBe(wanted);
  });
  test("an alert reaches every role", async () => {
    const endpoint = endpointOf(channel, { topics: ["alert"], roles: ["security"] }, world().deps);
    expect(await endpoint.wants({ tenant: "default", id: "1", topic: "alert", payload: {}, madeAt: 0 })).toBe(true);
  });
  test("what names nothing that is there becomes a dead letter, not a message", async () => {
    const endpoint = endpointOf(channel, { topics: ["approval.opened"], roles: [] }, world().deps);
    const row = {
      tenant: "default",
      id: "1",
      topic: "approval.opened",
      payload: { approvalId: "apr_x" },
      madeAt: 0,
      endpoint: "c",
      attempts: 0,
    };
    expect(await endpoint.send(row, AbortSignal.timeout(1_000))).toMatchObject({ status: "refused" });
  });
});

describe("refusals as evidence", () => {
  const setting = () => {
    const clock = fixedClock(0);
    const evidence = memoryEvidence();
    return { clock, evidence, refusals: createRefusals({ evidence, clock, log }) };
  };
  const forged = { tenant: "default", channel: "c", code: "not_authentic", authentic: false } as const;

  test("a flood of forged requests is a count, and no number is lost", async () => {
    const { clock, evidence, refusals } = setting();
    for (let n = 0; n < 1_000; n += 1) {
      await refusals.note(forged);
      clock.advance(50);
    }
    await refusals.flush();
    expect(evidence.notes.length).toBeLessThan(10);
    expect(evidence.notes.reduce((sum, { detail }) => sum + Number(detail["times"]), 0)).toBe(1_000);
  });
  test("each refusal of a person whom the channel vouched for stands by itself", async () => {
    const { evidence, refusals } = setting();
    for (let n = 0; n < 5; n += 1)
      await refusals.note({ ...forged, authentic: true, code: "used_nonce", actionId: "act_1" });
    expect(evidence.notes).toHaveLength(5);
    expect(evidence.notes[0]).toMatchObject({
      actionId: "act_1",
      type: "answer_refused",
      detail: { code: "used_nonce", times: 1 },
    });
  });
  test("a refusal stays one when its evidence cannot be written", async () => {
    const evidence = { note: async () => Promise.reject(new Error("the database is away")) };
    const refusals = createRefusals({ evidence, clock: fixedClock(0), log });
    await expect(refusals.note(forged)).resolves.toBeUndefined();
  });
});

describe("identity", () => {
  const actionId = "act_019aa5a8-4c00-7000-8000-000000000000";
  const born = uuidTime(actionId);
  test("an action's id says when it was proposed", () => {
    expect(new Date(born).toISOString()).toBe(new Date(0x019aa5a84c00).toISOString());
  });
  test.each([
    ["older than the action", -1, false, "known"],
    ["as old as the action", 0, false, "known"],
    ["newer than the action", 1, false, "refused"],
    ["newer, where one person is alone", 1, true, "known"],
  ])("an account that is %s", async (_what, by, onePerson, status) => {
    const person = { id: "alice", roles: [], changedAt: born + by };
    const people = { byIdentity: async () => person };
    expect(await identify(people, "t", { channel: "slack", id: "T/U" }, actionId, onePerson)).toMatchObject({ status });
  });
});

test("what a person is told says whether it is settled, and never a word of the agent", () => {
  const clock = fixedClock(Date.UTC(2026, 0, 1));
  const approval = pending(clock, { card: card("SECRET WORDS\n") });
  expect(outcomeText({ status: "counted", vote: "approve", approval })).toBe("Your approval is counted.");
  expect(outcomeText({ status: "counted", vote: "deny", approval: { ...approval, state: "rejected" } })).toBe(
    "Your denial is counted: denied.",
  );
});
