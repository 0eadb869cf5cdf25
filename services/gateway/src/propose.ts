// propose.ts — takes a proposal in: committed first, then sent on its way; what was said twice is one action

import { createHash } from "node:crypto";
import { messageOf } from "@holdpoint/engine/dispatch.ts";
import type { Queue } from "@holdpoint/queue/types.ts";
import type { Clock } from "@holdpoint/runtime/clock.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { carrierOf, inSpan, SPANS } from "@holdpoint/runtime/trace.ts";
import { createBatcher } from "@holdpoint/store/batch.ts";
import type { Store } from "@holdpoint/store/store.ts";
import type { ActionRow, NewAction, Proposed } from "@holdpoint/store/types.ts";
import type { Action, Proposal } from "@holdpoint/wire/action.ts";
import { canonicalJson } from "@holdpoint/wire/canonical-json.ts";
import { Fault } from "@holdpoint/wire/fault.ts";
import type { Message, TraceCarrier } from "@holdpoint/wire/job.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import type { Json } from "@holdpoint/wire/scalars.ts";
import { sending } from "./sending.ts";
import type { Waiters, Watch } from "./waiters.ts";

/** How many proposals one transaction commits. */
const FLUSH_ACTIONS_MAX = 64;

export interface Taken {
  row: ActionRow;
  status: "created" | "replayed" | "joined";
  /** hears of the action since before it was sent */
  watch: Watch;
  /**
   * Resolves when the action is on the disk: before anybody is told of it undecided. Throws `store_unavailable` where it is
   * not there any more, because the database fell before it was.
   */
  assured(): Promise<void>;
}

export interface Intake {
  /** Throws `idempotency_conflict` or `too_many`. `under`: the caller's own trace context. */
  take(action: Action, options: TakeOptions): Promise<Taken>;
  /**
   * Sends a row to the first stage. Nobody waits for it and nothing fails by it: the row is the truth, and the reconciler finds
   * what could not be sent.
   */
  send(row: ActionRow): void;
  /** The same for a vote that was counted: the escalation stage draws the conclusion. */
  resume(message: Message): void;
  /** Resolves when nothing is being committed or sent. */
  idle(): Promise<void>;
}

export interface TakeOptions {
  requestHash: string;
  idempotencyKey?: string | undefined;
  /**
   * a caller waits for the answer: then there is a minute to decide, else a quarter of an hour (rulings §E3), and the
   * disk is waited for once, by the decision
   */
  waits: boolean;
  under: TraceCarrier | undefined;
  /** keep it off the queue: the caller sends it, once something else has been committed */
  parked?: boolean;
}

const hash = (value: unknown): string =>
  createHash("sha256")
    .update(canonicalJson(value as Json))
    .digest("hex");

/** What "same body" means (rulings §C9): as it was sent, not as the key made it. */
export const requestHashOf = ({ kind, tool, args, cwd, principal, session }: Proposal): string =>
  hash({ kind: kind ?? "tool", tool, args, cwd, principal, session });

/**
 * Equal while it waits or is approved: one card, one run (rulings §C4). What is pinned is part of it: a call whose script
 * has changed since, or that is meant for another place, is another call and needs a card of its own.
 */
export function joinHashOf(action: Action): string {
  const { tenant, credential, kind, mode, tool, argsHash, cwd, bindings, audience, toolVersion } = action;
  const { principal, session } = action;
  const pins = { bindings, audience, toolVersion };
  return hash({
    tenant,
    credential,
    kind,
    mode,
    tool,
    argsHash,
    cwd,
    ...pins,
    agent: principal.agent,
    session: session.id,
  });
}

/** The client's own name for a call, where it has one: client, session and tool call together. */
export const naturalKey = ({
  client,
  session,
  toolCallId,
}: Pick<Proposal, "client" | "session" | "toolCallId">): string | undefined =>
  client === undefined || toolCallId === undefined ? undefined : `call:${hash([client, session.id, toolCallId])}`;

export function createIntake({
  store,
  queue,
  waiters,
  clock,
  log,
}: {
  store: Store;
  queue: Queue;
  waiters: Waiters;
  clock: Clock;
  log: Log;
}): Intake {
  const inserts = createBatcher<NewAction, Proposed>({
    flush: (tenant, items) => store.actions.propose(tenant, items),
    itemsMax: FLUSH_ACTIONS_MAX,
  });

  const assurances = createBatcher<string, boolean>({
    async flush(tenant, ids) {
      const there = await store.actions.assure(tenant, ids);
      return ids.map((id) => there.has(id));
    },
    itemsMax: FLUSH_ACTIONS_MAX,
  });
  const assure = async ({ action }: ActionRow): Promise<void> => {
    if (await assurances.submit(action.tenant, action.id)) return;
    throw new Fault("store_unavailable", "the database fell before this proposal was on its disk: send it again");
  };

  const way = sending(queue, log);
  const send = (row: ActionRow) => way.send("rules", messageOf(row, clock.now()));

  return {
    send,
    resume: (message) => way.send("escalation", message),
    take(action, { requestHash, idempotencyKey, waits, under, parked }) {
      const attributes = {
        "holdpoint.action.id": action.id,
        "holdpoint.stage": "propose",
        "gen_ai.tool.name": action.tool,
        "gen_ai.agent.id": action.principal.agent,
        "gen_ai.conversation.id": action.session.id,
      };
      return inSpan(SPANS.propose, { ...(under ? { under } : { root: true }), attributes }, async (span) => {
        // Watched before it is sent: whatever is decided from here on rings.
        const watch = waiters.watch(action.tenant, action.id);
        try {
          const proposed = await inserts.submit(action.tenant, {
            action,
            requestHash,
            ...(idempotencyKey !== undefined && { idempotencyKey }),
            joinHash: joinHashOf(action),
            trace: carrierOf(span),
            decideWithinMs: waits ? limits.decideWaitingMs : limits.decideIdleMs,
            lazily: waits,
          });
          if (proposed.status === "conflict") throw conflict(proposed.actionId);
          if (proposed.status === "too_many_open") throw tooMany(proposed.open);
          const { row } = proposed;
          if (proposed.status === "created") {
            if (!parked) send(row);
            return { ...proposed, watch, assured: async () => (waits ? assure(row) : undefined) };
          }
          watch.close();
          span.setAttribute("holdpoint.action.id", row.action.id);
          // Whoever proposed it first may still wait for its decision, and so may it be in memory only.
          return { ...proposed, watch: waiters.watch(action.tenant, row.action.id), assured: () => assure(row) };
        } catch (error) {
          watch.close();
          throw error;
        }
      });
    },
    async idle() {
      await Promise.all([inserts.idle(), assurances.idle()]);
      await way.idle();
    },
  };
}

const conflict = (actionId: string) =>
  new Fault("idempotency_conflict", "this idempotency key already stands for another request", { actionId });
const tooMany = (open: number) =>
  new Fault("too_many", `this agent has ${open} actions open; they must end before more are taken`, { open });

/** Ids and times of a new action. */
export const newAction = (clock: Clock): { id: ReturnType<typeof newId<"act">>; proposedAt: string } => ({
  id: newId("act"),
  proposedAt: new Date(clock.now()).toISOString(),
});
