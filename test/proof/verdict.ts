// verdict.ts — holds the client's ledger against the database after a run: nothing lost, nothing twice, nothing loosened

import type pg from "pg";
import type { Expected, Ledger } from "./load.ts";

export interface Findings {
  acknowledged: number;
  /** acknowledged and not in the database */
  lost: string[];
  /** acknowledged and neither decided, parked nor terminal */
  undecided: string[];
  /** more than one decision event, or two actions under one key */
  doubled: string[];
  /** versions of transitions with a gap, or a count that differs from the action's version */
  gaps: string[];
  /** allowed here and not in a fault-free run */
  loosened: string[];
  contradictions: string[];
}

export const isClean = (findings: Findings): boolean =>
  [
    findings.lost,
    findings.undecided,
    findings.doubled,
    findings.gaps,
    findings.loosened,
    findings.contradictions,
  ].every((list) => list.length === 0);

/** Reads as the owner of the tables: a judge that depends on the code it judges would be none. */
export async function examine(
  owner: pg.Client | pg.Pool,
  ledger: Ledger,
  expected: readonly Expected[],
): Promise<Findings> {
  const allowed = new Set(expected.filter(({ effect }) => effect === "allow").map(({ command }) => command));
  const rows = new Map<
    string,
    { state: string; version: number; events: number; first: number; last: number; settles: number; allowed: number }
  >();
  const { rows: found } = await owner.query(
    `SELECT a.id, a.state, a.version,
            count(e.version)::int AS events, min(e.version)::int AS first, max(e.version)::int AS last,
            count(*) FILTER (WHERE e.version IS NOT NULL AND e.state IN ('allowed', 'held', 'denied') AND e.version = 2)::int AS settles,
            count(*) FILTER (WHERE e.state = 'allowed')::int AS allowed
       FROM holdpoint.actions a LEFT JOIN holdpoint.events e ON e.tenant = a.tenant AND e.action_id = a.id
      GROUP BY a.tenant, a.id, a.state, a.version`,
  );
  for (const row of found) rows.set(row.id, row);

  const findings: Findings = {
    acknowledged: ledger.acknowledged.length,
    lost: [],
    undecided: [],
    doubled: [],
    gaps: [],
    loosened: [],
    contradictions: ledger.contradictions,
  };
  const seen = new Map<string, string>();
  for (const { actionId, command, key } of ledger.acknowledged) {
    const row = rows.get(actionId);
    if (!row) {
      findings.lost.push(actionId);
      continue;
    }
    if (row.state === "received") findings.undecided.push(actionId);
    if (row.settles > 1) findings.doubled.push(`${actionId}: ${row.settles} decisions`);
    if (row.first !== 1 || row.last !== row.version || row.events !== row.version)
      findings.gaps.push(`${actionId}: version ${row.version}, ${row.events} events`);
    if (row.allowed > 0 && !allowed.has(command)) findings.loosened.push(`${actionId}: ${command}`);
    const other = seen.get(key);
    if (other !== undefined && other !== actionId) findings.doubled.push(`${key}: ${other} and ${actionId}`);
    seen.set(key, actionId);
  }
  return findings;
}
