// fate.ts — what became of a worker that had an action alone in hand: gone, or there and silent, or well
// The database is asked, to which every process is connected for as long as it lives, and where it beats while its loop turns.

import type { WorkerFate } from "@holdpoint/queue/types.ts";
import type { Store } from "@holdpoint/store/store.ts";

/** A process whose loop turns has beaten within this on the busiest machine; one that loops has been ended by its guard. */
const SILENT_MS = 30_000;
const LOOK_MS = 100;

export interface FateDeps {
  store: { workers: Pick<Store["workers"], "sign"> };
  silentMs?: number;
}

/** Takes as long as it must to be sure: `silentMs` where somebody is there and gives no sign, else little. */
export async function fateOf(worker: string, { store, silentMs = SILENT_MS }: FateDeps): Promise<WorkerFate> {
  const end = performance.now() + silentMs;
  let firstBeat: string | undefined;
  for (;;) {
    const sign = await store.workers.sign(worker);
    // Whoever ends in good order takes its row along.
    if (sign.beatAt === undefined) return "left";
    if (!sign.connected) return "died";
    firstBeat ??= sign.beatAt;
    if (sign.beatAt !== firstBeat) return "lives";
    if (performance.now() > end) return "hangs";
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
