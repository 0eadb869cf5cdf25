// approvals.ts — requests to people: list, show, vote, and apply what the votes amount to

import { type Ballot, tally } from "@holdpoint/core/escalation/tally.ts";
import type { Approval, ApprovalAsk, ApprovalState, Card, Vote } from "@holdpoint/wire/approval.ts";
import type { Risk } from "@holdpoint/wire/decision.ts";
import { writeEvent } from "./evidence.ts";
import { page } from "./page.ts";
import type { Database } from "./pool.ts";
import type { TenantKey, TenantKeys } from "./seal.ts";
import type { Approvals } from "./store.ts";
import { shown, transitionWithin } from "./transition.ts";
import type { NewVote, Transition, Voted } from "./types.ts";

interface RawVote {
  id: string;
  voter: string;
  channel: string;
  vote: "approve" | "deny";
  roles: string[];
  reason: string | null;
  at: string;
}

interface RawApproval {
  id: string;
  action_id: string;
  state: ApprovalState;
  requirements: { role: string; quorum: number }[];
  risk: Risk;
  card_sha256: string;
  sealed: Buffer;
  opened_at: Date;
  expires_at: Date;
  settled_at: Date | null;
  votes: RawVote[];
}

const READ = "SELECT * FROM holdpoint.read_approvals($1, $2)";

export function approvals(database: Database, keys: TenantKeys, options: { onePerson: boolean }): Approvals {
  async function read(tenant: string, ids: readonly string[]): Promise<Approval[]> {
    if (ids.length === 0) return [];
    const key = await keys.of(tenant);
    const rows = await database.call<RawApproval>("read_approvals", READ, [tenant, ids]);
    return rows.map((row) => toApproval(key, row));
  }
  const get = async (tenant: string, id: string) => (await read(tenant, [id]))[0];

  return {
    get,
    async list(tenant, { state, role, cursor, limit }) {
      const ids = await database.inTenant(tenant, (tx) =>
        tx.query<{ id: string }>(
          `SELECT id FROM approvals
            WHERE tenant = $1 AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR $3 = ANY (roles))
              AND ($4::text IS NULL OR id < $4) ORDER BY id DESC LIMIT $5`,
          [tenant, state ?? null, role ?? null, cursor ?? null, limit + 1],
        ),
      );
      const byId = new Map(
        (
          await read(
            tenant,
            ids.map(({ id }) => id),
          )
        ).map((approval) => [approval.id, approval]),
      );
      return page(
        ids.map(({ id }) => byId.get(id as Approval["id"])).filter((approval) => approval !== undefined),
        limit,
        ({ id }) => id,
      );
    },
    async vote(vote) {
      const { tenant, approvalId } = vote;
      const key = await keys.of(tenant);
      const before = await get(tenant, approvalId);
      if (!before) return { status: "unknown" };
      const [answer] = await database.call<{ status: Exclude<Voted["status"], "unknown"> }>(
        "vote",
        "SELECT holdpoint.vote($1, $2, $3, $4, $5, $6) AS status",
        voteParameters(key, vote, before.actionId, !options.onePerson),
      );
      const approval = (await get(tenant, approvalId)) ?? before;
      if (!answer) throw new Error("a vote had no answer");
      return answer.status === "counted"
        ? { status: answer.status, approval, actionId: approval.actionId }
        : { status: answer.status, approval };
    },
    async apply(tenant, approvalId, actor) {
      const key = await keys.of(tenant);
      const outcome = await database.inTenant(tenant, async (tx) => {
        await tx.query("SELECT holdpoint.lock_approval($1, $2)", [tenant, approvalId]);
        const [row] = await tx.query<RawApproval>(READ, [tenant, [approvalId]]);
        if (!row) return undefined;
        const { state } = row.state === "pending" ? tally(row.requirements, row.votes) : { state: row.state };
        if (state === "pending") return "waiting" as const;
        const change: Transition = {
          tenant,
          actionId: row.action_id,
          from: ["held"],
          to: state === "approved" ? "approved" : "rejected",
          actor,
          ...deciding(key, row, state),
        };
        return { change, answer: await transitionWithin(tx, key, change) };
      });
      if (!outcome) return { status: "unknown" };
      if (outcome === "waiting") return { status: "waiting" };
      return shown(database, key, outcome.change, outcome.answer);
    },
    async unapplied(rows) {
      const found = await database.call<{ r_tenant: string; r_id: string; r_action: string }>(
        "voted",
        "SELECT * FROM holdpoint.voted($1)",
        [rows],
      );
      const concluded = await Promise.all(
        found.map(async ({ r_tenant, r_id, r_action }) => {
          const approval = await get(r_tenant, r_id);
          const done =
            approval?.state === "pending" && tally(approval.requirements, approval.votes).state !== "pending";
          return done ? [{ tenant: r_tenant, approvalId: r_id, actionId: r_action }] : [];
        }),
      );
      return concluded.flat();
    },
  };
}

/** Who decided: every voter, and the words of the one who said no. */
function deciding(key: TenantKey, row: RawApproval, state: string): Pick<Transition, "detail" | "reason"> {
  const veto = row.votes.find(({ vote }) => vote === "deny");
  const reason = state === "approved" ? undefined : veto && reasonOf(key, veto);
  return {
    detail: { votes: row.votes.map(({ id, voter, vote, channel }) => ({ id, voter, vote, channel })) },
    ...(reason === undefined ? {} : { reason }),
  };
}

function voteParameters(key: TenantKey, vote: NewVote, actionId: string, fleet: boolean): unknown[] {
  const event = writeEvent(key, {
    tenant: vote.tenant,
    actionId,
    type: "voted",
    actor: { credential: vote.credential, person: vote.voter, channel: vote.channel },
    approvalId: vote.approvalId,
    vote: vote.vote,
    ...(vote.cardSha256 === undefined ? {} : { cardSha256: vote.cardSha256 }),
    content: vote.reason === undefined ? {} : { reason: vote.reason },
  });
  const question = {
    approval: vote.approvalId,
    id: vote.voteId,
    voter: vote.voter,
    credential: vote.credential,
    channel: vote.channel,
    vote: vote.vote,
    roles: vote.roles,
    card: vote.cardSha256,
    barred: vote.barred,
    fleet,
  };
  const reason = vote.reason === undefined ? null : key.seal(vote.voteId, "vote", vote.reason);
  return [vote.tenant, JSON.stringify(question), reason, event.id, event.payload, event.content ?? null];
}

const reasonOf = (key: TenantKey, vote: RawVote): string | undefined =>
  vote.reason === null ? undefined : key.open(vote.id, "vote", Buffer.from(vote.reason, "base64"));

function toApproval(key: TenantKey, row: RawApproval): Approval {
  const { card } = JSON.parse(key.open(row.id, "approval", row.sealed)) as { card: Card; ask: ApprovalAsk };
  const { role, quorum, requirements } = tally(row.requirements, row.votes satisfies Ballot[]);
  const votes = row.votes.map((vote): Vote => {
    const reason = reasonOf(key, vote);
    return {
      id: vote.id as Vote["id"],
      voter: vote.voter,
      channel: vote.channel,
      vote: vote.vote,
      roles: vote.roles,
      at: new Date(vote.at).toISOString(),
      ...(reason === undefined ? {} : { reason }),
    };
  });
  return {
    id: row.id as Approval["id"],
    actionId: row.action_id as Approval["actionId"],
    state: row.state,
    role,
    quorum,
    requirements,
    votes,
    risk: row.risk,
    openedAt: row.opened_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    ...(row.settled_at ? { settledAt: row.settled_at.toISOString() } : {}),
    card,
  };
}
