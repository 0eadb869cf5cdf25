// world.ts — a courier put together in memory around the channels of a test, with a request that waits

import { randomBytes } from "node:crypto";
import { sha256 } from "@holdpoint/core/args-hash.ts";
import { type Clock, fixedClock } from "@holdpoint/runtime/clock.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import type { Approval } from "@holdpoint/wire/approval.ts";
import { type Answers, createAnswers } from "../src/answers.ts";
import type { ApprovalDelivery, Channel, ChannelIdentity } from "../src/channel.ts";
import type { ComposeDeps } from "../src/compose.ts";
import { createDeliverer, type Deliverer } from "../src/deliver.ts";
import { endpointOf } from "../src/endpoints.ts";
import { createNonces, type Nonces } from "../src/nonces.ts";
import { personPage } from "../src/person-page.ts";
import { createRefusals, type Refusals } from "../src/refusals.ts";
import {
  type MemoryApprovals,
  type MemoryOutbox,
  memoryApprovals,
  memoryEvidence,
  memoryOutbox,
  memoryPeople,
  memorySpent,
} from "./memory.ts";

export const log = createLogger("courier-test", { level: "silent" });
export const PUBLIC_URL = "https://holdpoint.example";

export const card = (text: string): Approval["card"] => ({ text, sha256: sha256(text), truncated: false });

/** A request that waits for one person with the role `repo-owner`. */
export function pending(clock: Clock, overrides: Partial<Approval> = {}): Approval {
  const now = clock.now();
  return {
    id: newId("apr"),
    actionId: newId("act"),
    state: "pending",
    role: "repo-owner",
    quorum: 1,
    requirements: [{ role: "repo-owner", quorum: 1, votes: 0 }],
    votes: [],
    risk: { score: 72, contributions: [] },
    openedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 3_600_000).toISOString(),
    card: card("HOLDPOINT ASKS: MAY THIS RUN?\n\nWHAT WILL RUN\n  tool: Bash\n  command: npx prisma migrate deploy\n"),
    ...overrides,
  };
}

export interface World {
  clock: ReturnType<typeof fixedClock>;
  approvals: MemoryApprovals;
  outbox: MemoryOutbox;
  people: ReturnType<typeof memoryPeople>;
  evidence: ReturnType<typeof memoryEvidence>;
  spent: ReturnType<typeof memorySpent>;
  nonces: Nonces;
  refusals: Refusals;
  deps: ComposeDeps & { outbox: MemoryOutbox };
  /** an approval that waits, with its item in the outbox */
  open(overrides?: Partial<Approval>, tenant?: string): Approval;
  /** alice has the role that is asked for; her account is older than every request */
  know(identity: ChannelIdentity, person?: string, roles?: string[], tenant?: string): void;
  /** bob answers elsewhere */
  vote(approval: Approval, vote: "approve" | "deny"): Promise<void>;
  approvalNow(id: string): Approval;
  page(channel: Channel, approvalId: string, who: ChannelIdentity): Promise<ApprovalDelivery | undefined>;
  courier(
    channels: readonly Channel[],
    options?: { signInRoles?: readonly string[] },
  ): { answers: Answers; deliverer: Deliverer };
  /** delivers until nothing is due, moving the clock over every wait of less than a minute */
  deliver(deliverer: Deliverer): Promise<void>;
}

const never = (_ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });

export const TOPICS = ["approval.opened", "approval.settled", "alert"] as const;

export function world(): World {
  const clock = fixedClock(Date.now());
  const outbox = memoryOutbox(clock);
  const approvals = memoryApprovals(clock, (tenant, { id, actionId }) =>
    outbox.push("approval.settled", { approvalId: id, actionId }, tenant),
  );
  const people = memoryPeople();
  const evidence = memoryEvidence();
  const spent = memorySpent();
  const nonces = createNonces([randomBytes(32)], spent);
  const refusals = createRefusals({ evidence, clock, log });
  const deps = { approvals, nonces, publicUrl: PUBLIC_URL, signInRoles: ["security"], outbox };
  return {
    clock,
    approvals,
    outbox,
    people,
    evidence,
    spent,
    nonces,
    refusals,
    deps,
    open(overrides = {}, tenant = "default") {
      const approval = pending(clock, overrides);
      approvals.put(tenant, approval);
      outbox.push("approval.opened", { approvalId: approval.id, actionId: approval.actionId }, tenant);
      return approval;
    },
    know: ({ channel, id }, person = "alice", roles = ["repo-owner"], tenant = "default") =>
      people.put(tenant, channel, id, { id: person, roles, changedAt: 0 }),
    async vote(approval, vote) {
      const cardSha256 = approval.card.sha256;
      const more = vote === "deny" ? { reason: "not now" } : {};
      const given = {
        tenant: "default",
        approval,
        voter: "bob",
        roles: ["repo-owner"],
        channel: "api",
        signedIn: false,
        cardSha256,
      };
      await approvals.cast({ ...given, vote, ...more });
    },
    approvalNow: approvals.now,
    page: personPage({ compose: deps, people, onePerson: false, clock }),
    courier(channels, options = {}) {
      const { signInRoles = deps.signInRoles } = options;
      const answers = createAnswers({
        channels,
        approvals,
        nonces,
        people,
        votes: approvals,
        refusals,
        signInRoles,
        onePerson: false,
        clock,
        log,
      });
      const endpoints = channels.map((channel) =>
        endpointOf(channel, { topics: TOPICS, roles: [] }, { ...deps, signInRoles }),
      );
      return {
        answers,
        deliverer: createDeliverer({ outbox, endpoints, clock, random: () => 0.5, after: never, log }),
      };
    },
    async deliver(deliverer) {
      for (let idle = 0; idle < 60; idle += 1) {
        if ((await deliverer.tick()) > 0) idle = 0;
        await deliverer.idle();
        if (!outbox.rows().some(({ state }) => state === "waiting")) return;
        clock.advance(1_000);
      }
    },
  };
}
