// decide.test.ts — the stages as one function: each only tightens, and what a claim repeats is what was decided

import type { Finding } from "@holdpoint/wire/decision.ts";
import { EFFECTS } from "@holdpoint/wire/scalars.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decide, judge } from "./decide.ts";
import { deriveFacts } from "./facts/derive.ts";
import { compileSet } from "./rules/compile.ts";
import { evaluate } from "./rules/evaluate.ts";
import { builtinCheckers } from "./safety/builtin.ts";
import type { Checker } from "./safety/checker.ts";
import { runSyncCheckers } from "./safety/run.ts";
import { sampleAction } from "./sample.ts";

const set = compileSet([
  {
    name: "test/policy",
    dialect: "native-yaml",
    text: `
rules:
  - id: allow-git
    effect: allow
    when: { tool: [shell], commands: ["git status"] }
    obligations: { sandbox: { recommended: scrubbed, required: { network: list } } }
  - id: ask-push
    effect: require_approval
    when: { commands: ["git push"] }
    reason: publishes
  - id: allow-reads
    effect: allow
    when: { tool: ["fs.read"] }
`,
  },
]);
const bash = (command: string) => sampleAction({ args: { command } });
const read = (path: string) => sampleAction({ tool: "Read", args: { file_path: path } });

test.each([
  // why                               action                       effect   recommended
  ["a rule allows", bash("git status"), "allow", "workspace+egress-list"],
  ["a rule asks", bash("git push origin me"), "ask", undefined],
  ["nothing covers it", bash("ls"), "deny", undefined],
  ["a checker blocks what a rule allows", read("../../etc/passwd"), "deny", undefined],
  ["and leaves its neighbour alone", read("/home/dev/api/src/a.ts"), "allow", "none"],
])("%s", (_why, action, effect, recommended) => {
  const { verdict, facts } = decide(set, action);
  expect(verdict.effect).toBe(effect);
  if (recommended !== undefined) expect(verdict.sandbox?.recommended).toBe(recommended);
  expect(facts).toEqual(deriveFacts(action));
  expect(verdict.policyDigest).toBe(set.digest);
  expect((verdict.ask !== undefined) === (verdict.effect === "ask")).toBe(true);
});

test("a claim that judges again with the same findings comes to the same verdict", () => {
  for (const action of [bash("git status"), bash("git push"), read("../x")]) {
    const { verdict, facts } = decide(set, action);
    const findings = runSyncCheckers(builtinCheckers, action, facts);
    expect(judge(set, action, facts, findings)).toEqual(verdict);
  }
});

test("no checker, whatever it answers, makes anything easier than the rules did", () => {
  const severities = fc.constantFrom("info", "warn", "block", "allow", "none");
  const answers = fc.oneof(
    fc.array(
      fc.record({
        checker: fc.constantFrom("x", "y"),
        severity: severities,
        code: fc.string(),
        note: fc.string(),
        escalatable: fc.boolean(),
      }),
    ),
    fc.anything(),
  );
  const actions = fc.constantFrom(bash("git status"), bash("git push"), bash("ls"), read("/home/dev/api/a"));
  fc.assert(
    fc.property(answers, actions, fc.boolean(), (answer, plain, escalated) => {
      const action = escalated ? { ...plain, escalated: { justification: "please" } } : plain;
      const checker: Checker = { id: "x", timeoutMs: 10, check: () => answer as Finding[] };
      const alone = evaluate(set, action, deriveFacts(action)).effect;
      expect(EFFECTS.indexOf(decide(set, action, [checker]).verdict.effect)).toBeGreaterThanOrEqual(
        EFFECTS.indexOf(alone),
      );
    }),
  );
});
