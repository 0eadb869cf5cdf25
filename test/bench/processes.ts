// processes.ts — the four stages as four processes against the same four in one: what the spread costs or gains

import { once } from "node:events";
import type { Log } from "@holdpoint/runtime/log.ts";
import type { Stage } from "@holdpoint/wire/scalars.ts";
import { startWorker } from "../pipeline/processes.ts";
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
    const workers = stages ? [] : STAGES.map((stage) => startWorker(stage, line.environment));
    try {
      await Promise.all(workers.map(({ health }) => health));
      await closedLoop(options.lanes, 1.5, line.run); // compiled code, open connections, in every process
      return (await closedLoop(options.lanes, options.secondsPerTurn, line.run)).perSecond;
    } finally {
      for (const { child } of workers) child.kill("SIGTERM");
      await Promise.all(workers.map(({ child }) => (child.exitCode === null ? once(child, "exit") : undefined)));
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
