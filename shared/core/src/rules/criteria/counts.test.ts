// Rules about what was before: met by what is known of it, and each verdict says what it asked.

import { describe, expect, test } from "vitest";
import { deriveFacts } from "../../facts/derive.ts";
import { compileSet } from "../compile.ts";
import { evaluate } from "../evaluate.ts";
import { exampleAction } from "../examples.ts";
import { errorsOf, yamlSource } from "../judged.ts";
import { BLANK_HISTORY, type History } from "./view.ts";

const denyWhen = (when: string) => `default: allow\nrules: [{ id: limit, effect: deny, when: ${when} }]`;

function judge(policy: string, history: History | undefined, more: object = {}) {
  const action = { ...exampleAction({ command: "ls" }), session: { id: "s-1" }, ...more };
  return evaluate(compileSet([yamlSource(policy)]), action, deriveFacts(action), history);
}
const agent = exampleAction({ command: "ls" }).principal.agent;

describe("a rule about what was before", () => {
  const rate = denyWhen("{ limits: { agent: { actions: { gte: 3, within: 1m } } } }");
  const name = `agent/actions/60000/${agent}`;

  test.each([
    ["unknown: counts as met where it tightens", undefined, "deny"],
    ["nothing yet", BLANK_HISTORY, "allow"],
    ["below the limit", { counts: { [name]: 2 } }, "allow"],
    ["at the limit", { counts: { [name]: 3 } }, "deny"],
    ["another agent's", { counts: { "agent/actions/60000/other": 9 } }, "allow"],
    ["more than a limit between whole numbers", { counts: { [name]: 2.5 } }, "allow"],
    ["another window's", { counts: { [`agent/actions/3600000/${agent}`]: 9 } }, "allow"],
  ])("%s", (_why, history, effect) => {
    expect(judge(rate, history).effect).toBe(effect);
  });

  test("is asked for by name with its bounds, and what it counts is listed for every action", () => {
    expect(judge(rate, BLANK_HISTORY).counts).toEqual({
      asks: [{ name, own: 0, bounds: { gte: 3 }, held: false }],
      of: [{ name, what: "actions", windowMs: 60_000, used: 0 }],
    });
    expect(judge(rate, { counts: { [name]: 3 } }).counts?.asks).toMatchObject([{ held: true }]);
  });

  test("is asked once, however many commands the text has", () => {
    expect(judge(rate, BLANK_HISTORY, { args: { command: "ls; ls; ls" } }).counts?.asks).toHaveLength(1);
  });

  test("is not asked where something else of the rule does not hold, and still counted", () => {
    const other = denyWhen("{ commands: [make], limits: { agent: { actions: { gte: 3, within: 1m } } } }");
    expect(judge(other, BLANK_HISTORY).counts).toMatchObject({ asks: [], of: [{ name }] });
  });

  test("leaves verdicts of sets without such rules as they are", () => {
    expect(judge(denyWhen("{ commands: [make] }"), BLANK_HISTORY)).not.toHaveProperty("counts");
  });

  test.each([
    ["session", "{ session: { denials: { gte: 1 } } }", {}, "session/denials/0/s-1"],
    [
      "run with a name",
      "{ limits: { run: { actions: { gte: 1 } } } }",
      { usage: { runId: "r" } },
      "run/actions/0/run r",
    ],
    ["run without: its session", "{ limits: { run: { actions: { gte: 1 } } } }", {}, "run/actions/0/session s-1"],
    ["tenant", "{ limits: { tenant: { costUsd: { gt: 1, within: 1d } } } }", {}, "tenant/costUsd/86400000/"],
  ])("counts by %s", (_scope, when, more, name) => {
    expect(judge(denyWhen(when), BLANK_HISTORY, more).counts?.of.map((each) => each.name)).toEqual([name]);
  });
});

