// redis-fleet.ts — several real servers on loopback, Redis or Valkey: a Sentinel group or a Cluster

import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { spawnTied } from "./tied.ts";

/** One command as an inline request: enough for a test's few commands, and no client library to trust. */
export function redisCommand(port: number, ...words: (string | number)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.setTimeout(2_000, () => socket.destroy(new Error("no answer")));
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      answer += chunk;
      socket.end();
    });
    socket.on("close", () => resolve(answer.trim()));
    socket.write(`${words.join(" ")}\r\n`);
  });
}

async function until(condition: () => Promise<boolean>, what: string, ms = 20_000): Promise<void> {
  const end = performance.now() + ms;
  for (;;) {
    if (await condition().catch(() => false)) return;
    if (performance.now() > end) throw new Error(`not so after ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export interface RedisFleet {
  url: string;
  ports: number[];
  /** kill -9 of the server on that port */
  kill(port: number): void;
  /** the port that takes writes now (Sentinel) */
  master(): Promise<number>;
  stop(): Promise<void>;
}

/** @param program `redis-server` or `valkey-server` */
function room(program: string) {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-redis-fleet-"));
  const children = new Map<number, ChildProcess>();
  return {
    folder,
    start(port: number, args: string[]) {
      const child = spawnTied(program, args, { cwd: folder, stdio: [] });
      children.set(port, child);
      return until(async () => (await redisCommand(port, "PING")).includes("PONG"), `redis on ${port} answers`);
    },
    kill: (port: number) => void children.get(port)?.kill("SIGKILL"),
    async stop() {
      await Promise.all(
        [...children.values()].map(
          (child) =>
            new Promise<void>((resolve) => {
              if (child.exitCode !== null || child.signalCode !== null) return resolve();
              child.once("exit", () => resolve());
              child.kill("SIGKILL");
            }),
        ),
      );
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const server = (port: number, ...more: string[]): string[] => [
  "--port",
  String(port),
  "--bind",
  "127.0.0.1",
  "--save",
  "",
  "--appendonly",
  "yes",
  "--appenddirname",
  `aof-${port}`,
  "--maxmemory-policy",
  "noeviction",
  "--dbfilename",
  `dump-${port}.rdb`,
  ...more,
];

/** A master, a replica and three sentinels that agree within about a second. */
export async function startSentinels(program = "redis-server"): Promise<RedisFleet> {
  const place = room(program);
  const [first, second] = [await freePort(), await freePort()];
  await place.start(first, server(first));
  await place.start(second, server(second, "--replicaof", "127.0.0.1", String(first)));
  const sentinels: number[] = [];
  for (let index = 0; index < 3; index++) {
    const port = await freePort();
    const config = join(place.folder, `sentinel-${port}.conf`);
    writeFileSync(
      config,
      [
        `port ${port}`,
        "bind 127.0.0.1",
        `sentinel monitor holdpoint 127.0.0.1 ${first} 2`,
        "sentinel down-after-milliseconds holdpoint 700",
        "sentinel failover-timeout holdpoint 3000",
        "sentinel parallel-syncs holdpoint 1",
        "",
      ].join("\n"),
    );
    await place.start(port, [config, "--sentinel"]);
    sentinels.push(port);
  }
  const master = async (): Promise<number> => {
    for (const port of sentinels) {
      const answer = await redisCommand(port, "SENTINEL", "get-master-addr-by-name", "holdpoint").catch(() => "");
      const found = /\$\d+\r\n(\d+)$/.exec(answer);
      if (found) return Number(found[1]);
    }
    throw new Error("no sentinel answers");
  };
  await until(
    async () =>
      (await redisCommand(sentinels[0] ?? 0, "SENTINEL", "master", "holdpoint")).includes(
        "num-other-sentinels\r\n$1\r\n2",
      ),
    "sentinels know each other",
  );
  await until(
    async () => (await redisCommand(first, "INFO", "replication")).includes("state=online"),
    "the replica is online",
  );
  return {
    url: `redis+sentinel://${sentinels.map((port) => `127.0.0.1:${port}`).join(",")}/holdpoint`,
    ports: [first, second],
    kill: place.kill,
    master,
    stop: place.stop,
  };
}

/** Three masters that share the 16384 slots. */
export async function startCluster(program = "redis-server"): Promise<RedisFleet> {
  const place = room(program);
  const ports = [await freePort(), await freePort(), await freePort()];
  for (const port of ports) {
    await place.start(
      port,
      server(
        port,
        "--cluster-enabled",
        "yes",
        "--cluster-config-file",
        `nodes-${port}.conf`,
        "--cluster-node-timeout",
        "1500",
      ),
    );
  }
  const ranges = [
    [0, 5_460],
    [5_461, 10_922],
    [10_923, 16_383],
  ] as const;
  for (const [index, port] of ports.entries()) {
    const [from, to] = ranges[index] ?? [0, 0];
    await redisCommand(port, "CLUSTER", "ADDSLOTSRANGE", from, to);
    await redisCommand(ports[0] ?? 0, "CLUSTER", "MEET", "127.0.0.1", port);
  }
  for (const port of ports) {
    await until(async () => {
      const info = await redisCommand(port, "CLUSTER", "INFO");
      return info.includes("cluster_state:ok") && info.includes("cluster_known_nodes:3");
    }, `the cluster is whole as ${port} sees it`);
  }
  return {
    url: `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(",")}`,
    ports,
    kill: place.kill,
    master: async () => ports[0] ?? 0,
    stop: place.stop,
  };
}
