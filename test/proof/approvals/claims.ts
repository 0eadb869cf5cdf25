// claims.ts — many racers for each permission, from several gateways' stores, on a real Postgres: exactly one may have it

import { newId } from "@holdpoint/runtime/id.ts";
import { openStore } from "@holdpoint/store/open.ts";
import type { Store } from "@holdpoint/store/store.ts";
import type { ActionRow, Claimed } from "@holdpoint/store/types.ts";
import pg from "pg";
import {
  attempt,
  decided,
  digest,
  log,
  masterKey,
  newAction,
  newVote,
  openTestStore,
  read,
  settlement,
  type TestStore,
} from "../../../shared/store/test/fixture.ts";
import { type Random, randomFrom } from "./random.ts";

export interface ClaimsReport {
  actions: number;
  racers: number;
  attempts: number;
  /** of these actions, how many a person had approved; the others policy allowed */
  approved: number;
  claimed: number;
  /** actions with more than one claim that was answered with a grant, or more than one in the database */
  doubled: string[];
  /** actions that nobody got */
  unclaimed: string[];
  seconds: number;
  perSecond: number;
}

const STORES = 3;
const ROUND_ACTIONS = 40;
const APPROVED_EVERY = 100;
/** One agent and one voter do all of it: their budgets are not what is proved here. */
const UNLIMITED = {
  claimWindowMs: 3_600_000,
  openActionsPerAgentMax: 1_000_000,
  approvalsPerHourMax: Number.POSITIVE_INFINITY,
};

async function released(store: Store, count: number) {
  // In a small round one at least: claims of what a person approved go another way through the states.
  const byPerson = Math.max(1, Math.floor(count / APPROVED_EVERY));
  const items = Array.from({ length: count - byPerson }, () => newAction());
  const proposed = await store.actions.propose("default", items);
  const rows = proposed.flatMap((each) => (each.status === "created" ? [each.row] : []));
  await store.actions.settle(
    "default",
    rows.map((row) => settlement(row, "allowed")),
  );
  const allowed = (
    await store.actions.many(
      "default",
      rows.map(({ action }) => action.id),
    )
  ).flatMap((row) => row ?? []);
  const approved = await Promise.all(
    Array.from({ length: count - rows.length }, async () => {
      const row = await decided(store, "held");
      await store.approvals.vote(newVote(row));
      await store.approvals.apply("default", row.approvalId ?? "", { system: "proof" });
      return read(store, row);
    }),
  );
  return { rows: [...allowed, ...approved], approved: approved.length };
}

/** The judge reads as the owner of the tables, not through what it judges. */
async function claimedTwice({ owner }: TestStore): Promise<string[]> {
  const { rows } = await owner.query<{ id: string }>(
    `SELECT a.id FROM actions a LEFT JOIN events e ON e.tenant = a.tenant AND e.action_id = a.id AND e.type = 'executing'
      GROUP BY a.tenant, a.id, a.claim_number HAVING count(e.id) > 1 OR a.claim_number > 1`,
  );
  return rows.map(({ id }) => id);
}

const shuffled = <T>(from: readonly T[], random: Random): T[] => {
  const list = [...from];
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = random.int(at + 1);
    [list[at], list[other]] = [list[other] as T, list[at] as T];
  }
  return list;
};

const BLOCK_ACTIONS = 500;
const CALL_ACTIONS = 25;

/** One call of the function that consumes, as a store makes it: which of these actions this racer got. */
async function consume(racer: pg.Client, rows: readonly ActionRow[]): Promise<string[]> {
  const items = rows.map((row, n) => {
    const event = newId("evt");
    const { credential } = row.action;
    return {
      n,
      id: row.action.id,
      credential,
      version: row.version,
      digest,
      lease_ms: 60_000,
      event,
      payload: `{"id":"${event}"}`,
    };
  });
  const { rows: answers } = await racer.query<{ r_n: number; r_status: string }>(
    "SELECT r_n, r_status FROM holdpoint.claim($1, $2, $3)",
    ["default", JSON.stringify(items), Buffer.alloc(0)],
  );
  return answers.flatMap(({ r_n, r_status }) => (r_status === "claimed" ? [rows[r_n]?.action.id ?? ""] : []));
}

/** The same race where it is decided: one connection a racer, each in an order of its own, at the one statement that consumes. */
const blankReport = (racers: number): Omit<ClaimsReport, "seconds" | "perSecond"> => ({
  actions: 0,
  racers,
  attempts: 0,
  approved: 0,
  claimed: 0,
  doubled: [],
  unclaimed: [],
});

