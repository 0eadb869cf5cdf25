// settler.test.ts — a draft becomes one committed decision, whatever the policy, a stop or the store say in between

import { judge } from "@holdpoint/core/decide.ts";
import { deriveFacts } from "@holdpoint/core/facts/derive.ts";
import { compileSet, type PolicySet } from "@holdpoint/core/rules/compile.ts";
import { BLANK_HISTORY } from "@holdpoint/core/rules/criteria/view.ts";
import type { SettleDraft } from "@holdpoint/queue/types.ts";
import { fixedClock } from "@holdpoint/runtime/clock.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import type { ActionRow, Settled, Settlement } from "@holdpoint/store/types.ts";
import { message, shell } from "@holdpoint/testkit/builders.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import { describe, expect, test } from "vitest";
import { createSettler } from "./settler.ts";

const log = createLogger("settler", { level: "silent" });
const policy = (name: string, effect: "allow" | "require_approval" | "deny"): PolicySet =>
  compileSet([
    {
      name,
      dialect: "native-yaml",
      text: `default: deny\nrules:\n  - id: ${name}\n    effect: ${effect}\n    reason: by ${name}\n    when: { commands: ["git status"] }\n`,
    },
  ]);
const allowing = policy("allowing", "allow");
const asking = policy("asking", "require_approval");
const denying = policy("denying", "deny");

function draftUnder(set: PolicySet, options: { checked?: Finding[] | false } = {}): SettleDraft {
  const action = shell("git status");
  const facts = deriveFacts(action);
  const findings = options.checked === false ? [] : (options.checked ?? []);
  return {
    message: message({
      action,
      stages: [{ stage: "sandbox", ms: 1 }],
      ...(options.checked !== false && { findings }),
    }),
    facts,
    verdict: judge(set, action, facts, findings),
    findings,
  };
}

type Answer = (settlement: Settlement) => Settled;
const settledAs: Answer = ({ actionId, state }) => ({
  status: "settled",
  actionId,
  state,
  version: 2,
  eventId: "evt",
  receipt: "r",
});
/** A store that has `active` published and answers as `settle` of the database does. */
function world(active: PolicySet, then: Answer = settledAs, row?: Pick<ActionRow, "state" | "epoch">) {
  const committed: Settlement[] = [];
  const again: string[] = [];
  const settler = createSettler({
    clock: fixedClock(Date.UTC(2026, 10, 21)),
    log,
    again: async (_tenant, actionId) => void again.push(actionId),
    policies: { active: async () => active, refresh: async () => active },
    store: {
      tenants: { redactionKey: async () => Buffer.alloc(32, 5) },
      actions: {
        get: async () => row as ActionRow | undefined,
        settle: async (_tenant, items) =>
          items.map((item) => {
            if (item.decision.policyDigest !== active.digest)
              return { status: "stale_policy", actionId: item.actionId, activeDigest: active.digest };
            const answer = then(item);
            if (answer.status === "settled") committed.push(item);
            return answer;
          }),
      },
    },
  });
  return { settler, committed, again };
}

