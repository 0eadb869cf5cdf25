// denial.ts — denials that no rule made: what could not be judged, and what may not be committed any more

import type { SettleDraft } from "@holdpoint/queue/types.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import type { Finding } from "@holdpoint/wire/decision.ts";
import type { Facts } from "@holdpoint/wire/facts.ts";
import type { Message } from "@holdpoint/wire/job.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { strongestOutcome } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";

export interface DenialCause {
  /** `poison`, `stage_failed`, `session_terminated`, `kill_switch`, `too_many_pending` … */
  code: string;
  note: string;
}

/** Who found it: Holdpoint itself, not one of the checkers. */
const FINDER = "holdpoint";

const finding = ({ code, note }: DenialCause): Finding => ({
  checker: FINDER,
  severity: "block",
  code,
  note: note.slice(0, limits.findingNoteCharsMax).toWellFormed(),
});

/** The same verdict, tightened to a denial that nobody may be asked about; it rests on no count. */
export function refused(verdict: Verdict, cause: DenialCause): Verdict {
  const { ask: _ask, escalatable: _escalatable, counts, ...rest } = verdict;
  return {
    ...rest,
    ...(counts && { counts: { ...counts, asks: [] } }),
    effect: "deny",
    outcome: strongestOutcome(verdict.outcome, "deny"),
    reason: cause.note,
    findings: [...verdict.findings, finding(cause)],
  };
}

/** Facts of an action that nobody dares to look at again: deriving them may be what killed a worker. */
const unreadFacts = (action: Action): Facts => ({
  tool: { name: action.tool, normalized: action.tool.trim().toLowerCase(), deceptive: false },
  atoms: [],
  strings: [],
  secrets: [],
  oddCharacters: [],
  caps: ["not read"],
  class: "blocked-by-default",
});

const blankVerdict = (policyDigest: string): Verdict => ({
  policyDigest,
  effect: "deny",
  outcome: "deny",
  reason: "",
  disclosure: "generic",
  rules: [],
  atoms: [],
  trace: [],
  risk: { score: 100, contributions: [{ code: "not-judged", points: 100 }] },
  findings: [],
  sandbox: { recommended: "none" },
  sandboxWishes: [],
  redactions: [],
  alerts: [],
  terminate: false,
});

/** Stands among the rules of what nobody could judge, so that `GET /v1/decisions?rule=` and `holdpoint doctor` find it. */
export const QUARANTINE = "holdpoint/quarantine";

/**
 * A denial from what the stages had so far, and from nothing where they had nothing. Derives nothing itself. The action is
 * in quarantine: it is not tried again, and whoever looks after the house finds it.
 */
export function unjudged(message: Message, policyDigest: string, cause: DenialCause): SettleDraft {
  const verdict = { ...(message.verdict ?? blankVerdict(policyDigest)), policyDigest };
  return {
    message,
    facts: message.facts ?? unreadFacts(message.action),
    verdict: {
      ...refused(verdict, cause),
      rules: [...verdict.rules, { id: QUARANTINE, document: FINDER, effect: "deny" }],
    },
    findings: [...(message.findings ?? []), finding(cause)],
  };
}
