// parked.ts — many actions that wait for people: what they hold, how fast an answer resumes one, how fast all expire

import { resumeOf } from "@holdpoint/engine/dispatch.ts";
import { newId } from "@holdpoint/runtime/id.ts";
import type { Log } from "@holdpoint/runtime/log.ts";
import { Redis } from "ioredis";
import pg from "pg";
import { closedLoop, percentile } from "./drive.ts";
import { type BenchLine, startBenchLine } from "./line.ts";
import type { Servers } from "./servers.ts";

const ASKS = "npx prisma migrate deploy";
const LANES = 128;
const RESUMES = 200;
const PAGES = 100;
const WARM_SECONDS = 5;
const LOOK_MS = 100;

export interface ParkedFigures {
  backend: "redis" | "postgres";
  parked: number;
  parkedPerSecond: number;
  /** what the queue holds while all of them wait, beside its own few keys */
  queueJobs: number;
  queueKeysGrown: number;
  /** growth of this process, which runs the gateway's part and all four stages */
  processGrowthMb: number;
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
const residentMb = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
};
const keysOf = async (url: string): Promise<number> => {
  if (!url.startsWith("redis")) return 0;
  const redis = new Redis(url);
  try {
    return await redis.dbsize();
  } finally {
    redis.disconnect();
  }
};

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
    // As much traffic as will come, so that what the heap takes for passing work is there before: growth is what waiting holds.
    await closedLoop(LANES, WARM_SECONDS, line.run);
    await (await line.propose(ASKS)).settled; // the escalation queue has its few keys from its first job on
    const keysBefore = await keysOf(queueUrl);
    const residentBefore = residentMb();
    const ids: string[] = [];
    const startedAt = performance.now();
    const lane = async () => {
      while (ids.length < count) {
        const id = await line.propose(ASKS, (made) => ids.push(made));
        await id.settled;
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const seconds = (performance.now() - startedAt) / 1_000;
    const depth = await line.engine.queue.depth();
    const figures = {
      parked: await heldCount(owner),
      queueJobs: Object.values(depth).reduce((sum, jobs) => sum + jobs, 0),
      queueKeysGrown: Math.max(0, (await keysOf(queueUrl)) - keysBefore),
      processGrowthMb: Math.round(residentMb() - residentBefore),
    };
    const resumed: number[] = [];
    for (const id of ids.slice(0, RESUMES)) resumed.push(await resume(line, id));
    resumed.sort((a, b) => a - b);
    const pages = await pageTimes(line);
    const expiring = performance.now();
    await owner.query("UPDATE holdpoint.approvals SET expires_at = clock_timestamp() WHERE state = 'pending'");
    await owner.query("UPDATE holdpoint.actions SET due_at = clock_timestamp() WHERE state = 'held'");
    const due = performance.now();
    await until(async () => !(await isHeld(owner)), LOOK_MS);
    log.debug({ preparedMs: due - expiring }, "all due at once");
    const round = (value: number) => Math.round(value * 10) / 10;
    return {
      backend,
      ...figures,
      parkedPerSecond: Math.round(count / seconds),
      resumeP50Ms: round(percentile(resumed, 0.5)),
      resumeP99Ms: round(percentile(resumed, 0.99)),
      listPageP50Ms: round(percentile(pages, 0.5)),
      listPageP99Ms: round(percentile(pages, 0.99)),
      expireAllSeconds: round((performance.now() - due) / 1_000),
    };
  } finally {
    await owner.end();
    await line.close();
  }
}
