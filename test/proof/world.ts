// world.ts — everything a proof run stands on: servers on a small disk, links that break, a fleet, keys, two policies

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pack } from "@holdpoint/core/rules/packs.ts";
import { startEmbeddedPostgres } from "@holdpoint/runtime/embedded.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { migrate } from "@holdpoint/store/migrate.ts";
import { openStore } from "@holdpoint/store/open.ts";
import { type FaultProxy, startFaultProxy } from "@holdpoint/testkit/fault-proxy.ts";
import { type RunningRedis, startRedis } from "@holdpoint/testkit/redis.ts";
import type { PolicySource } from "@holdpoint/wire/policy.ts";
import pg from "pg";
import { type SmallDisk, smallDisk } from "./disk.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { type Client, openClient } from "./http.ts";
import { postgresHarm, type QueueHarm, redisHarm } from "./queue-harm.ts";
import { clearRoom, makeRoom } from "./room.ts";

export interface World {
  fleet: Fleet;
  /** through the link that breaks, as clients reach the gateway */
  client: Client;
  agentKey: string;
  approverKey: string;
  databaseLink: FaultProxy;
  /** the link to Redis, where there is one */
  queueLink?: FaultProxy;
  gatewayLink: FaultProxy;
  redis?: RunningRedis;
  harm: QueueHarm;
  disk: SmallDisk;
  /** a judge's own way to the tables, as their owner and past every link */
  owner: pg.Pool;
  databaseProcesses(): number[];
  /** Stops processes and lets them go on after `ms`. */
  frozen(pids: readonly number[], ms: number): Promise<void>;
  /** Ends the postmaster with a signal; what supervises it starts it again. */
  endDatabase(signal: "SIGINT" | "SIGQUIT" | "SIGKILL"): void;
  /** Runs `act` while a client waits for a decision that takes a person; says what the client heard. */
  waitingClient(act: () => void): Promise<"answered" | "nothing">;
  /** Makes the other one of two policies the active one. */
  publish(): Promise<void>;
  policies: readonly PolicySource[][];
  /** adds to a count that is reported */
  count(what: string, by: number): void;
  counts: Record<string, number>;
  close(): Promise<void>;
}

/** The second policy only forbids more, so that what it allows the first one allows too. */
const STRICTER: PolicySource = {
  name: "proof/stricter",
  dialect: "native-yaml",
  text: 'rules:\n  - { id: no-listing, effect: deny, reason: "not in this run", when: { commands: ["ls"] } }\n',
};
export const POLICIES: readonly PolicySource[][] = [[pack("coding-agent")], [pack("coding-agent"), STRICTER]];

/** A postmaster and the sessions under it. */
function treeOf(pid: number): number[] {
  const below = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1]) === pid;
      } catch {
        return false; // ended while we looked
      }
    })
    .map(Number);
  return [pid, ...below];
}

const signalAll = (pids: readonly number[], signal: NodeJS.Signals) => {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // ended by itself: nothing to stop
    }
  }
};

export async function openWorld(backend: "postgres" | "redis"): Promise<World> {
  const folder = makeRoom("holdpoint-proof-");
  const log = createLogger("proof", { level: "fatal" });
  const disk = smallDisk(folder);
  const postgres = await startEmbeddedPostgres({ dataDir: join(disk.folder, "data"), log });
  await migrate(postgres.url, log);
  const redis =
    backend === "redis"
      ? await startRedis({ shared: false, folder: join(disk.folder, "redis"), settings: { appendonly: "yes" } })
      : undefined;
  if (backend === "redis" && !redis) throw new Error("this run needs a redis-server on PATH");

  const through = new URL(postgres.url);
  const databaseLink = await startFaultProxy({ host: "127.0.0.1", port: Number(through.port) });
  through.port = String(databaseLink.port);
  const queueLink = redis && (await startFaultProxy({ host: "127.0.0.1", port: redis.port }));
  const queueUrl = queueLink ? `redis://127.0.0.1:${queueLink.port}` : through.href;
  const fleet = await startFleet({ databaseUrl: through.href, queueUrl, folder: join(folder, "fleet") });
  await fleet.ready(180_000);
  const gatewayLink = await startFaultProxy({ host: "127.0.0.1", port: fleet.port });
  const client = openClient(gatewayLink.port, 512);

  const owner = new pg.Pool({ connectionString: postgres.url, max: 3 });
  owner.on("error", () => undefined); // the database is restarted on purpose; the next query says if it is away
  const store = await openStore({ url: postgres.url, masterKey: fleet.masterKey, log });
  const keyOf = async (role: "agent" | "approver") =>
    (await store.keys.create("default", { role, ...(role === "agent" && { agents: ["*"] }) }, { system: "proof" })).key;
  const agentKey = await keyOf("agent");
  const approverKey = await keyOf("approver");
  const harm = redis ? redisHarm(redis) : postgresHarm(postgres.url);
  const counts: Record<string, number> = {};
  let published = 0;

  return {
    fleet,
    client,
    agentKey,
    approverKey,
    databaseLink,
    ...(queueLink && { queueLink }),
    gatewayLink,
    ...(redis && { redis }),
    harm,
    disk,
    owner,
    policies: POLICIES,
    counts,
    count: (what, by) => {
      counts[what] = (counts[what] ?? 0) + by;
    },
    databaseProcesses: () => treeOf(postgres.pid),
    async frozen(pids, ms) {
      signalAll(pids, "SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, ms));
      signalAll(pids, "SIGCONT");
    },
    endDatabase: (signal) => signalAll([postgres.pid], signal),
    async waitingClient(act) {
      const answer = client.call("POST", "/v1/actions?wait=5000&until=settled", {
        key: agentKey,
        body: {
          tool: "Bash",
          args: { command: "npx prisma migrate deploy" },
          cwd: "/srv/app",
          principal: { agent: "proof-waits" },
          session: { id: `waits-${counts["clients that waited"] ?? 0}` },
        },
      });
      await new Promise((resolve) => setTimeout(resolve, 250));
      act();
      counts["clients that waited"] = (counts["clients that waited"] ?? 0) + 1;
      return (await answer) ? "answered" : "nothing";
    },
    async publish() {
      published++;
      await store.policies.installBase(POLICIES[published % POLICIES.length] ?? [], { system: "proof" });
    },
    async close() {
      client.close();
      await fleet.stop();
      await harm.close();
      await store.close();
      await owner.end();
      await Promise.all([databaseLink, gatewayLink, queueLink].map((link) => link?.close()));
      await redis?.stop();
      await postgres.stop();
      disk.close();
      clearRoom(folder);
    },
  };
}
