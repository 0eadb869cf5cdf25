// memory.ts — the courier's ports held in memory, with the semantics that the store promises

import { tally } from "@holdpoint/core/escalation/tally.ts";
import type { DeadLetter, DeliveryRow, OutboxItem } from "@holdpoint/store/store.ts";
import type { Voted } from "@holdpoint/store/types.ts";
import type { Approval, Vote } from "@holdpoint/wire/approval.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import type {
  ApprovalReader,
  CourierVote,
  Evidence,
  KnownPerson,
  Outbox,
  People,
  SpentNonces,
  Votes,
} from "../src/ports.ts";

interface Kept extends DeliveryRow {
  state: "waiting" | "done" | "dead";
  dueAt: number;
  leasedUntil: number;
  order: number;
  error?: string;
  endedAt?: number;
  ref?: Json;
}

export interface MemoryOutbox extends Outbox {
  push(topic: string, payload: Json, tenant?: string): string;
  rows(): readonly Kept[];
}

export function memoryOutbox(clock: { now(): number }): MemoryOutbox {
  const items: (OutboxItem & { spread: boolean })[] = [];
  const rows = new Map<string, Kept>();
  const key = (tenant: string, id: string) => `${tenant} ${id}`;
  const row = (tenant: string, id: string): Kept => {
    const found = rows.get(key(tenant, id));
    if (found === undefined) throw new Error(`no delivery ${tenant} ${id}`);
    return found;
  };
  const elderWaits = (young: Kept): boolean =>
    young.subject !== undefined &&
    [...rows.values()].some(
      (old) =>
        old.state === "waiting" &&
        old.order < young.order &&
        old.tenant === young.tenant &&
        old.endpoint === young.endpoint &&
        old.subject === young.subject,
    );
  return {
    push(topic, payload, tenant = "default") {
      const id = String(items.length + 1);
      items.push({ tenant, id, topic, payload, madeAt: clock.now(), spread: false });
      return id;
    },
    rows: () => [...rows.values()],
    waiting: async (count) => items.filter(({ spread }) => !spread).slice(0, count),
    async spread(spreading) {
      for (const { item, endpoints, subject } of spreading) {
        const known = items.find(({ tenant, id }) => tenant === item.tenant && id === item.id);
        if (known === undefined || known.spread) continue;
        known.spread = true;
        for (const endpoint of endpoints) {
          const { spread: _, ...fields } = known;
          const id = `${item.id}-${endpoint}`;
          rows.set(key(item.tenant, id), {
            ...fields,
            id,
            endpoint,
            attempts: 0,
            ...(subject === undefined ? {} : { subject }),
            state: "waiting",
            dueAt: clock.now(),
            leasedUntil: 0,
            order: rows.size,
          });
        }
      }
    },
    async due(leaseMs, rooms) {
      const now = clock.now();
      return rooms.flatMap(({ endpoint, rows: count }) =>
        [...rows.values()]
          .filter(
            (each) =>
              each.endpoint === endpoint &&
              each.state === "waiting" &&
              each.dueAt <= now &&
              each.leasedUntil <= now &&
              !elderWaits(each),
          )
          .sort((a, b) => a.dueAt - b.dueAt || a.order - b.order)
          .slice(0, count)
          .map((each) => {
            each.leasedUntil = now + leaseMs;
            return { ...each };
          }),
      );
    },
    async done(tenant, id, ref) {
      Object.assign(row(tenant, id), { state: "done", endedAt: clock.now(), ...(ref === undefined ? {} : { ref }) });
    },
    async failed(tenant, id, error, retryInMs) {
      const kept = row(tenant, id);
      Object.assign(kept, { attempts: kept.attempts + 1, error, leasedUntil: 0, dueAt: clock.now() + retryInMs });
    },
    async dead(tenant, id, error) {
      Object.assign(row(tenant, id), { state: "dead", error, endedAt: clock.now() });
    },
    async resend(tenant, id) {
      const kept = rows.get(key(tenant, id));
      if (kept?.state !== "dead") return false;
      Object.assign(kept, { state: "waiting", attempts: 0, leasedUntil: 0, dueAt: clock.now(), madeAt: clock.now() });
      return true;
    },
    deadLetters: async (tenant, count) =>
      [...rows.values()]
        .filter((each) => each.tenant === tenant && each.state === "dead")
        .slice(0, count)
        .map((each): DeadLetter => ({ ...each, error: each.error ?? "", diedAt: each.endedAt ?? 0 })),
    async wake(endpoint) {
      for (const each of rows.values()) {
        if (each.endpoint === endpoint && each.state === "waiting") each.dueAt = Math.min(each.dueAt, clock.now());
      }
    },
    refs: async (tenant, endpoint, subject) =>
      [...rows.values()]
        .filter((each) => each.tenant === tenant && each.endpoint === endpoint && each.subject === subject)
        .flatMap(({ ref }) => (ref === undefined ? [] : [ref])),
  };
}

