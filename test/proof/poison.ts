// poison.ts — actions that harm whoever works on them: denied after their tries, and what their neighbours notice of it

import { join } from "node:path";
import { startEmbeddedPostgres } from "@holdpoint/runtime/embedded.ts";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { migrate } from "@holdpoint/store/migrate.ts";
import { openStore } from "@holdpoint/store/open.ts";
import { startRedis } from "@holdpoint/testkit/redis.ts";
import { type Measured, openLoop } from "../bench/drive.ts";
import { startFleet } from "./fleet.ts";
import { type Client, openClient } from "./http.ts";
import { clearRoom, makeRoom } from "./room.ts";
import { timeline } from "./timeline.ts";

export const POISONS = ["kills", "allocates", "loops", "throws"] as const;
export type Poison = (typeof POISONS)[number];

export interface Fate {
  kind: string;
  id: string;
  state: string;
  /** of the finding that denied it */
  code: string;
  ms: number;
}
export interface NeighbourReport {
  kinds: readonly string[];
  backend: string;
  perSecond: number;
  without: Measured;
  with: Measured;
  fates: Fate[];
  /** how many of them `holdpoint doctor` would show */
  quarantined: number;
}

/** Workers of the stage that is poisoned: one may hang and one may die, and a third goes on. */
const SAFETY_WORKERS = 3;
const FATE_MS_MAX = 90_000;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const proposal = (agent: string, command: string, session: string) => ({
  tool: "Bash",
  args: { command },
  cwd: "/srv/app",
  home: "/home/dev",
  principal: { agent },
  session: { id: session },
});

interface Decided {
  actionId: string;
  state: string;
  decision?: { findings: { code: string }[] };
}

/** Proposes one poisoned action and follows it to its end. */
async function fate(client: Client, agentKey: string, auditorKey: string, kind: string): Promise<Fate> {
  const startedAt = performance.now();
  const taken = await client.call("POST", "/v1/actions", {
    key: agentKey,
    body: proposal("poison", `git ${kind}`, kind),
  });
  const id = String(taken?.body["actionId"]);
  let last: Decided = { actionId: id, state: "not taken" };
  while (performance.now() - startedAt < FATE_MS_MAX) {
    const seen = await client.call("GET", `/v1/actions/${id}`, { key: auditorKey });
    if (seen?.status === 200) last = seen.body as unknown as Decided;
    if (last.state === "denied") break;
    await pause(100);
  }
  const code = last.decision?.findings.find((finding) => ["poison", "stage_failed"].includes(finding.code))?.code;
  return { kind, id, state: last.state, code: code ?? "none", ms: Math.round(performance.now() - startedAt) };
}

/** The same steady load twice on one fleet: alone, and with every kind of poison in it. */
export async function neighbours(options: {
  backend: "redis" | "postgres";
  perSecond: number;
  seconds: number;
  /** all of them without it */
  kinds?: readonly Poison[];
  /** hears, at the end, how the load went second by second */
  tell?: (line: string) => void;
}): Promise<NeighbourReport> {
  const { kinds = POISONS } = options;
  const folder = makeRoom("holdpoint-poison-");
  const log = createLogger("proof", { level: "fatal" });
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "data"), log });
  await migrate(postgres.url, log);
  const redis = options.backend === "redis" ? await startRedis({ shared: false }) : undefined;
  const fleet = await startFleet({
    databaseUrl: postgres.url,
    queueUrl: redis?.url ?? postgres.url,
    folder: join(folder, "fleet"),
    replicas: { safety: SAFETY_WORKERS },
    // A heap that is full within a second or two, as that of a container would be.
    programs: { safety: ["--max-old-space-size=200", join(import.meta.dirname, "poisoned-safety.ts")] },
  });
  const client = openClient(fleet.port, 256);
  try {
    await fleet.ready(180_000);
    const store = await openStore({ url: postgres.url, masterKey: fleet.masterKey, log });
    const mint = async (role: "agent" | "auditor") =>
      (await store.keys.create("default", { role, ...(role === "agent" && { agents: ["*"] }) }, { system: "proof" }))
        .key;
    const [agentKey, auditorKey] = [await mint("agent"), await mint("auditor")];
    await store.close();
    const line = timeline();
    fleet.onRestart((name) => line.happened(`${name} is started again`));
    let sent = 0;
    const neighbour = async () => {
      const number = sent++;
      const startedAt = performance.now();
      const answer = await client.call("POST", "/v1/actions?wait=30000", {
        key: agentKey,
        body: proposal(`neighbour-${number >> 9}`, "git status", `n-${number}`),
        timeoutMs: 35_000,
      });
      line.took(startedAt, performance.now() - startedAt);
      if (answer?.body["state"] !== "allowed") throw new Error("not allowed");
    };
    const load = () => openLoop(options.perSecond, options.seconds, neighbour);
    await openLoop(options.perSecond, 3, neighbour); // every process has met its first action
    const without = await load();
    const loading = load();
    const fates: Fate[] = [];
    for (const kind of kinds) {
      line.happened(`${kind} is sent`);
      fates.push(await fate(client, agentKey, auditorKey, kind));
      line.happened(`${kind} is ${fates.at(-1)?.state}`);
    }
    const listed = await client.call("GET", "/v1/decisions?rule=holdpoint%2Fquarantine", { key: auditorKey });
    const quarantined = ((listed?.body["items"] ?? []) as { actionId: string }[]).filter(({ actionId }) =>
      fates.some(({ id }) => id === actionId),
    ).length;
    const withPoison = await loading;
    for (const each of line.lines()) options.tell?.(each);
    return {
      kinds,
      backend: options.backend,
      perSecond: options.perSecond,
      without,
      with: withPoison,
      fates,
      quarantined,
    };
  } finally {
    client.close();
    await fleet.stop();
    await redis?.stop();
    await postgres.stop();
    clearRoom(folder);
  }
}
