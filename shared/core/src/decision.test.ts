// decision.test.ts — a decision holds everything, an agent sees only what disclosure allows, people get sentences

import { Decision } from "@holdpoint/wire/decision.ts";
import { describe, expect, test } from "vitest";
import { forAgent, toDecision } from "./decision.ts";
import { explain } from "./explain.ts";
import { deriveFacts } from "./facts/derive.ts";
import { compileSet } from "./rules/compile.ts";
import { evaluate } from "./rules/evaluate.ts";
import { exampleAction } from "./rules/examples.ts";

const policy = `
disclosure: reason
rules:
  - { id: reads, effect: allow, when: { tool: shell, program: [ls, cat] } }
  - id: no-force
    effect: deny
    when: { program: rm }
    reason: deletes what nobody can bring back
    hint: Move it to a trash folder instead
  - { id: ask-owner, effect: require_approval, when: { program: mv }, approval: { role: owner, quorum: 2 }, reason: moves things }
`;
const uuid = "018f0000-0000-7000-8000-000000000000";
function decided(command: string) {
  const action = exampleAction(command);
  const facts = deriveFacts(action);
  const verdict = evaluate(compileSet([{ name: "test", dialect: "native-yaml", text: policy }]), action, facts);
  const decision = toDecision(verdict, {
    decisionId: `dec_${uuid}`,
    actionId: `act_${uuid}`,
    argsHash: "sha256-jcs:00",
    decidedAt: "2026-01-01T00:00:00Z",
    stages: [{ stage: "rules", ms: 0.1 }],
    approval: { id: `apr_${uuid}`, expiresAt: "2026-01-01T01:00:00Z" },
  });
  return { decision, verdict, facts };
}

test.each([["ls"], ["rm x"], ["mv a b"], ["unknown"]])("the decision of `%s` fits the wire", (command) => {
  expect(Decision.safeParse(decided(command).decision).error).toBeUndefined();
});

test("what a command does to files that run by themselves, and to databases, is said in words", () => {
  const said = (command: string) => {
    const { decision, verdict, facts } = decided(command);
    return explain(decision, verdict, facts);
  };
  expect(said("psql -c 'drop table users'")).toContain("it tells a database: drop table users");
  expect(said("echo x > Makefile")).toMatch(/writes .*Makefile, makes run what is in .*Makefile/);
});

test("an approval appears only with an ask, and names its first requirement", () => {
  expect(decided("rm x").decision.approval).toBeUndefined();
  expect(decided("mv a b").decision.approval).toMatchObject({
    role: "owner",
    quorum: 2,
    requirements: [{ role: "owner", quorum: 2, votes: 0 }],
  });
});

describe("for the agent", () => {
  const { decision } = decided("rm x");
  test.each([
    ["generic", "Tool call denied by policy", []],
    ["hint", "Tool call denied by policy (no-force). Move it to a trash folder instead", ["hint", "rules"]],
    [
      "reason",
      "Tool call denied by policy (no-force): deletes what nobody can bring back. Move it to a trash folder instead",
      ["hint", "reason", "rules"],
    ],
    [
      "full",
      "Tool call denied by policy (no-force): deletes what nobody can bring back. Move it to a trash folder instead",
      ["findings", "hint", "reason", "risk", "rules"],
    ],
  ] as const)("disclosure %s", (disclosure, message, more) => {
    const seen = forAgent(decision, disclosure);
    expect(seen.message).toBe(message);
    const always = ["decisionId", "effect", "message", "outcome", "redactions", "sandbox"];
    expect(Object.keys(seen).sort()).toEqual([...always, ...more].sort());
  });

  test.each([
    ["held", "deny", "Tool call denied by policy"],
    ["denied", "ask", "Tool call denied by policy"],
    ["denied", "allow", "Tool call denied by policy"],
    ["held", "ask", "Tool call is waiting for approval"],
    ["approved", "ask", "Tool call was approved, and may run once"],
    ["executing", "ask", "Tool call was approved"],
    ["succeeded", "ask", "Tool call was approved"],
    ["succeeded", "allow", "Tool call allowed by policy"],
    ["rejected", "ask", "Tool call denied by policy: a person rejected it"],
    ["expired", "ask", "Tool call denied by policy: it was not answered or not run in time"],
    ["expired", "allow", "Tool call denied by policy: it was not answered or not run in time"],
    ["cancelled", "ask", "Tool call denied by policy: it was cancelled"],
    ["revoked", "ask", "Tool call denied by policy: its approval was withdrawn"],
  ] as const)("one that is %s after %s is told so, not what was true once", (state, effect, message) => {
    expect(forAgent({ ...decision, effect }, "generic", state).message).toBe(message);
  });

  test("no disclosure shows the digest, the trace or the alerts", () => {
    const seen = forAgent(decision, "full");
    for (const key of ["policyDigest", "alerts", "stages", "argsHash", "trace"]) expect(seen).not.toHaveProperty(key);
  });
});

describe("for people", () => {
  test("says what was decided, by which rule, why, and what it would touch", () => {
    const { decision, verdict, facts } = decided("rm x");
    const text = explain(decision, verdict, facts);
    expect(text).toContain("Denied: deletes what nobody can bring back.");
    expect(text).toContain("rule no-force of test: deny");
    expect(text).toContain("deletes /home/dev/project/x");
    expect(text.endsWith("\n")).toBe(true);
  });

  test("names each part of a longer command", () => {
    const { decision, verdict, facts } = decided("ls && mv a b");
    const text = explain(decision, verdict, facts);
    expect(text).toContain("`ls` may run (reads)");
    expect(text).toContain("`mv a b` waits for a person (ask-owner)");
    expect(text).toContain("2 × owner");
  });

  test("says when no rule spoke", () => {
    const { decision, verdict, facts } = decided("unknown");
    expect(explain(decision, verdict, facts, { trace: true })).toContain("no rule matched: the default");
    expect(explain(decision)).toContain("No rule decided this");
  });

  test("draws the trace as a tree", () => {
    const { decision, verdict, facts } = decided("ls && rm x");
    expect(explain(decision, verdict, facts, { trace: true })).toContain(
      ["├─ allow  ls", "│  └─ allow by reads of test", "└─ deny  rm x", "   └─ deny by no-force of test"].join("\n"),
    );
  });
});
