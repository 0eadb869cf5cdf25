// fate.ts — what became of a worker that had an action alone in hand: gone, or there and silent, or well
// The database is asked, to which every process is connected for as long as it lives, and where it beats while its loop turns.

import type { WorkerFate } from "@holdpoint/queue/types.ts";
import type { Store } from "@holdpoint/store/store.ts";
import { limits } from "@holdpoint/wire/limits.ts";

/**
 * A process whose loop turns has beaten within this, also one that is late. Far shorter than an action that was taken back may
 * be silent before the reconciler sends it again (`limits.retakenMs` and 4 s): else what hangs one worker would be handed to
 * the next one anew, unmarked, until all of them hang.
 */
const SILENT_MS = limits.workerHeartbeatMs + 1_500;
const LOOK_MS = 100;

export interface FateDeps {
  store: { workers: Pick<Store["workers"], "sign"> };
  silentMs?: number;
}

/**
 * Takes as long as it must to be sure: `silentMs` where somebody is there and gives no sign, else little. One that was there and
 * silent, and is ended for it while we look (hang-guard.ts), hung: what one sees dead that was well a moment ago only died.
 */
export async function fateOf(worker: string, { store, silentMs = SILENT_MS }: FateDeps): Promise<WorkerFate> {
  const end = performance.now() + silentMs;
  let firstBeat: string | undefined;
  for (;;) {
    const sign = await store.workers.sign(worker);
    // Whoever ends in good order takes its row along.
    if (sign.beatAt === undefined) return "left";
    if (!sign.connected) return firstBeat === sign.beatAt && sign.silentMs >= silentMs ? "hangs" : "died";
    firstBeat ??= sign.beatAt;
    if (sign.beatAt !== firstBeat) return "lives";
    if (performance.now() > end) return "hangs";
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
