// basis.ts — what a vote was given for, as one hash: votes outlive a change of policy only while this stays the same

import { createHash } from "node:crypto";
import type { Action } from "@holdpoint/wire/action.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import type { Verdict } from "@holdpoint/wire/verdict.ts";

const sha256 = (value: unknown): string =>
  `sha256:${createHash("sha256")
    .update(canonicalJson(JSON.parse(JSON.stringify(value)) as Json))
    .digest("hex")}`;

/**
 * The outcome as its approvers saw it: what runs, why it was held, what was found, how risky it is, where it would run
 * and with which obligations. Who must answer is left out on purpose: more may be asked without asking the same anew.
 */
export const basisOf = (action: Action, verdict: Verdict): string =>
  sha256({
    tool: action.tool,
    argsHash: action.argsHash,
    cwd: action.cwd ?? null,
    bindings: action.bindings ?? null,
    audience: action.audience,
    toolVersion: action.toolVersion,
    effect: verdict.effect,
    outcome: verdict.outcome,
    reason: verdict.reason,
    because: [...(verdict.ask?.because ?? [])].sort((a, b) => (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)),
    findings: verdict.findings,
    risk: verdict.risk.score,
    sandbox: verdict.sandbox ?? null,
    modifications: verdict.modifications ?? null,
    redactions: verdict.redactions,
  });