export function memorySpent(): SpentNonces & { size(): number } {
  const spent = new Set<string>();
  const key = (...parts: string[]) => JSON.stringify(parts);
  return {
    size: () => spent.size,
    async spend(tenant, hash, by) {
      if (spent.has(key(tenant, hash, by))) return false;
      spent.add(key(tenant, hash, by));
      return true;
    },
    async release(tenant, hash, by) {
      spent.delete(key(tenant, hash, by));
    },
  };
}

export interface MemoryApprovals extends ApprovalReader, Votes {
  put(tenant: string, approval: Approval): void;
  votes(): number;
  now(id: string, tenant?: string): Approval;
  /** the next vote meets this instead */
  failNext(error: Error): void;
}

const ids = { next: 0 };
const voteId = (): Vote["id"] => `vote_00000000-0000-7000-8000-${String(++ids.next).padStart(12, "0")}`;

/** As the store's `vote` and `apply` do it; `settled` is told when an approval ends. */
export function memoryApprovals(
  clock: { now(): number },
  settled: (tenant: string, approval: Approval) => void = () => undefined,
): MemoryApprovals {
  const known = new Map<string, Approval>();
  const failures: Error[] = [];
  let counted = 0;
  const key = (tenant: string, id: string) => `${tenant} ${id}`;
  return {
    put: (tenant, approval) => void known.set(key(tenant, approval.id), approval),
    votes: () => counted,
    now(id, tenant = "default") {
      const found = known.get(key(tenant, id));
      if (found === undefined) throw new Error(`no approval ${id}`);
      return found;
    },
    failNext: (error) => void failures.push(error),
    get: async (tenant, id) => known.get(key(tenant, id)),
    async cast({
      tenant,
      approval: { id },
      voter,
      roles,
      vote,
      reason,
      cardSha256,
      channel,
    }: CourierVote): Promise<Voted> {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      const approval = known.get(key(tenant, id));
      if (approval === undefined) return { status: "unknown" };
      const now = clock.now();
      if (approval.state === "expired" || Date.parse(approval.expiresAt) <= now)
        return { status: "approval_expired", approval };
      if (approval.state !== "pending") return { status: "already_settled", approval };
      const counting = roles.filter((role) => approval.requirements.some((asked) => asked.role === role));
      const called = approval.chain?.some(({ role, vetoOnly }) => vetoOnly === true && roles.includes(role)) === true;
      if (counting.length === 0 && !called) return { status: "not_an_approver", approval };
      if (counting.length === 0 && vote === "approve") return { status: "veto_only", approval };
      if (approval.votes.some((each) => each.voter === voter)) return { status: "already_voted", approval };
      if (vote === "approve" && cardSha256 !== approval.card.sha256) return { status: "card_changed", approval };
      counted += 1;
      const at = new Date(now).toISOString();
      const given: Vote = {
        id: voteId(),
        voter,
        channel,
        vote,
        roles: counting,
        at,
        ...(reason === undefined ? {} : { reason }),
      };
      const votes = [...approval.votes, given];
      const { state, requirements, role, quorum } = tally(approval.requirements, votes);
      const next: Approval = {
        ...approval,
        votes,
        requirements,
        role,
        quorum,
        state,
        ...(state === "pending" ? {} : { settledAt: at }),
      };
      known.set(key(tenant, id), next);
      if (state !== "pending") settled(tenant, next);
      return { status: "counted", approval: next, actionId: approval.actionId };
    },
  };
}

export function memoryPeople(): People & {
  put(tenant: string, channel: string, id: string, person: KnownPerson): void;
} {
  const known = new Map<string, KnownPerson>();
  const key = (...parts: string[]) => JSON.stringify(parts);
  return {
    put: (tenant, channel, id, person) => void known.set(key(tenant, channel, id), person),
    byIdentity: async (tenant, channel, id) => known.get(key(tenant, channel, id)),
  };
}

export interface Noted {
  tenant: string;
  actionId: string | undefined;
  type: string;
  detail: Record<string, unknown>;
}
export function memoryEvidence(): Evidence & { notes: Noted[] } {
  const notes: Noted[] = [];
  return {
    notes,
    async note(tenant, actionId, type, _actor, detail) {
      notes.push({ tenant, actionId, type, detail });
    },
  };
}