describe("sums of what is used", () => {
  const budget = denyWhen("{ limits: { run: { costUsd: { gt: 0.3 } } } }");
  const spent = (micros: number): History => ({ counts: { "run/costUsd/0/session s-1": micros } });

  test.each([
    ["the last of the money, in cents that no float holds", 200_000, 0.1, "allow"],
    ["a millionth more", 200_001, 0.1, "deny"],
    ["all of it at once", 0, 0.3, "allow"],
    ["nothing of it, where all is spent", 300_000, undefined, "allow"],
    ["more than there is at once", 0, 0.31, "deny"],
  ])("hold the action's own: %s", (_why, before, costUsd, effect) => {
    expect(judge(budget, spent(before), costUsd === undefined ? {} : { usage: { costUsd } }).effect).toBe(effect);
  });

  test("a model call is one, whatever it says", () => {
    const calls = denyWhen("{ limits: { run: { modelCalls: { gt: 5 } } } }");
    const history = { counts: { "run/modelCalls/0/session s-1": 5 } };
    expect(judge(calls, history, { kind: "model_call", usage: { modelCalls: 0 } }).effect).toBe("deny");
    expect(judge(calls, history).effect).toBe("allow");
    const one = { counts: { "run/modelCalls/0/session s-1": 4 } };
    expect(judge(calls, one, { kind: "model_call" }).effect).toBe("allow");
    expect(judge(calls, one, { kind: "model_call", usage: { modelCalls: 1 } }).effect).toBe("allow");
    expect(judge(calls, history, { usage: { modelCalls: 2 } }).effect).toBe("deny");
  });

  test("allow nothing on an agent's own word (rulings §A3)", () => {
    const cheap = "rules: [{ effect: allow, when: { tool: shell, limits: { run: { costUsd: { lte: 1 } } } } }]";
    const usage = { costUsd: 0.5 };
    expect(judge(cheap, BLANK_HISTORY, { usage, attested: ["agent"] }).effect).toBe("deny");
    expect(judge(cheap, BLANK_HISTORY, { usage, attested: ["agent", "usage"] }).effect).toBe("allow");
  });

  test("nor on it together with what is counted for sure", () => {
    const both = "{ run: { costUsd: { lte: 1 }, actions: { lt: 9 } } }";
    const cheap = `rules: [{ effect: allow, when: { tool: shell, limits: ${both} } }]`;
    expect(judge(cheap, BLANK_HISTORY, { attested: ["agent"] }).effect).toBe("deny");
    expect(judge(cheap, BLANK_HISTORY, { attested: ["agent", "usage"] }).effect).toBe("allow");
  });

  test("refuse an allow for a high sum, which agents could reach by themselves", () => {
    const text = "rules: [{ effect: allow, when: { tool: shell, limits: { run: { modelCalls: { gte: 3 } } } } }]";
    expect(errorsOf([yamlSource(text)])).toMatchObject([
      { line: 1, message: expect.stringContaining("nothing may be allowed for a high `modelCalls`") },
    ]);
    const exempt = "rules: [{ effect: deny, unless: { limits: { run: { costUsd: { gt: 3 } } } } }]";
    expect(errorsOf([yamlSource(exempt)])).toHaveLength(1);
  });
});

test("exemptions ask as well, and an unknown count exempts nobody", () => {
  const policy =
    "default: allow\nrules: [{ effect: deny, when: { tool: shell }, unless: { session: { denials: { lt: 2 } } } }]";
  const denials = (count: number): History => ({ counts: { "session/denials/0/s-1": count } });
  expect(judge(policy, denials(1))).toMatchObject({ effect: "allow", counts: { asks: [{ held: true }] } });
  expect(judge(policy, denials(2)).effect).toBe("deny");
  expect(judge(policy, undefined).effect).toBe("deny");
});

test("only sums hold the action's own, and a deny counts them also on an agent's word", () => {
  const rate = denyWhen("{ session: { actions: { gte: 1 } } }");
  expect(judge(rate, BLANK_HISTORY, { kind: "model_call" }).counts?.asks).toMatchObject([{ own: 0, held: false }]);
  const budget = denyWhen("{ limits: { run: { costUsd: { gt: 1 } } } }");
  const claimed = { attested: ["agent"], usage: { costUsd: 0.5 } };
  expect(judge(budget, BLANK_HISTORY, claimed).effect).toBe("allow");
  expect(judge(budget, BLANK_HISTORY, { ...claimed, usage: { costUsd: 1.5 } }).effect).toBe("deny");
});

test.each([
  ["a bound between whole numbers", "{ session: { denials: { gt: 2.5 } } }", "session/denials/0/s-1", 3, "deny"],
  ["and below it", "{ session: { denials: { gt: 2.5 } } }", "session/denials/0/s-1", 2, "allow"],
  ["a tenant's", "{ limits: { tenant: { actions: { gte: 3 } } } }", "tenant/actions/0/", 3, "deny"],
  ["and less of it", "{ limits: { tenant: { actions: { gte: 3 } } } }", "tenant/actions/0/", 2, "allow"],
  [
    "two limits of which one holds",
    "{ session: { denials: { gte: 3 }, actions: { gte: 1 } } }",
    "session/denials/0/s-1",
    3,
    "allow",
  ],
])("%s counts", (_why, when, name, count, effect) => {
  expect(judge(denyWhen(when), { counts: { [name]: count } }).effect).toBe(effect);
});

test("what costs little is asked first: nothing is asked of the history where the risk is another", () => {
  const limit = "limits: { agent: { actions: { gte: 3 } } }";
  for (const when of [`{ ${limit}, risk: { gte: 90 } }`, `{ risk: { gte: 90 }, ${limit} }`])
    expect(judge(denyWhen(when), BLANK_HISTORY).counts?.asks).toEqual([]);
});
