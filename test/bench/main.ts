// main.ts — `npm run bench [-- core|pipeline|parked] [--json FILE] [--seconds N] [--rounds N] [--lanes N]`

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createLogger } from "@holdpoint/runtime/log.ts";
import { benchPipeline } from "./pipeline.ts";
import { machine, startServers } from "./servers.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "string" },
    seconds: { type: "string", default: "3" },
    rounds: { type: "string", default: "3" },
    lanes: { type: "string", default: "128" },
    backend: { type: "string" },
  },
});
const log = createLogger("bench", { level: "error" });
const what = positionals[0] ?? "pipeline";
if (what !== "pipeline") throw new Error(`\`${what}\`: expected pipeline`);

const servers = await startServers(log);
try {
  const backends = (["redis", "postgres"] as const).filter(
    (each) => (values.backend ?? each) === each && (each === "postgres" || servers.redisUrl),
  );
  const options = {
    lanes: Number(values.lanes),
    rounds: Number(values.rounds),
    secondsPerTurn: Number(values.seconds),
  };
  const figures = [];
  for (const backend of backends) {
    const found = await benchPipeline(backend, servers, options, log);
    figures.push(found);
    for (const kind of ["bare", "line", "inline"] as const)
      for (const each of found[kind]) console.log(backend, kind.padEnd(6), JSON.stringify(each));
    console.log(
      backend,
      "ratio",
      found.ratio,
      "inline",
      found.inlineRatio,
      "alone",
      JSON.stringify(found.alone),
      "open",
      JSON.stringify(found.open),
    );
  }
  const result = { at: new Date().toISOString(), machine: machine(), figures };
  if (values.json) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await servers.stop();
}
