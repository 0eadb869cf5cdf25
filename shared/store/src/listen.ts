// listen.ts — notices between processes: one connection that listens, and comes back when it was lost

import type { Log } from "@holdpoint/runtime/log.ts";
import type pg from "pg";
import type { Database } from "./pool.ts";
import type { Notice } from "./types.ts";

const firstRetryMs = 50;
const retryMsMax = 1_000;

function parse(payload: string | undefined): Notice | undefined {
  try {
    return JSON.parse(payload ?? "") as Notice;
  } catch {
    return undefined; // whoever may NOTIFY may write anything: it is a hint, and this one hints at nothing
  }
}

export interface Listener {
  listen(onNotice: (notice: Notice) => void): Promise<() => Promise<void>>;
  /** to the listeners of this process, without the database */
  tell(notice: Notice): void;
  close(): Promise<void>;
}

/** All listeners of a process share one connection. A notice may be lost while it is down: waiters re-read as well. */
export function listener(database: Database, log: Log): Listener {
  const listeners = new Set<(notice: Notice) => void>();
  let client: pg.Client | undefined;
  let connecting: Promise<void> | undefined;
  let closed = false;

  async function connect(): Promise<void> {
    const fresh = await database.connect();
    fresh.on("notification", ({ payload }) => {
      const notice = parse(payload);
      if (notice) for (const onNotice of listeners) onNotice(notice);
    });
    fresh.once("end", () => {
      if (client === fresh) client = undefined;
      if (!closed && listeners.size > 0) void reconnect();
    });
    try {
      await fresh.query("LISTEN holdpoint");
    } catch (error) {
      await fresh.end().catch(() => undefined);
      throw error;
    }
    client = fresh;
  }

  async function reconnect(): Promise<void> {
    for (let waitMs = firstRetryMs; !closed && !client; waitMs = Math.min(waitMs * 2, retryMsMax)) {
      try {
        connecting = connect();
        await connecting;
        // what was missed meanwhile is unknown: everyone looks again
        for (const onNotice of listeners) onNotice({ kind: "reconnected" });
      } catch (error) {
        log.warn({ err: error, waitMs }, "cannot listen to the database");
        await new Promise((next) => setTimeout(next, waitMs).unref());
      } finally {
        connecting = undefined;
      }
    }
  }

  return {
    async listen(onNotice) {
      listeners.add(onNotice);
      if (!client) {
        connecting ??= connect().finally(() => {
          connecting = undefined;
        });
        try {
          await connecting;
        } catch (error) {
          listeners.delete(onNotice);
          throw error;
        }
      }
      return async () => {
        listeners.delete(onNotice);
        if (listeners.size > 0) return;
        const last = client;
        client = undefined;
        await last?.end();
      };
    },
    tell(notice) {
      for (const onNotice of listeners) onNotice(notice);
    },
    async close() {
      closed = true;
      listeners.clear();
      await client?.end();
    },
  };
}
