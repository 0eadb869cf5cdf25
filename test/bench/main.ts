// main.ts — `npm run bench [-- core|hostile|pipeline|processes|http|parked|telling|all] [--backend B] [--json FILE] [--write] [--seconds N] [--seed N] [--rounds N] [--lanes N] [--count N]`

import { parseArgs } from "node:util";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { benchCore } from "./core.ts";
import { benchHostile } from "./hostile.ts";
import { benchHttp } from "./http.ts";
import { benchParked } from "./parked.ts";
import { benchPeers } from "./peers/compare.ts";
import { benchPipeline } from "./pipeline.ts";
import { benchProcesses } from "./processes.ts";
import { type BenchResult, keepResult, performancePage } from "./report.ts";
import { machine, startServers } from "./servers.ts";
import { benchTelling } from "./telling.ts";

const KINDS = ["core", "hostile", "pipeline", "processes", "http", "parked", "telling", "all"] as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: "string" },
    json: { type: "string" },
    write: { type: "boolean", default: false },
    seconds: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    rounds: { type: "string", default: "5" },
    lanes: { type: "string", default: "128" },
    count: { type: "string", default: "100000" },
  },
});
const kind = KINDS.find((each) => each === (positionals[0] ?? "pipeline"));
if (kind === undefined) throw new Error(`\`${positionals[0]}\`: expected one of ${KINDS.join(", ")}`);
const wants = (what: (typeof KINDS)[number]) => kind === what || kind === "all";

const log = createLogger("bench", { level: "error" });
const result: BenchResult = {
  at: new Date().toISOString(),
  command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
  machine: machine(),
};
if (wants("core")) {
  result.core = benchCore();
  result.peers = await benchPeers();
}
if (wants("hostile")) result.hostile = benchHostile(Number(values.seconds), Number(values.seed));

for (const backend of ["redis", "postgres"] as const) {
  if ((values.backend ?? backend) !== backend || kind === "core" || kind === "hostile") continue;
  // Servers of its own for each backend: neither inherits the other's rows.
  const servers = await startServers(log);
  try {
    if (backend === "redis" && servers.redisUrl === undefined) continue;
    if (wants("pipeline")) {
      const options = {
        lanes: Number(values.lanes),
        rounds: Number(values.rounds),
        secondsPerTurn: Number(values.seconds),
      };
      result.pipeline = [...(result.pipeline ?? []), await benchPipeline(backend, servers, options, log)];
    }
    const turns = { lanes: Number(values.lanes), secondsPerTurn: Number(values.seconds) };
    if (wants("processes")) {
      const options = { ...turns, rounds: Math.min(3, Number(values.rounds)) };
      result.processes = [...(result.processes ?? []), await benchProcesses(backend, servers, options, log)];
    }
    if (wants("http")) result.http = [...(result.http ?? []), await benchHttp(backend, servers.redisUrl, turns)];
    // The queue has no part in telling people.
    if (wants("telling") && backend === "postgres") result.telling = await benchTelling(servers, log);
    if (wants("parked"))
      result.parked = [...(result.parked ?? []), await benchParked(backend, servers, Number(values.count), log)];
  } finally {
    await servers.stop();
  }
}
process.stdout.write(performancePage(result));
keepResult(result, { ...(values.json !== undefined && { json: values.json }), write: values.write });
