// verdict.ts — holds the clients' ledger against the database after a run: nothing lost, nothing twice, nothing loosened
// Reads as the owner of the tables, by set queries: a judge that depends on the code it judges would be none.

import type pg from "pg";
import type { Ledger } from "./load.ts";

/** What a fault-free run decides under one policy set. */
export interface Expectation {
  digest: string;
  command: string;
  effect: "allow" | "ask" | "deny";
}

export const CHECKS = {
  lost: "acknowledged and not in the database",
  undecided: "neither decided, parked nor terminal",
  doubled: "two decisions of one action, or two actions of one key",
  gaps: "versions with a gap, or transitions without exactly one event each",
  illegal: "a transition that the table of states does not list",
  chain: "evidence whose hash or predecessor is wrong",
  unsequenced: "evidence without a cursor",
  loosened: "decided more loosely than in a fault-free run under the same policy",
  quarantined: "denied as poison or as failing, though no action of the run harms anybody",
  ranTwice: "executing twice, or two different permissions for one action",
  votes: "an acknowledged vote that is gone, or that sufficed and settled nothing",
  contradictions: "one key answered with two actions",
  leftInQueue: "jobs that wait for nothing",
} as const;
export type Check = keyof typeof CHECKS;
export type Findings = Record<Check, string[]> & { acknowledged: number };

export const isClean = (findings: Findings): boolean =>
  (Object.keys(CHECKS) as Check[]).every((check) => findings[check].length === 0);

/** Rows of one insert, and examples of each kind of finding. */
const ROWS = 20_000;
const SHOWN_MAX = 50;

/** Questions whose votes decide them and that are open all the same: one no, or for each role as many people as it asks. */
export const UNHEARD = `
    SELECT p.id FROM holdpoint.approvals p JOIN holdpoint.actions a ON a.tenant = p.tenant AND a.id = p.action_id
     WHERE p.state = 'pending' AND a.state = 'held' AND p.expires_at > clock_timestamp()
       AND (EXISTS (SELECT FROM holdpoint.votes v
                     WHERE v.tenant = p.tenant AND v.approval_id = p.id AND v.vote = 'deny' AND v.void IS NULL)
         OR NOT EXISTS (
              SELECT FROM jsonb_to_recordset(p.requirements) AS need (role text, quorum int)
               WHERE need.quorum > (
                 SELECT count(DISTINCT voice.holder)
                   FROM holdpoint.votes v, jsonb_to_recordset(v.voices) AS voice (role text, holder text)
                  WHERE v.tenant = p.tenant AND v.approval_id = p.id AND v.vote = 'approve' AND v.void IS NULL
                    AND voice.role = need.role)))`;

const QUERIES = {
  lost: "SELECT l.id FROM ledger l LEFT JOIN actions a ON a.tenant = 'default' AND a.id = l.id WHERE a.id IS NULL",
  undecided: "SELECT id FROM actions WHERE state = 'received'",
  // Each decision is told of by one event, which names it; whoever was asked again has two decisions and two events.
  doubled: `
    WITH told AS (SELECT action_id, version, state, payload::jsonb ->> 'decision' AS decision FROM events)
    SELECT coalesce(d.action_id, t.action_id) || ': ' || count(*) || ' × ' || coalesce(d.id, 'no such decision')
        || ' told by ' || count(t.decision) AS id
      FROM decisions d
      FULL JOIN (SELECT * FROM told WHERE decision IS NOT NULL) t ON t.decision = d.id AND t.action_id = d.action_id
     GROUP BY d.id, d.action_id, t.action_id, t.decision HAVING count(d.id) <> 1 OR count(t.decision) <> 1
    UNION ALL
    SELECT t.action_id || ': settled without a decision' FROM told t JOIN told p ON p.action_id = t.action_id AND p.version = t.version - 1
     WHERE p.state = 'received' AND t.state IN ('allowed', 'held', 'denied') AND t.decision IS NULL
    UNION ALL
    SELECT key FROM ledger GROUP BY key HAVING count(DISTINCT id) > 1
    UNION ALL
    SELECT action_id FROM idempotency_keys GROUP BY action_id HAVING count(*) > 1`,
  gaps: `
    SELECT a.id FROM actions a
      LEFT JOIN (SELECT tenant, action_id, count(version) AS told, min(version) AS first, max(version) AS last
                   FROM events WHERE version IS NOT NULL GROUP BY tenant, action_id) e ON e.tenant = a.tenant AND e.action_id = a.id
     WHERE e.told IS DISTINCT FROM a.version OR e.first IS DISTINCT FROM 1 OR e.last IS DISTINCT FROM a.version`,
  illegal: `
    SELECT e.action_id AS id FROM events e JOIN events p ON p.tenant = e.tenant AND p.action_id = e.action_id AND p.version = e.version - 1
     WHERE NOT legal_move(p.state, e.state)`,
  chain: `
    SELECT e.id FROM events e
      LEFT JOIN events p ON p.tenant = e.tenant AND p.action_id = e.action_id AND p.version = e.version - 1
     WHERE e.hash <> event_hash(event_time(e.at), e.payload, e.previous, e.version)
        OR (e.version IS NOT NULL AND e.previous IS DISTINCT FROM p.hash)
    UNION ALL
    SELECT a.id FROM actions a JOIN events e ON e.tenant = a.tenant AND e.action_id = a.id AND e.version = a.version WHERE e.hash <> a.receipt`,
  unsequenced: "SELECT seq::text AS id FROM event_batches WHERE first_cursor IS NULL",
  loosened: `
    SELECT d.action_id || ': ' || d.effect || ' where ' || coalesce(x.effect, 'no known policy') || ' was due: ' || l.command AS id
      FROM ledger l JOIN decisions d ON d.tenant = 'default' AND d.action_id = l.id
      LEFT JOIN expected x ON x.digest = d.policy_digest AND x.command = l.command
     WHERE x.effect IS NULL OR array_position('{allow,ask,deny}', d.effect) < array_position('{allow,ask,deny}', x.effect)`,
  quarantined: "SELECT action_id AS id FROM decisions WHERE 'holdpoint/quarantine' = ANY (rules)",
  ranTwice: `
    SELECT action_id AS id FROM events WHERE state = 'executing' GROUP BY action_id HAVING count(*) > 1
    UNION ALL
    SELECT g.id FROM granted g GROUP BY g.id HAVING count(DISTINCT g.token) > 1
    UNION ALL
    SELECT g.id FROM granted g WHERE NOT EXISTS (
      SELECT FROM events e WHERE e.tenant = 'default' AND e.action_id = g.id AND e.state = 'executing')`,
  votes: `
    SELECT v.id FROM voted v WHERE NOT EXISTS (SELECT FROM votes o WHERE o.tenant = 'default' AND o.approval_id = v.id)
    UNION ALL ${UNHEARD}`,
} satisfies Partial<Record<Check, string>>;

