// notices.ts — says to other processes what was committed, once it is: a notice is a hint, the rows are what counts (ADR 13)
// A transaction that notifies holds a lock of the whole database until its commit is on the disk, and all others that notify,
// those of the queue on Postgres too, wait for it. This one writes nothing, so it holds that lock for no longer than it takes.

import type { Log } from "@holdpoint/runtime/log.ts";
import { createBatcher } from "./batch.ts";
import type { Database } from "./pool.ts";

const TELL = "SELECT set_config('synchronous_commit', 'off', true), holdpoint.notify_ids($1, 'settled', $2)";
const LISTS_MAX = 64;

export interface Notices {
  /** Nobody waits for it. What is lost, because we die or the database goes, is found by whoever waits: they look again. */
  settled(tenant: string, actionIds: readonly string[]): void;
  /** Resolves when all that was to be said is said. */
  idle(): Promise<void>;
}

export function notices(database: Pick<Database, "call">, log: Log): Notices {
  // What is committed while one notice is on its way goes in the next.
  const tellings = createBatcher<readonly string[], undefined>({
    async flush(tenant, lists) {
      await database.call("tell_settled", TELL, [tenant, lists.flat()]);
      return lists.map(() => undefined);
    },
    itemsMax: LISTS_MAX,
  });
  return {
    settled(tenant, actionIds) {
      if (actionIds.length === 0) return;
      tellings
        .submit(tenant, actionIds)
        .catch((error: unknown) => log.debug({ err: error }, "a notice was lost: who waits looks again"));
    },
    idle: tellings.idle,
  };
}
