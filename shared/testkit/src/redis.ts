// redis.ts — a real Redis for a test: a process of its own, a given one, or a container; else undefined, said aloud

import { type ChildProcess, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { spawnTied } from "./tied.ts";

export interface RunningRedis {
  url: string;
  port: number;
  /** of our own process; absent for a given server or a container */
  pid?: number;
  /** where our own process keeps its files */
  folder?: string;
  stop(): Promise<void>;
  /** Ends it without a word and starts it again on the same port and folder, after `between`. Only our own process can. */
  crash?(between?: (folder: string) => Promise<void>): Promise<void>;
}

export interface RedisOptions {
  /** further settings, as `redis-server --name value` takes them */
  settings?: Record<string, string>;
  port?: number;
  /** `redis-server` or `valkey-server`, on PATH */
  program?: string;
  /** where its files go, made if need be; without it a folder of its own that goes with it */
  folder?: string;
  /** false: only a process of our own will do (to kill it, or to configure it) */
  shared?: boolean;
}

/** Servers that the same client speaks to, by name, and whether this machine has them. Says aloud which it has not. */
export function serversHere(): { name: string; program: string; here: boolean }[] {
  return [
    ["Redis", "redis-server"],
    ["Valkey", "valkey-server"],
  ].map(([name = "", program = ""]) => {
    const here = spawnSync(program, ["--version"]).status === 0;
    if (!here) process.stderr.write(`no \`${program}\` on PATH: what needs ${name} is not run here\n`);
    return { name, program, here };
  });
}

/**
 * In this order: `redis-server` from PATH, HOLDPOINT_QUEUE_URL where it names a Redis, testcontainers where Docker answers.
 * Without any: prints it and returns undefined; under CI=true throws, because CI must run these suites.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis | undefined> {
  const program = options.program ?? "redis-server";
  if (spawnSync(program, ["--version"]).status === 0) return startProcess(program, options);
  const given = process.env["HOLDPOINT_QUEUE_URL"];
  if (options.shared !== false && given?.startsWith("redis"))
    return { url: given, port: Number(new URL(given).port || 6379), stop: async () => undefined };
  const contained = options.shared === false ? undefined : await startContainer();
  if (contained) return contained;
  const what = "no Redis for this suite: no `redis-server` on PATH, no HOLDPOINT_QUEUE_URL, no Docker that answers";
  if (process.env["CI"] === "true") throw new Error(what);
  process.stderr.write(`${what}; not run here\n`);
  return undefined;
}

async function startProcess(program: string, options: RedisOptions): Promise<RunningRedis> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "holdpoint-redis-")));
  await mkdir(folder, { recursive: true });
  const port = options.port ?? (await freePort());
  const settings = {
    port: String(port),
    bind: "127.0.0.1",
    dir: folder,
    save: "",
    appendonly: "no",
    "maxmemory-policy": "noeviction",
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const launch = async () => {
    const child = spawnTied(program, flags, { stdio: [] });
    await untilAnswers(port, child);
    return child;
  };
  let child = await launch();
  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((done) => {
      if (child.exitCode !== null || child.signalCode !== null) return done();
      child.once("exit", () => done()).kill(signal);
    });
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    get pid() {
      return child.pid ?? 0;
    },
    async stop() {
      await end("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
    async crash(between) {
      await end("SIGKILL");
      await between?.(folder);
      child = await launch();
    },
  };
}

/** Ready when a PING is answered; replies other than PONG (loading, auth) mean: not yet. */
async function untilAnswers(port: number, child: ChildProcess): Promise<void> {
  const until = Date.now() + 10_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const reply = await ping(port);
    if (/^(\+PONG|-NOAUTH)/.test(reply)) return;
    if (Date.now() > until) throw new Error(`the server on port ${port} does not answer: ${reply}`);
    await new Promise((next) => setTimeout(next, 10));
  }
}

const ping = (port: number): Promise<string> =>
  new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.once("data", (data) => {
      done(String(data));
      socket.destroy();
    });
    socket.once("error", () => done(""));
  });

async function startContainer(): Promise<RunningRedis | undefined> {
  if (spawnSync("docker", ["info"], { timeout: 5_000 }).status !== 0) return undefined;
  process.env["TESTCONTAINERS_RYUK_DISABLED"] ??= "true";
  const { GenericContainer } = await import("testcontainers");
  try {
    const container = await new GenericContainer("redis:7")
      .withExposedPorts(6379)
      .withCommand(["redis-server", "--maxmemory-policy", "noeviction", "--save", ""])
      .start();
    const port = container.getMappedPort(6379);
    return { url: `redis://${container.getHost()}:${port}`, port, stop: async () => void (await container.stop()) };
  } catch (error) {
    process.stderr.write(`Docker answers, but Redis could not be started in it: ${String(error)}\n`);
    return undefined;
  }
}