/** Tables of this session with what the clients wrote down and what was to be expected. */
async function bring(judge: pg.ClientBase, ledger: Ledger, expected: readonly Expectation[]): Promise<void> {
  await judge.query("SET search_path = holdpoint, pg_temp; SET work_mem = '256MB'");
  const table = async (name: string, columns: readonly string[], rows: readonly (readonly string[])[]) => {
    await judge.query(
      `DROP TABLE IF EXISTS pg_temp.${name}; CREATE TEMP TABLE ${name} (${columns.map((each) => `${each} text COLLATE "C"`).join(", ")})`,
    );
    const places = columns.map((_, at) => `$${at + 1}::text[]`).join(", ");
    for (let from = 0; from < rows.length; from += ROWS) {
      const part = rows.slice(from, from + ROWS);
      const values = columns.map((_, at) => part.map((row) => row[at]));
      await judge.query(`INSERT INTO pg_temp.${name} SELECT * FROM unnest(${places})`, values);
    }
    await judge.query(`ANALYZE pg_temp.${name}`);
  };
  await table(
    "ledger",
    ["id", "command", "key"],
    ledger.acknowledged.map(({ actionId, command, key }) => [actionId, command, key]),
  );
  await table(
    "granted",
    ["id", "token"],
    ledger.grants.map(({ actionId, token }) => [actionId, token]),
  );
  await table(
    "voted",
    ["id"],
    ledger.votes.map(({ approvalId }) => [approvalId]),
  );
  await table(
    "expected",
    ["digest", "command", "effect"],
    expected.map(({ digest, command, effect }) => [digest, command, effect]),
  );
}

export async function examine(
  judge: pg.ClientBase,
  ledger: Ledger,
  expected: readonly Expectation[],
  leftInQueue: readonly string[] = [],
): Promise<Findings> {
  await bring(judge, ledger, expected);
  const findings = {
    ...(Object.fromEntries(Object.keys(CHECKS).map((check) => [check, [] as string[]])) as Record<Check, string[]>),
    acknowledged: ledger.acknowledged.length,
    contradictions: ledger.contradictions,
    leftInQueue: [...leftInQueue],
  };
  for (const [check, query] of Object.entries(QUERIES)) {
    const { rows } = await judge.query<{ id: string }>(`SELECT id FROM (${query}) found LIMIT ${SHOWN_MAX}`);
    findings[check as Check].push(...rows.map(({ id }) => id));
  }
  findings.unsequenced = await lasting(judge, QUERIES.unsequenced, findings.unsequenced);
  return findings;
}

/** Sweepers write evidence also while we look; what they wrote just now has its cursor a moment later. */
const MOMENT_MS = 2_000;

/** Those of the findings that `query` still finds after a moment. */
async function lasting(judge: pg.ClientBase, query: string, found: readonly string[]): Promise<string[]> {
  if (found.length === 0) return [];
  await new Promise((resolve) => setTimeout(resolve, MOMENT_MS));
  const { rows } = await judge.query<{ id: string }>(`SELECT id FROM (${query}) found WHERE id = ANY ($1)`, [found]);
  return rows.map(({ id }) => id);
}
