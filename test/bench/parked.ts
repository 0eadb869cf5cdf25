// parked.ts — many actions that wait for people: what they hold, how fast an answer resumes one, how fast all expire

import { resumeOf } from "@holdpoint/engine/dispatch.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { Redis } from "ioredis";
import pg from "pg";
import { percentile } from "./drive.ts";
import { type BenchLine, startBenchLine } from "./line.ts";
import { held } from "./memory.ts";
import type { Servers } from "./servers.ts";

const ASKS = "npx prisma migrate deploy";
const LANES = 128;
const RESUMES = 200;
const PAGES = 100;
/** Parked and expired before, where not fewer are measured: what passing traffic makes a process hold is no growth by what waits. */
const WARM_MAX = 20_000;
const LOOK_MS = 100;
const KEYS_MS = 2_000;

export interface ParkedFigures {
  backend: "redis" | "postgres";
  parked: number;
  parkedPerSecond: number;
  /** what the queue holds while all of them wait */
  queueJobs: number;
  /** names of keys that were not there before */
  moreQueueKeys: string[];
  /** growth of this process, which runs the gateway's part and all four stages: of what the system gave it, and of what is in use */
  processGrowthMb: number;
  liveGrowthMb: number;
  resumeP50Ms: number;
  resumeP99Ms: number;
  /** a page of 50 of the inbox, while all of them wait */
  listPageP50Ms: number;
  listPageP99Ms: number;
  expireAllSeconds: number;
}

const heldCount = async (owner: pg.Client): Promise<number> => {
  const { rows } = await owner.query<{ count: string }>("SELECT count(*) FROM holdpoint.actions WHERE state = 'held'");
  return Number(rows[0]?.count);
};
/** By the index of what has an end: counting would walk through all actions, and slow down what is looked at. */
const isHeld = async (owner: pg.Client): Promise<boolean> => {
  const { rows } = await owner.query<{ held: boolean }>(
    "SELECT EXISTS (SELECT FROM holdpoint.actions WHERE due_at IS NOT NULL AND state = 'held') AS held",
  );
  return rows[0]?.held ?? true;
};
const until = async (holds: () => Promise<boolean>, everyMs: number): Promise<void> => {
  while (!(await holds())) await new Promise((next) => setTimeout(next, everyMs));
};
/** The names of what lies on the Redis server and stays there: what ends by itself within seconds (locks, turns) is no growth. */
async function keysOf(url: string): Promise<Set<string>> {
  const names = new Set<string>();
  if (!url.startsWith("redis")) return names;
  const redis = new Redis(url);
  try {
    for (const name of await redis.keys("*")) if ((await redis.pttl(name)) === -1) names.add(name);
    return names;
  } finally {
    redis.disconnect();
  }
}
/** Keys that were not there before. What was taken last is said to be done a moment after it was: that moment is waited for. */
async function moreKeys(url: string, before: ReadonlySet<string>): Promise<string[]> {
  for (const end = performance.now() + KEYS_MS; ; await new Promise((next) => setTimeout(next, LOOK_MS))) {
    const more = [...(await keysOf(url))].filter((name) => !before.has(name));
    if (more.length === 0 || performance.now() > end) return more;
  }
}

/** One answer: the vote's commit, its message, and the moment the action is approved. */
async function resume(line: BenchLine, actionId: string): Promise<number> {
  const { approvals, actions } = line.engine.store;
  const row = await actions.get("default", actionId);
  const approval = row && (await approvals.get("default", row.approvalId ?? ""));
  if (row === undefined || approval === undefined) throw new Error("not parked");
  const startedAt = performance.now();
  const approved = line.settled(actionId);
  const voted = await approvals.vote({
    tenant: "default",
    approvalId: approval.id,
    voteId: newId("vote"),
    voter: "bench",
    credential: "key_person",
    channel: "bench",
    vote: "approve",
    roles: approval.requirements.map(({ role }) => role),
    cardSha256: approval.card.sha256,
    barred: [],
  });
  if (voted.status !== "counted") throw new Error(`the vote was not counted: ${voted.status}`);
  await line.engine.queue.send("escalation", [resumeOf(row, approval.id, {}, Date.now())]);
  await approved;
  return performance.now() - startedAt;
}

/** Pages of the inbox one after the other, ms each, sorted. */
async function pageTimes(line: BenchLine): Promise<number[]> {
  const times: number[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < PAGES; n++) {
    const startedAt = performance.now();
    const page = await line.engine.store.approvals.list("default", {
      state: "pending",
      limit: 50,
      ...(cursor !== undefined && { cursor }),
    });
    times.push(performance.now() - startedAt);
    cursor = page.next;
  }
  return times.sort((a, b) => a - b);
}

/** Parks so many, and returns the first of them: a list of all would be memory that the bench itself holds. */
async function park(line: BenchLine, count: number): Promise<string[]> {
  const first: string[] = [];
  let parked = 0;
  const lane = async () => {
    while (parked < count) {
      const asked = await line.propose(ASKS, (id) => void (parked++ < RESUMES && first.push(id)));
      await asked.settled;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return first;
}

/** Makes all that wait due at once. Returns ms from then until none is held. */
async function expireAll(owner: pg.Client): Promise<number> {
  await owner.query("UPDATE holdpoint.approvals SET expires_at = clock_timestamp() WHERE state = 'pending'");
  await owner.query("UPDATE holdpoint.actions SET due_at = clock_timestamp() WHERE state = 'held'");
  const due = performance.now();
  await until(async () => !(await isHeld(owner)), LOOK_MS);
  return performance.now() - due;
}

export async function benchParked(
  backend: "redis" | "postgres",
  servers: Servers,
  count: number,
  log: Log,
): Promise<ParkedFigures> {
  const queueUrl = backend === "redis" ? servers.redisUrl : servers.databaseUrl;
  if (queueUrl === undefined) throw new Error("no Redis to measure on");
  const line = await startBenchLine(servers.databaseUrl, queueUrl, log);
  const owner = new pg.Client({ connectionString: servers.databaseUrl });
  await owner.connect();
  try {
    await park(line, Math.min(count, WARM_MAX));
    await expireAll(owner);
    const keysBefore = await keysOf(queueUrl);
    const before = held();
    const startedAt = performance.now();
    const ids = await park(line, count);
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = held();
    const depth = await line.engine.queue.depth();
    const figures = {
      parked: await heldCount(owner),
      queueJobs: Object.values(depth).reduce((sum, jobs) => sum + jobs, 0),
      moreQueueKeys: await moreKeys(queueUrl, keysBefore),
      processGrowthMb: Math.round(after.residentMb - before.residentMb),
      liveGrowthMb: Math.round(after.liveMb - before.liveMb),
    };
    const resumed: number[] = [];
    for (const id of ids) resumed.push(await resume(line, id));
    resumed.sort((a, b) => a - b);
    const pages = await pageTimes(line);
    const expiredMs = await expireAll(owner);
    const round = (value: number) => Math.round(value * 10) / 10;
    return {
      backend,
      ...figures,
      parkedPerSecond: Math.round(count / seconds),
      resumeP50Ms: round(percentile(resumed, 0.5)),
      resumeP99Ms: round(percentile(resumed, 0.99)),
      listPageP50Ms: round(percentile(pages, 0.5)),
      listPageP99Ms: round(percentile(pages, 0.99)),
      expireAllSeconds: round(expiredMs / 1_000),
    };
  } finally {
    await owner.end();
    await line.close();
  }
}
