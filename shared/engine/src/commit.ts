// commit.ts — settlements in batches made by the traffic itself: one flush a tenant in flight, what comes meanwhile goes in the next

import { type Lane, lane } from "@holdpoint/queue/pack.ts";
import type { Store } from "@holdpoint/store/store.ts";
import type { Settled, Settlement } from "@holdpoint/store/types.ts";
import { FAULTS, isFault } from "@holdpoint/wire/fault.ts";

/** Rows of one commit. More would hold the rows' locks longer without saving much. */
const ROWS_MAX = 256;

interface Ticket {
  settlement: Settlement;
  outcome?: Settled;
  error?: unknown;
}

const passes = (error: unknown): boolean => isFault(error) && FAULTS[error.code].retry;

/** Commits one settlement together with whatever else its tenant settles at that moment. */
export function createCommitter(store: {
  actions: Pick<Store["actions"], "settle">;
}): (settlement: Settlement) => Promise<Settled> {
  const lanes = new Map<string, Lane<Ticket>>();

  const commit = async (tenant: string, tickets: Ticket[]): Promise<void> => {
    try {
      const outcomes = await store.actions.settle(
        tenant,
        tickets.map(({ settlement }) => settlement),
      );
      const byAction = new Map(outcomes.map((outcome) => [outcome.actionId, outcome]));
      for (const ticket of tickets) ticket.outcome = byAction.get(ticket.settlement.actionId);
    } catch (error) {
      if (tickets.length === 1 || passes(error)) {
        for (const ticket of tickets) ticket.error = error;
        return;
      }
      // One row that cannot be written must not take its neighbours with it: halve until it stands alone.
      const middle = Math.ceil(tickets.length / 2);
      await commit(tenant, tickets.slice(0, middle));
      await commit(tenant, tickets.slice(middle));
    }
  };

  const laneOf = (tenant: string): Lane<Ticket> => {
    const known = lanes.get(tenant);
    if (known !== undefined) return known;
    const made = lane<Ticket>(async (packs) => {
      for (const batch of batches(packs.flat())) await commit(tenant, batch);
    });
    lanes.set(tenant, made);
    return made;
  };

  return async (settlement) => {
    const ticket: Ticket = { settlement };
    await laneOf(settlement.tenant).add(ticket, 0);
    if (ticket.error !== undefined) throw ticket.error;
    if (ticket.outcome === undefined) throw new Error(`the store said nothing about action \`${settlement.actionId}\``);
    return ticket.outcome;
  };
}

/** At most `ROWS_MAX` rows each, and no action twice in one: the second of two dispatches has to see what the first did. */
function batches(tickets: readonly Ticket[]): Ticket[][] {
  const out: Ticket[][] = [];
  let batch: Ticket[] = [];
  let ids = new Set<string>();
  for (const ticket of tickets) {
    const { actionId } = ticket.settlement;
    if (batch.length >= ROWS_MAX || ids.has(actionId)) {
      out.push(batch);
      batch = [];
      ids = new Set();
    }
    batch.push(ticket);
    ids.add(actionId);
  }
  if (batch.length > 0) out.push(batch);
  return out;
}
