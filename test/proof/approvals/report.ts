// report.ts — the proofs about approvals as their section of RELIABILITY.md, good or bad

import type { ClaimsReport } from "./claims.ts";
import type { LivesReport } from "./lives.ts";
import type { PairsReport } from "./pairs.ts";
import type { SuiteReport } from "./suites.ts";

export interface ApprovalProofs {
  seed: number;
  claims?: ClaimsReport;
  consumes?: ClaimsReport;
  lives?: LivesReport;
  pairs?: PairsReport;
  sequences?: SuiteReport & { count: number };
  forgeries?: SuiteReport & { count: number };
}

const suiteHeld = (suite: SuiteReport | undefined): boolean =>
  suite === undefined || (suite.failed === 0 && suite.passed > 0);

/** True when nothing that was run found anything; what was not run says nothing. */
export const isSound = ({ claims, consumes, lives, pairs, sequences, forgeries }: ApprovalProofs): boolean =>
  [claims, consumes].every((race) => race === undefined || race.doubled.length + race.unclaimed.length === 0) &&
  (lives?.errors.length ?? 0) === 0 &&
  (pairs?.collisions.length ?? 0) === 0 &&
  suiteHeld(sequences) &&
  suiteHeld(forgeries);

const thousands = (value: number): string => value.toLocaleString("en");
const errorsOf = (suite: SuiteReport): string => (suiteHeld(suite) ? "0" : `${suite.failed} FAILED`);

export function section(proofs: ApprovalProofs): string {
  const { seed, claims, consumes, lives, pairs, sequences, forgeries } = proofs;
  const rows: [string, string, string, number][] = [];
  if (consumes)
    rows.push([
      `racing claims at the statement that consumes: ${consumes.racers} connections for each of ${thousands(consumes.actions)} actions (${thousands(consumes.approved)} of them approved by a person), real Postgres`,
      thousands(consumes.attempts),
      `${consumes.doubled.length} double consumes, ${consumes.unclaimed.length} that nobody got`,
      consumes.seconds,
    ]);
  if (claims)
    rows.push([
      `racing claims by the whole store: ${claims.racers} racers for each of ${thousands(claims.actions)} actions (${thousands(claims.approved)} of them approved by a person), three stores, real Postgres`,
      thousands(claims.attempts),
      `${claims.doubled.length} double consumes, ${claims.unclaimed.length} that nobody got`,
      claims.seconds,
    ]);
  if (sequences)
    rows.push([
      "vote sequences against a model: quorum, veto, chains, delegation, withdrawal, lost roles, new policy",
      thousands(sequences.count),
      `${errorsOf(sequences)} self-approvals or quorum errors`,
      sequences.seconds,
    ]);
  if (lives)
    rows.push([
      `vote sequences on a real Postgres, with races, against an oracle (${thousands(lives.approved)} ended approved, ${thousands(lives.rejected)} rejected, ${thousands(lives.revoked)} revoked, ${thousands(lives.claimed)} claimed)`,
      `${thousands(lives.lives)} (${thousands(lives.steps)} steps)`,
      `${lives.errors.length} self-approvals or quorum errors`,
      lives.seconds,
    ]);
  if (pairs)
    rows.push([
      "cards of pairs of different actions: look-alikes, control characters, split and merged arguments, moved keys, escapes written out",
      thousands(pairs.pairs),
      `${pairs.collisions.length} collisions`,
      pairs.seconds,
    ]);
  if (forgeries)
    rows.push([
      "callbacks, forged, altered, replayed, late, or of another tenant, over every channel that answers",
      thousands(forgeries.count),
      `${errorsOf(forgeries)} accepted`,
      forgeries.seconds,
    ]);
  return [
    "## Approvals",
    "",
    `Written by \`npm run proof:approvals -- --write\`; do not edit. Seed ${seed}. **${isSound(proofs) ? "Nothing was found" : "BROKEN PROMISES, see below"}.**`,
    "",
    "| what | how many | found | seconds |",
    "| --- | ---: | --- | ---: |",
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
  ].join("\n");
}
