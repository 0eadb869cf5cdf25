// heartbeat.ts — says that this process lives and which policy sets it runs, so that a publish can wait for it

import type { Log } from "@holdpoint/runtime/log.ts";
import type { Store } from "@holdpoint/store/store.ts";
import { limits } from "@holdpoint/wire/limits.ts";
import { type Loop, loop } from "./loop.ts";
import type { PolicyReader } from "./policies.ts";

export interface HeartbeatDeps {
  store: Pick<Store, "workers">;
  policies: Pick<PolicyReader, "digests" | "onChange">;
  log: Log;
}

/** Beats at once, on every change of a set, and every two seconds. */
export function startHeartbeat(worker: { id: string; service: string }, deps: HeartbeatDeps): Loop {
  const { store, policies, log } = deps;
  const beating = loop("heartbeat", limits.workerHeartbeatMs, log, () =>
    store.workers.beat({ ...worker, digests: policies.digests() }),
  );
  policies.onChange(() => beating.now());
  return {
    now: beating.now,
    async stop() {
      await beating.stop();
      await store.workers.gone(worker.id).catch((error: unknown) => {
        log.debug({ error }, "could not say goodbye: others notice when the beats stop");
      });
    },
  };
}
