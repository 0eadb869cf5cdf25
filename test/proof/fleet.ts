// fleet.ts — a whole Holdpoint in separate processes, each of which may be killed, frozen and started again

import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { spawnTied } from "@holdpoint/testkit/tied.ts";

const root = join(import.meta.dirname, "..", "..");
const node = join(root, "node_modules", "node", "bin", "node");

export const SERVICES = ["gateway", "rules", "safety", "sandbox", "escalation"] as const;
export type Service = (typeof SERVICES)[number];

export const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });

export interface Fleet {
  url: string;
  /** of the gateway */
  port: number;
  masterKey: Buffer;
  pid(service: Service): number | undefined;
  /** Sends a signal to one service; a killed one is started again at once, as an orchestrator would. */
  signal(service: Service, signal: NodeJS.Signals): void;
  /** Steps the clock of one service; a new process of it starts with the true time again. */
  setClock(service: Service, offsetMs: number): void;
  restarts(): number;
  /** Hears which process is started again. */
  onRestart(listener: (name: string) => void): void;
  ready(timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the five services against the given database and queue. Their logs go to `folder`. */
export async function startFleet(options: {
  databaseUrl: string;
  queueUrl: string;
  folder: string;
  env?: Record<string, string>;
  /** more than one process of a service; signals go to the first */
  replicas?: Partial<Record<Service, number>>;
  /** another program in the place of a service, and its words before it */
  programs?: Partial<Record<Service, string[]>>;
}): Promise<Fleet> {
  mkdirSync(options.folder, { recursive: true });
  const port = await freePort();
  const masterKey = randomBytes(32);
  const shared = {
    ...process.env,
    HOLDPOINT_DATABASE_URL: options.databaseUrl,
    HOLDPOINT_QUEUE_URL: options.queueUrl,
    HOLDPOINT_MASTER_KEY: masterKey.toString("base64"),
    HOLDPOINT_JOB_KEYS: `k1:${randomBytes(32).toString("base64")}`,
    HOLDPOINT_LOG_LEVEL: "warn",
    HOLDPOINT_HOST: "127.0.0.1",
    // As our images set it: a service that starts again need not read and strip every file anew.
    NODE_COMPILE_CACHE: join(options.folder, "compiled"),
    ...options.env,
  };
  const clockFile = (service: Service) => join(options.folder, `${service}.clock`);
  const children = new Map<string, ChildProcess>();
  let stopping = false;
  let restarts = 0;
  const restarting = new EventEmitter<{ again: [name: string] }>();

  const start = (service: Service, name: string): void => {
    const log = createWriteStream(join(options.folder, `${name}.log`), { flags: "a" });
    const child = spawnTied(
      node,
      [
        "--disable-warning=ExperimentalWarning",
        `--import=${join(import.meta.dirname, "skewed-clock.ts")}`,
        ...(options.programs?.[service] ?? [join(root, "services", service, "src", "main.ts")]),
      ],
      {
        cwd: options.folder,
        env: {
          ...shared,
          HOLDPOINT_PORT: String(service === "gateway" ? port : 0),
          HOLDPOINT_METRICS_PORT: "0",
          PROOF_CLOCK_FILE: clockFile(service),
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    child.stdout?.pipe(log);
    child.stderr?.pipe(log);
    child.on("exit", () => {
      if (stopping || children.get(name) !== child) return;
      restarts++;
      restarting.emit("again", name);
      start(service, name);
    });
    children.set(name, child);
  };
  // Whatever ends this run, no service outlives it.
  process.once("exit", () => {
    stopping = true;
    for (const child of children.values()) child.kill("SIGKILL");
  });
  for (const service of SERVICES)
    for (let copy = 1; copy <= (options.replicas?.[service] ?? 1); copy++)
      start(service, copy === 1 ? service : `${service}-${copy}`);
  const url = `http://127.0.0.1:${port}`;

  return {
    url,
    port,
    masterKey,
    pid: (service) => children.get(service)?.pid,
    signal: (service, signal) => children.get(service)?.kill(signal),
    setClock(service, offsetMs) {
      writeFileSync(clockFile(service), String(offsetMs));
      children.get(service)?.kill("SIGUSR2");
    },
    restarts: () => restarts,
    onRestart: (listener) => void restarting.on("again", listener),
    async ready(timeoutMs) {
      const end = performance.now() + timeoutMs;
      for (;;) {
        const ok = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
          (response) => response.ok,
          () => false,
        );
        if (ok) return;
        if (performance.now() > end)
          throw new Error(`the fleet was not ready in ${timeoutMs} ms; see ${options.folder}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async stop() {
      stopping = true;
      await Promise.all(
        [...children.values()].map(
          (child) =>
            new Promise<void>((resolve) => {
              if (child.exitCode !== null || child.signalCode !== null) return resolve();
              child.once("exit", () => resolve());
              child.kill("SIGCONT");
              child.kill("SIGTERM");
              setTimeout(() => child.kill("SIGKILL"), 12_000).unref();
            }),
        ),
      );
    },
  };
}