describe("settling", () => {
  test.each([
    ["an allow", allowing, "allowed"],
    ["a denial", denying, "denied"],
    ["an ask", asking, "held"],
  ])("commits %s as what it is", async (_why, set, state) => {
    const { settler, committed } = world(set);
    await settler.settle(draftUnder(set));
    expect(committed).toHaveLength(1);
    expect(committed[0]).toMatchObject({ state, decision: { policyDigest: set.digest }, actor: { system: "sandbox" } });
  });

  test("an ask carries its card, its end and whom it asks", async () => {
    const { settler, committed } = world(asking);
    await settler.settle(draftUnder(asking));
    const [{ approval, decision } = {}] = committed;
    expect(approval?.card.text).toContain("git status");
    expect(decision?.approval).toMatchObject({
      id: approval?.id,
      role: "approver",
      expiresAt: "2026-11-21T01:00:00.000Z",
    });
  });

  test.each([
    ["what is allowed by now", denying, allowing, "allowed"],
    ["what is denied by now", allowing, denying, "denied"],
    ["what people are asked about by now", allowing, asking, "held"],
  ])("judges again when the policy changed under it: %s", async (_why, old, active, state) => {
    const { settler, committed } = world(active);
    await settler.settle(draftUnder(old));
    expect(committed.map((each) => [each.state, each.decision.policyDigest])).toEqual([[state, active.digest]]);
  });

  test("a judgement under the new policy reuses what the checkers found", async () => {
    const block = { checker: "size", severity: "block", code: "too_large", note: "too large" } as const;
    const { settler, committed } = world(allowing);
    await settler.settle(draftUnder(denying, { checked: [block] }));
    expect(committed[0]).toMatchObject({ state: "denied", findings: [block] });
  });

  test("what rules denied and would now allow goes through all stages first: no checker has seen it", async () => {
    const { settler, committed, again } = world(allowing);
    const draft = draftUnder(denying, { checked: false });
    await settler.settle(draft);
    expect(committed).toEqual([]);
    expect(again).toEqual([draft.message.action.id]);
  });

  test("what rules denied and still would is settled without another round", async () => {
    const other = policy("denying-too", "deny");
    const { settler, committed, again } = world(other);
    await settler.settle(draftUnder(denying, { checked: false }));
    expect([committed[0]?.state, again]).toEqual(["denied", []]);
  });

  test.each([
    [
      "a terminated session",
      { status: "stopped", actionId: "", why: "session_terminated", reason: "it went wild" },
      "session_terminated",
    ],
    ["an engaged kill switch", { status: "stopped", actionId: "", why: "kill_switch", reason: "stop" }, "kill_switch"],
    ["too many open questions", { status: "too_many_pending", actionId: "" }, "too_many_pending"],
  ] satisfies [string, Settled, string][])("denies under %s", async (_why, answer, code) => {
    const { settler, committed } = world(asking, (item) => (item.state === "denied" ? settledAs(item) : answer));
    await settler.settle(draftUnder(asking));
    expect(committed[0]).toMatchObject({ state: "denied", decision: { effect: "deny" } });
    expect(committed[0]?.approval).toBeUndefined();
    expect(committed[0]?.decision.findings.map((finding) => finding.code)).toContain(code);
  });

  test.each(["stale_epoch", "already", "unknown"] as const)(
    "drops its draft when the store says `%s`",
    async (status) => {
      const { settler, committed } = world(
        allowing,
        ({ actionId }) => ({ status, actionId, state: "allowed" }) as Settled,
      );
      await settler.settle(draftUnder(allowing));
      expect(committed).toEqual([]);
    },
  );

  test("gives up for now when the policy changes faster than it can judge", async () => {
    const { settler } = world(allowing, ({ actionId }) => ({ status: "stale_policy", actionId, activeDigest: "x" }));
    await expect(settler.settle(draftUnder(allowing))).rejects.toMatchObject({ code: "not_ready" });
  });

  test("lets an outage of the store up to the stage loop, which repeats", async () => {
    const { settler } = world(allowing, () => {
      throw new Fault("store_unavailable", "away");
    });
    await expect(settler.settle(draftUnder(allowing))).rejects.toMatchObject({ code: "store_unavailable" });
  });

  test("one draft that cannot be written does not take its neighbours with it", async () => {
    const drafts = Array.from({ length: 9 }, () => draftUnder(allowing));
    const bad = drafts[4]?.message.action.id;
    const { settler, committed } = world(allowing, (item) => {
      if (item.actionId === bad) throw new Error("cannot be written");
      return settledAs(item);
    });
    const results = await Promise.allSettled(drafts.map((draft) => settler.settle(draft)));
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(1);
    expect(new Set(committed.map(({ actionId }) => actionId)).size).toBe(8);
  });
});

test("what is committed knows secrets by kind and keyed hash only; the facts stay as they are, for the claim", async () => {
  const secret = ["ghp_", "a1B2".repeat(9)].join("");
  const set = compileSet([
    { name: "r", dialect: "native-yaml", text: "rules: [{ effect: redact, when: { secrets: true } }]" },
  ]);
  const action = shell(`frobnicate --key ${secret}`);
  const facts = deriveFacts(action);
  const verdict = judge(set, action, facts, []);
  expect(verdict.reason).toContain(secret);
  const { settler, committed } = world(set);
  await settler.settle({ message: message({ action, findings: [] }), facts, verdict, findings: [] });
  const [item] = committed;
  if (item === undefined) throw new Error("nothing was committed");
  const { facts: kept, ...told } = item;
  expect(JSON.stringify(told)).not.toContain(secret);
  expect(told.decision.redactions).toEqual([
    { at: "/command", kind: "github-token", marker: expect.stringMatching(/^\[redacted:github-token:[0-9a-f]{16}\]$/) },
  ]);
  expect(told.decision.reason).toContain(told.decision.redactions[0]?.marker);
  expect(kept).toBe(facts);
});

