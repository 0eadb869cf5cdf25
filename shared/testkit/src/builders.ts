// builders.ts — small, valid things to test with: actions, verdicts, findings, proposals, messages

import { sampleAction, sampleAsk, sampleFacts, sampleVerdict } from "@holdpoint/core/sample.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import type { Action, Proposal } from "@holdpoint/wire/action.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import { JOB_VERSION, type Message } from "@holdpoint/wire/job.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";

/** An accepted action with an id of its own; `args` given here are hashed anew. */
export const action = (overrides: Partial<Action> = {}): Action => sampleAction({ id: newId("act"), ...overrides });

export const shell = (command: string, overrides: Partial<Action> = {}): Action =>
  action({ tool: "Bash", args: { command }, ...overrides });

export const verdict = (overrides: Partial<Verdict> = {}): Verdict => sampleVerdict(overrides);

/** A verdict that holds: effect and outcome fit, and an ask is there. */
export const asking = (overrides: Partial<Verdict> = {}): Verdict =>
  sampleVerdict({
    effect: "ask",
    outcome: "require_approval",
    reason: "somebody should look",
    ask: sampleAsk(),
    ...overrides,
  });

export const denying = (overrides: Partial<Verdict> = {}): Verdict =>
  sampleVerdict({ effect: "deny", outcome: "deny", reason: "not this", ...overrides });

export const finding = (overrides: Partial<Finding> = {}): Finding => ({
  checker: "test-checker",
  severity: "warn",
  code: "test_finding",
  note: "found by a test",
  ...overrides,
});

/** What a client posts to `/v1/actions`. */
export const proposal = (overrides: Partial<Proposal> = {}): Proposal => ({
  tool: "Bash",
  args: { command: "git status" },
  cwd: "/home/dev/api",
  principal: { agent: "claude-code" },
  session: { id: "s-1" },
  ...overrides,
});

/** An action on its way to a stage; `judged` gives it facts and a verdict too. */
export const message = (overrides: Partial<Message> = {}): Message => ({
  v: JOB_VERSION,
  action: action(),
  epoch: 1,
  trace: {},
  sentAt: 0,
  stages: [],
  ...overrides,
});

export function judged(overrides: Partial<Message> = {}): Message {
  const one = message(overrides);
  return { facts: sampleFacts(one.action), verdict: verdict(), ...one };
}

/** A native policy text as the compiler takes it. */
export const policy = (text: string, name = "test/policy"): PolicySource => ({ name, dialect: "native-yaml", text });
