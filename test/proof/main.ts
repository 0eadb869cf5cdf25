// main.ts — `npm run proof`: the full proof on both backends; writes RELIABILITY.md from what it measured, good or bad
// usage: npm run proof [-- --actions 100000 --faults 120 --seed 1 --backend redis]

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { proofRun, type RunReport } from "./run.ts";
import { isClean } from "./verdict.ts";

const { values } = parseArgs({
  options: {
    actions: { type: "string", default: "100000" },
    faults: { type: "string", default: "90" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    lanes: { type: "string", default: "32" },
    backend: { type: "string", multiple: true, default: ["redis", "postgres"] },
    write: { type: "boolean", default: false },
  },
});

const reports: RunReport[] = [];
for (const backend of values.backend) {
  if (backend !== "redis" && backend !== "postgres")
    throw new Error(`unknown backend \`${backend}\`: expected redis or postgres`);
  const report = await proofRun({
    backend,
    seed: Number(values.seed),
    actions: Number(values.actions),
    faults: Number(values.faults),
    lanes: Number(values.lanes),
  });
  reports.push(report);
  console.log(JSON.stringify(report, null, 2));
}

const clean = reports.every(({ findings }) => isClean(findings));
if (values.write) {
  const sum = (field: (report: RunReport) => number) => reports.reduce((total, report) => total + field(report), 0);
  const names = [...new Set(reports.flatMap(({ struck }) => Object.keys(struck)))].sort();
  const row = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;
  const page = [
    "# Reliability",
    "",
    "Written by `npm run proof -- --write`; do not edit. A fleet of five processes decides a stream of actions while faults strike;",
    "a client keeps its own ledger of what was acknowledged; afterwards the ledger is held against the database.",
    "",
    `**${sum(({ findings }) => findings.acknowledged).toLocaleString("en")} acknowledged actions, ${sum(({ kills }) => kills)} kills, ${sum(({ wipes }) => wipes)} queue wipes: ${clean ? "0 lost, 0 doubled" : "BROKEN PROMISES, see below"}.**`,
    "",
    row(["", ...reports.map(({ options }) => options.backend)]),
    row(["---", ...reports.map(() => "---:")]),
    row(["seed", ...reports.map(({ options }) => options.seed)]),
    row(["acknowledged", ...reports.map(({ findings }) => findings.acknowledged)]),
    ...(["lost", "undecided", "doubled", "gaps", "loosened", "contradictions"] as const).map((name) =>
      row([name, ...reports.map(({ findings }) => findings[name].length)]),
    ),
    row([
      "ms until nothing was undecided after the last fault",
      ...reports.map(({ settledAfterMs }) => settledAfterMs),
    ]),
    row(["services restarted", ...reports.map(({ restarts }) => restarts)]),
    row(["seconds", ...reports.map(({ seconds }) => seconds)]),
    ...names.map((name) => row([`struck: ${name}`, ...reports.map(({ struck }) => struck[name] ?? 0)])),
    "",
    "What this does not prove: `kill -9` does not lose what the operating system holds, so it is no test of `fsync`; one machine;",
    "loopback links only.",
    "",
  ].join("\n");
  writeFileSync(join(import.meta.dirname, "..", "..", "RELIABILITY.md"), page);
}
process.exit(clean ? 0 : 1);