export async function racingConsumes(options: {
  actions: number;
  racers: number;
  seed: number;
  /** ends after so many, with what it has until then */
  minutesMax?: number;
  tell?: (line: string) => void;
}): Promise<ClaimsReport> {
  const { actions, racers, seed, minutesMax = Number.POSITIVE_INFINITY, tell = () => undefined } = options;
  const t = await openTestStore(UNLIMITED);
  const random = randomFrom(seed);
  const clients = await Promise.all(
    Array.from({ length: racers }, async () => {
      const client = new pg.Client({ connectionString: t.url, options: "-c role=holdpoint_app" });
      await client.connect();
      return client;
    }),
  );
  const report = blankReport(racers);
  const startedAt = performance.now();
  try {
    while (report.actions < actions && performance.now() - startedAt < minutesMax * 60_000) {
      const { rows, approved } = await released(t.store, Math.min(BLOCK_ACTIONS, actions - report.actions));
      const won = new Map<string, number>();
      await Promise.all(
        clients.map(async (client) => {
          const order = shuffled(rows, random);
          for (let from = 0; from < order.length; from += CALL_ACTIONS)
            for (const id of await consume(client, order.slice(from, from + CALL_ACTIONS)))
              won.set(id, (won.get(id) ?? 0) + 1);
        }),
      );
      for (const { action } of rows) {
        const times = won.get(action.id) ?? 0;
        report.claimed += times;
        if (times > 1) report.doubled.push(action.id);
        if (times === 0) report.unclaimed.push(action.id);
      }
      report.actions += rows.length;
      report.approved += approved;
      report.attempts += rows.length * racers;
      if (report.actions % (BLOCK_ACTIONS * 10) === 0)
        tell(
          `consumes: ${report.attempts}, ${Math.round(report.attempts / ((performance.now() - startedAt) / 1_000))}/s`,
        );
    }
    report.doubled.push(...(await claimedTwice(t)));
    const seconds = (performance.now() - startedAt) / 1_000;
    return { ...report, seconds: Math.round(seconds), perSecond: Math.round(report.attempts / seconds) };
  } finally {
    await Promise.all(clients.map((client) => client.end()));
    await t.close();
  }
}

export async function racingClaims(options: {
  actions: number;
  racers: number;
  tell?: (line: string) => void;
}): Promise<ClaimsReport> {
  const { actions, racers, tell = () => undefined } = options;
  const t = await openTestStore(UNLIMITED);
  const others = await Promise.all(
    Array.from({ length: STORES - 1 }, () => openStore({ url: t.url, masterKey, log, connectionsMax: 6 })),
  );
  const stores = [t.store, ...others];
  const report = blankReport(racers);
  const startedAt = performance.now();
  try {
    while (report.actions < actions) {
      const { rows, approved } = await released(t.store, Math.min(ROUND_ACTIONS, actions - report.actions));
      const answers = await Promise.all(
        rows.map((row) =>
          Promise.all(
            // Racers differ: no key, a key of their own, another credential's key; each through one of the stores.
            Array.from({ length: racers }, (_, racer): Promise<Claimed> => {
              const store = stores[racer % stores.length] as Store;
              return store.actions.claim(attempt(row, racer % 2 === 0 ? {} : { idempotencyKey: `racer-${racer}` }));
            }),
          ),
        ),
      );
      for (const [n, row] of rows.entries()) {
        const won = (answers[n] ?? []).filter(({ status }) => status === "claimed").length;
        report.claimed += won;
        if (won > 1) report.doubled.push(row.action.id);
        if (won === 0) report.unclaimed.push(row.action.id);
      }
      report.actions += rows.length;
      report.approved += approved;
      report.attempts += rows.length * racers;
      if (report.actions % (ROUND_ACTIONS * 8) === 0)
        tell(
          `claims: ${report.attempts} attempts, ${Math.round(report.attempts / ((performance.now() - startedAt) / 1_000))}/s`,
        );
    }
    report.doubled.push(...(await claimedTwice(t)));
    const seconds = (performance.now() - startedAt) / 1_000;
    return { ...report, seconds: Math.round(seconds), perSecond: Math.round(report.attempts / seconds) };
  } finally {
    await Promise.all(others.map((store) => store.close()));
    await t.close();
  }
}