describe("where the set has limits", () => {
  const limited = compileSet([
    {
      name: "limited",
      dialect: "native-yaml",
      text: `default: allow\nrules: [{ id: three, effect: deny, reason: three, when: { limits: { agent: { actions: { gte: 3 } } } } }]`,
    },
  ]);
  const fresh = () => {
    const draft = draftUnder(limited);
    const { action } = draft.message;
    return { ...draft, verdict: judge(limited, action, draft.facts, [], BLANK_HISTORY) };
  };
  const recounted =
    (count: number): Answer =>
    (item) => {
      const [ask] = item.verdict.counts?.asks ?? [];
      if (ask === undefined) return settledAs(item);
      if (ask.held === count >= 3) return settledAs(item);
      return { status: "recount", actionId: item.actionId, counts: { [ask.name]: count } };
    };

  test.each([
    [0, "allowed"],
    [2, "allowed"],
    [3, "denied"],
  ])("judges again by what was really counted: %d before", async (count, state) => {
    const { settler, committed } = world(limited, recounted(count));
    await settler.settle(fresh());
    expect(committed.map((each) => each.state)).toEqual([state]);
  });

  test("drops what waits for a sibling's answer: it is sent again later", async () => {
    const { settler, committed, again } = world(limited, ({ actionId }) => ({
      status: "waiting",
      actionId,
      approvalId: "apr",
    }));
    await settler.settle(fresh());
    expect([committed, again]).toEqual([[], []]);
  });

  test("a denial by Holdpoint itself rests on no count", async () => {
    const { settler, committed } = world(limited, recounted(3));
    const { message: sent, verdict } = fresh();
    await settler.exhausted({ ...sent, verdict }, new Error("bug"));
    expect(committed[0]).toMatchObject({ state: "denied", verdict: { counts: { asks: [] } } });
  });
});

describe("what could not be judged", () => {
  test.each([
    ["threw every time", new Error("bug"), "stage_failed"],
    ["killed its worker", new Error("poison: twice"), "poison"],
  ])("is denied when it %s", async (_why, error, code) => {
    const { settler, committed } = world(allowing);
    await settler.exhausted(message({ action: shell("git status") }), error);
    expect(committed[0]).toMatchObject({
      state: "denied",
      decision: { effect: "deny", policyDigest: allowing.digest },
    });
    expect(committed[0]?.decision.findings.map((finding) => finding.code)).toEqual([code]);
  });

  test("stays denied when the policy changes meanwhile, however much that would allow", async () => {
    let cited = "";
    const active = { ...allowing };
    const { settler, committed } = world(active, (item) => {
      if (cited === "") {
        cited = item.decision.policyDigest;
        return { status: "stale_policy", actionId: item.actionId, activeDigest: "newer" };
      }
      return settledAs(item);
    });
    await settler.exhausted(message({ action: shell("git status") }), new Error("bug"));
    expect(committed[0]?.state).toBe("denied");
  });
});

describe("an action that a later dispatch sent again meanwhile", () => {
  const fenced: Answer = (item) =>
    item.epoch === 7 ? settledAs(item) : { status: "stale_epoch", actionId: item.actionId };
  const poison = new Error("poison: the worker died twice on this action");

  test("is denied as poison all the same: each dispatch would end another process", async () => {
    const { settler, committed } = world(allowing, fenced, { state: "received", epoch: 7 });
    await settler.exhausted(message({ action: shell("git status") }), poison);
    expect(committed.map(({ state, epoch }) => [state, epoch])).toEqual([["denied", 7]]);
  });

  test.each<[string, (settler: ReturnType<typeof createSettler>) => Promise<void>]>([
    ["a judgement", (settler) => settler.settle(draftUnder(allowing))],
    ["that it threw", (settler) => settler.exhausted(message({ action: shell("git status") }), new Error("boom"))],
  ])("is left to that dispatch: %s of the older one counts for nothing", async (_what, act) => {
    const { settler, committed } = world(allowing, fenced, { state: "received", epoch: 7 });
    await act(settler);
    expect(committed).toEqual([]);
  });

  test("and is decided by now stays as it is", async () => {
    const { settler, committed } = world(allowing, fenced, { state: "allowed", epoch: 7 });
    await settler.exhausted(message({ action: shell("git status") }), poison);
    expect(committed).toEqual([]);
  });
});
