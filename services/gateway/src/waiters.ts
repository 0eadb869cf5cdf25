// waiters.ts — calls that wait for an action: woken by notices, and by a look at the store once a second

import type { Clock } from "@holdpoint/runtime/clock.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { createBatcher } from "@holdpoint/store/batch.ts";
import type { Actions } from "@holdpoint/store/store.ts";
import type { ActionRow, Committed, Notice } from "@holdpoint/store/types.ts";
import type { ActionState } from "@holdpoint/wire/action.ts";
import { TERMINAL_STATES } from "@holdpoint/wire/action.ts";
import { limits } from "@holdpoint/wire/limits.ts";

const READ_ROWS_MAX = 64;

export type Until = "decided" | "settled";

/** `decided`: allowed, denied or held. `settled`: a human has answered too, or nobody needs to, or it is over. */
export const isReached = (state: ActionState, until: Until): boolean =>
  until === "decided" ? state !== "received" : state !== "received" && state !== "held";
export const isTerminal = (state: ActionState): boolean => TERMINAL_STATES.includes(state);

export interface Watch {
  /**
   * The row once its state is reached, or as it is when `waitMs` are over or the caller has gone.
   * @param known the row as it was read after this watch began, so that it need not be read again
   */
  until(until: Until, waitMs: number, gone: AbortSignal, known?: ActionRow): Promise<ActionRow | undefined>;
  close(): void;
}

export interface Waiters {
  /** Begins to listen for an action: before it is sent on its way, so that no answer is missed. */
  watch(tenant: string, actionId: string): Watch;
  notice(notice: Notice): void;
  close(): void;
}

interface Waiting {
  tenant: string;
  actionId: string;
  wakes: Set<(row?: Committed) => void>;
  /** what the last look saw: only a change wakes anyone */
  seen?: string;
}

export function createWaiters(
  { actions, clock, log }: { actions: Pick<Actions, "many" | "states">; clock: Clock; log: Log },
  rereadMs: number = limits.waiterRereadMs,
): Waiters {
  const waiting = new Map<string, Waiting>();
  // One settle wakes many: what they all read goes in one query.
  const reads = createBatcher<string, ActionRow | undefined>({
    flush: (tenant, ids) => actions.many(tenant, ids),
    itemsMax: READ_ROWS_MAX,
  });
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  const keyOf = (tenant: string, actionId: string) => `${actionId} ${tenant}`;

  function wake(tenant: string, actionIds: readonly string[]): void {
    for (const actionId of actionIds) for (const each of waiting.get(keyOf(tenant, actionId))?.wakes ?? []) each();
  }
  function wakeAll(): void {
    for (const { wakes } of waiting.values()) for (const each of wakes) each();
  }

  /** An answer can be lost after its commit; the rows themselves cannot. */
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    const byTenant = Map.groupBy(waiting.values(), ({ tenant }) => tenant);
    for (const [tenant, group] of byTenant) {
      const states = await actions
        .states(
          tenant,
          group.map(({ actionId }) => actionId),
        )
        .catch((error: unknown) => {
          log.warn({ error }, "could not look after waiting actions");
          return new Map<string, { state: ActionState; version: number }>();
        });
      for (const each of group) {
        const now = states.get(each.actionId);
        if (!now || each.seen === `${now.version}`) continue;
        each.seen = `${now.version}`;
        wake(tenant, [each.actionId]);
      }
    }
    looking = false;
  }

  function watch(tenant: string, actionId: string): Watch {
    const key = keyOf(tenant, actionId);
    let rung = false;
    let committed: Committed | undefined;
    let wakeUp: (() => void) | undefined;
    const entry = waiting.get(key) ?? { tenant, actionId, wakes: new Set() };
    waiting.set(key, entry);
    const onWake = (row?: Committed) => {
      rung = true;
      committed = row ?? committed;
      wakeUp?.();
    };
    /** Until somebody rings (or has rung since the last time), `ms` are over, or the caller has gone. */
    const rest = (ms: number, gone: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (rung) return resolve();
        wakeUp = () => {
          clearTimeout(late);
          gone.removeEventListener("abort", onGone);
          resolve();
        };
        const onGone = () => wakeUp?.();
        const late = setTimeout(onGone, ms);
        gone.addEventListener("abort", onGone, { once: true });
      });
    entry.wakes.add(onWake);
    timer ??= setInterval(() => void look(), rereadMs).unref();
    return {
      async until(until, waitMs, gone, known) {
        const deadline = clock.now() + waitMs;
        let row = known ?? (await reads.submit(tenant, actionId));
        for (;;) {
          const leftMs = deadline - clock.now();
          if (!row || isReached(row.state, until) || leftMs <= 0 || gone.aborted || closed) return row;
          await rest(leftMs, gone);
          const told = committed;
          // Armed anew before the row is read: what happens during the reading rings again.
          rung = false;
          committed = undefined;
          // What was committed here right after what is known needs no reading: the store says the same.
          row = told?.version === row.version + 1 ? { ...row, ...told } : await reads.submit(tenant, actionId);
        }
      },
      close() {
        entry.wakes.delete(onWake);
        if (entry.wakes.size === 0 && waiting.get(key) === entry) waiting.delete(key);
        if (waiting.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      },
    };
  }

  return {
    watch,
    notice(notice) {
      if (notice.kind === "settled") wake(notice.tenant, notice.actionIds);
      if (notice.kind === "voted") wake(notice.tenant, [notice.actionId]);
      // Notices may have been missed: everyone looks again.
      if (notice.kind === "reconnected") wakeAll();
      if (notice.kind === "committed") {
        for (const [actionId, row] of notice.rows)
          for (const each of waiting.get(keyOf(notice.tenant, actionId))?.wakes ?? []) each(row);
      }
    },
    close() {
      closed = true;
      wakeAll();
    },
  };
}

/** Ends after `ms`, or as soon as one of the signals says so; leaves nothing behind. */
export function pause(ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    for (const signal of signals) {
      if (signal.aborted) return end();
      signal.addEventListener("abort", end, { once: true });
    }
  });
}
