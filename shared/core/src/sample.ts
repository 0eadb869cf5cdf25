// sample.ts — a plain action with its facts and verdict, to start tests and documentation from

import { createHash } from "node:crypto";
import type { Action } from "@holdpoint/wire/action.ts";
import type { ApprovalAsk } from "@holdpoint/wire/approval.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { Atom, Facts } from "@holdpoint/wire/facts.ts";
import type { Id, IdPrefix, Json } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";
import { plainAsk } from "./escalation/ask.ts";
import { newAtom } from "./facts/reading.ts";
import { texts } from "./redact/leaves.ts";

/** `sampleId("act", 7)` is a valid id that says its number. */
export const sampleId = <P extends IdPrefix>(prefix: P, number = 1): Id<P> =>
  `${prefix}_019a0000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;

/** An accepted action of a local coding agent: everything plain, agent attested, nothing else known. */
export function sampleAction(overrides: Partial<Action> = {}): Action {
  const args = overrides.args ?? { command: "git status" };
  return {
    id: sampleId("act"),
    tenant: "default",
    kind: "tool",
    tool: "Bash",
    args,
    argsHash: `sha256-jcs:${createHash("sha256")
      .update(canonicalJson(args as Json))
      .digest("hex")}`,
    cwd: "/home/dev/api",
    home: "/home/dev",
    principal: { agent: "claude-code" },
    session: { id: "s-1" },
    trust: "verified",
    mode: "auto",
    attested: ["agent", "trust", "home"],
    credential: sampleId("key"),
    proposedAt: "2026-11-21T09:00:00.000Z",
    ...overrides,
  };
}

export const sampleAtom = (overrides: Partial<Atom> = {}): Atom => ({
  ...newAtom("command", "git status", "/command"),
  program: "git",
  words: ["status"],
  ...overrides,
});

/** Facts that know the strings of the action and nothing more; the real ones come from `deriveFacts`. */
export const sampleFacts = (action: Action, overrides: Partial<Facts> = {}): Facts => ({
  tool: { name: action.tool, normalized: action.tool.toLowerCase(), meaning: "shell", deceptive: false },
  atoms: [sampleAtom()],
  strings: texts(action.args as Json).map(({ at, text }) => ({ at, text })),
  secrets: [],
  oddCharacters: [],
  caps: [],
  class: "safe",
  ...overrides,
});

export const sampleAsk = (overrides: Partial<ApprovalAsk> = {}): ApprovalAsk => ({
  ...plainAsk("ask-first", "somebody should look at this"),
  ...overrides,
});

export const sampleVerdict = (overrides: Partial<Verdict> = {}): Verdict => ({
  policyDigest: `sha256:${"0".repeat(64)}`,
  effect: "allow",
  outcome: "allow",
  reason: "a read-only command",
  disclosure: "generic",
  rules: [],
  atoms: [{ effect: "allow", rules: [] }],
  trace: [],
  risk: { score: 0, contributions: [] },
  findings: [],
  sandboxWishes: [],
  redactions: [],
  alerts: [],
  terminate: false,
  ...overrides,
});
