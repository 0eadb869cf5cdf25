// held-request.ts — a question to people under its lock: the rows as the pure machine knows them, and who holds which role

import type { HeldRole, Request, Voter } from "@holdpoint/core/escalation/request.ts";
import { requestersSide } from "@holdpoint/core/escalation/requesters.ts";
import type { Action } from "@holdpoint/wire/action.ts";
import { type RawApproval, toRequest } from "./approval-rows.ts";
import { type Judgement, openJudgement } from "./judgement.ts";
import type { Database, Transaction } from "./pool.ts";

import type { TenantKey, TenantKeys } from "./seal.ts";

interface RawHeld {
  r_now: Date;
  r_action: string;
  r_state: string;
  r_version: number;
  r_proposed: Date;
  r_sealed: Buffer;
  r_decision_id: string | null;
  r_decision: Buffer | null;
  r_lent: { from: string; to: string; sinceMs: number; untilMs: number | null }[];
  r_people: Record<string, { known: boolean; key: boolean; roles: HeldRole[] }>;
}

const HOLD = `SELECT * FROM holdpoint.hold_request($1, $2, $3) h
  CROSS JOIN LATERAL holdpoint.read_approvals($1, CASE WHEN h.r_action IS NULL THEN '{}' ELSE ARRAY[$2] END) r`;

/** Everyone with an approver key holds this one: it is what a bare `require_approval` asks for (rulings §B9). */
export const APPROVER = "approver";
/** Of a person in a one-person `up`: every role that a policy may ask for. */
export const ANY = "*";

export interface HeldRequest {
  tx: Transaction;
  key: TenantKey;
  tenant: string;
  row: RawApproval;
  /** of the database, ms since 1970, read under the lock: every decision here is by this clock */
  atMs: number;
  request: Request;
  action: Action;
  actionState: string;
  judgement: Judgement | undefined;
  /** whether there is an entry of this id among the people */
  isPerson(id: string): boolean;
  /** Roles by name, with their age where the database knows it; what is newer than the action is left out in a fleet. */
  roles(id: string, names: readonly string[]): HeldRole[];
  /** What this person holds now. */
  holds(id: string): HeldRole[];
}

/** A person as a lender: what they hold, whoever answers in their place. */
const lender = (id: string, roles: readonly HeldRole[]): Voter => ({
  id,
  roles,
  assurance: "signed-in",
  mayVote: true,
});

function heldRequest(tx: Transaction, key: TenantKey, tenant: string, fleet: boolean, raw: RawHeld & RawApproval) {
  const proposedMs = raw.r_proposed.getTime();
  const action = JSON.parse(key.open(raw.r_action, "action", raw.r_sealed)) as Action;
  const judgement =
    raw.r_decision && raw.r_decision_id ? openJudgement(key, raw.r_decision_id, raw.r_decision) : undefined;
  const asked = raw.requirements.map(({ role }) => role);
  // Rulings §D3: what is newer than the action does not count; nobody asks for that in a one-person `up`.
  const inTime = (roles: readonly HeldRole[]): HeldRole[] =>
    fleet ? roles.filter(({ sinceMs }) => sinceMs <= proposedMs) : roles.map(({ role }) => ({ role, sinceMs: 0 }));
  const holds = (id: string): HeldRole[] => {
    const person = raw.r_people[id];
    if (!person) return [];
    const roles = inTime(person.roles);
    const every = !fleet && roles.some(({ role }) => role === ANY);
    return [
      ...roles,
      ...(every ? asked.map((role) => ({ role, sinceMs: 0 })) : []),
      ...(person.key ? [{ role: APPROVER, sinceMs: 0 }] : []),
    ];
  };
  const held: HeldRequest = {
    tx,
    key,
    tenant,
    row: raw,
    atMs: raw.r_now.getTime(),
    action,
    actionState: raw.r_state,
    judgement,
    isPerson: (id) => raw.r_people[id]?.known ?? false,
    holds,
    roles: (id, names) =>
      inTime(names.map((role) => raw.r_people[id]?.roles.find((each) => each.role === role) ?? { role, sinceMs: 0 })),
    request: toRequest(key, raw, {
      state: raw.r_state,
      fleet,
      barred: requestersSide(action),
      delegations: raw.r_lent.map(({ from, to, sinceMs, untilMs }) => ({
        from: lender(from, holds(from)),
        to,
        atMs: sinceMs,
        ...(untilMs === null ? {} : { untilMs }),
      })),
    }),
  };
  return held;
}

/**
 * One at a time in this process for each approval: whoever waits for its lock would hold a connection while waiting, and
 * fifty answers to one request must not leave everything else without any.
 */
const inLine = new Map<string, Promise<unknown>>();
function afterOthers<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = (inLine.get(key) ?? Promise.resolve()).then(work, work);
  const settled = turn
    .catch(() => undefined)
    .finally(() => {
      if (inLine.get(key) === settled) inLine.delete(key);
    });
  inLine.set(key, settled);
  return turn;
}

/**
 * Runs `work` in one transaction under the locks of the action and its approval. `undefined` where there is none.
 * @param who of whom the roles are needed, beside those who have voted or lent
 */
export async function underLock<T>(
  database: Database,
  keys: TenantKeys,
  fleet: boolean,
  at: { tenant: string; approvalId: string; who?: readonly string[] },
  work: (held: HeldRequest) => Promise<T>,
): Promise<T | undefined> {
  const { tenant, approvalId, who = [] } = at;
  const key = await keys.of(tenant);
  const locked = () =>
    database.inTenant(tenant, async (tx) => {
      // The second function is called with what the first one answers, so it reads once the locks are held.
      const [held] = await tx.call<RawHeld & RawApproval>("hold_request", HOLD, [tenant, approvalId, who]);
      return held && work(heldRequest(tx, key, tenant, fleet, held));
    });
  return afterOthers(`${tenant} ${approvalId}`, locked);
}
