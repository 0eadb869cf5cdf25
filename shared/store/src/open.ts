// open.ts — the store put together: one pool, one key ring, a noun a file

import { compileSet } from "@holdpoint/core/rules/compile.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { actions } from "./actions.ts";
import { approvals } from "./approvals.ts";
import { claim } from "./claim.ts";
import { countedBefore } from "./counts.ts";
import { decisions } from "./decisions.ts";
import { delegations } from "./delegations.ts";
import { deliveries, usedNonces } from "./deliveries.ts";
import { erase } from "./erase.ts";
import { events } from "./events.ts";
import { keys } from "./keys.ts";
import { listener } from "./listen.ts";
import { notices } from "./notices.ts";
import { people } from "./people.ts";
import { policies } from "./policies.ts";
import type { Compile } from "./policy-sets.ts";
import { openDatabase } from "./pool.ts";
import { proposedChanges } from "./proposed-changes.ts";
import { checkReady } from "./ready.ts";
import { tenantKeys } from "./seal.ts";
import { settle } from "./settle.ts";
import { signIns } from "./sign-ins.ts";
import { standing } from "./standing.ts";
import { stops } from "./stops.ts";
import type { Store } from "./store.ts";
import { sweeper } from "./sweeper.ts";
import { tenants } from "./tenants.ts";
import { transition } from "./transition.ts";
import { workers } from "./workers.ts";

export interface StoreOptions {
  /** of a role that may become `holdpoint_app`; the database is migrated already (migrate.ts) */
  url: string;
  /** 32 bytes; opens every tenant's data key */
  masterKey: Buffer;
  log: Log;
  /** `holdpoint up`: the owner may vote, and a role counts however new it is (rulings §D2) */
  onePerson?: boolean;
  connectionsMax?: number;
  /** of this process among the live workers: the server shows it on our connections, so that others see whether we live */
  name?: string;
  openActionsPerAgentMax?: number;
  pendingApprovalsPerAgentMax?: number;
  /** how many yeses one person may give within an hour; without a limit in a one-person `up` */
  approvalsPerHourMax?: number;
  /** how long the same ask is answered by a denial that a person gave; 0: not at all */
  denialMemoryMs?: number;
  claimWindowMs?: number;
  /** makes sure that a set compiles before it becomes the active one; where the event loop serves others, without holding it up */
  compile?: Compile;
}

/**
 * Connects and makes sure that what is committed here stays committed.
 * Throws `store_unavailable`, `unsafe_store`, `not_ready`, or `config_invalid` (wrong role, wrong master key).
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { url, masterKey, log, onePerson = false, connectionsMax } = options;
  const database = openDatabase(url, log, connectionsMax, options.name);
  const listening = listener(database, log);
  const told = notices(database, log);
  try {
    const ring = tenantKeys(database, masterKey);
    await checkReady(database);
    await ring.of("default"); // a wrong master key is found now, not at the first action
    const move = transition(database, ring);
    return {
      actions: {
        ...actions(database, ring, options.openActionsPerAgentMax ?? limits.openActionsPerAgentMax),
        settle: settle(
          database,
          ring,
          {
            pendingApprovalsPerAgentMax: options.pendingApprovalsPerAgentMax ?? limits.pendingApprovalsPerAgentMax,
            claimWindowMs: options.claimWindowMs ?? limits.claimWindowMs,
            onePerson,
          },
          (tenant, rows) => listening.tell({ kind: "committed", tenant, rows }),
          told,
        ),
        claim: claim(database, ring, move),
        transition: move,
        erase: erase(database, ring),
        countedBefore: (tenant, actionId, of) => countedBefore(database, tenant, actionId, of),
      },
      approvals: approvals(database, ring, {
        onePerson,
        denialMemoryMs: options.denialMemoryMs ?? limits.denialMemoryMs,
        approvalsPerHourMax:
          options.approvalsPerHourMax ?? (onePerson ? Number.POSITIVE_INFINITY : limits.approvalsPerHourMax),
      }),
      delegations: delegations(database, ring),
      standing: standing(database, ring),
      sweeper: sweeper(database, ring, move),
      policies: policies(database, ring, options.compile ?? (async (sources) => compileSet(sources))),
      keys: keys(database, ring),
      people: people(database, ring),
      signIns: signIns(database, ring),
      proposedChanges: proposedChanges(database, ring),
      stops: stops(database, ring),
      decisions: decisions(database, ring),
      events: events(database, ring),
      workers: workers(database),
      deliveries: deliveries(database),
      usedNonces: usedNonces(database),
      tenants: tenants(database, ring),
      listen: listening.listen,
      ready: () => checkReady(database),
      async close() {
        await told.idle();
        await listening.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}
