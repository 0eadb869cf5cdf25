// pipeline.ts — decisions through queue and store against a bare BullMQ chain, in turns, in one process

import type { Log } from "@holdpoint/runtime/log.ts";
import { startChain } from "./bare-chain.ts";
import { type CpuSeconds, cpuNow, cpuPerOperation } from "./cpu.ts";
import { closedLoop, type Measured, openLoop } from "./drive.ts";
import { startBenchLine } from "./line.ts";
import type { Servers } from "./servers.ts";

export interface PipelineOptions {
  lanes: number;
  rounds: number;
  secondsPerTurn: number;
}
export interface Turned extends Measured {
  cpuMicros: CpuSeconds;
}
export interface PipelineFigures {
  backend: "redis" | "postgres";
  lanes: number;
  bare: Turned[];
  line: Turned[];
  inline: Turned[];
  /** medians over the rounds, each against the bare chain of its own round */
  ratio: number;
  inlineRatio: number;
  alone: Measured;
  open: Measured & { offeredPerSecond: number };
}

/** Open connections, and compiled code: what runs once a pack is not compiled before thousands of actions have passed. */
const WARM_SECONDS = 4;

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const ratioOf = (of: Turned[], to: Turned[]): number =>
  Math.round(median(of.map((each, round) => each.perSecond / (to[round]?.perSecond ?? Number.NaN))) * 100) / 100;

export async function benchPipeline(
  backend: "redis" | "postgres",
  servers: Servers,
  options: PipelineOptions,
  log: Log,
): Promise<PipelineFigures> {
  const queueUrl = backend === "redis" ? servers.redisUrl : servers.databaseUrl;
  if (queueUrl === undefined) throw new Error("no Redis to measure on");
  const { lanes, rounds, secondsPerTurn } = options;
  const chain = await startChain(queueUrl, backend === "redis" ? "{holdpoint-bare}" : "bare");
  const line = await startBenchLine(servers.databaseUrl, queueUrl, log);
  const turn = async (operation: () => Promise<void>): Promise<Turned> => {
    const before = cpuNow(servers.pids);
    const measured = await closedLoop(lanes, secondsPerTurn, operation);
    return { ...measured, cpuMicros: cpuPerOperation(before, cpuNow(servers.pids), measured.operations) };
  };
  try {
    const figures = { bare: [] as Turned[], line: [] as Turned[], inline: [] as Turned[] };
    const kinds = [
      ["bare", chain.run],
      ["line", line.run],
      ["inline", line.inline],
    ] as const;
    for (const [, operation] of kinds) await closedLoop(lanes, WARM_SECONDS, operation);
    for (let round = 0; round < rounds; round++) {
      // Another order each round, so that none always runs on a rested machine.
      for (let index = 0; index < kinds.length; index++) {
        const [kind, operation] = kinds[(index + round) % kinds.length] as (typeof kinds)[number];
        figures[kind].push(await turn(operation));
      }
    }
    const alone = await closedLoop(1, secondsPerTurn, line.run);
    const offeredPerSecond = Math.round(median(figures.line.map(({ perSecond }) => perSecond)) / 2);
    const open = await openLoop(offeredPerSecond, secondsPerTurn, line.run);
    return {
      backend,
      lanes,
      ...figures,
      ratio: ratioOf(figures.line, figures.bare),
      inlineRatio: ratioOf(figures.inline, figures.bare),
      alone,
      open: { ...open, offeredPerSecond },
    };
  } finally {
    await line.close();
    await chain.close();
  }
}
