// processes.ts — the four stages as four processes against the same four in one: what the spread costs or gains

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Log } from "@holdpoint/runtime/log.ts";
import { freePort } from "@holdpoint/testkit/free-port.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import { closedLoop } from "./drive.ts";
import { startBenchLine } from "./line.ts";
import type { Servers } from "./servers.ts";

export interface ProcessesFigures {
  backend: "redis" | "postgres";
  onePerSecond: number[];
  fourPerSecond: number[];
  /** median over the rounds of four processes to one */
  ratio: number;
}

const STAGES: readonly Stage[] = ["rules", "safety", "sandbox", "escalation"];

const root = join(import.meta.dirname, "..", "..");
const READY_MS = 20_000;

/** A worker that logs as little as the line in this process does; resolves when it answers that it is ready. */
async function startQuietWorker(stage: Stage, environment: Record<string, string>): Promise<ChildProcess> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(root, "services", stage, "src", "main.ts")],
    { env: { ...process.env, ...environment, HOLDPOINT_PORT: String(port) }, stdio: ["ignore", "ignore", "inherit"] },
  );
  for (const end = performance.now() + READY_MS; performance.now() < end; ) {
    if (child.exitCode !== null) throw new Error(`${stage} ended with ${child.exitCode} before it was ready`);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false, // it does not listen yet
    );
    if (ready) return child;
    await new Promise((next) => setTimeout(next, 50));
  }
  child.kill("SIGKILL");
  throw new Error(`${stage} was not ready within ${READY_MS} ms`);
}

export async function benchProcesses(
  backend: "redis" | "postgres",
  servers: Servers,
  options: { lanes: number; rounds: number; secondsPerTurn: number },
  log: Log,
): Promise<ProcessesFigures> {
  const queueUrl = backend === "redis" ? servers.redisUrl : servers.databaseUrl;
  if (queueUrl === undefined) throw new Error("no Redis to measure on");
  const measure = async (stages: boolean): Promise<number> => {
    const line = await startBenchLine(servers.databaseUrl, queueUrl, log, { stages });
    const started = stages ? [] : STAGES.map((stage) => startQuietWorker(stage, line.environment));
    const workers: ChildProcess[] = [];
    try {
      for (const worker of started) workers.push(await worker);
      await closedLoop(options.lanes, 1.5, line.run); // compiled code, open connections, in every process
      return (await closedLoop(options.lanes, options.secondsPerTurn, line.run)).perSecond;
    } finally {
      for (const child of workers) child.kill("SIGTERM");
      await Promise.all(workers.map((child) => (child.exitCode === null ? once(child, "exit") : undefined)));
      await line.close();
    }
  };
  const onePerSecond: number[] = [];
  const fourPerSecond: number[] = [];
  for (let round = 0; round < options.rounds; round++) {
    onePerSecond.push(await measure(true));
    fourPerSecond.push(await measure(false));
  }
  const ratios = fourPerSecond.map((four, round) => four / (onePerSecond[round] ?? Number.NaN)).sort((a, b) => a - b);
  const ratio = Math.round((ratios[Math.floor(ratios.length / 2)] ?? Number.NaN) * 100) / 100;
  return { backend, onePerSecond, fourPerSecond, ratio };
}
