// report.ts — the proofs about approvals as their section of RELIABILITY.md, good or bad

import type { ClaimsReport } from "./claims.ts";
import type { LivesReport } from "./lives.ts";
import type { PairsReport } from "./pairs.ts";
import type { SuiteReport } from "./suites.ts";

/** One part as it was run: on which day, from which seed. */
interface Run<T> {
  /** `2026-11-21` */
  on: string;
  seed: number;
  found: T;
}
type Suite = SuiteReport & { count: number };
export interface Found {
  consumes: ClaimsReport;
  claims: ClaimsReport;
  sequences: Suite;
  lives: LivesReport;
  pairs: PairsReport;
  forgeries: Suite;
}
export type ApprovalProofs = { [Part in keyof Found]?: Run<Found[Part]> };

const suiteHeld = (suite: SuiteReport | undefined): boolean =>
  suite === undefined || (suite.failed === 0 && suite.passed > 0);

/** True when nothing that was run found anything; what was not run says nothing. */
export const isSound = ({ claims, consumes, lives, pairs, sequences, forgeries }: ApprovalProofs): boolean =>
  [claims, consumes].every(
    (race) => race === undefined || race.found.doubled.length + race.found.unclaimed.length === 0,
  ) &&
  (lives?.found.errors.length ?? 0) === 0 &&
  (pairs?.found.collisions.length ?? 0) === 0 &&
  suiteHeld(sequences?.found) &&
  suiteHeld(forgeries?.found);

const thousands = (value: number): string => value.toLocaleString("en");
const errorsOf = (suite: SuiteReport): string => (suiteHeld(suite) ? "0" : `${suite.failed} FAILED`);

/** What was tried, how often, and what came of it. */
const ROWS: { [Part in keyof Found]: (found: Found[Part]) => [string, string, string] } = {
  consumes: (found) => [
    `racing claims at the statement that consumes: ${found.racers} connections for each of ${thousands(found.actions)} actions (${thousands(found.approved)} of them approved by a person), real Postgres`,
    thousands(found.attempts),
    `${found.doubled.length} double consumes, ${found.unclaimed.length} that nobody got`,
  ],
  claims: (found) => [
    `racing claims by the whole store: ${found.racers} racers for each of ${thousands(found.actions)} actions (${thousands(found.approved)} of them approved by a person), three stores, real Postgres`,
    thousands(found.attempts),
    `${found.doubled.length} double consumes, ${found.unclaimed.length} that nobody got`,
  ],
  sequences: (found) => [
    "vote sequences against a model: quorum, veto, chains with quorums of their own, delegation, withdrawal, lost roles, new policy",
    thousands(found.count),
    `${errorsOf(found)} self-approvals or quorum errors`,
  ],
  lives: (found) => [
    `vote sequences on a real Postgres, with races, against an oracle (${thousands(found.approved)} ended approved, ${thousands(found.rejected)} rejected, ${thousands(found.revoked)} revoked, ${thousands(found.claimed)} claimed)`,
    `${thousands(found.lives)} (${thousands(found.steps)} steps)`,
    `${found.errors.length} self-approvals or quorum errors`,
  ],
  pairs: (found) => [
    "cards of pairs of different actions: look-alikes, control characters, split and merged arguments, moved keys, escapes written out",
    thousands(found.pairs),
    `${found.collisions.length} collisions`,
  ],
  forgeries: (found) => [
    "callbacks, forged, altered, replayed, late, or of another tenant, over every channel that answers",
    thousands(found.count),
    `${errorsOf(found)} accepted`,
  ],
};
const PARTS = Object.keys(ROWS) as (keyof Found)[];

function rowOf<Part extends keyof Found>(part: Part, run: Run<Found[Part]> | undefined): string[] {
  if (run === undefined) return [];
  const cells = [...ROWS[part](run.found), run.on, String(run.seed), String(run.found.seconds)];
  return [`| ${cells.join(" | ")} |`];
}

const DATA = /<!-- what was found: (.*) -->/;

export function section(proofs: ApprovalProofs): string {
  return [
    "## Approvals",
    "",
    `Written by \`npm run proof:approvals -- --write\`; do not edit. Each row is as it was last run. **${isSound(proofs) ? "Nothing was found" : "BROKEN PROMISES, see below"}.**`,
    "",
    "| what | how many | found | on | seed | seconds |",
    "| --- | ---: | --- | --- | ---: | ---: |",
    ...PARTS.flatMap((part) => rowOf(part, proofs[part])),
    "",
    `<!-- what was found: ${JSON.stringify(proofs).replaceAll(">", "\\u003e")} -->`,
  ].join("\n");
}

/** What a page says that was found before: a part that is not run now keeps its row, with its day. */
export function foundIn(page: string): ApprovalProofs {
  const data = DATA.exec(page)?.[1];
  return data === undefined ? {} : (JSON.parse(data) as ApprovalProofs);
}
