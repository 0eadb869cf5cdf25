// deserted.ts — finds connections to Postgres whose other end is gone without a word, long before the system gives them up
// A host that loses its power closes nothing, and whoever asked it waits for as long as a slow statement may take. Another
// connection knows better: what the server has not heard of, or says to have answered, will have no answer here.

import type { Socket } from "node:net";
import pg from "pg";
import type { Log } from "./log.ts";

const LOOK_MS = 1_000;
/** A question that is older is asked about. */
const PATIENCE_MS = 2_000;
/** Found so at two looks in a row: a server that stood still must hear what was sent to it meanwhile. */
const LOOKS = 2;

export interface DesertedWatch {
  /** Watches a connection until it ends. */
  add(client: pg.ClientBase): void;
}

interface Watched {
  /** when the oldest question since the last moment without one was asked, as `performance.now()` has it */
  askedAt: number | undefined;
  silent: number;
}

/** What the driver has and its types do not name. */
interface Inside {
  processID: number | null;
  connection: { stream: Socket };
}
const inside = (client: pg.ClientBase): Inside => client as unknown as Inside;
const cut = (client: pg.ClientBase) => void inside(client).connection.stream.destroy();

/** Sessions that are gone, or not at work on anything for a while: they never got what was asked, or their answer was lost. */
const SILENT = `
  SELECT pg_backend_pid() AS me, ARRAY(
    SELECT asked.pid FROM unnest($1::int[]) AS asked (pid) LEFT JOIN pg_stat_activity held USING (pid)
     WHERE held.pid IS NULL OR (held.state LIKE 'idle%' AND held.state_change < clock_timestamp() - $2 * interval '1 ms')
  ) AS pids`;
/** Their locks would else be held until the server finds out. */
const END = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
   WHERE pid = ANY ($1::int[]) AND usename = session_user AND state LIKE 'idle%' AND state_change < clock_timestamp() - $2 * interval '1 ms'`;

/**
 * Where one connection is found to be deserted, it is cut, and so are those that nobody asks anything at that moment: they
 * went the same way, and whoever asks next would wait as long. What is at work is left alone: it is found by itself.
 * @param config how to reach the server by another connection, as the same user
 */
export function watchDeserted(config: pg.ClientConfig, log: Log): DesertedWatch {
  const watched = new Map<pg.ClientBase, Watched>();
  let timer: NodeJS.Timeout | undefined;
  let looking = false;

  /** Throws where the server does not answer at all: then nobody can say. */
  async function ask(text: string, clients: readonly pg.ClientBase[]): Promise<{ me?: number; pids?: number[] }> {
    const probe = new pg.Client({ ...config, connectionTimeoutMillis: PATIENCE_MS, query_timeout: PATIENCE_MS });
    probe.on("error", () => undefined); // that no answer comes is heard of below
    try {
      await probe.connect();
      const { rows } = await probe.query(text, [clients.map((client) => inside(client).processID), PATIENCE_MS]);
      const [said] = rows as { me?: number; pids?: number[] }[];
      // Behind a pooler the numbers of sessions are its own, and say nothing about the server's.
      return said?.me === inside(probe).processID ? said : {};
    } finally {
      void probe.end().catch(() => undefined);
    }
  }

  async function look(): Promise<void> {
    const now = performance.now();
    const old = new Map(
      [...watched].flatMap(([client, { askedAt }]) =>
        askedAt !== undefined && now - askedAt > PATIENCE_MS ? [[client, askedAt] as const] : [],
      ),
    );
    if (old.size === 0) return;
    const { pids = [] } = await ask(SILENT, [...old.keys()]);
    for (const [client, state] of watched) {
      const same = state.askedAt === old.get(client) && pids.includes(inside(client).processID ?? 0);
      state.silent = same ? state.silent + 1 : 0;
    }
    if (![...watched.values()].some(({ silent }) => silent >= LOOKS)) return;
    const gone = [...watched].filter(([, { askedAt, silent }]) => silent >= LOOKS || askedAt === undefined);
    log.warn({ connections: gone.length }, "database connections whose other end is gone were cut");
    const clients = gone.map(([client]) => client);
    for (const client of clients) cut(client);
    await ask(END, clients);
  }

  const turn = () => {
    if (looking) return;
    looking = true;
    look()
      .catch((error: unknown) => log.debug({ error }, "the database does not say what it is doing"))
      .finally(() => {
        looking = false;
      });
  };

  return {
    add(client) {
      const state: Watched = { askedAt: undefined, silent: 0 };
      watched.set(client, state);
      timer ??= setInterval(turn, LOOK_MS).unref();
      const kind = Object.getPrototypeOf(client) as { query(...asked: unknown[]): unknown };
      client.query = ((...asked: unknown[]) => {
        state.askedAt ??= performance.now();
        return kind.query.apply(client, asked);
      }) as typeof client.query;
      client.on("drain", () => {
        state.askedAt = undefined;
      });
      client.once("end", () => {
        watched.delete(client);
        if (watched.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      });
    },
  };
}
