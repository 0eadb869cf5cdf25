// approval-rows.ts — approvals, votes and questions as Postgres gives them, opened and shaped as the rest of the house knows them

import { ballotsFrom } from "@holdpoint/core/escalation/counting.ts";
import type { Request, Voter } from "@holdpoint/core/escalation/request.ts";
import { tally } from "@holdpoint/core/escalation/tally.ts";
import type { Approval, ApprovalAsk, ApprovalState, Card, Question, Vote } from "@holdpoint/wire/approval.ts";
import type { Risk } from "@holdpoint/wire/decision.ts";
import type { TenantKey } from "./seal.ts";

export interface Voice {
  role: string;
  holder: string;
  /** the role of a chain by which the holder stands in for it */
  via?: string;
}

/** The voter as known at the vote; `person`: an entry among the people, which may be gone by now. */
export interface CastAs {
  voter: Voter;
  lenders: Voter[];
  person: boolean;
}

/** What a voter wants beyond this one; `until` always says when it ends. */
export interface Wish {
  scope: "session" | "times" | "until";
  times?: number;
  until: string;
}

export interface RawVote {
  id: string;
  voter: string;
  channel: string;
  vote: "approve" | "deny";
  roles: string[];
  voices: Voice[];
  cast_as: CastAs;
  void: NonNullable<Vote["void"]> | null;
  standing: string | null;
  wish: Wish | null;
  reason: string | null;
  at: string;
}

interface RawQuestion {
  id: string;
  by: string;
  text: string;
  at: string;
  answer: string | null;
  answer_by: string | null;
  answer_at: string | null;
}

export interface RawApproval {
  id: string;
  action_id: string;
  state: ApprovalState;
  requirements: { role: string; quorum: number }[];
  risk: Risk;
  card_sha256: string;
  sealed: Buffer;
  basis: string;
  policy_digest: string;
  told_steps: number;
  reminders: number;
  opened_at: Date;
  expires_at: Date;
  settled_at: Date | null;
  votes: RawVote[];
  questions: RawQuestion[] | null;
}

export const READ_APPROVALS = "SELECT * FROM holdpoint.read_approvals($1, $2)";

const opened = (key: TenantKey, id: string, part: "vote" | "question" | "answer", base64: string): string =>
  key.open(id, part, Buffer.from(base64, "base64"));

export const reasonOf = (key: TenantKey, vote: RawVote): string | undefined =>
  vote.reason === null ? undefined : opened(key, vote.id, "vote", vote.reason);

/** What is sealed beside the columns: it shows the arguments. */
export const shownAndAsked = (key: TenantKey, { id, sealed }: RawApproval): { card: Card; ask: ApprovalAsk } =>
  JSON.parse(key.open(id, "approval", sealed)) as { card: Card; ask: ApprovalAsk };

export function votesOf(key: TenantKey, row: RawApproval): Vote[] {
  return row.votes.map((vote): Vote => {
    const reason = reasonOf(key, vote);
    const called = vote.voices.filter(({ via }) => via !== undefined);
    const lent = vote.voices.filter(({ holder }) => holder !== vote.voter);
    return {
      id: vote.id as Vote["id"],
      voter: vote.voter,
      channel: vote.channel,
      vote: vote.vote,
      roles: vote.roles,
      ...(lent.length === 0 ? {} : { lent: lent.map(({ role, holder }) => ({ role, by: holder })) }),
      ...(called.length === 0 ? {} : { called: called.map(({ role, via }) => ({ role, as: via ?? role })) }),
      ...(vote.standing === null ? {} : { standing: vote.standing as NonNullable<Vote["standing"]> }),
      at: new Date(vote.at).toISOString(),
      ...(reason === undefined ? {} : { reason }),
      ...(vote.void === null ? {} : { void: vote.void }),
    };
  });
}

export const questionsOf = (key: TenantKey, { questions }: RawApproval): Question[] =>
  (questions ?? []).map(({ id, by, text, at, answer, answer_by, answer_at }) => ({
    id: id as Question["id"],
    by,
    text: opened(key, id, "question", text),
    at: new Date(at).toISOString(),
    ...(answer === null || answer_at === null
      ? {}
      : {
          answer: {
            by: answer_by ?? "",
            text: opened(key, id, "answer", answer),
            at: new Date(answer_at).toISOString(),
          },
        }),
  }));

export function toApproval(key: TenantKey, row: RawApproval): Approval {
  const { card, ask } = shownAndAsked(key, row);
  const votes = votesOf(key, row);
  const { role, quorum, requirements } = tally(row.requirements, ballotsFrom(votes), ask.chain);
  const questions = questionsOf(key, row);
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
    ...(ask.chain.length === 0
      ? {}
      : {
          chain: ask.chain.map(({ afterMs, ...each }) => ({
            ...each,
            at: new Date(row.opened_at.getTime() + afterMs).toISOString(),
          })),
        }),
    ...(questions.length === 0 ? {} : { questions }),
    card,
  };
}

/** An approval is approved until its action is claimed or undone; the machine calls those ends by their names. */
const ENDS: Readonly<Record<string, Request["state"]>> = {
  approved: "approved",
  held: "pending",
  denied: "denied",
  revoked: "revoked",
  expired: "expired",
  cancelled: "cancelled",
};

/** The rows as the pure machine knows a question. `delegations` and `barred` come from who asks. */
export function toRequest(
  key: TenantKey,
  row: RawApproval,
  held: { state: string; fleet: boolean; barred: readonly string[]; delegations: Request["delegations"] },
): Request {
  const { card, ask } = shownAndAsked(key, row);
  return {
    state: row.state === "approved" ? (ENDS[held.state] ?? "consumed") : row.state,
    ask: { ...ask, requirements: row.requirements },
    shown: { cardSha256: row.card_sha256, truncated: card.truncated, basis: row.basis },
    fleet: held.fleet,
    barred: held.barred,
    openedAtMs: row.opened_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
    votes: row.votes.map((vote) => {
      const reason = reasonOf(key, vote);
      return {
        voter: vote.cast_as.voter,
        vote: vote.vote,
        ...(reason === undefined ? {} : { reason }),
        atMs: Date.parse(vote.at),
        lenders: vote.cast_as.lenders,
        ...(vote.void === null ? {} : { void: vote.void }),
      };
    }),
    delegations: held.delegations,
    questions: questionsOf(key, row).map(({ by, text, at, answer }) => ({
      by,
      text,
      atMs: Date.parse(at),
      ...(answer && { answer: { text: answer.text, atMs: Date.parse(answer.at) } }),
    })),
    toldSteps: row.told_steps,
    reminders: row.reminders,
  };
}
